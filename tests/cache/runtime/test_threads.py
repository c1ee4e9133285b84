"""The threads of the cache: they outlive whatever their tasks do, keep their order, and end in bounded time."""

import threading
import time
from types import SimpleNamespace

import pytest

from candledesk.cache.runtime import timers
from candledesk.cache.runtime.fetch_pool import FetchPool
from candledesk.cache.runtime.readers import Readers
from candledesk.cache.runtime.timers import DelayedCalls
from candledesk.cache.runtime.writer import Writer
from candledesk.domain.errors import ClosingError
from candledesk.store.file_guard import FileGuard
from tests.cache.conftest import wait_until

WAIT_S = 10


class FakeConnection:
    def close(self):
        pass


def fail_with(error):
    def task(*_):
        raise error

    return task


@pytest.fixture
def guard(tmp_path):
    """Of a file that nobody touches."""
    path = tmp_path / "candles.db"
    path.touch()
    return FileGuard(path)


@pytest.fixture
def writer(guard):
    writer = Writer(FakeConnection, lambda _: 0, guard=guard)
    yield writer
    writer.close(2)


@pytest.fixture
def readers():
    readers = Readers(FakeConnection, lambda: None)
    yield readers
    readers.close(2)


@pytest.fixture
def pool():
    pool = FetchPool(4)
    yield pool
    pool.close(2)


def test_the_writer_outlives_a_thousand_failures(writer):
    errors = [ValueError("a"), SystemExit(1), KeyboardInterrupt(), MemoryError(), GeneratorExit()]
    futures = [writer.submit(fail_with(errors[i % len(errors)])) for i in range(1000)]
    assert all(future.exception(WAIT_S) is not None for future in futures)
    assert writer.submit(lambda _: 7).result(WAIT_S) == 7


@pytest.mark.allow_logs
@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_the_writer_outlives_a_callback_that_raises(writer, error):
    def raise_it(_future):
        raise error

    gate = threading.Event()
    writer.submit(lambda _: gate.wait(WAIT_S)).add_done_callback(raise_it)
    after = writer.submit(lambda _: 1)
    gate.set()
    assert after.result(WAIT_S) == 1


def test_urgent_writes_go_first_in_their_order(writer):
    gate, order = threading.Event(), []
    writer.submit(lambda _: gate.wait(WAIT_S))
    last = writer.submit(lambda _: order.append("plain"))
    for number in range(3):
        writer.submit(lambda _, number=number: order.append(number), is_urgent=True)
    gate.set()
    last.result(WAIT_S)
    assert order == [0, 1, 2, "plain"]


def test_the_writer_opens_again_after_it_could_not(guard):
    attempts = iter([SystemExit(), OSError("locked")])

    def connect():
        error = next(attempts, None)
        if error is not None:
            raise error
        return FakeConnection()

    writer = Writer(connect, lambda _: 0, guard=guard)
    assert isinstance(writer.submit(lambda _: 1).exception(WAIT_S), SystemExit)
    assert isinstance(writer.submit(lambda _: 1).exception(WAIT_S), OSError)
    assert writer.submit(lambda _: 1).result(WAIT_S) == 1
    assert writer.close(2)


def test_the_writer_keeps_the_order_and_finishes_what_was_queued(guard):
    writer, done = Writer(FakeConnection, lambda _: 0, guard=guard), []
    for number in range(100):
        writer.submit(lambda _, number=number: done.append(number))
    assert writer.close(5)
    assert done == list(range(100))
    assert isinstance(writer.submit(lambda _: 1).exception(1), ClosingError)


def test_the_checkpoint_may_fail(caplog, guard):
    idle = threading.Event()

    def fail(_):
        idle.set()
        raise ValueError("busy")

    writer = Writer(FakeConnection, fail, guard=guard)
    writer.submit(lambda _: 1)
    assert idle.wait(WAIT_S)
    assert writer.submit(lambda _: 2).result(WAIT_S) == 2
    assert writer.close(2)


def test_readers_open_new_connections_once_their_tasks_have_ended():
    opened, gate, running = [], threading.Event(), threading.Event()

    def connect():
        opened.append(FakeConnection())
        return opened[-1]

    def task(connection):
        running.set()
        gate.wait(WAIT_S)
        return connection

    readers = Readers(connect, lambda: None, n_threads=1)
    first = readers.submit(task)
    assert running.wait(WAIT_S)
    reconnected = threading.Thread(target=readers.reconnect)
    reconnected.start()
    reconnected.join(0.1)
    assert reconnected.is_alive()
    gate.set()
    reconnected.join(WAIT_S)
    assert readers.submit(lambda connection: connection).result(WAIT_S) is opened[1]
    assert first.result(WAIT_S) is opened[0]
    readers.close(2)


def test_a_check_that_fails_ends_the_task_and_not_the_reader():
    faults = iter([ValueError("lost"), None])

    def check():
        fault = next(faults)
        if fault is not None:
            raise fault

    readers = Readers(FakeConnection, check, n_threads=1)
    assert isinstance(readers.submit(lambda _: 1).exception(WAIT_S), ValueError)
    assert readers.submit(lambda _: 2).result(WAIT_S) == 2
    readers.close(2)


def test_the_latest_request_of_a_mailbox_wins(readers):
    gate = threading.Event()
    blocked = [readers.submit(lambda _: gate.wait(WAIT_S)) for _ in range(2)]
    previous = [readers.submit(lambda _, n=n: n, mailbox=1) for n in range(50)]
    other = readers.submit(lambda _: "other", mailbox=2)
    plain = [readers.submit(lambda _, n=n: n) for n in range(3)]
    gate.set()
    assert all(future.result(WAIT_S) for future in blocked)
    assert all(future.cancelled() for future in previous[:-1])
    assert (previous[-1].result(WAIT_S), other.result(WAIT_S)) == (49, "other")
    assert [future.result(WAIT_S) for future in plain] == [0, 1, 2]


def test_a_reader_outlives_its_tasks(readers):
    futures = [readers.submit(fail_with(SystemExit(3))) for _ in range(20)]
    assert all(isinstance(future.exception(WAIT_S), SystemExit) for future in futures)
    assert readers.submit(lambda _: 1).result(WAIT_S) == 1


def test_the_most_urgent_goes_first_and_one_thread_is_kept_for_it(pool):
    gate, started = threading.Event(), threading.Semaphore(0)

    def hold():
        started.release()
        gate.wait(WAIT_S)

    for _ in range(6):
        pool.submit(2, hold)
    for _ in range(3):
        assert started.acquire(timeout=WAIT_S)
    urgent = threading.Event()
    pool.submit(0, urgent.set)
    assert urgent.wait(WAIT_S)  # six backfills hang and a scroll is served
    assert not started.acquire(timeout=0.05)
    gate.set()


def test_tasks_that_wait_for_a_thread_begin_in_the_order_of_their_priority():
    pool, gate, order, ended = FetchPool(2), threading.Event(), [], threading.Event()  # one thread for other than 0
    pool.submit(2, lambda: gate.wait(WAIT_S))
    wait_until(lambda: pool._n_background == 1)
    pool.submit(3, ended.set)
    for priority, name in ((2, "first backfill"), (1, "update"), (2, "second backfill")):
        pool.submit(priority, lambda name=name: order.append(name))
    gate.set()
    assert ended.wait(WAIT_S)
    assert order == ["update", "first backfill", "second backfill"]
    pool.close(2)


def test_the_pool_outlives_a_thousand_failures(pool, caplog):
    caplog.set_level("CRITICAL")
    for number in range(1000):
        pool.submit(number % 3, fail_with(SystemExit() if number % 2 else ValueError()))
    done = [threading.Event() for _ in range(8)]
    for number, event in enumerate(done):
        pool.submit(number % 3, event.set)
    assert all(event.wait(WAIT_S) for event in done)
    assert sum(thread.is_alive() for thread in pool._threads) == 4
    assert pool._n_background == 0 or wait_until(lambda: pool._n_background == 0) is None


def test_close_does_not_wait_for_what_hangs():
    pool, gate = FetchPool(4), threading.Event()
    for _ in range(3):
        pool.submit(1, lambda: gate.wait(WAIT_S))
    wait_until(lambda: pool._n_background == 3)
    never = []
    pool.submit(1, lambda: never.append(1))
    started = time.monotonic()
    assert pool.close(0.3) == 3
    assert time.monotonic() - started < WAIT_S / 2  # what hangs does so for all of it
    gate.set()
    assert never == []


def test_delayed_calls_keep_time_and_outlive_their_failures(caplog, monkeypatch):
    delayed_calls, seen, end = DelayedCalls(), [], threading.Event()
    clock = SimpleNamespace(monotonic=lambda: clock.now, now=0.0)  # it stands still while the calls are put in
    monkeypatch.setattr(timers, "time", clock)
    delayed_calls.call_later(0.06, end.set)
    delayed_calls.call_later(0.03, lambda: seen.append("b"))
    delayed_calls.call_later(-5, lambda: seen.append("a"))
    delayed_calls.call_later(0.0, fail_with(SystemExit()))
    delayed_calls.call_later(60, lambda: seen.append("never"))
    assert not end.wait(0.1)
    clock.now = 0.07
    assert end.wait(WAIT_S)
    assert seen == ["a", "b"]
    delayed_calls.close()
    delayed_calls.call_later(0, lambda: seen.append("late"))
    delayed_calls._thread.join(2)
    assert not delayed_calls._thread.is_alive()
    assert (seen, delayed_calls._heap) == (["a", "b"], [])

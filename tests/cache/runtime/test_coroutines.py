"""Coroutines over futures: they go on where a future ends, carry its errors, and need no event loop."""

import threading
from concurrent.futures import CancelledError, Future

import pytest

from candledesk.cache.runtime.coroutines import in_time, start_coroutine, wait_for
from candledesk.cache.runtime.timers import DelayedCalls

WAIT_S = 10


def done(value):
    future = Future()
    future.set_result(value)
    return future


async def add(*futures):
    return sum([await wait_for(future) for future in futures])


def test_a_coroutine_that_need_not_wait_has_ended_at_once():
    assert start_coroutine(add(done(1), done(2))).result(0) == 3


def test_a_coroutine_goes_on_in_the_thread_that_ends_what_it_waits_for():
    async def where(future):
        before = threading.current_thread()
        await wait_for(future)
        return before, threading.current_thread()

    future = Future()
    running = start_coroutine(where(future))
    assert not running.done()
    other = threading.Thread(target=future.set_result, args=(None,))
    other.start()
    assert running.result(WAIT_S) == (threading.current_thread(), other)
    other.join(WAIT_S)


def test_thousands_of_ended_futures_do_not_fill_the_stack():
    assert start_coroutine(add(*[done(1)] * 5_000)).result(0) == 5_000


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(1), KeyboardInterrupt()])
def test_what_is_raised_is_carried_by_the_future(error):
    async def fail():
        raise error

    assert start_coroutine(fail()).exception(0) is error


def test_an_error_of_what_is_awaited_can_be_caught():
    async def recover(future):
        try:
            return await wait_for(future)
        except ValueError as error:
            return str(error)

    failed, cancelled = Future(), Future()
    failed.set_exception(ValueError("broken"))
    cancelled.cancel()
    assert start_coroutine(recover(failed)).result(0) == "broken"
    assert isinstance(start_coroutine(recover(cancelled)).exception(0), CancelledError)


def test_a_reader_that_leaves_does_not_cancel_the_work():
    future = Future()
    running = start_coroutine(add(future))
    assert not running.cancel()
    future.set_result(4)
    assert running.result(0) == 4


@pytest.fixture
def delayed_calls():
    delayed_calls = DelayedCalls()
    yield delayed_calls
    delayed_calls.close()


def test_what_comes_in_time_is_the_result(delayed_calls):
    future = Future()
    first = in_time(future, 60, "late", delayed_calls)
    future.set_result("in time")
    assert first.result(WAIT_S) == "in time"


def test_what_comes_late_changes_nothing(delayed_calls):
    future = Future()
    first = in_time(future, 0.01, "late", delayed_calls)
    assert first.result(WAIT_S) == "late"
    future.set_result("in time")
    assert first.result(0) == "late"


def test_an_error_in_time_is_raised_and_without_a_time_out_it_waits(delayed_calls):
    future = Future()
    first = in_time(future, None, "late", delayed_calls)
    assert not delayed_calls._heap
    future.set_exception(ValueError("no"))
    assert isinstance(first.exception(WAIT_S), ValueError)

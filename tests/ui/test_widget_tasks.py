"""Coroutines of the window: they wait for futures of other threads, report errors and end with their owner."""

import asyncio
import gc
import logging
import threading
from concurrent.futures import CancelledError, Future

import pytest
from PySide6.QtCore import QObject

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from tests.ui.conftest import discard, settle


class Owner(QObject):
    """Keeps what its coroutines bring."""

    def __init__(self):
        super().__init__()
        self.results, self.reports = [], []
        self.tasks = WidgetTasks(self, self.reports.append)

    async def take(self, future):
        self.results.append(await result_of(future))


@pytest.fixture
def owner(qapp):
    return Owner()


def ended(value=None, error=None):
    future = Future()
    future.set_exception(error) if error else future.set_result(value)
    return future


def test_a_result_of_another_thread_arrives_on_this_one(owner, qtbot):
    future = Future()
    owner.tasks.start(owner.take(future))
    thread = threading.Thread(target=future.set_result, args=(7,))
    thread.start()
    thread.join()
    assert owner.results == []
    qtbot.waitUntil(lambda: owner.results == [7])


def test_a_future_that_has_ended_needs_no_other_event(owner, qapp):
    owner.tasks.start(owner.take(ended(7)))
    settle(qapp)
    assert owner.results == [7]


def test_an_error_of_ours_is_reported_in_its_words(owner, qapp):
    owner.tasks.start(owner.take(ended(error=EnvironmentFaultError("The disk is full."))))
    settle(qapp)
    assert (owner.reports, owner.results) == (["The disk is full."], [])


def test_an_unexpected_error_is_logged_and_the_next_coroutine_runs(owner, qapp, caplog):
    owner.tasks.start(owner.take(ended(error=ZeroDivisionError("by nought"))))
    settle(qapp)
    owner.tasks.start(owner.take(ended(7)))
    settle(qapp)
    assert [(record.levelno, record.exc_info[0]) for record in caplog.records] == [(logging.ERROR, ZeroDivisionError)]
    assert (owner.reports, owner.results) == ([], [7])


def test_a_future_that_the_cache_cancels_ends_the_coroutine_in_silence(owner, qapp):
    future = Future()
    owner.tasks.start(owner.take(future))
    settle(qapp)
    future.cancel()
    settle(qapp)
    assert asyncio.all_tasks() == set()
    assert owner.reports == []
    with pytest.raises(CancelledError):
        future.result(0)


@pytest.mark.parametrize("n_turns", [0, 1])
def test_a_coroutine_ends_with_its_owner_and_leaves_its_future_alone(owner, qapp, n_turns):
    """Whether it has begun to wait or not; the future may have other listeners, and its worker sets the result."""
    future = Future()
    owner.tasks.start(owner.take(future))
    if n_turns:
        settle(qapp)
    discard(qapp, owner)
    assert asyncio.all_tasks() == set()
    future.set_result(7)
    settle(qapp)
    gc.collect()  # a task that is destroyed while it waits says so in the log
    assert owner.results == []


def test_a_report_after_the_end_of_the_owner_is_dropped(owner, qapp):
    future = Future()
    owner.tasks.start(owner.take(future))
    settle(qapp)
    future.set_exception(EnvironmentFaultError("The disk is full."))
    discard(qapp, owner)
    assert owner.reports == []


def test_a_replaced_coroutine_ends_where_it_waits(owner, qapp):
    first, second = Future(), Future()
    owner.tasks.start(owner.take(first))
    settle(qapp)
    owner.tasks.replace(owner.take(second))
    first.set_result(1)
    second.set_result(2)
    settle(qapp)
    assert owner.results == [2]


def test_coroutines_run_beside_each_other(owner, qapp):
    slow, fast = Future(), Future()
    for future in (slow, fast):
        owner.tasks.start(owner.take(future))
    fast.set_result("fast")
    settle(qapp)
    slow.set_result("slow")
    settle(qapp)
    assert owner.results == ["fast", "slow"]


def test_an_owner_that_nobody_keeps_is_not_kept_by_its_coroutine(qapp):
    """The future is dropped with it: nothing of the two can be reached any more."""
    owner = Owner()
    owner.tasks.start(owner.take(ended(7)))
    settle(qapp)
    gone = []
    owner.destroyed.connect(lambda: gone.append(1))
    del owner
    gc.collect()
    assert gone == [1]

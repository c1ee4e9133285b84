from dataclasses import replace

import pytest
from PySide6.QtCore import QObject

from candledesk.cache.events import MaintenanceChanged
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceState, MaintenanceTask
from candledesk.ui.bridge import Bridge
from candledesk.ui.panels.storage.task_follower import TaskFollower
from tests.fake_data import NOW
from tests.ui.conftest import settle

RUNNING, QUEUED, SUCCEEDED = MaintenanceState.RUNNING, MaintenanceState.QUEUED, MaintenanceState.SUCCEEDED


def _task(number, state=RUNNING, kind=MaintenanceKind.BACKUP, at=NOW):
    return MaintenanceTask(number, kind, state, "Copying", 1, 2, (), None, at, at)


@pytest.fixture
def follower(qapp, cache):
    bridge, owner = Bridge(cache), QObject()
    made = TaskFollower(cache, bridge, owner)
    settle(qapp)
    yield made
    bridge.close()


@pytest.fixture
def emit(qapp, cache, follower):
    def send(*tasks):
        for task in tasks:
            cache.emit(MaintenanceChanged(task))
        settle(qapp)

    return send


def test_the_running_task_comes_before_one_that_waits_and_one_that_ended(follower, emit):
    emit(_task(1, SUCCEEDED), _task(2), _task(3, QUEUED, at=NOW + 1))
    assert follower.task.task_id == 2
    emit(_task(2, SUCCEEDED))
    assert follower.task.task_id == 3


def test_the_last_one_that_ended_is_shown_when_none_is_live(follower, emit):
    emit(_task(1, SUCCEEDED, at=NOW + 5), _task(2, SUCCEEDED, at=NOW))
    assert follower.task.task_id == 1
    emit(_task(3, SUCCEEDED, at=NOW + 5))
    assert follower.task.task_id == 3, "of two in one second the later one"


def test_a_late_event_does_not_start_an_ended_task_again(follower, emit):
    ended = []
    follower.ended.connect(ended.append)
    emit(_task(1), _task(1, SUCCEEDED), _task(1), _task(1, SUCCEEDED))
    assert follower.task.state is SUCCEEDED
    assert len(ended) == 1


def test_a_conversion_is_shown_only_while_nothing_else_is_live(follower, emit):
    emit(_task(1, kind=MaintenanceKind.CONVERT, at=NOW + 9))
    assert follower.task.task_id == 1
    emit(_task(2, QUEUED))
    assert follower.task.task_id == 2
    emit(_task(2, SUCCEEDED), replace(_task(1, SUCCEEDED), kind=MaintenanceKind.CONVERT))
    assert follower.task.task_id == 2


def test_tasks_of_before_the_window_are_known(qapp, cache):
    cache.maintenance = [_task(1, SUCCEEDED), _task(2)]
    bridge, owner = Bridge(cache), QObject()
    follower = TaskFollower(cache, bridge, owner)
    settle(qapp)
    assert follower.task.task_id == 2
    bridge.close()

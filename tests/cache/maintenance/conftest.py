"""Maintenance tasks of a real cache whose provider is a script."""

import pytest

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from tests.cache.conftest import WAIT_S


@pytest.fixture
def run_task(harness):
    """Run a maintenance task to its end and return it."""

    def run(kind, **fields):
        request = MaintenanceRequest(MaintenanceKind(kind), **fields)
        task = harness.cache.start_maintenance(request).result(WAIT_S)
        return harness.cache.wait_maintenance(task.task_id).result(WAIT_S)

    return run


@pytest.fixture
def succeed(run_task):
    """Run a maintenance task that must succeed."""

    def run(kind, **fields):
        task = run_task(kind, **fields)
        assert task.state is MaintenanceState.SUCCEEDED, task.error
        return task

    return run

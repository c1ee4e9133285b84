"""The runner of maintenance tasks, with kinds that do what a test says."""

import threading
from types import SimpleNamespace

import pytest

from candledesk.cache.events import MaintenanceChanged
from candledesk.cache.maintenance import runner as runner_module
from candledesk.cache.maintenance.runner import MaintenanceRunner
from candledesk.cache.maintenance.task import TaskInterruptedError, TaskKind
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.domain.errors import (
    ClosingError,
    EnvironmentFaultError,
    InputError,
    TaskStateError,
    UnknownTaskError,
)
from candledesk.domain.progress import Progress

WAIT_S = 10
NOW = 1_800_000_000
CHECK, BACKUP, CONVERT = (MaintenanceRequest(MaintenanceKind(name)) for name in ("check", "backup", "convert"))
STATE = MaintenanceState


class Gate:
    """A kind whose run reports a step again and again until the test opens it."""

    def __init__(self):
        self.entered, self.opened = threading.Event(), threading.Event()
        self.n_runs = 0

    def run(self, _context, _request, report):
        self.n_runs += 1
        self.entered.set()
        n = 0
        while not self.opened.wait(0.005):
            n += 1
            report(Progress("Turning", n, 10**9))


class Harness:
    def __init__(self, refusal=None, **kinds):
        self.events = []
        self.clock_s = 0.0
        cache = SimpleNamespace(now=lambda: NOW, emit=self.events.append)
        context = SimpleNamespace(cache=cache, refusal=refusal)
        by_kind = {MaintenanceKind(name): kind for name, kind in kinds.items()}
        self.runner = MaintenanceRunner(context, by_kind.get, lambda: self.clock_s)

    def start(self, request=CHECK):
        return self.runner.start(request).result(WAIT_S)

    def wait(self, task):
        return self.runner.wait(task.task_id).result(WAIT_S)

    def run(self, request=CHECK):
        return self.wait(self.start(request))

    def shown(self):
        return [event.task for event in self.events if isinstance(event, MaintenanceChanged)]


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.opened.set()


def test_a_task_goes_on_from_queued_to_its_end_with_events():
    def run(_context, request, report):
        report(Progress("First", 1, 2))
        report.add_line(f"for {request.reason}")

    harness = Harness(check=TaskKind(run))
    ended = harness.run(MaintenanceRequest(MaintenanceKind.CHECK, reason="a test"))
    assert (ended.state, ended.step, ended.done, ended.total) == (STATE.SUCCEEDED, "First", 1, 2)
    assert (ended.lines, ended.error, ended.started_at) == (("for a test",), None, NOW)
    states = [task.state for task in harness.shown()]
    assert states[0] is STATE.QUEUED
    assert states[-1] is STATE.SUCCEEDED
    assert harness.runner.read(ended.task_id).result(WAIT_S) == ended


@pytest.mark.parametrize(
    ("raised", "text"),
    [
        (EnvironmentFaultError("The disk is full."), "The disk is full."),
        (ZeroDivisionError("by zero"), "Internal error, ZeroDivisionError: by zero (details in the log)"),
        (SystemExit(3), "Internal error, SystemExit: 3 (details in the log)"),
    ],
)
@pytest.mark.allow_logs
def test_what_a_task_raises_fails_it_and_the_next_one_runs(raised, text):
    def run(_context, _request, _report):
        raise raised

    harness = Harness(check=TaskKind(run), backup=TaskKind(lambda *_: None))
    ended = harness.run()
    assert (ended.state, ended.error) == (STATE.FAILED, text)
    assert harness.run(BACKUP).state is STATE.SUCCEEDED


def test_one_task_runs_at_a_time_and_an_equal_one_is_joined(gate):
    harness = Harness(check=TaskKind(gate.run), backup=TaskKind(lambda *_: None))
    first = harness.start()
    assert gate.entered.wait(WAIT_S)
    second = harness.start(BACKUP)
    assert harness.start().task_id == first.task_id
    assert harness.start(BACKUP).task_id == second.task_id
    assert harness.runner.read(second.task_id).result().state is STATE.QUEUED
    gate.opened.set()
    assert harness.wait(second).state is STATE.SUCCEEDED
    assert harness.start().task_id not in {first.task_id, second.task_id}  # the first has ended


def test_a_waiting_task_is_cancelled_at_once_and_a_running_one_at_its_next_step(gate):
    harness = Harness(check=TaskKind(gate.run), backup=TaskKind(lambda *_: None))
    running = harness.start()
    assert gate.entered.wait(WAIT_S)
    waiting = harness.start(BACKUP)
    assert harness.runner.cancel(waiting.task_id).result().state is STATE.CANCELLED
    harness.runner.cancel(running.task_id)
    assert harness.wait(running).state is STATE.CANCELLED
    with pytest.raises(TaskStateError, match="is cancelled"):
        harness.runner.cancel(running.task_id).result()


def test_a_background_task_makes_room_for_others_and_begins_again(gate):
    others = Gate()
    harness = Harness(convert=TaskKind(gate.run, is_background=True), backup=TaskKind(others.run))
    background = harness.start(CONVERT)
    assert gate.entered.wait(WAIT_S)
    backup = harness.start(BACKUP)
    assert others.entered.wait(WAIT_S)
    assert harness.runner.read(background.task_id).result().state is STATE.QUEUED
    others.opened.set()
    assert harness.wait(backup).state is STATE.SUCCEEDED
    gate.opened.set()
    assert harness.wait(background).state is STATE.SUCCEEDED
    assert gate.n_runs == 2


def test_a_background_task_waits_behind_a_later_one(gate):
    order = []
    harness = Harness(
        check=TaskKind(gate.run),
        convert=TaskKind(lambda *_: order.append("convert"), is_background=True),
        backup=TaskKind(lambda *_: order.append("backup")),
    )
    harness.start()
    assert gate.entered.wait(WAIT_S)
    convert, backup = harness.start(CONVERT), harness.start(BACKUP)
    gate.opened.set()
    harness.wait(convert)
    harness.wait(backup)
    assert order == ["backup", "convert"]


def test_progress_is_an_event_for_each_step_and_else_at_a_pace():
    def run(_context, _request, report):
        for n in range(1, 51):
            report(Progress("Copying", n, 100))
            harness.clock_s += runner_module.EVENT_PAUSE_S / 10
        report(Progress("Checking", 0, 0))

    harness = Harness(check=TaskKind(run))
    harness.run()
    copied = [task.done for task in harness.shown() if task.step == "Copying" and task.state is STATE.RUNNING]
    assert copied[0] == 1
    assert 5 <= len(copied) <= 7
    assert "Checking" in [task.step for task in harness.shown()]


def test_lines_are_limited_and_the_rest_is_counted(monkeypatch):
    monkeypatch.setattr(runner_module, "MAX_LINES", 3)

    def run(_context, _request, report):
        for n in range(5):
            report.add_line(str(n))

    assert Harness(check=TaskKind(run)).run().lines == ("0", "1", "2", "2 more lines")


def test_many_lines_are_few_events():
    def run(_context, _request, report):
        for n in range(100):
            report.add_line(str(n))

    harness = Harness(check=TaskKind(run))
    assert len(harness.run().lines) == 100
    assert len(harness.shown()) == 3  # queued, running, succeeded


def test_a_background_task_that_is_interrupted_by_a_shutdown_ends():
    harness = None

    def run(_context, _request, report):
        closing = threading.Thread(target=harness.runner.close, args=(0,))
        closing.start()
        closing.join()
        raise TaskInterruptedError("Another task waits")

    harness = Harness(convert=TaskKind(run, is_background=True))
    assert harness.run(CONVERT).state is STATE.CANCELLED


def test_only_the_last_tasks_that_ended_are_remembered(monkeypatch):
    monkeypatch.setattr(runner_module, "N_REMEMBERED", 3)
    harness = Harness(check=TaskKind(lambda *_: None))
    for _ in range(6):
        last = harness.run()
    tasks = harness.runner.tasks().result()
    assert [task.task_id for task in tasks] == [6, 5, 4, 3]  # the newest first; one more until the next begins
    assert last == tasks[0]
    with pytest.raises(UnknownTaskError, match="no maintenance task 1"):
        harness.runner.read(1).result()
    for ask in (harness.runner.wait, harness.runner.cancel):
        with pytest.raises(UnknownTaskError):
            ask(99).result()


def test_what_cannot_be_done_is_refused_before_it_is_queued():
    refusing = TaskKind(lambda *_: None, lambda _context, _request: InputError("symbol", "Name one"))
    harness = Harness(check=refusing)
    with pytest.raises(InputError, match="Name one"):
        harness.start()
    with pytest.raises(InputError, match="cannot do 'backup'"):
        harness.start(BACKUP)
    assert harness.runner.tasks().result() == []


def test_a_read_only_home_refuses_what_writes_in_it():
    refusal = EnvironmentFaultError("The home is read-only.")
    kinds = {"check": TaskKind(lambda *_: None), "backup": TaskKind(lambda *_: None, is_written=False)}
    harness = Harness(refusal, **kinds)
    with pytest.raises(EnvironmentFaultError, match="read-only"):
        harness.start()
    assert harness.run(BACKUP).state is STATE.SUCCEEDED


def test_a_shutdown_stops_the_running_task_and_ends_the_waiting_ones(gate):
    harness = Harness(check=TaskKind(gate.run), backup=TaskKind(lambda *_: None))
    running, waiting = harness.start(), None
    assert gate.entered.wait(WAIT_S)
    waiting = harness.start(BACKUP)
    harness.runner.close(WAIT_S)
    assert not harness.runner._thread.is_alive()
    assert {harness.wait(task).state for task in (running, waiting)} == {STATE.CANCELLED}
    with pytest.raises(ClosingError):
        harness.start(BACKUP)


def test_no_thread_runs_before_the_first_task():
    harness = Harness(check=TaskKind(lambda *_: None))
    assert harness.runner._thread is None
    harness.runner.close(0)

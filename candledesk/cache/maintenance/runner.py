"""The runner of maintenance tasks: one at a time, on a thread of its own, which starts with the first task."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.cache.events import MaintenanceChanged
from candledesk.cache.maintenance.task import TaskCancelledError, TaskInterruptedError
from candledesk.cache.maintenance_messages import MaintenanceState, MaintenanceTask
from candledesk.cache.runtime.threads import closed_future, start_daemon
from candledesk.domain.errors import CandleDeskError, ClosingError, InputError, TaskStateError, UnknownTaskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.maintenance.task import MaintenanceContext, TaskKind
    from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
    from candledesk.domain.progress import Progress

T = TypeVar("T")
log = logging.getLogger(__name__)
N_REMEMBERED = 20  # tasks that have ended
MAX_LINES = 500  # of one task; more are counted
EVENT_PAUSE_S = 0.2  # between two events about the progress of a step


@dataclass(slots=True, eq=False)
class _Entry:
    """A task with its request; ``ended`` resolves with it. Changed under the runner's lock only."""

    request: MaintenanceRequest
    kind: TaskKind
    task: MaintenanceTask
    is_cancelled: bool = False
    emitted_at: float = float("-inf")
    n_lines: int = 0
    ended: Future[MaintenanceTask] = field(default_factory=Future)


class MaintenanceRunner:
    """Queues tasks and runs them; safe from any thread."""

    def __init__(
        self,
        context: MaintenanceContext,
        find_kind: Callable[[MaintenanceKind], TaskKind | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start nothing; ``find_kind``: what can be done here (``registry``)."""
        self._context = context
        self._find_kind = find_kind
        self._clock = clock
        self._condition = threading.Condition()
        self._entries: dict[int, _Entry] = {}  # by number, ascending
        self._waiting: deque[_Entry] = deque()
        self._thread: threading.Thread | None = None
        self._n_started = 0
        self._is_closing = False

    # --- what callers ask ---------------------------------------------------------------------------------------

    def start(self, request: MaintenanceRequest) -> Future[MaintenanceTask]:
        """Queue a task, or join an equal one that waits or runs."""
        kind = self._find_kind(request.kind)
        if kind is None:
            return _failed(InputError("kind", f"This CandleDesk cannot do {request.kind.value!r}"))
        refusal = self._context.refusal if kind.is_written else None
        error = refusal or kind.find_error(self._context, request)
        if error is not None:
            return _failed(error)
        with self._condition:
            if self._is_closing:
                return closed_future()
            live = next((one for one in self._entries.values() if one.request == request and one.task.is_live), None)
            if live is not None:
                return _done(live.task)
            entry = self._add(request, kind)
            if self._thread is None:
                self._thread = start_daemon("candledesk-maintenance", self._run)
            self._emit(entry.task)  # before those of the thread
            self._condition.notify()
            return _done(entry.task)

    def tasks(self) -> Future[list[MaintenanceTask]]:
        """Return the remembered tasks, the newest first."""
        with self._condition:
            return _done([entry.task for entry in reversed(self._entries.values())])

    def read(self, task_id: int) -> Future[MaintenanceTask]:
        """Return one task; ``UnknownTaskError`` when there is none of that number."""
        with self._condition:
            entry = self._entries.get(task_id)
            return _failed(_unknown(task_id)) if entry is None else _done(entry.task)

    def wait(self, task_id: int) -> Future[MaintenanceTask]:
        """Resolve when the task has ended."""
        with self._condition:
            entry = self._entries.get(task_id)
        if entry is None:
            return _failed(_unknown(task_id))
        waiting: Future[MaintenanceTask] = Future()  # of the caller's own, which may cancel it
        entry.ended.add_done_callback(lambda ended: _pass_on(ended, waiting))
        return waiting

    def cancel(self, task_id: int) -> Future[MaintenanceTask]:
        """End a waiting task at once, a running one at its next step; ``TaskStateError`` when it has ended."""
        with self._condition:
            entry = self._entries.get(task_id)
            if entry is None:
                return _failed(_unknown(task_id))
            if not entry.task.is_live:
                text = f"Task {task_id} is {entry.task.state.value}: only a task that waits or runs can be cancelled"
                return _failed(TaskStateError(text))
            entry.is_cancelled = True
            is_waiting = entry in self._waiting
            if is_waiting:
                self._waiting.remove(entry)
        if is_waiting:
            self._end(entry, MaintenanceState.CANCELLED)
        return _done(entry.task)

    def close(self, timeout_s: float) -> None:
        """Start nothing more, stop the running task at its next step, and wait for that."""
        with self._condition:
            self._is_closing = True
            waiting, thread = list(self._waiting), self._thread
            self._waiting.clear()
            self._condition.notify()
        for entry in waiting:
            self._end(entry, MaintenanceState.CANCELLED)
        if thread is not None:
            thread.join(timeout_s)

    # --- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._is_closing:
                    self._condition.wait()
                if self._is_closing:
                    return
                entry = next((one for one in self._waiting if not one.kind.is_background), self._waiting[0])
                self._waiting.remove(entry)
            self._run_entry(entry)

    def _run_entry(self, entry: _Entry) -> None:
        self._change(entry, state=MaintenanceState.RUNNING)
        try:
            entry.kind.run(self._context, entry.request, _Report(self, entry))
        except TaskInterruptedError:
            self._queue_again(entry)
        except (TaskCancelledError, ClosingError):
            self._end(entry, MaintenanceState.CANCELLED)
        except CandleDeskError as error:
            log.warning("%s failed: %s", entry.request.kind.value, error)
            self._end(entry, MaintenanceState.FAILED, str(error))
        except BaseException as error:
            log.exception("%s failed", entry.request.kind.value)
            text = f"Internal error, {type(error).__name__}: {error} (details in the log)"
            self._end(entry, MaintenanceState.FAILED, text)
        else:
            self._end(entry, MaintenanceState.SUCCEEDED)

    def _queue_again(self, entry: _Entry) -> None:
        """Let a background task that was interrupted wait, unless nothing more is started."""
        with self._condition:
            if not self._is_closing:
                self._change(entry, state=MaintenanceState.QUEUED)
                self._waiting.append(entry)
                return
        self._end(entry, MaintenanceState.CANCELLED)

    def check(self, entry: _Entry) -> None:
        """Raise the error that ends a task which must stop."""
        with self._condition:
            if entry.is_cancelled or self._is_closing:
                raise TaskCancelledError("The task was cancelled")
            if entry.kind.is_background and any(not one.kind.is_background for one in self._waiting):
                raise TaskInterruptedError("Another task waits")

    def show(self, entry: _Entry, progress: Progress) -> None:
        """Show the progress of a task; an event is emitted for a new step, and at most each ``EVENT_PAUSE_S``."""
        is_new = progress.step != entry.task.step or progress.done >= progress.total > 0
        changes = {"step": progress.step, "done": progress.done, "total": progress.total}
        self._change(entry, is_emitted=is_new or self._is_due(entry), **changes)

    def add_line(self, entry: _Entry, text: str) -> None:
        """Add a line to the result of a task; an event has all lines, so it is emitted as seldom as for progress."""
        entry.n_lines += 1
        if entry.n_lines <= MAX_LINES:
            self._change(entry, is_emitted=self._is_due(entry), lines=(*entry.task.lines, text))

    def _is_due(self, entry: _Entry) -> bool:
        return self._clock() >= entry.emitted_at + EVENT_PAUSE_S

    # --- changes ------------------------------------------------------------------------------------------------

    def _add(self, request: MaintenanceRequest, kind: TaskKind) -> _Entry:
        self._n_started += 1
        now = self._context.cache.now()
        task = MaintenanceTask(
            self._n_started, request.kind, MaintenanceState.QUEUED, "Waiting", 0, 0, (), None, now, now
        )
        entry = _Entry(request, kind, task)
        self._entries[task.task_id] = entry
        self._waiting.append(entry)
        ended = [number for number, one in self._entries.items() if not one.task.is_live]
        for number in ended[: max(0, len(ended) - N_REMEMBERED)]:
            del self._entries[number]
        return entry

    def _change(self, entry: _Entry, *, is_emitted: bool = True, **changes: object) -> None:
        with self._condition:
            entry.task = replace(entry.task, updated_at=self._context.cache.now(), **changes)  # type: ignore[arg-type]
            task = entry.task
            if is_emitted:
                entry.emitted_at = self._clock()
        if is_emitted:
            self._emit(task)

    def _end(self, entry: _Entry, state: MaintenanceState, error: str | None = None) -> None:
        if entry.n_lines > MAX_LINES:
            self._change(entry, is_emitted=False, lines=(*entry.task.lines, f"{entry.n_lines - MAX_LINES} more lines"))
        self._change(entry, state=state, error=error)
        entry.ended.set_result(entry.task)

    def _emit(self, task: MaintenanceTask) -> None:
        self._context.cache.emit(MaintenanceChanged(task))


class _Report:
    """The ``TaskReport`` of one task."""

    def __init__(self, runner: MaintenanceRunner, entry: _Entry) -> None:
        self._runner = runner
        self._entry = entry

    def __call__(self, progress: Progress) -> None:
        self._runner.check(self._entry)
        self._runner.show(self._entry, progress)

    def add_line(self, text: str) -> None:
        self._runner.add_line(self._entry, text)


def _unknown(task_id: int) -> UnknownTaskError:
    return UnknownTaskError(f"There is no maintenance task {task_id}")


def _done(value: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(value)
    return future


def _failed(error: CandleDeskError) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def _pass_on(ended: Future[T], waiting: Future[T]) -> None:
    if waiting.set_running_or_notify_cancel():
        waiting.set_result(ended.result())

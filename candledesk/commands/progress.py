"""Progress of long tasks on stderr, and waiting for a maintenance task with it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from candledesk.cache.maintenance_messages import MaintenanceState
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_INTERRUPTED
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.progress import Progress
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self, TextIO

    from candledesk.cache.api import MaintenanceApi
    from candledesk.cache.maintenance_messages import MaintenanceRequest, MaintenanceTask

QUIET_S = 2.0  # a task that ends sooner writes no progress where there is no terminal
LINE_S = 10.0  # between two lines about the same step there
POLL_S = 0.2


class ProgressLines:
    """Writes progress to a stream: one line that changes on a terminal, else a line now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """``stream``: stderr unless given."""
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._step = ""
        self._due_at = time.monotonic() + QUIET_S
        self._n_written = 0

    def __enter__(self) -> Self:
        """Write nothing yet."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Remove what stands on the terminal's line."""
        self._rewrite("")

    def __call__(self, progress: Progress) -> None:
        """Write the progress if it is time for it."""
        share = f" {100 * progress.done // progress.total} %" if progress.total else ""
        text = printable(f"{progress.step}{share}")
        if self._is_terminal:
            self._rewrite(text)
        elif time.monotonic() >= self._due_at:
            print(text, file=self._stream, flush=True)
            self._due_at = time.monotonic() + LINE_S

    def _rewrite(self, text: str) -> None:
        if self._is_terminal and (text or self._n_written):
            print(f"\r{text.ljust(self._n_written)}", end="" if text else "\r", file=self._stream, flush=True)
            self._n_written = len(text)


def report_migration(former: Path | None) -> None:
    """Say on stderr where the database is kept as it was before it was migrated."""
    if former is not None:
        print(
            printable(
                f"The database was brought to the present version. As it was before, it is kept as {former}; "
                f"`candledesk backup --remove {former.name}` deletes that."
            ),
            file=sys.stderr,
        )


def follow_task(cache: MaintenanceApi, request: MaintenanceRequest) -> MaintenanceTask:
    """Start a maintenance task and wait for its end with its progress on stderr; Ctrl-C cancels it."""
    task = cache.start_maintenance(request).result()
    try:
        with ProgressLines() as show:
            while task.is_live:
                time.sleep(POLL_S)
                task = cache.read_maintenance(task.task_id).result()
                show(Progress(task.step, task.done, task.total))
    except KeyboardInterrupt:
        cache.cancel_maintenance(task.task_id).result()
        raise
    return task


def run_task(cache: MaintenanceApi, request: MaintenanceRequest) -> int:
    """Start a maintenance task, wait for its end with its progress on stderr, and print what it did.

    Ctrl-C cancels it. Returns the exit code of an interruption when it was cancelled elsewhere; raises
    ``EnvironmentFaultError`` when it failed.
    """
    task = follow_task(cache, request)
    for line in task.lines:
        print(printable(line))
    if task.state is MaintenanceState.FAILED:
        raise EnvironmentFaultError(task.error or "The task failed")
    return EXIT_DONE if task.state is MaintenanceState.SUCCEEDED else EXIT_INTERRUPTED

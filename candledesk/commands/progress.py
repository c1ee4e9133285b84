"""The progress of a long task on a terminal: one bar on stderr with the step that is done now; nothing on a pipe."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from candledesk.domain.progress import Progress, ignore_progress
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.domain.progress import OnProgress


@contextmanager
def shown_progress() -> Iterator[OnProgress]:
    """Yield a function that shows the progress; the bar is gone at the end."""
    if not sys.stderr.isatty():
        yield ignore_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def show(progress: Progress) -> None:
            bars.update(
                task, description=printable(progress.step), completed=progress.done, total=progress.total or None
            )

        yield show

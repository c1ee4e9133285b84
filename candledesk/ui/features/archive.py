"""Archiving the chart's series automatically: the list of archived series, the switch and its text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.domain.job_states import ENDED, JobKind
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.actions import NO_CHART, ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import ArchiveEntry, Job
    from candledesk.domain.interval import Interval
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.shell.feature import WindowContext

TITLE = "Archive the series automatically"


def archive_text(entry: ArchiveEntry) -> str:
    """Return ``Archived · complete since 24 Oct 2026``, or why it is not complete."""
    if entry.unbroken_since is None:
        return "Archived · first run pending" if entry.last_run_at is None else f"Archived · {entry.note}"
    since = datetime.fromtimestamp(entry.unbroken_since, UTC)
    return f"Archived · complete since {since.day} {since:%b %Y}"


class ArchiveController(QObject):
    """Holds the list of archived series and changes it. ``changed`` when that changes; ``failed`` with a sentence."""

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self, cache: CacheApi, bridge: Bridge, target: Callable[[], tuple[str, Interval] | None], parent: QObject
    ) -> None:
        """``target`` returns the series of the chart in front."""
        super().__init__(parent)
        self._cache, self._target = cache, target
        self._tasks = WidgetTasks(self, self.failed.emit)
        self._entries: dict[tuple[str, str], ArchiveEntry] = {}
        bridge.job_changed.connect(self._on_job_changed)
        self._tasks.start(self._load())

    def entry(self) -> ArchiveEntry | None:
        """Return the archive entry of the chart's series, ``None`` when it is not archived.

        A derived interval is archived by its base.
        """
        target = self._target()
        return None if target is None else self._entries.get((target[0], target[1].base.name))

    def is_archived(self) -> bool:
        """Return whether the chart's series is archived."""
        return self.entry() is not None

    def title(self) -> str:
        """Return ``Archive AAPL 1m automatically``."""
        target = self._target()
        return TITLE if target is None else f"Archive {target[0]} {target[1].base.name} automatically"

    def text(self) -> str:
        """Return the state of the chart's series, empty when it is not archived."""
        entry = self.entry()
        return "" if entry is None else archive_text(entry)

    def toggle(self) -> None:
        """Archive the chart's series from now on, or stop that."""
        target = self._target()
        if target is not None:
            self._tasks.start(self._take(self._cache.set_archived(*target, is_on=not self.is_archived())))

    async def _load(self) -> None:
        found = await result_of(self._cache.list_archive())
        self._entries = {(entry.symbol, entry.interval.name): entry for entry in found}
        self.changed.emit()

    async def _take(self, changed: Future[ArchiveEntry]) -> None:
        entry = await result_of(changed)
        self._entries.pop((entry.symbol, entry.interval.name), None)
        if entry.is_on:
            self._entries[entry.symbol, entry.interval.name] = entry
        self.changed.emit()

    def _on_job_changed(self, job: Job) -> None:
        if job.kind == JobKind.ARCHIVE and job.state in ENDED:
            self._tasks.start(self._load())


class ArchiveLabel(PlainLabel):
    """The state of the chart's series in the status bar, hidden when it is not archived."""

    def __init__(self, controller: ArchiveController, context: WindowContext) -> None:
        super().__init__()
        self._controller, self._table = controller, context.table
        controller.changed.connect(self._on_archive_changed)
        context.charts.front_changed.connect(self._show_state)

    def _on_archive_changed(self) -> None:
        self._show_state()
        self._table.refresh()

    def _show_state(self) -> None:
        text = self._controller.text()
        self.setText(text)
        self.setVisible(bool(text))


def archive_feature(context: WindowContext) -> Feature:
    """Return the switch in the Data menu and the state in the status bar."""

    def target() -> tuple[str, Interval] | None:
        return context.charts.target

    controller = ArchiveController(context.cache, context.bridge, target, context.window)
    controller.failed.connect(context.charts.show_message)
    switch = ActionRow(
        "archive", "Data", TITLE, ("Ctrl+Shift+K",), controller.toggle, context.charts.has_target,
        controller.is_archived, title_now=controller.title, why_disabled=NO_CHART,
    )  # fmt: skip
    return Feature("archive", (switch,), status=(ArchiveLabel(controller, context),))

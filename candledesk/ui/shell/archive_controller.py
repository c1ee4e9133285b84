"""Keeping the chart's series complete: the state of the harvest list, the switch, and the words for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.cache.messages import JobState
from candledesk.domain.errors import CandleDeskError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import ArchiveEntry, Job
    from candledesk.domain.interval import Interval
    from candledesk.ui.bridge import Bridge

KIND = "harvest"
_ENDED = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


def archive_text(entry: ArchiveEntry) -> str:
    """Return ``Kept complete · unbroken since 24 Oct 2026``, or what stands in the way."""
    if entry.unbroken_since is None:
        return "Kept complete · waits for its first run" if entry.last_run_at is None else f"Kept · {entry.note}"
    since = datetime.fromtimestamp(entry.unbroken_since, UTC)
    return f"Kept complete · unbroken since {since.day} {since:%b %Y}"


class ArchiveController(QObject):
    """Knows which series are kept. ``changed`` when that changes; ``failed`` with a sentence."""

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self, cache: CacheApi, bridge: Bridge, target: Callable[[], tuple[str, Interval] | None], parent: QObject
    ) -> None:
        """``target`` returns the series of the chart in front."""
        super().__init__(parent)
        self._cache, self._bridge, self._target = cache, bridge, target
        self._entries: dict[tuple[str, str], ArchiveEntry] = {}
        bridge.job_changed.connect(self._on_job_changed)
        self._load()

    def entry(self) -> ArchiveEntry | None:
        """Return what is known of the chart's series when it is kept; a derived one is kept with its base."""
        target = self._target()
        return None if target is None else self._entries.get((target[0], target[1].base.name))

    def is_archived(self) -> bool:
        """Tell whether the chart's series is kept complete."""
        return self.entry() is not None

    def title(self) -> str:
        """Return ``Keep AAPL 1m complete``."""
        target = self._target()
        return "Keep complete" if target is None else f"Keep {target[0]} {target[1].base.name} complete"

    def words(self) -> str:
        """Return the state of the chart's series, empty when it is not kept."""
        entry = self.entry()
        return "" if entry is None else archive_text(entry)

    def toggle(self) -> None:
        """Keep the chart's series complete, or stop that."""
        target = self._target()
        if target is not None:
            changed = self._cache.set_archived(target[0], target[1], is_on=not self.is_archived())
            self._bridge.deliver(changed, self._on_set)

    def _load(self) -> None:
        self._bridge.deliver(self._cache.list_archive(), self._on_listed)

    def _on_listed(self, future: Future[list[ArchiveEntry]]) -> None:
        try:
            found = future.result()
        except CandleDeskError as error:
            self.failed.emit(str(error))
            return
        self._entries = {(entry.symbol, entry.interval.name): entry for entry in found}
        self.changed.emit()

    def _on_set(self, future: Future[ArchiveEntry]) -> None:
        try:
            entry = future.result()
        except CandleDeskError as error:
            self.failed.emit(str(error))
            return
        self._entries.pop((entry.symbol, entry.interval.name), None)
        if entry.is_on:
            self._entries[entry.symbol, entry.interval.name] = entry
        self.changed.emit()

    def _on_job_changed(self, job: Job) -> None:
        if job.kind == KIND and job.state in _ENDED:
            self._load()

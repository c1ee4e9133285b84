"""Events of the cache on the GUI thread: queued signals to bound methods."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from candledesk.cache.events import (
    BarsStored,
    CoverageChanged,
    EntriesRestored,
    Event,
    FaultRaised,
    JobChanged,
    JobsChanged,
    LimiterChanged,
    RefreshDue,
    SymbolReused,
    WindowRequested,
)

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi

_log = logging.getLogger(__name__)


class Bridge(QObject):
    """Emits the cache's events as signals on the GUI thread; futures are awaited (``widget_tasks``)."""

    bars_stored = Signal(object)  # BarsStored
    coverage_changed = Signal(object)  # CoverageChanged
    refresh_due = Signal(object)  # RefreshDue
    job_changed = Signal(object)  # Job
    jobs_changed = Signal()  # many at once: read the list again
    limiter_changed = Signal(object)  # LimiterState
    fault_raised = Signal(str)
    symbol_reused = Signal(str)
    window_requested = Signal(object)  # WindowRequested
    _event_arrived = Signal(object)

    def __init__(self, cache: CacheApi, parent: QObject | None = None) -> None:
        """Subscribe to the events of ``cache`` until ``close``."""
        super().__init__(parent)
        self._event_arrived.connect(self._on_event_arrived, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = cache.subscribe(self._forward_event)

    def close(self) -> None:
        """End the subscription."""
        self._unsubscribe()

    def _forward_event(self, event: Event) -> None:
        if shiboken6.isValid(self):
            self._event_arrived.emit(event)

    def _on_event_arrived(self, event: Event) -> None:
        match event:
            case BarsStored():
                self.bars_stored.emit(event)
            case CoverageChanged():
                self.coverage_changed.emit(event)
            case RefreshDue():
                self.refresh_due.emit(event)
            case JobChanged():
                self.job_changed.emit(event.job)
            case JobsChanged():
                self.jobs_changed.emit()
            case LimiterChanged():
                self.limiter_changed.emit(event.state)
            case FaultRaised():
                _log.error("%s", event.text or "bars are stored again")
                self.fault_raised.emit(event.text)
            case SymbolReused() | EntriesRestored():
                self.symbol_reused.emit(event.text)
            case WindowRequested():
                self.window_requested.emit(event)

"""Events of the cache on the GUI thread: queued signals to bound methods."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.cache.events import (
    BarsStored,
    CoverageChanged,
    DamageFound,
    EntriesRestored,
    Event,
    FaultRaised,
    JobChanged,
    JobsChanged,
    LimiterChanged,
    MaintenanceChanged,
    RefreshDue,
    SymbolReused,
    WindowRequested,
)
from candledesk.ui.gui_calls import on_gui_thread

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi

_log = logging.getLogger(__name__)
# The signal of each event, and the attribute that it carries (empty: the event itself).
_SIGNALS: dict[type, tuple[str, str]] = {
    BarsStored: ("bars_stored", ""),
    CoverageChanged: ("coverage_changed", ""),
    RefreshDue: ("refresh_due", ""),
    JobChanged: ("job_changed", "job"),
    LimiterChanged: ("limiter_changed", "state"),
    FaultRaised: ("fault_raised", "text"),
    SymbolReused: ("notice_raised", "text"),
    DamageFound: ("damage_found", "text"),
    EntriesRestored: ("damage_found", "text"),
    MaintenanceChanged: ("maintenance_changed", "task"),
    WindowRequested: ("window_requested", ""),
}


class Bridge(QObject):
    """Emits the cache's events as signals on the GUI thread; futures are awaited (``widget_tasks``)."""

    bars_stored = Signal(object)  # BarsStored
    coverage_changed = Signal(object)  # CoverageChanged
    refresh_due = Signal(object)  # RefreshDue
    job_changed = Signal(object)  # Job
    jobs_changed = Signal()  # many at once: read the list again
    limiter_changed = Signal(object)  # LimiterState
    fault_raised = Signal(str)
    notice_raised = Signal(str)
    damage_found = Signal(str)
    maintenance_changed = Signal(object)  # MaintenanceTask
    window_requested = Signal(object)  # WindowRequested

    def __init__(self, cache: CacheApi, parent: QObject | None = None) -> None:
        """Subscribe to the events of ``cache`` until ``close``."""
        super().__init__(parent)
        self._unsubscribe = cache.subscribe(on_gui_thread(self, self._on_event))

    def close(self) -> None:
        """End the subscription."""
        self._unsubscribe()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, JobsChanged):
            self.jobs_changed.emit()
            return
        if isinstance(event, FaultRaised):
            _log.error("%s", event.text or "bars are stored again")
        name, attribute = _SIGNALS[type(event)]
        getattr(self, name).emit(getattr(event, attribute) if attribute else event)

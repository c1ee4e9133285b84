"""The one way from the cache's threads to the GUI thread: queued signals to bound methods."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from candledesk.cache.messages import (
    BarsStored,
    Event,
    FaultRaised,
    JobChanged,
    JobsChanged,
    LimiterChanged,
    SymbolReused,
    WindowRequested,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi

_log = logging.getLogger(__name__)


class Bridge(QObject):
    """Re-emits the cache's events as signals and delivers futures on the GUI thread."""

    bars_stored = Signal(object)  # BarsStored
    job_changed = Signal(object)  # Job
    jobs_changed = Signal()  # many at once: read the list again
    limiter_changed = Signal(object)  # LimiterState
    fault_raised = Signal(str)
    symbol_reused = Signal(str)
    window_requested = Signal(object)  # WindowRequested
    _event_arrived = Signal(object)
    _future_ended = Signal(object, object)

    def __init__(self, cache: CacheApi, parent: QObject | None = None) -> None:
        """Subscribe; call ``close`` to leave."""
        super().__init__(parent)
        self._event_arrived.connect(self._on_event_arrived, Qt.ConnectionType.QueuedConnection)
        self._future_ended.connect(self._on_future_ended, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = cache.subscribe(self._forward_event)

    def close(self) -> None:
        """Stop listening; what is under way is dropped."""
        self._unsubscribe()

    def deliver(self, future: Future[Any], slot: Callable[[Future[Any]], None]) -> None:
        """Call ``slot(future)`` on the GUI thread when the future has ended.

        ``slot`` is a bound method, held weakly: a closed view is not called and not kept alive.
        """
        method = WeakMethod(slot)

        def forward(done: Future[Any]) -> None:
            if shiboken6.isValid(self):
                self._future_ended.emit(done, method)

        future.add_done_callback(forward)

    def _forward_event(self, event: Event) -> None:
        if shiboken6.isValid(self):
            self._event_arrived.emit(event)

    def _on_future_ended(self, future: Future[Any], method: WeakMethod[Callable[[Future[Any]], None]]) -> None:
        slot = method()
        owner = getattr(slot, "__self__", None)
        if slot is None or (isinstance(owner, QObject) and not shiboken6.isValid(owner)):
            return
        slot(future)

    def _on_event_arrived(self, event: Event) -> None:
        match event:
            case BarsStored():
                self.bars_stored.emit(event)
            case JobChanged():
                self.job_changed.emit(event.job)
            case JobsChanged():
                self.jobs_changed.emit()
            case LimiterChanged():
                self.limiter_changed.emit(event.state)
            case FaultRaised():
                _log.error("%s", event.text or "bars are stored again")
                self.fault_raised.emit(event.text)
            case SymbolReused():
                self.symbol_reused.emit(event.text)
            case WindowRequested():
                self.window_requested.emit(event)

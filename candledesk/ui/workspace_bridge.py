"""Changes of watchlists, layouts and drawings on the GUI thread: queued signals to bound methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from candledesk.workspace.events import DrawingsChanged, WatchlistChanged

if TYPE_CHECKING:
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.events import WorkspaceEvent


class WorkspaceBridge(QObject):
    """Emits the workspace's events as signals on the GUI thread, also of changes over HTTP."""

    watchlist_changed = Signal(object)  # WatchlistChanged
    layout_changed = Signal(object)  # LayoutChanged
    drawings_changed = Signal(object)  # DrawingsChanged
    _event_arrived = Signal(object)

    def __init__(self, workspace: SubscribedWorkspace, parent: QObject | None = None) -> None:
        """Subscribe to the events of ``workspace`` until ``close``."""
        super().__init__(parent)
        self._event_arrived.connect(self._on_event_arrived, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = workspace.subscribe(self._forward_event)

    def close(self) -> None:
        """End the subscription."""
        self._unsubscribe()

    def _forward_event(self, event: WorkspaceEvent) -> None:
        if shiboken6.isValid(self):
            self._event_arrived.emit(event)

    def _on_event_arrived(self, event: WorkspaceEvent) -> None:
        if isinstance(event, DrawingsChanged):
            self.drawings_changed.emit(event)
        else:
            (self.watchlist_changed if isinstance(event, WatchlistChanged) else self.layout_changed).emit(event)

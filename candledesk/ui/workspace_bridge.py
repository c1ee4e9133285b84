"""Changes of watchlists, layouts and drawings on the GUI thread: queued signals to bound methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.ui.gui_calls import on_gui_thread
from candledesk.workspace.events import DrawingsChanged, WatchlistChanged

if TYPE_CHECKING:
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.events import WorkspaceEvent


class WorkspaceBridge(QObject):
    """Emits the workspace's events as signals on the GUI thread, also of changes over HTTP."""

    watchlist_changed = Signal(object)  # WatchlistChanged
    layout_changed = Signal(object)  # LayoutChanged
    drawings_changed = Signal(object)  # DrawingsChanged

    def __init__(self, workspace: SubscribedWorkspace, parent: QObject | None = None) -> None:
        """Subscribe to the events of ``workspace`` until ``close``."""
        super().__init__(parent)
        self._unsubscribe = workspace.subscribe(on_gui_thread(self, self._on_event))

    def close(self) -> None:
        """End the subscription."""
        self._unsubscribe()

    def _on_event(self, event: WorkspaceEvent) -> None:
        if isinstance(event, DrawingsChanged):
            self.drawings_changed.emit(event)
        else:
            (self.watchlist_changed if isinstance(event, WatchlistChanged) else self.layout_changed).emit(event)

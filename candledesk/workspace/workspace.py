"""The workspace implements ``WorkspaceApi`` over the user data of one home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.user.layouts import AUTOSAVED, LAYOUTS, write_layout
from candledesk.store.user.watchlists import WATCHLISTS
from candledesk.workspace.drawings.drawing_store import DrawingStore
from candledesk.workspace.events import LayoutChanged, WatchlistChanged, WorkspaceEvents
from candledesk.workspace.named_documents import DocumentKind, NamedDocumentStore
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.watchlists.watchlist import load_watchlist, watchlist_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from typing import Any

    from candledesk.drawings.drawing import Drawing
    from candledesk.store.user.documents import Document
    from candledesk.workspace.drawings.drawing_store import DeletedDrawing
    from candledesk.workspace.events import WorkspaceEvent
    from candledesk.workspace.user_data import UserData
    from candledesk.workspace.watchlists.matching import SymbolNames
    from candledesk.workspace.watchlists.watchlist import Watchlist


def _encode_watchlist(watchlist: Watchlist) -> tuple[str, Document]:
    return watchlist.name, watchlist_document(watchlist)


def _encode_layout(layout: NamedLayout) -> tuple[str, Document]:
    return layout.name, dict(layout.document)


_WATCHLISTS = DocumentKind(
    "watchlist", WATCHLISTS, _encode_watchlist, load_watchlist, WATCHLISTS.write, WatchlistChanged
)
_LAYOUTS = DocumentKind("layout", LAYOUTS, _encode_layout, NamedLayout, write_layout, LayoutChanged, AUTOSAVED)


class Workspace:
    """Watchlists, named layouts and drawings, with events of their changes."""

    def __init__(self, user_data: UserData, symbol_names: SymbolNames | None = None) -> None:
        """Read nothing yet; ``symbol_names``: see ``SubscribedWorkspace``."""
        self.symbol_names = symbol_names
        self._events = WorkspaceEvents()
        self._watchlists = NamedDocumentStore(user_data, _WATCHLISTS, self._events.emit)
        self._layouts = NamedDocumentStore(user_data, _LAYOUTS, self._events.emit)
        self._drawings = DrawingStore(user_data, self._events.emit)

    def subscribe(self, callback: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
        """Call ``callback`` for every event until the returned function is called."""
        return self._events.subscribe(callback)

    def list_watchlists(self) -> Future[list[Watchlist]]:
        """Return all watchlists in the person's order."""
        return self._watchlists.list_all()

    def read_watchlist(self, name: str) -> Future[Watchlist]:
        """Return one watchlist."""
        return self._watchlists.read(name)

    def add_watchlist(self, watchlist: Watchlist) -> Future[Watchlist]:
        """Store a new watchlist."""
        return self._watchlists.add(watchlist)

    def put_watchlist(self, name: str, watchlist: Watchlist) -> Future[Watchlist]:
        """Replace, add or rename a watchlist; see ``WorkspaceApi``."""
        return self._watchlists.put(name, watchlist)

    def delete_watchlist(self, name: str) -> Future[Watchlist]:
        """Remove a watchlist, and return what it was."""
        return self._watchlists.delete(name)

    def list_layouts(self) -> Future[list[NamedLayout]]:
        """Return all named layouts in the person's order."""
        return self._layouts.list_all()

    def read_layout(self, name: str) -> Future[NamedLayout]:
        """Return one layout."""
        return self._layouts.read(name)

    def add_layout(self, layout: NamedLayout) -> Future[NamedLayout]:
        """Store a new layout."""
        return self._layouts.add(layout)

    def put_layout(self, name: str, layout: NamedLayout) -> Future[NamedLayout]:
        """Replace, add or rename a layout; see ``WorkspaceApi``."""
        return self._layouts.put(name, layout)

    def delete_layout(self, name: str) -> Future[NamedLayout]:
        """Remove a layout with its versions, and return what it was."""
        return self._layouts.delete(name)

    def list_drawings(self, symbol: str | None = None) -> Future[list[Drawing]]:
        """Return the drawings of a symbol, or all of them."""
        return self._drawings.list_all(symbol)

    def list_deleted_drawings(self, symbol: str | None = None) -> Future[list[DeletedDrawing]]:
        """Return the drawings that were deleted in the last 30 days."""
        return self._drawings.list_deleted(symbol)

    def read_drawing(self, drawing_id: str) -> Future[Drawing]:
        """Return one drawing."""
        return self._drawings.read(drawing_id)

    def put_drawings(self, drawings: Sequence[Drawing]) -> Future[list[Drawing]]:
        """Store drawings; see ``WorkspaceApi``."""
        return self._drawings.put(drawings)

    def change_drawing(self, drawing_id: str, fields: Mapping[str, Any]) -> Future[Drawing]:
        """Replace fields of a drawing's JSON."""
        return self._drawings.change(drawing_id, fields)

    def delete_drawing(self, drawing_id: str) -> Future[Drawing]:
        """Delete a drawing and return what it was."""
        return self._drawings.delete(drawing_id)

    def delete_drawings_by(self, by: str, symbol: str | None = None) -> Future[list[Drawing]]:
        """Delete all drawings that the script ``by`` made."""
        return self._drawings.delete_by(by, symbol)

    def save_drawings(self, drawings: Sequence[Drawing], deleted: Iterable[str]) -> Future[None]:
        """Store drawings and delete others in one transaction."""
        return self._drawings.save(drawings, deleted)

"""The workspace implements ``WorkspaceApi`` over the user data of one home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.user.layouts import AUTOSAVED, LAYOUTS, write_layout
from candledesk.store.user.watchlists import WATCHLISTS
from candledesk.workspace.events import LayoutChanged, WatchlistChanged, WorkspaceEvents
from candledesk.workspace.named_documents import DocumentKind, NamedDocumentStore
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.templates.indicator_templates import DEFAULTS, TEMPLATES
from candledesk.workspace.watchlists.watchlist import load_watchlist, watchlist_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.store.user.documents import Document
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
    """Watchlists, named layouts and templates, with events of the changes of the former two."""

    def __init__(self, user_data: UserData, symbol_names: SymbolNames | None = None) -> None:
        """Read nothing yet; ``symbol_names``: see ``SubscribedWorkspace``."""
        self.symbol_names = symbol_names
        self._events = WorkspaceEvents()
        self._watchlists = NamedDocumentStore(user_data, _WATCHLISTS, self._events.emit)
        self._layouts = NamedDocumentStore(user_data, _LAYOUTS, self._events.emit)
        self.indicator_templates = NamedDocumentStore(user_data, TEMPLATES, self._events.emit)
        self.indicator_defaults = NamedDocumentStore(user_data, DEFAULTS, self._events.emit)

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

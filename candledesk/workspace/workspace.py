"""The workspace implements ``WorkspaceApi`` over the user data of one home."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.domain.errors import UnknownNameError
from candledesk.store.user.layouts import (
    AUTOSAVED,
    LAYOUTS,
    list_layout_versions,
    read_layout_version,
    write_layout,
)
from candledesk.store.user.watchlists import WATCHLISTS
from candledesk.workspace.drawings.drawing_store import DrawingStore
from candledesk.workspace.events import LayoutChanged, WatchlistChanged, WorkspaceEvents
from candledesk.workspace.layout import parse_layout
from candledesk.workspace.layout_versions import LayoutVersion, keeps_version
from candledesk.workspace.named_documents import DocumentKind, NamedDocumentStore
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.templates import drawing_templates
from candledesk.workspace.templates.indicator_templates import DEFAULTS, TEMPLATES
from candledesk.workspace.watchlists.watchlist import load_watchlist, watchlist_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from typing import Any

    from candledesk.drawings.drawing import Drawing
    from candledesk.store import Connection
    from candledesk.store.user.documents import Document
    from candledesk.workspace.drawings.drawing_store import DeletedDrawing
    from candledesk.workspace.events import WorkspaceEvent
    from candledesk.workspace.templates.drawing_templates import DrawingTemplate
    from candledesk.workspace.user_data import UserData
    from candledesk.workspace.watchlists.matching import SymbolNames
    from candledesk.workspace.watchlists.watchlist import Watchlist


def _encode_watchlist(watchlist: Watchlist) -> tuple[str, Document]:
    return watchlist.name, watchlist_document(watchlist)


def _encode_layout(layout: NamedLayout) -> tuple[str, Document]:
    return layout.name, dict(layout.document)


def _save_layout(former: Mapping[str, object], conn: Connection, name: str, document: Document, now: int) -> bool:
    """Store a layout as an automatic save does; ``former``: what its caller stored or read last."""
    row, newest = LAYOUTS.read_row(conn, name), next(iter(list_layout_versions(conn, name)), None)
    is_due = row is not None and keeps_version(now, row.updated_at, newest.saved_at if newest else None)
    is_others = LAYOUTS.read(conn, name) != former
    return write_layout(conn, name, document, now, keeps_version=is_due or is_others)


def _read_version(conn: Connection, name: str, version_id: int) -> NamedLayout:
    """Return a version of a layout; ``UnknownNameError`` when there is none."""
    document = read_layout_version(conn, name, version_id)
    if document is None or name == AUTOSAVED:
        raise UnknownNameError(f"The layout {name!r} has no version {version_id}: list them to see the numbers.")
    saved_at = {row.version_id: row.saved_at for row in list_layout_versions(conn, name)}[version_id]
    return NamedLayout(name, document, saved_at)


def _describe_version(conn: Connection, name: str, version_id: int) -> LayoutVersion:
    version = _read_version(conn, name, version_id)
    charts = parse_layout(version.document).charts
    return LayoutVersion(
        version_id, version.updated_at, tuple(f"{chart[0]} {chart[1].name}" for chart in charts if chart is not None)
    )


_WATCHLISTS = DocumentKind(
    "watchlist", WATCHLISTS, _encode_watchlist, load_watchlist, WATCHLISTS.write, WatchlistChanged
)
_LAYOUTS = DocumentKind("layout", LAYOUTS, _encode_layout, NamedLayout, write_layout, LayoutChanged, AUTOSAVED)


class Workspace:
    """Watchlists, named layouts, drawings and templates, with events of the changes of the former three."""

    def __init__(
        self,
        user_data: UserData,
        symbol_names: SymbolNames | None = None,
        events: WorkspaceEvents | None = None,
        origin: str = "",
    ) -> None:
        """Read nothing yet; ``symbol_names``: see ``SubscribedWorkspace``.

        ``events``: those of another workspace of the same user data; ``origin``: of the events of changes.
        """
        self.symbol_names = symbol_names
        self._user_data = user_data
        self._events = events or WorkspaceEvents()
        self._watchlists = NamedDocumentStore(user_data, _WATCHLISTS, self._events.emit, origin)
        self._layouts = NamedDocumentStore(user_data, _LAYOUTS, self._events.emit, origin)
        self.indicator_templates = NamedDocumentStore(user_data, TEMPLATES, self._events.emit, origin)
        self.indicator_defaults = NamedDocumentStore(user_data, DEFAULTS, self._events.emit, origin)
        self.drawing_defaults = NamedDocumentStore(user_data, drawing_templates.DEFAULTS, self._events.emit, origin)
        self._drawings = DrawingStore(user_data, self._events.emit, origin)

    def drawing_templates(self, tool: str) -> NamedDocumentStore[DrawingTemplate]:
        """Return the templates of a drawing tool."""
        return NamedDocumentStore(self._user_data, drawing_templates.templates_of(tool), self._events.emit)

    def from_origin(self, origin: str) -> Workspace:
        """Return this workspace with another origin in the events of its changes."""
        return Workspace(self._user_data, self.symbol_names, self._events, origin)

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

    def save_layout(self, layout: NamedLayout, former: Mapping[str, object]) -> Future[NamedLayout]:
        """Store a layout as an automatic save does; see ``SubscribedWorkspace``."""
        return self._layouts.put(layout.name, layout, partial(_save_layout, former), has_former=True)

    def list_layout_versions(self, name: str) -> Future[list[LayoutVersion]]:
        """Return the earlier versions of a layout, the latest first."""

        def read(conn: Connection) -> list[LayoutVersion]:
            self._layouts.require(conn, name)
            return [_describe_version(conn, name, row.version_id) for row in list_layout_versions(conn, name)]

        return self._user_data.read(read)

    def read_layout_version(self, name: str, version_id: int) -> Future[NamedLayout]:
        """Return a version under the layout's name."""
        return self._user_data.read(lambda conn: _read_version(conn, name, version_id))

    def restore_layout_version(self, name: str, version_id: int) -> Future[NamedLayout]:
        """Store a version in the place of its layout, which becomes a version itself."""
        return self._layouts.replace(name, lambda conn: _read_version(conn, name, version_id))

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

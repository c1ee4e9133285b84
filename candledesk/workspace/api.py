"""What the window, the web server and the commands may ask of what a person made, as a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from typing import Any

    from candledesk.drawings.drawing import Drawing
    from candledesk.workspace.drawings.drawing_store import DeletedDrawing
    from candledesk.workspace.events import WorkspaceEvent
    from candledesk.workspace.layout_versions import LayoutVersion
    from candledesk.workspace.named_documents import NamedDocumentStore
    from candledesk.workspace.named_layouts import NamedLayout
    from candledesk.workspace.templates.drawing_templates import DrawingTemplate
    from candledesk.workspace.templates.indicator_templates import IndicatorTemplate
    from candledesk.workspace.watchlists.matching import SymbolNames
    from candledesk.workspace.watchlists.watchlist import Watchlist


class WorkspaceApi(Protocol):
    """Watchlists, named layouts and drawings; also answered by a running instance over HTTP (``web.workspace_client``).

    Every method may be called from any thread, returns at once, and answers through a future. A change is on the disk
    when its future ends. Futures fail with ``UnknownNameError``, ``NameTakenError``, ``DocumentError``, and with
    ``EnvironmentFaultError`` when the file cannot be read or written.
    """

    def list_watchlists(self) -> Future[list[Watchlist]]:
        """Return all watchlists in the person's order."""
        ...

    def read_watchlist(self, name: str) -> Future[Watchlist]:
        """Return one watchlist."""
        ...

    def add_watchlist(self, watchlist: Watchlist) -> Future[Watchlist]:
        """Store a new watchlist; ``NameTakenError`` when its name is taken."""
        ...

    def put_watchlist(self, name: str, watchlist: Watchlist) -> Future[Watchlist]:
        """Store a watchlist in the place of the one of that name, or as a new one; another name in it renames it."""
        ...

    def delete_watchlist(self, name: str) -> Future[Watchlist]:
        """Remove a watchlist, and return what it was."""
        ...

    def list_layouts(self) -> Future[list[NamedLayout]]:
        """Return all named layouts in the person's order."""
        ...

    def read_layout(self, name: str) -> Future[NamedLayout]:
        """Return one layout."""
        ...

    def add_layout(self, layout: NamedLayout) -> Future[NamedLayout]:
        """Store a new layout; ``NameTakenError`` when its name is taken."""
        ...

    def put_layout(self, name: str, layout: NamedLayout) -> Future[NamedLayout]:
        """Store a layout in the place of the one of that name, which becomes a version; or as a new one.

        Another name in it renames the layout.
        """
        ...

    def delete_layout(self, name: str) -> Future[NamedLayout]:
        """Remove a layout with its versions, and return what it was."""
        ...

    def list_layout_versions(self, name: str) -> Future[list[LayoutVersion]]:
        """Return the earlier versions of a layout, at most 20, the latest first."""
        ...

    def read_layout_version(self, name: str, version_id: int) -> Future[NamedLayout]:
        """Return a version under the layout's name; ``UnknownNameError`` when there is none, as for an unknown name."""
        ...

    def restore_layout_version(self, name: str, version_id: int) -> Future[NamedLayout]:
        """Store a version in the place of its layout, which becomes a version itself, and return it."""
        ...

    def list_drawings(self, symbol: str | None = None) -> Future[list[Drawing]]:
        """Return the drawings of a symbol, or all of them by symbol, in the order of painting."""
        ...

    def list_deleted_drawings(self, symbol: str | None = None) -> Future[list[DeletedDrawing]]:
        """Return the drawings that were deleted in the last 30 days, the latest first."""
        ...

    def read_drawing(self, drawing_id: str) -> Future[Drawing]:
        """Return one drawing."""
        ...

    def put_drawings(self, drawings: Sequence[Drawing]) -> Future[list[Drawing]]:
        """Store drawings in the place of those with their ids, or as new ones; return them as they are stored.

        One without an id gets one; one without ``z`` keeps its place, or is put above all others of its symbol.
        """
        ...

    def change_drawing(self, drawing_id: str, fields: Mapping[str, Any]) -> Future[Drawing]:
        """Replace fields of a drawing's JSON; ``style`` is merged. ``DocumentError`` for one that is not valid."""
        ...

    def delete_drawing(self, drawing_id: str) -> Future[Drawing]:
        """Delete a drawing and return what it was; storing that again within 30 days or later brings it back."""
        ...

    def delete_drawings_by(self, by: str, symbol: str | None = None) -> Future[list[Drawing]]:
        """Delete all drawings that the script ``by`` made, of a symbol or all, and return what they were."""
        ...


class SubscribedWorkspace(WorkspaceApi, Protocol):
    """A workspace of this process, which also calls subscribers.

    ``symbol_names``: how files of TradingView spell symbols, ``None`` where no provider can say.
    ``indicator_templates``: lists of indicators by name; ``indicator_defaults``: how new indicators begin, by their id;
    ``drawing_defaults``: how new drawings begin, by the id of their tool.
    """

    symbol_names: SymbolNames | None
    indicator_templates: NamedDocumentStore[IndicatorTemplate]
    indicator_defaults: NamedDocumentStore[IndicatorTemplate]
    drawing_defaults: NamedDocumentStore[DrawingTemplate]

    def drawing_templates(self, tool: str) -> NamedDocumentStore[DrawingTemplate]:
        """Return the templates of a drawing tool by its id."""
        ...

    def from_origin(self, origin: str) -> SubscribedWorkspace:
        """Return this workspace with another origin in the events of its changes."""
        ...

    def save_layout(self, layout: NamedLayout, former: Mapping[str, object]) -> Future[NamedLayout]:
        """Store a layout in the place of the one of its name, without a person's doing.

        ``former``: the document that the caller stored or read last; what someone else has stored since becomes a
        version, the caller's own only now and then (``layout_versions.keeps_version``). ``UnknownNameError`` when there
        is no layout of that name: one that was deleted does not come back by itself.
        """
        ...

    def save_drawings(self, drawings: Sequence[Drawing], deleted: Iterable[str]) -> Future[None]:
        """Store drawings and delete others in one transaction; an id of ``deleted`` that there is not is ignored."""
        ...

    def subscribe(self, callback: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
        """Call ``callback`` for every event, on the thread of the user data, until the returned function is called."""
        ...

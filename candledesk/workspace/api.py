"""What the window, the web server and the commands may ask of what a person made, as a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from candledesk.workspace.events import WorkspaceEvent
    from candledesk.workspace.layout_versions import LayoutVersion
    from candledesk.workspace.named_layouts import NamedLayout
    from candledesk.workspace.watchlists.matching import SymbolNames
    from candledesk.workspace.watchlists.watchlist import Watchlist


class WorkspaceApi(Protocol):
    """Watchlists and named layouts; also answered by a running instance over HTTP (``web.workspace_client``).

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


class SubscribedWorkspace(WorkspaceApi, Protocol):
    """A workspace of this process, which also calls subscribers.

    ``symbol_names``: how files of TradingView spell symbols, ``None`` where no provider can say.
    """

    symbol_names: SymbolNames | None

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

    def subscribe(self, callback: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
        """Call ``callback`` for every event, on the thread of the user data, until the returned function is called."""
        ...

"""The watchlists and layouts of the running instance, for a second process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from candledesk.domain.times import parse_time
from candledesk.web.api.workspace.layouts import PATH as LAYOUTS
from candledesk.web.api.workspace.watchlists import PATH as WATCHLISTS
from candledesk.web.api_client import answered
from candledesk.web.codec import decode
from candledesk.workspace.layout_versions import LayoutVersion
from candledesk.workspace.named_layouts import NamedLayout, named_layout_json
from candledesk.workspace.watchlists.watchlist import Watchlist, watchlist_document

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.web.api_client import ApiClient


class RemoteWorkspace:
    """Implements ``WorkspaceApi`` with the answers of the instance that holds the home; its calls block."""

    def __init__(self, api: ApiClient) -> None:
        """``api``: a client of that instance."""
        self._api = api

    def list_watchlists(self) -> Future[list[Watchlist]]:
        """Return all watchlists."""
        return answered(lambda: [decode(Watchlist, row) for row in self._api.get(WATCHLISTS)])

    def read_watchlist(self, name: str) -> Future[Watchlist]:
        """Return one watchlist."""
        return answered(lambda: decode(Watchlist, self._api.get(_address(WATCHLISTS, name))))

    def add_watchlist(self, watchlist: Watchlist) -> Future[Watchlist]:
        """Store a new watchlist."""
        return answered(lambda: decode(Watchlist, self._api.post(WATCHLISTS, watchlist_document(watchlist))))

    def put_watchlist(self, name: str, watchlist: Watchlist) -> Future[Watchlist]:
        """Replace, add or rename a watchlist."""
        body = watchlist_document(watchlist)
        return answered(lambda: decode(Watchlist, self._api.put(_address(WATCHLISTS, name), body)))

    def delete_watchlist(self, name: str) -> Future[Watchlist]:
        """Remove a watchlist, and return what it was."""
        return answered(lambda: decode(Watchlist, self._api.delete(_address(WATCHLISTS, name))))

    def list_layouts(self) -> Future[list[NamedLayout]]:
        """Return all named layouts."""
        return answered(lambda: [self._read_layout(row["name"]) for row in self._api.get(LAYOUTS)])

    def read_layout(self, name: str) -> Future[NamedLayout]:
        """Return one layout."""
        return answered(lambda: self._read_layout(name))

    def add_layout(self, layout: NamedLayout) -> Future[NamedLayout]:
        """Store a new layout."""
        return answered(lambda: _layout(self._api.post(LAYOUTS, named_layout_json(layout))))

    def put_layout(self, name: str, layout: NamedLayout) -> Future[NamedLayout]:
        """Replace, add or rename a layout."""
        return answered(lambda: _layout(self._api.put(_address(LAYOUTS, name), named_layout_json(layout))))

    def delete_layout(self, name: str) -> Future[NamedLayout]:
        """Remove a layout, and return what it was."""
        return answered(lambda: _layout(self._api.delete(_address(LAYOUTS, name))))

    def list_layout_versions(self, name: str) -> Future[list[LayoutVersion]]:
        """Return the earlier versions of a layout, the latest first."""
        address = f"{_address(LAYOUTS, name)}/versions"
        return answered(lambda: [decode(LayoutVersion, row) for row in self._api.get(address)])

    def read_layout_version(self, name: str, version_id: int) -> Future[NamedLayout]:
        """Return a version under the layout's name."""
        return answered(lambda: _layout(self._api.get(f"{_address(LAYOUTS, name)}/versions/{version_id}")))

    def restore_layout_version(self, name: str, version_id: int) -> Future[NamedLayout]:
        """Store a version in the place of its layout, which becomes a version itself."""
        body = {"version_id": version_id}
        return answered(lambda: _layout(self._api.post(f"{_address(LAYOUTS, name)}/restore", body)))

    def _read_layout(self, name: str) -> NamedLayout:
        return _layout(self._api.get(_address(LAYOUTS, name)))


def _address(path: str, name: str) -> str:
    return f"{path}/{quote(name, safe='')}"


def _layout(row: dict[str, Any]) -> NamedLayout:
    document = {key: value for key, value in row.items() if key not in {"name", "updated_at"}}
    return NamedLayout(row["name"], document, parse_time(row["updated_at"], "updated_at"))

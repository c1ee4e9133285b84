"""The watchlists, layouts and drawings of the running instance, for a second process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from candledesk.domain.times import parse_time
from candledesk.drawings.document.drawings_json import FORMAT, drawing_json, parse_drawing
from candledesk.web.api.workspace.drawings import PATH as DRAWINGS
from candledesk.web.api.workspace.layouts import PATH as LAYOUTS
from candledesk.web.api.workspace.watchlists import PATH as WATCHLISTS
from candledesk.web.api_client import answered
from candledesk.web.codec import decode
from candledesk.workspace.drawings.drawing_store import DeletedDrawing
from candledesk.workspace.layout_versions import LayoutVersion
from candledesk.workspace.named_layouts import NamedLayout, named_layout_json
from candledesk.workspace.watchlists.watchlist import Watchlist, watchlist_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from candledesk.drawings.drawing import Drawing
    from candledesk.web.api_client import ApiClient

_PART_BYTES = 60 * 1024  # of one request; the server takes 64 KiB


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

    def list_drawings(self, symbol: str | None = None) -> Future[list[Drawing]]:
        """Return the drawings of a symbol, or all of them."""
        return answered(lambda: _drawings(self._api.get(DRAWINGS, {"symbol": symbol})))

    def list_deleted_drawings(self, symbol: str | None = None) -> Future[list[DeletedDrawing]]:
        """Return the drawings that were deleted in the last 30 days."""
        return answered(lambda: self._list_deleted(symbol))

    def _list_deleted(self, symbol: str | None) -> list[DeletedDrawing]:
        document = self._api.get(DRAWINGS, {"symbol": symbol, "deleted": "true"})
        times = document["deleted_at"]
        return [DeletedDrawing(one, parse_time(times[one.id], "deleted_at")) for one in _drawings(document)]

    def read_drawing(self, drawing_id: str) -> Future[Drawing]:
        """Return one drawing."""
        return answered(lambda: _drawing(self._api.get(_address(DRAWINGS, drawing_id))))

    def put_drawings(self, drawings: Sequence[Drawing]) -> Future[list[Drawing]]:
        """Store drawings, with as few requests as their size allows."""
        return answered(lambda: [one for part in _parts(drawings) for one in _drawings(self._api.post(DRAWINGS, part))])

    def change_drawing(self, drawing_id: str, fields: Mapping[str, Any]) -> Future[Drawing]:
        """Replace fields of a drawing's JSON."""
        return answered(lambda: _drawing(self._api.patch(_address(DRAWINGS, drawing_id), dict(fields))))

    def delete_drawing(self, drawing_id: str) -> Future[Drawing]:
        """Delete a drawing and return what it was."""
        return answered(lambda: _drawing(self._api.delete(_address(DRAWINGS, drawing_id))))

    def delete_drawings_by(self, by: str, symbol: str | None = None) -> Future[list[Drawing]]:
        """Delete all drawings that the script ``by`` made."""
        return answered(lambda: _drawings(self._api.delete(DRAWINGS, {"by": by, "symbol": symbol})))

    def _read_layout(self, name: str) -> NamedLayout:
        return _layout(self._api.get(_address(LAYOUTS, name)))


def _address(path: str, name: str) -> str:
    return f"{path}/{quote(name, safe='')}"


def _drawing(row: dict[str, Any]) -> Drawing:
    return parse_drawing(row, is_stored=True)


def _drawings(document: dict[str, Any]) -> list[Drawing]:
    return [_drawing(row) for row in document["drawings"]]


def _parts(drawings: Iterable[Drawing]) -> Iterator[dict[str, Any]]:
    """Yield documents of the drawings that each fit into one request."""
    rows: list[dict[str, Any]] = []
    n_bytes = 0
    for drawing in drawings:
        row = drawing_json(drawing)
        length = len(json.dumps(row, ensure_ascii=False).encode()) + len(", ")
        if rows and n_bytes + length > _PART_BYTES:
            yield {"format": FORMAT, "drawings": rows}
            rows, n_bytes = [], 0
        rows.append(row)
        n_bytes += length
    if rows:
        yield {"format": FORMAT, "drawings": rows}


def _layout(row: dict[str, Any]) -> NamedLayout:
    document = {key: value for key, value in row.items() if key not in {"name", "updated_at"}}
    return NamedLayout(row["name"], document, parse_time(row["updated_at"], "updated_at"))

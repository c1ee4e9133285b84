"""Reading and changing drawings in ``user.db``; every change is one transaction and one event for each symbol.

The last write wins, in the order in which the thread of the user data gets the changes. What is deleted stays in the
bin for 30 days (WORKBENCH.md §2.5); writing it again takes it out.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.domain.errors import DocumentError, UnknownNameError
from candledesk.domain.interval import DAY_S
from candledesk.drawings.document.drawings_json import MAX_DRAWINGS, MAX_Z, changed_drawing, drawing_json, parse_drawing
from candledesk.store.user.drawings import (
    delete_drawing,
    empty_bin,
    read_bin,
    read_drawing,
    read_drawings,
    read_extent,
    write_drawing,
)
from candledesk.workspace.events import DrawingsChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from candledesk.domain.times import UtcSeconds
    from candledesk.drawings.drawing import Drawing
    from candledesk.store import Connection
    from candledesk.store.user.drawings import StoredDrawing
    from candledesk.workspace.events import WorkspaceEvent
    from candledesk.workspace.user_data import UserData

T = TypeVar("T")
BIN_S = 30 * DAY_S
_ID_BYTES = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeletedDrawing:
    """A drawing in the bin; ``deleted_at`` in UTC seconds."""

    drawing: Drawing
    deleted_at: UtcSeconds


class DrawingStore:
    """The drawings of one home.

    Futures fail with ``UnknownNameError``, ``DocumentError`` when a symbol has too many drawings, and with
    ``EnvironmentFaultError`` when the file cannot be read or written.
    """

    def __init__(self, user_data: UserData, emit: Callable[[WorkspaceEvent], None], origin: str = "") -> None:
        """Read nothing yet; ``emit`` is called on the thread of the user data after a change is on the disk.

        ``origin``: that of the events.
        """
        self._user_data = user_data
        self._origin = origin
        self._emit = emit

    def list_all(self, symbol: str | None = None) -> Future[list[Drawing]]:
        """Return the drawings of a symbol, or all, in the order of painting."""
        return self._user_data.read(lambda conn: [one for _, one in _readable(read_drawings(conn, symbol))])

    def list_deleted(self, symbol: str | None = None) -> Future[list[DeletedDrawing]]:
        """Return what was deleted in the last 30 days, the latest first."""

        def read(conn: Connection) -> list[DeletedDrawing]:
            since = self._user_data.now() - BIN_S
            rows = (row for row in read_bin(conn) if symbol in {None, row.symbol})
            found = ((one, row.deleted_at) for row, one in _readable(rows))
            return [DeletedDrawing(one, at) for one, at in found if at is not None and at >= since]

        return self._user_data.read(read)

    def read(self, drawing_id: str) -> Future[Drawing]:
        """Return one drawing that is not in the bin."""
        return self._user_data.read(lambda conn: _require(conn, drawing_id))

    def put(self, drawings: Sequence[Drawing]) -> Future[list[Drawing]]:
        """Store drawings in the place of those with their ids, or as new ones; return them as they are stored.

        One without an id gets one, one without ``z`` keeps its place or comes on top.
        """

        def write(conn: Connection, changes: _Changes) -> list[Drawing]:
            stored = [self._write(conn, drawing, changes) for drawing in drawings]
            _require_few(conn, {drawing.symbol for drawing in drawings})
            return stored

        return self._change(write)

    def save(self, drawings: Sequence[Drawing], deleted: Iterable[str]) -> Future[None]:
        """Store drawings and delete others in one transaction, as the window does after a person's changes."""
        ids = tuple(deleted)

        def write(conn: Connection, changes: _Changes) -> None:
            for drawing_id in ids:
                self._delete(conn, drawing_id, changes)
            for drawing in drawings:
                self._write(conn, drawing, changes)
            _require_few(conn, {drawing.symbol for drawing in drawings})

        return self._change(write)

    def change(self, drawing_id: str, fields: Mapping[str, Any]) -> Future[Drawing]:
        """Replace fields of a drawing's JSON (``changed_drawing``); ``DocumentError`` for one that is not valid."""

        def write(conn: Connection, changes: _Changes) -> Drawing:
            return self._write(conn, changed_drawing(_require(conn, drawing_id), fields), changes)

        return self._change(write)

    def delete(self, drawing_id: str) -> Future[Drawing]:
        """Move a drawing to the bin, and return what it was."""

        def write(conn: Connection, changes: _Changes) -> Drawing:
            former = _require(conn, drawing_id)
            self._delete(conn, drawing_id, changes)
            return former

        return self._change(write)

    def delete_by(self, by: str, symbol: str | None = None) -> Future[list[Drawing]]:
        """Move all drawings that the script ``by`` made to the bin, of one symbol or all; return what they were.

        ``DocumentError`` without a name, which would mean all that a person drew.
        """

        def write(conn: Connection, changes: _Changes) -> list[Drawing]:
            if not by:
                raise DocumentError("by", "The name of a script is missing: what a person drew has none")
            rows = (row for row in read_drawings(conn, symbol) if row.document.get("by", "") == by)
            former = [one for _, one in _readable(rows)]
            for drawing in former:
                self._delete(conn, drawing.id, changes)
            return former

        return self._change(write)

    def _write(self, conn: Connection, drawing: Drawing, changes: _Changes) -> Drawing:
        drawing_id = drawing.id or secrets.token_hex(_ID_BYTES)
        former = read_drawing(conn, drawing_id)
        z = drawing.z
        if z is None:
            is_kept = former is not None and former.symbol == drawing.symbol
            z = former.position if former is not None and is_kept else changes.top_of(conn, drawing.symbol) + 1
        z = min(max(z, -MAX_Z), MAX_Z)  # above the highest place there is none: it could not be read again
        stored = replace(drawing, id=drawing_id, z=z)
        changes.raise_top(drawing.symbol, z)
        document = drawing_json(stored)
        if write_drawing(conn, drawing_id, stored.symbol, document, self._user_data.now(), position=z):
            last = former.symbol if former is not None and former.deleted_at is None else None
            changes.add(stored.symbol, "changed" if last == stored.symbol else "added", drawing_id)
            if last not in {None, stored.symbol}:
                changes.add(str(last), "deleted", drawing_id)
        return stored

    def _delete(self, conn: Connection, drawing_id: str, changes: _Changes) -> None:
        former = read_drawing(conn, drawing_id)
        if former is not None and delete_drawing(conn, drawing_id, self._user_data.now()):
            changes.add(former.symbol, "deleted", drawing_id)

    def _change(self, task: Callable[[Connection, _Changes], T]) -> Future[T]:
        changes = _Changes()

        def run(conn: Connection) -> T:
            empty_bin(conn, self._user_data.now() - BIN_S)
            return task(conn, changes)

        def report(done: Future[T]) -> None:
            if not done.cancelled() and done.exception() is None:
                for event in changes.events(self._origin):
                    self._emit(event)

        changed = self._user_data.write(run)
        changed.add_done_callback(report)
        return changed


class _Changes:
    """What one transaction changed, by symbol and kind."""

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, list[str]]] = {}
        self._tops: dict[str, int] = {}

    def add(self, symbol: str, kind: str, drawing_id: str) -> None:
        """Note one change; ``kind``: a field of ``DrawingsChanged``."""
        self._ids.setdefault(symbol, {}).setdefault(kind, []).append(drawing_id)

    def top_of(self, conn: Connection, symbol: str) -> int:
        """Return the highest place among the drawings of a symbol, read once."""
        if symbol not in self._tops:
            self._tops[symbol] = read_extent(conn, symbol)[1]
        return self._tops[symbol]

    def raise_top(self, symbol: str, z: int) -> None:
        """Note that there is a drawing at ``z`` now."""
        if symbol in self._tops:
            self._tops[symbol] = max(self._tops[symbol], z)

    def events(self, origin: str) -> list[DrawingsChanged]:
        """Return one event for each symbol."""
        return [
            DrawingsChanged(symbol, **{kind: tuple(ids) for kind, ids in kinds.items()}, origin=origin)
            for symbol, kinds in self._ids.items()
        ]


def _readable(rows: Iterable[StoredDrawing]) -> Iterator[tuple[StoredDrawing, Drawing]]:
    """Yield the rows with their drawings, without those that a later version stored in a form that is not known."""
    for row in rows:
        try:
            yield row, _drawing(row)
        except DocumentError as error:
            _log.warning(
                "the drawing %s of %s cannot be read and is left as it is: %s", row.drawing_id, row.symbol, error
            )


def _drawing(row: StoredDrawing) -> Drawing:
    """Return the drawing of a row, whose columns outrank its document."""
    columns = {"id": row.drawing_id, "symbol": row.symbol, "z": row.position}
    return parse_drawing({**row.document, **columns}, is_stored=True)


def _require(conn: Connection, drawing_id: str) -> Drawing:
    row = read_drawing(conn, drawing_id)
    if row is None or row.deleted_at is not None:
        raise UnknownNameError(f"There is no drawing {drawing_id!r}: list them to see their ids.")
    return _drawing(row)


def _require_few(conn: Connection, symbols: set[str]) -> None:
    for symbol in symbols:
        if read_extent(conn, symbol)[0] > MAX_DRAWINGS:
            raise DocumentError(
                "drawings", f"There can be {MAX_DRAWINGS:,} drawings of {symbol} at most: delete some first"
            )

"""Drawings by symbol, in the order in which they are painted; deleted ones stay in a bin for a while.

A document is one drawing of ``candledesk.drawings/1`` (WORKBENCH.md §2.5). Its ``id``, ``symbol`` and ``z`` are columns
too; the functions here take and return the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.database_file import require_transaction
from candledesk.store.user.documents import decode_document, encode_document

if TYPE_CHECKING:
    from candledesk.store import Connection
    from candledesk.store.user.documents import Document

_COLUMNS = "drawing_id, symbol, position, document, created_at, updated_at, deleted_at"


@dataclass(frozen=True, slots=True)
class StoredDrawing:
    """One drawing; times in UTC seconds; ``deleted_at``: ``None`` unless the drawing is in the bin."""

    drawing_id: str
    symbol: str
    position: int
    document: Document
    created_at: int
    updated_at: int
    deleted_at: int | None


def read_drawings(conn: Connection, symbol: str | None = None) -> list[StoredDrawing]:
    """Return the drawings of a symbol, or of all symbols, in painting order, without those in the bin."""
    statement = f"""
        SELECT {_COLUMNS} FROM drawing WHERE deleted_at IS NULL AND symbol = coalesce(:symbol, symbol)
        ORDER BY symbol, position, drawing_id
    """
    return [_drawing(*row) for row in conn.execute(statement, {"symbol": symbol}).fetchall()]


def read_bin(conn: Connection) -> list[StoredDrawing]:
    """Return the drawings in the bin, the last deleted first."""
    statement = f"SELECT {_COLUMNS} FROM drawing WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, drawing_id"
    return [_drawing(*row) for row in conn.execute(statement).fetchall()]


def read_drawing(conn: Connection, drawing_id: str) -> StoredDrawing | None:
    """Return one drawing, whether or not it is in the bin; ``None`` when no drawing has this id."""
    rows = conn.execute(f"SELECT {_COLUMNS} FROM drawing WHERE drawing_id = ?", (drawing_id,)).fetchall()
    return _drawing(*rows[0]) if rows else None


def read_extent(conn: Connection, symbol: str) -> tuple[int, int]:
    """Return how many drawings a symbol has, without those in the bin, and the position of the topmost (0 for none)."""
    statement = "SELECT count(*), coalesce(max(position), 0) FROM drawing WHERE symbol = ? AND deleted_at IS NULL"
    n_drawings, top = conn.execute(statement, (symbol,)).fetchone()
    return n_drawings, top


def write_drawing(
    conn: Connection, drawing_id: str, symbol: str, document: Document, now: int, *, position: int
) -> bool:
    """Store a drawing, and restore it if it is in the bin; return whether anything changed."""
    require_transaction(conn)
    statement = """
        INSERT INTO drawing (drawing_id, symbol, position, document, created_at, updated_at)
        VALUES (:id, :symbol, :position, :document, :now, :now)
        ON CONFLICT (drawing_id) DO UPDATE SET
            symbol = excluded.symbol, position = excluded.position, document = excluded.document,
            updated_at = excluded.updated_at, deleted_at = NULL
        WHERE (symbol, position, document, deleted_at)
            IS NOT (excluded.symbol, excluded.position, excluded.document, NULL)
    """
    values = {"id": drawing_id, "symbol": symbol, "position": position, "now": now}
    return conn.execute(statement, values | {"document": encode_document(document)}).rowcount > 0


def delete_drawing(conn: Connection, drawing_id: str, now: int) -> bool:
    """Move a drawing to the bin; return whether it was moved."""
    require_transaction(conn)
    statement = "UPDATE drawing SET deleted_at = ? WHERE drawing_id = ? AND deleted_at IS NULL"
    return conn.execute(statement, (now, drawing_id)).rowcount > 0


def empty_bin(conn: Connection, before: int) -> int:
    """Remove the drawings that were deleted before ``before`` (UTC seconds) from the bin; return their number."""
    require_transaction(conn)
    return conn.execute("DELETE FROM drawing WHERE deleted_at < ?", (before,)).rowcount


def _drawing(
    drawing_id: str, symbol: str, position: int, document: str, created_at: int, updated_at: int, deleted_at: int | None
) -> StoredDrawing:
    return StoredDrawing(drawing_id, symbol, position, decode_document(document), created_at, updated_at, deleted_at)

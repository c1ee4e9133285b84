"""Layouts by name, the autosaved layout of the window, and earlier versions of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.database_file import require_transaction
from candledesk.store.user.documents import decode_document
from candledesk.store.user.named_documents import NamedDocuments

if TYPE_CHECKING:
    from candledesk.store import Connection
    from candledesk.store.user.documents import Document

AUTOSAVED = ""  # the name of the autosaved layout; a person cannot give an empty name
MAX_VERSIONS = 20  # WORKBENCH.md §3.2

LAYOUTS = NamedDocuments("layout")


@dataclass(frozen=True, slots=True)
class LayoutVersionRow:
    """An earlier version of a layout; ``saved_at``: when that version was stored, in UTC seconds."""

    version_id: int
    saved_at: int


def read_layout(conn: Connection, name: str) -> Document | None:
    """Return the layout of that name, ``None`` when there is none."""
    return LAYOUTS.read(conn, name)


def write_layout(conn: Connection, name: str, document: Document, now: int, *, keeps_version: bool = True) -> bool:
    """Store a layout and return whether anything changed; the stored layout becomes a version.

    ``keeps_version`` false: the stored layout is replaced without a version, as in every save of the window after its
    first one of a run.
    """
    require_transaction(conn)
    previous = conn.execute("SELECT document, updated_at FROM layout WHERE name = ?", (name,)).fetchall()
    is_changed = LAYOUTS.write(conn, name, document, now)
    if is_changed and previous and keeps_version:
        conn.execute("INSERT INTO layout_version (name, document, saved_at) VALUES (?, ?, ?)", (name, *previous[0]))
        _drop_old_versions(conn, name)
    return is_changed


def list_layout_versions(conn: Connection, name: str) -> list[LayoutVersionRow]:
    """Return the versions of a layout, the latest first."""
    statement = "SELECT version_id, saved_at FROM layout_version WHERE name = ? ORDER BY version_id DESC"
    return [LayoutVersionRow(*row) for row in conn.execute(statement, (name,)).fetchall()]


def read_layout_version(conn: Connection, name: str, version_id: int) -> Document | None:
    """Return the document of a version of a layout, ``None`` when the version does not exist or no longer does."""
    statement = "SELECT document FROM layout_version WHERE name = ? AND version_id = ?"
    rows = conn.execute(statement, (name, version_id)).fetchall()
    return decode_document(rows[0][0]) if rows else None


def _drop_old_versions(conn: Connection, name: str) -> None:
    statement = """
        DELETE FROM layout_version WHERE name = :name AND version_id NOT IN
            (SELECT version_id FROM layout_version WHERE name = :name ORDER BY version_id DESC LIMIT :n)
    """
    conn.execute(statement, {"name": name, "n": MAX_VERSIONS})

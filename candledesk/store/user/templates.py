"""Templates: named settings of a kind (of indicators, or of one drawing tool) that a person applies again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.database_file import require_transaction
from candledesk.store.user.documents import decode_document, encode_document

if TYPE_CHECKING:
    from candledesk.store import Connection
    from candledesk.store.user.documents import Document


def list_templates(conn: Connection, kind: str) -> list[str]:
    """Return the names of the templates of a kind in alphabetical order."""
    rows = conn.execute("SELECT name FROM template WHERE kind = ? ORDER BY name COLLATE NOCASE", (kind,)).fetchall()
    return [name for (name,) in rows]


def read_template(conn: Connection, kind: str, name: str) -> Document | None:
    """Return a template, ``None`` when there is none of that name."""
    rows = conn.execute("SELECT document FROM template WHERE kind = ? AND name = ?", (kind, name)).fetchall()
    return decode_document(rows[0][0]) if rows else None


def write_template(conn: Connection, kind: str, name: str, document: Document, now: int) -> bool:
    """Store a template in the place of one of the same name; return whether anything changed."""
    require_transaction(conn)
    statement = """
        INSERT INTO template (kind, name, document, updated_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (kind, name) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at
        WHERE document IS NOT excluded.document
    """
    return conn.execute(statement, (kind, name, encode_document(document), now)).rowcount > 0


def delete_template(conn: Connection, kind: str, name: str) -> bool:
    """Remove a template; return whether there was one."""
    require_transaction(conn)
    return conn.execute("DELETE FROM template WHERE kind = ? AND name = ?", (kind, name)).rowcount > 0

"""Templates: named settings of a kind (of indicators, or of one drawing tool) that a person applies again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.database_file import require_transaction
from candledesk.store.user.documents import decode_document, encode_document
from candledesk.store.user.named_documents import NamedRow

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


def rename_template(conn: Connection, kind: str, name: str, new_name: str) -> bool:
    """Give a template another name, which none of its kind has yet; return whether there was one."""
    require_transaction(conn)
    statement = "UPDATE template SET name = ? WHERE kind = ? AND name = ?"
    return conn.execute(statement, (new_name, kind, name)).rowcount > 0


@dataclass(frozen=True, slots=True)
class TemplateRows:
    """The templates of a kind, with the methods of ``NamedDocuments``; in alphabetical order."""

    kind: str

    def list_rows(self, conn: Connection) -> list[NamedRow]:
        """Return the rows by name."""
        statement = "SELECT name, updated_at FROM template WHERE kind = ? ORDER BY name COLLATE NOCASE, name"
        return [NamedRow(*row) for row in conn.execute(statement, (self.kind,)).fetchall()]

    def read_row(self, conn: Connection, name: str) -> NamedRow | None:
        """Return the row of that name, ``None`` when there is none."""
        return next((row for row in self.list_rows(conn) if row.name == name), None)

    def read(self, conn: Connection, name: str) -> Document | None:
        """Return the document of that name, ``None`` when there is none."""
        return read_template(conn, self.kind, name)

    def write(self, conn: Connection, name: str, document: Document, now: int) -> bool:
        """Store the document under ``name``; return whether anything changed."""
        return write_template(conn, self.kind, name, document, now)

    def rename(self, conn: Connection, name: str, new_name: str) -> bool:
        """Give a row another name, which no row has yet; return whether there was one."""
        return rename_template(conn, self.kind, name, new_name)

    def delete(self, conn: Connection, name: str) -> bool:
        """Remove the row; return whether there was one."""
        return delete_template(conn, self.kind, name)

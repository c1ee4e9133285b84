"""Access to tables whose rows have a name, a position in a list and a JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from candledesk.store.database_file import require_transaction
from candledesk.store.user.documents import decode_document, encode_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.store import Connection
    from candledesk.store.user.documents import Document


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A named row without its document; ``updated_at`` in UTC seconds."""

    name: str
    updated_at: int


class NamedRows(Protocol):
    """Rows with a name and a document; ``NamedDocuments`` says what each method does."""

    def list_rows(self, conn: Connection) -> list[NamedRow]:
        """Return the rows in their order."""

    def read_row(self, conn: Connection, name: str) -> NamedRow | None:
        """Return a row."""

    def read(self, conn: Connection, name: str) -> Document | None:
        """Return a document."""

    def rename(self, conn: Connection, name: str, new_name: str) -> bool:
        """Give a row another name."""

    def delete(self, conn: Connection, name: str) -> bool:
        """Remove a row."""


@dataclass(frozen=True, slots=True)
class NamedDocuments:
    """The rows of ``table``, which has the columns ``name``, ``position``, ``document`` and ``updated_at``."""

    table: str

    def list_rows(self, conn: Connection) -> list[NamedRow]:
        """Return the rows in the person's order."""
        statement = f"SELECT name, updated_at FROM {self.table} ORDER BY position, name"
        return [NamedRow(*row) for row in conn.execute(statement).fetchall()]

    def read_row(self, conn: Connection, name: str) -> NamedRow | None:
        """Return the row of that name, ``None`` when there is none."""
        rows = conn.execute(f"SELECT name, updated_at FROM {self.table} WHERE name = ?", (name,)).fetchall()
        return NamedRow(*rows[0]) if rows else None

    def read(self, conn: Connection, name: str) -> Document | None:
        """Return the document of that name, ``None`` when there is none."""
        rows = conn.execute(f"SELECT document FROM {self.table} WHERE name = ?", (name,)).fetchall()
        return decode_document(rows[0][0]) if rows else None

    def write(self, conn: Connection, name: str, document: Document, now: int) -> bool:
        """Store the document under ``name``, a new one at the end of the list; return whether anything changed."""
        require_transaction(conn)
        statement = f"""
            INSERT INTO {self.table} (name, position, document, updated_at)
            VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM {self.table}), ?, ?)
            ON CONFLICT (name) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at
            WHERE document IS NOT excluded.document
        """
        return conn.execute(statement, (name, encode_document(document), now)).rowcount > 0

    def rename(self, conn: Connection, name: str, new_name: str) -> bool:
        """Give a row another name, which no row has yet; it keeps its place. Return whether there was one."""
        require_transaction(conn)
        return conn.execute(f"UPDATE {self.table} SET name = ? WHERE name = ?", (new_name, name)).rowcount > 0

    def delete(self, conn: Connection, name: str) -> bool:
        """Remove the row; return whether there was one."""
        require_transaction(conn)
        return conn.execute(f"DELETE FROM {self.table} WHERE name = ?", (name,)).rowcount > 0

    def set_order(self, conn: Connection, names: Sequence[str]) -> None:
        """Put the rows of ``names`` into this order, before all other rows."""
        require_transaction(conn)
        others = [row.name for row in self.list_rows(conn) if row.name not in set(names)]
        places = [(at, name) for at, name in enumerate((*names, *others), 1)]
        conn.executemany(f"UPDATE {self.table} SET position = ? WHERE name = ?", places)

"""The schema of ``user.db`` as named migrations; each runs inside one transaction with its version number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.store import Connection

_DOCUMENT = "document TEXT NOT NULL CHECK (json_valid(document) AND json_type(document) = 'object')"

_DRAWING = f"""
CREATE TABLE drawing (
    drawing_id TEXT PRIMARY KEY,
    symbol TEXT NOT NULL,
    position INTEGER NOT NULL, -- among the drawings of the symbol; higher ones are painted later
    {_DOCUMENT}, -- candledesk.drawings/1
    created_at INTEGER NOT NULL, -- UTC seconds, as all times here
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER -- NULL unless it is in the bin
) WITHOUT ROWID, STRICT
"""
_DRAWINGS_OF_SYMBOL = "CREATE INDEX drawing_of_symbol ON drawing (symbol, position, drawing_id)"

_WATCHLIST = f"""
CREATE TABLE watchlist (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL, -- among the lists
    {_DOCUMENT}, -- name, sections with title and symbols
    updated_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT
"""
_LAYOUT = f"""
CREATE TABLE layout (
    name TEXT PRIMARY KEY, -- empty: the one that the window saves by itself
    position INTEGER NOT NULL,
    {_DOCUMENT}, -- candledesk.layout/1
    updated_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT
"""
_LAYOUT_VERSION = f"""
CREATE TABLE layout_version ( -- what a layout was before; the last 20 of each
    version_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL REFERENCES layout (name) ON UPDATE CASCADE ON DELETE CASCADE,
    {_DOCUMENT},
    saved_at INTEGER NOT NULL
) STRICT
"""
_VERSIONS_OF_LAYOUT = "CREATE INDEX version_of_layout ON layout_version (name, version_id)"

_TEMPLATE = f"""
CREATE TABLE template ( -- named settings that a person applies again
    kind TEXT NOT NULL, -- what they are settings of: indicators, or a drawing tool
    name TEXT NOT NULL,
    {_DOCUMENT},
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID, STRICT
"""


def _create_tables(conn: Connection) -> None:
    """Create the tables of the first version."""
    for statement in (
        _DRAWING,
        _DRAWINGS_OF_SYMBOL,
        _WATCHLIST,
        _LAYOUT,
        _LAYOUT_VERSION,
        _VERSIONS_OF_LAYOUT,
        _TEMPLATE,
    ):
        conn.execute(statement)


@dataclass(frozen=True, slots=True)
class UserMigration:
    """One step of the schema; ``run`` is called inside a transaction and must not end it."""

    name: str
    run: Callable[[Connection], None]


MIGRATIONS: tuple[UserMigration, ...] = (UserMigration("drawings, watchlists, layouts and templates", _create_tables),)

"""Saves a damaged user database into a new file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.progress import ignore_progress
from candledesk.domain.texts import count_text
from candledesk.store.database_file import quick_check, transaction
from candledesk.store.salvage.new_file import (
    free_name,
    new_file_beside,
    put_in_place,
    require_good,
    salvage_into,
)

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.domain.progress import OnProgress
    from candledesk.store.database_file import Schema

NAMES = {
    "drawing": "drawing",
    "watchlist": "watchlist",
    "layout": "layout",
    "layout_version": "former layout",
    "template": "template",
}


@dataclass(frozen=True, slots=True)
class SavedUserData:
    """``kept``: the damaged file; ``counts``: rows in the new one by table; ``is_whole``: whether none is missing."""

    kept: Path
    counts: dict[str, int]
    is_whole: bool

    def __str__(self) -> str:
        """Return the counts for people: ``12 drawings, 2 watchlists``."""
        counts = [(self.counts.get(table, 0), name) for table, name in NAMES.items()]
        return ", ".join(count_text(n, name) for n, name in counts if n)


def salvage_user_data(path: Path, schema: Schema, now: int, on_progress: OnProgress = ignore_progress) -> SavedUserData:
    """Replace a damaged file by a new one with every row that can be read; the damaged one is kept beside it.

    The caller holds the lock of the home, and nothing has the file open. ``now``: UTC seconds, for the name of the kept
    file. Raises ``EnvironmentFaultError`` when there is no room, nothing can be read, or the new file cannot be
    written; then the damaged file is where it was.
    """
    with new_file_beside(path) as new:
        salvage = salvage_into(path, new, schema, on_progress)
        with closing(sqlite3.connect(new, isolation_level=None)) as conn:
            with transaction(conn):
                conn.execute("DELETE FROM layout_version WHERE name NOT IN (SELECT name FROM layout)")
            found = quick_check(conn, is_thorough=True)
            counts = {name: conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in salvage.moved}
        require_good(found)
    is_whole = all(moved.is_whole for moved in salvage.moved.values()) and not salvage.n_damaged_frames
    kept = put_in_place(path, new, free_name(path.parent, f"{path.stem}.damaged-", now, path.suffix))
    return SavedUserData(kept, counts, is_whole)

"""A write-ahead log that does not suit its database: with it the database is damaged, and without it it is whole.

That is so where a backup was copied over a database whose log was left, and where a log was damaged of which all had
been written into the file already. SQLite applies such a log, or a part of it, and mixes pages of two states.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import connect
from candledesk.store.market.database import APPLICATION_ID, market_schema
from candledesk.store.market.integrity.check import check_market
from candledesk.store.replacing import replace_files

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.domain.progress import OnProgress
    from candledesk.store.market.integrity.check import MarketCheck

_ALONE = "&immutable=1"  # SQLite then reads the file as it is, without its log


def check_without_log(path: Path, on_progress: OnProgress) -> MarketCheck | None:
    """Return the check of the file without its log; ``None`` when there is no log, or the file is not whole.

    Nothing may have the file open for writing.
    """
    log = log_of(path)
    if not log.exists() or not log.stat().st_size:
        return None
    try:
        with closing(connect(path, "ro", _ALONE)) as conn:
            known = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
            if tuple(known) != (APPLICATION_ID, market_schema().version):
                return None
            check = check_market(conn, on_progress)
    except (sqlite3.Error, EnvironmentFaultError):
        return None
    return check if check.is_good and check.n_series else None


def set_log_aside(path: Path, kept: Path) -> Path:
    """Rename the log of ``path``; the caller holds the lock of the home, and nothing has the file open."""
    replace_files(path.parent, [(log_of(path).name, kept.name), (f"{path.name}-shm", f"{kept.name}.shm")])
    return kept


def log_of(path: Path) -> Path:
    """Return the path of the log of a database."""
    return path.with_name(f"{path.name}-wal")

"""Makes a new file with all that can be read in a damaged one, in the schema version of the damaged file."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.backup_file import sync_file
from candledesk.store.free_room import require_room
from candledesk.store.migrating import migrate
from candledesk.store.replacing import replace_files
from candledesk.store.salvage.pages import PageFile
from candledesk.store.salvage.transport import Moved, move_tables, read_schema
from candledesk.store.salvage.versions import find_version, run_steps
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from candledesk.domain.progress import OnProgress
    from candledesk.store import Connection
    from candledesk.store.database_file import Schema

_GROWTH_BYTES = 3 << 20  # by which the new file may be larger


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was moved into a new file.

    ``version``: the schema version of the damaged file; ``moved``: by the name of the table; ``n_logged``: pages that
    were read from the log; ``n_damaged_frames``: parts of the log whose checksum does not hold.
    """

    version: int
    moved: dict[str, Moved]
    n_logged: int
    n_damaged_frames: int

    @property
    def n_rows(self) -> int:
        """How many rows were moved."""
        return sum(table.n_rows for table in self.moved.values())


@contextmanager
def new_file_beside(path: Path) -> Iterator[Path]:
    """Yield the path of a new file, after looking for room for it; it is removed when the block raises."""
    _require_room_beside(path)
    new = _new_name(path)
    try:
        yield new
    except BaseException:
        _remove(new)
        raise


def remove_leftover(path: Path) -> None:
    """Remove the incomplete new file of a salvage of ``path`` that was killed."""
    _remove(_new_name(path))


def _new_name(path: Path) -> Path:
    return path.with_name(f"{path.name}.salvage")


def require_good(damage: Sequence[str]) -> None:
    """Raise ``EnvironmentFaultError`` when a new file has the given damage."""
    if damage:
        raise EnvironmentFaultError(f"The new file would be damaged too: {damage[0]}; nothing was changed.")


def _require_room_beside(path: Path) -> None:
    """Raise ``EnvironmentFaultError`` when the disk has no room for a new file beside ``path`` and its log."""
    log = path.with_name(path.name + "-wal")
    n_bytes = path.stat().st_size + (log.stat().st_size if log.exists() else 0) + _GROWTH_BYTES
    require_room(path.parent, n_bytes, f"to save the damaged {path.name} into a new file", "nothing was changed")


def salvage_into(path: Path, new: Path, schema: Schema, on_progress: OnProgress, *, has_log: bool = True) -> Salvage:
    """Move what can be read in the database at ``path`` into a new database, and migrate that to this schema.

    ``has_log``: whether the log beside it is read too. Nothing has ``path`` open in this process, and it is not
    changed. An older file ``new`` is replaced. Raises ``EnvironmentFaultError`` for a file without a single row of this
    schema, for one of a newer CandleDesk, and when the disk fails or is full.
    """
    _remove(new)
    try:
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with PageFile(path, schema.page_size, has_log=has_log) as pages:
            stored = read_schema(pages)
            version = find_version(pages, stored, schema, path)
            with translate_faults(new), closing(_create(new, schema, version)) as conn:
                conn.execute("BEGIN")
                moved = move_tables(pages, stored, conn, on_progress)
                conn.execute("COMMIT")
                salvage = Salvage(version, moved, len(pages.log.places), pages.log.n_damaged)
                if salvage.n_rows == 0:
                    raise EnvironmentFaultError(
                        f"Nothing of CandleDesk can be read in {path}: move it away, or put a backup in its place "
                        "(`candledesk backup --list`); it was not changed."
                    )
                migrate(conn, schema)
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot save {path} into a new file: {error.strerror}.") from error
    return salvage


def free_name(folder: Path, stem: str, now: int, suffix: str = "") -> Path:
    """Return the path ``<stem><UTC time><suffix>`` in ``folder``, with a number when there is such a file already."""
    stamp = f"{stem}{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
    kept, n_kept = folder / f"{stamp}{suffix}", 1
    while kept.exists():
        n_kept += 1
        kept = folder / f"{stamp}-{n_kept}{suffix}"
    return kept


def put_in_place(path: Path, new: Path, kept: Path) -> Path:
    """Put a new file in the place of the damaged one at ``path``, which is kept as ``kept`` with its log; return that.

    The caller holds the lock of the home, and nothing has either file open.
    """
    sync_file(new)
    names = [(path.name + suffix, kept.name + suffix) for suffix in ("", "-wal", "-journal", "-shm")]
    replace_files(path.parent, [*names, (new.name, path.name)])
    return kept


def _create(new: Path, schema: Schema, version: int) -> Connection:
    """Create an empty database of ``version``; without journal and syncs, for it is thrown away when anything fails."""
    conn = sqlite3.connect(new, isolation_level=None)
    try:
        conn.execute(f"PRAGMA page_size = {schema.page_size}")
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA journal_mode = OFF").fetchone()
        run_steps(conn, schema.steps[:version])
        conn.execute(f"PRAGMA application_id = {schema.application_id}")
        conn.execute(f"PRAGMA user_version = {version}")
    except BaseException:
        conn.close()
        raise
    return conn


def _remove(new: Path) -> None:
    """Remove a new file that a killed process has left."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        new.with_name(new.name + suffix).unlink(missing_ok=True)

"""Putting a backup in the place of the database of a home that nothing has open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.domain.progress import Progress, ignore_progress
from candledesk.store.backup_file import (
    COPIED_AT_ONCE,
    OUR_IDS,
    create_private,
    read_info,
    sync_file,
)
from candledesk.store.backup_folder import BEFORE_RESTORE, STAMP
from candledesk.store.database_file import NewerFileError, connect, connect_read_only, quick_check, snapshot, use_wal
from candledesk.store.free_room import require_room
from candledesk.store.market.chunks.verification import verify_chunks
from candledesk.store.market.database import APPLICATION_ID, connect_reader, create_or_open
from candledesk.store.market.instruments import list_series
from candledesk.store.replacing import finish_replacing, replace_files
from candledesk.store.sqlite_errors import DamagedDatabaseError, translate_faults
from candledesk.store.user.database import find_damage, migrate_user_database

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.domain.progress import OnProgress
    from candledesk.store.backup_file import BackupInfo

RESTORING = ".restoring"  # behind the name of a file that is not in its place yet
CANDLES, USER_DATA = "candles.db", "user.db"
_LOGS = ("-wal", "-shm", "-journal")
MAX_DAMAGE = 20  # sentences


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. ``made_at``: UTC seconds, 0 when unknown; ``former``: the files that were replaced.

    ``newest``: the open of the newest bar; ``n_series`` and ``n_bars`` are 0 for a backup of user data alone;
    ``damage``: what is damaged in it, when that was accepted.
    """

    info: BackupInfo
    has_candles: bool
    has_user_data: bool
    n_series: int
    n_bars: int
    newest: int | None
    former: tuple[Path, ...]
    damage: tuple[str, ...]


class DamagedBackupError(EnvironmentFaultError):
    """The backup is damaged; ``damage``: a sentence for each, at most ``MAX_DAMAGE``."""

    def __init__(self, backup: Path, damage: list[str]) -> None:
        """Build the message; without ``damage`` the backup cannot even be copied."""
        found = damage[0] if damage else "SQLite cannot read it"
        text = f"{backup} is damaged, so nothing was restored: {found}. Take another (`candledesk backup --list`)"
        way = ", or restore it as it is with `candledesk restore --damaged`, then `candledesk doctor --repair`"
        super().__init__(f"{text}{way if damage else ''}.")
        self.damage = damage


def restore(
    home: Path,
    backup: Path,
    now: int,
    on_progress: OnProgress = ignore_progress,
    *,
    accepts_damage: bool = False,
) -> Restored:
    """Put ``backup`` in the place of the database, and its user data, if it has any, in the place of ``user.db``.

    The caller holds the lock of the home. The backup is copied into the home, migrated if it is older, and checked
    there: by SQLite, and every chunk with its rows and checksums. Then the former files are renamed with their logs and
    the copies take their names, in one step that survives a kill. Raises ``InputError`` for a file that is no database
    of this program, ``DamagedBackupError`` unless ``accepts_damage``, and ``EnvironmentFaultError`` for one of a newer
    version, for a full disk and the like. Then the former files are unchanged.
    """
    finish_restore(home)
    info = _identify(home, backup)
    try:
        damage = _make_ready(home, backup, info, on_progress, accepts_damage=accepts_damage)
        ready = [path for name in (CANDLES, USER_DATA) if (path := home / f"{name}{RESTORING}").exists()]
        counts = _count(ready[0]) if info.application_id == APPLICATION_ID else (0, 0, None)
        for path in ready:
            sync_file(path)
    except DamagedDatabaseError as error:
        _remove_leftovers(home)
        raise DamagedBackupError(backup, []) from error
    except NewerFileError as error:
        _remove_leftovers(home)
        raise EnvironmentFaultError(
            f"{backup} was made by a newer CandleDesk: update CandleDesk, then restore it; nothing was replaced."
        ) from error
    except OSError as error:
        _remove_leftovers(home)
        raise EnvironmentFaultError(f"Cannot restore {backup}: {error.strerror}; nothing was replaced.") from error
    except BaseException:
        _remove_leftovers(home)
        raise
    former = _switch(home, ready, now)
    _remove_leftovers(home)
    names = {path.name.removesuffix(RESTORING) for path in ready}
    return Restored(info, CANDLES in names, USER_DATA in names, *counts, tuple(former), tuple(damage))


def finish_restore(home: Path) -> bool:
    """Finish a restore that was interrupted when it could not be undone any more; return whether there was one.

    The caller holds the lock of the home. What an earlier kill has left of a restore that replaced nothing is deleted.
    """
    is_finished = finish_replacing(home)
    _remove_leftovers(home)
    return is_finished


def _identify(home: Path, backup: Path) -> BackupInfo:
    try:
        is_own = any(backup.samefile(home / name) for name in (CANDLES, USER_DATA) if (home / name).exists())
    except OSError as error:
        raise InputError("FILE", f"Cannot read {backup}: {error.strerror}") from error
    if is_own:
        raise InputError("FILE", f"{backup} is the database itself")
    info = read_info(backup)
    if info is None or info.application_id not in OUR_IDS:
        raise InputError("FILE", f"{backup} is not a database of CandleDesk: nothing was changed")
    return info


def _copy(backup: Path, target: Path, on_progress: OnProgress) -> None:
    """Copy a database, with what its log holds, into one file."""

    def show(_status: int, left: int, total: int) -> None:
        on_progress(Progress("Copying the backup", total - left, total))

    require_room(target.parent, backup.stat().st_size, "for the restored database", "nothing was replaced")
    create_private(target)
    with (
        translate_faults(backup),
        closing(connect_read_only(backup)) as source,
        snapshot(source),
        closing(connect(target, "rw")) as copy,
    ):
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy, pages=COPIED_AT_ONCE, progress=show)


def _extract_user_data(candles: Path, user_data: Path) -> None:
    """Write the copy of ``user.db`` that the backup holds to a file of its own, and remove the note of the backup."""
    with translate_faults(candles), closing(connect(candles, "rw")) as conn:
        try:
            found = conn.execute("SELECT user_data FROM backup_info").fetchone()
        except sqlite3.OperationalError:  # a copy that was not made as a backup
            found = None
        if found is not None and found[0] is not None:
            create_private(user_data)
            user_data.write_bytes(found[0])
        conn.execute("DROP TABLE IF EXISTS backup_info")


def _make_ready(
    home: Path, backup: Path, info: BackupInfo, on_progress: OnProgress, *, accepts_damage: bool
) -> list[str]:
    """Make migrated copies of what the backup holds; return the damage that is found in them and accepted."""
    damage: list[str] = []

    def accept(found: list[str]) -> None:
        damage.extend(found[:MAX_DAMAGE])
        if damage and not accepts_damage:
            raise DamagedBackupError(backup, damage)

    candles, user_data = home / f"{CANDLES}{RESTORING}", home / f"{USER_DATA}{RESTORING}"
    if info.application_id == APPLICATION_ID:
        _copy(backup, candles, on_progress)
        accept(_check_file(candles, on_progress))
        _extract_user_data(candles, user_data)
        create_or_open(candles, on_progress, is_backed_up=False)
        accept(_check_series(candles, on_progress))
        _fold_log(candles)
    else:
        _copy(backup, user_data, on_progress)
    if user_data.exists():
        accept(find_damage(user_data))
        migrate_user_database(user_data)
        _fold_log(user_data)
    return damage


def _check_file(candles: Path, on_progress: OnProgress) -> list[str]:
    on_progress(Progress("Checking the file", 0, 0))
    with translate_faults(candles), closing(connect(candles, "rw")) as conn:
        return quick_check(conn)


def _check_series(candles: Path, on_progress: OnProgress) -> list[str]:
    damage: list[str] = []
    with closing(connect_reader(candles)) as conn:
        series = list_series(conn)
        for n_done, (series_id, symbol, interval) in enumerate(series):
            on_progress(Progress("Checking the bars", n_done, len(series)))
            damage += [f"{symbol} {interval}: {found}" for found in verify_chunks(conn, series_id, MAX_DAMAGE)]
    return damage


def _fold_log(path: Path) -> None:
    """Move what the log holds into the file, and delete the log; the file is in write-ahead mode then."""
    with translate_faults(path), closing(connect(path, "rw")) as conn:
        use_wal(conn, path)
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise EnvironmentFaultError(f"The log of {path} could not be emptied: another program has it open.")


def _count(candles: Path) -> tuple[int, int, int | None]:
    """Return the number of series and bars, and the open of the newest bar."""
    with translate_faults(candles), closing(connect_reader(candles)) as conn:
        n_series = conn.execute("SELECT count(*) FROM series").fetchone()[0]
        n_bars, newest = conn.execute("SELECT count(*), max(ts) FROM candle").fetchone()
        return int(n_series), int(n_bars), newest


def _switch(home: Path, ready: list[Path], now: int) -> list[Path]:
    """Put the copies in their places; return the new names of the former files."""
    stamp = f"{BEFORE_RESTORE}{datetime.fromtimestamp(now, UTC):{STAMP}}"
    while any(home.glob(f"*{stamp}*")):
        stamp += "-again"
    moves: list[tuple[str, str]] = []
    former: list[Path] = []
    for path in ready:
        name = path.name.removesuffix(RESTORING)
        found = [suffix for suffix in (*_LOGS, "") if (home / f"{name}{suffix}").exists()]
        moves += [(f"{name}{suffix}", f"{name}{stamp}{suffix}") for suffix in found]
        if (home / name).exists():
            former.append(home / f"{name}{stamp}")
    moves += [(path.name, path.name.removesuffix(RESTORING)) for path in ready]
    replace_files(home, moves)
    return former


def _remove_leftovers(home: Path) -> None:
    for path in home.glob(f"*.db{RESTORING}*"):
        path.unlink(missing_ok=True)

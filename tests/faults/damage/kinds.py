"""The kinds of damage. Each follows from its seed, so that it can be repeated, and is described in one line."""

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

PAGE = 8192
SECTOR, BLOCK = 512, 65_536
LOG_HEAD, FRAME_HEAD = 32, 24
SINGLE = ("bit", "page_zero", "page_swap")  # of which 95 % must leave every bar readable or salvaged
# Of a hundred trials, how many are of each kind.
SHARES = {
    "bit": 25, "bytes": 13, "page_zero": 15, "page_swap": 10, "block": 4, "truncate": 5,
    "log": 7, "log_kept": 5, "other_log": 2, "row": 4, "table_page": 10,
}  # fmt: skip
_CHANGES = ("open = open + 0.01", "high = high * 2", "low = low - 0.02", "close = 0.0", "volume = volume + 1")


@dataclass(frozen=True)
class Trial:
    """One damage; ``kind`` and ``seed`` repeat it."""

    kind: str
    seed: int

    @property
    def is_logged(self):
        """Whether the home has a log that was not checkpointed."""
        return self.kind in {"log", "log_kept", "other_log"}

    @property
    def is_writable(self):
        """Whether the home is first read by a cache that may write."""
        return self.seed % 2 == 0


def make_trials(n, seed=0):
    """Return ``n`` trials of all kinds, in the proportions of ``SHARES``."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    random.Random(seed).shuffle(kinds)
    return [Trial(kinds[at % len(kinds)], seed * 1_000_000 + at) for at in range(n)]


def page_owners(database):
    """Return the table or index of each page; pages of no table are ``free``."""
    with closing(sqlite3.connect(database)) as connection:
        n_pages = connection.execute("PRAGMA page_count").fetchone()[0]
        owners = dict.fromkeys(range(1, n_pages + 1), "free")
        owners.update(connection.execute("SELECT pageno, name FROM dbstat").fetchall())
    return owners


def damage(trial, source, folder, owners):
    """Copy the home ``source`` to ``folder`` and damage the copy; return the table that was hit, and what was done."""
    for path in source.iterdir():
        shutil.copy2(path, folder / path.name)  # with its times
    dice = random.Random(f"{trial.kind} {trial.seed}")
    return _KINDS[trial.kind](folder / "candles.db", dice, owners)


def _owner(owners, offset):
    return owners.get(offset // PAGE + 1, "free")


def _bit(path, dice, owners):
    data = bytearray(path.read_bytes())
    offset, bit = dice.randrange(len(data)), dice.randrange(8)
    data[offset] ^= 1 << bit
    path.write_bytes(data)
    return _owner(owners, offset), f"bit {bit} of byte {offset:,}"


def _bytes(path, dice, owners):
    data = bytearray(path.read_bytes())
    offset = dice.randrange(len(data) - 8)
    data[offset : offset + 8] = dice.randbytes(8)
    path.write_bytes(data)
    return _owner(owners, offset), f"8 bytes from {offset:,}"


def _page_zero(path, dice, owners):
    return _put_page(path, dice.randrange(path.stat().st_size // PAGE), None, owners)


def _page_swap(path, dice, owners):
    n_pages = path.stat().st_size // PAGE
    return _put_page(path, dice.randrange(n_pages), dice.randrange(n_pages), owners)


def _table_page(path, dice, owners):
    """Hit every table and index alike, however small it is."""
    name = dice.choice(sorted(set(owners.values()) - {"free"}))
    page = dice.choice([number for number, owner in owners.items() if owner == name]) - 1
    other = dice.choice([None, dice.randrange(len(owners))])
    return _put_page(path, page, other, owners)


def _put_page(path, page, other, owners):
    data = bytearray(path.read_bytes())
    content = bytes(PAGE) if other is None else data[other * PAGE : (other + 1) * PAGE]
    data[page * PAGE : (page + 1) * PAGE] = content
    path.write_bytes(data)
    what = "zeroed" if other is None else f"overwritten with page {other + 1}"
    return _owner(owners, page * PAGE), f"page {page + 1} {what}"


def _block(path, dice, owners):
    """Lose a run of sectors, as a bad disk does."""
    data = bytearray(path.read_bytes())
    start = dice.randrange(0, len(data) - BLOCK, SECTOR)
    data[start : start + BLOCK] = dice.choice((bytes(BLOCK), dice.randbytes(BLOCK)))
    path.write_bytes(data)
    return _owner(owners, start), f"{BLOCK:,} bytes from {start:,}"


def _truncate(path, dice, owners):
    size = path.stat().st_size
    length = dice.choice((dice.randrange(size), size - dice.randrange(4 * PAGE)))
    with path.open("r+b") as file:
        file.truncate(length)
    return _owner(owners, length), f"cut at {length:,} of {size:,}"


def _log(path, dice, _owners):
    """Damage the log, whose content is nowhere else."""
    return _damage_log(path, dice)


def _log_kept(path, dice, _owners):
    """Damage a log that was checkpointed in part before, so that the file has newer pages than what is left of it."""
    log = path.with_name(path.name + "-wal")
    kept = log.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        content = path.read_bytes()
    path.write_bytes(content)
    log.write_bytes(kept)
    for suffix in ("-shm", "-stamp"):  # there is no stamp while a file is written
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return _damage_log(path, dice)


def _other_log(path, dice, _owners):
    """Put another file under the log: the same content with other page numbers, as a copy has that was made anew."""
    log = path.with_name(path.name + "-wal")
    kept = log.read_bytes()
    log.unlink()
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    copy.replace(path)
    frames = range(LOG_HEAD, len(kept), FRAME_HEAD + PAGE)
    end = dice.choice((len(kept), dice.choice(frames)))
    log.write_bytes(kept[:end])
    return "log", f"{end:,} bytes of the log beside another file"


def _damage_log(path, dice):
    log = path.with_name(path.name + "-wal")
    data = bytearray(log.read_bytes())
    how = dice.choice(("bit", "bytes", "frame", "cut"))
    offset = dice.randrange(len(data) - 8)
    if how == "bit":
        data[offset] ^= 1 << dice.randrange(8)
    elif how == "bytes":
        data[offset : offset + 8] = dice.randbytes(8)
    elif how == "cut":
        del data[offset:]
    else:
        starts = range(LOG_HEAD, len(data), FRAME_HEAD + PAGE)
        offset, end = dice.choice(list(pairwise(starts)))
        data[offset:end] = bytes(end - offset)
    log.write_bytes(data)
    return "log", f"{how} at {offset:,}"


def _row(path, dice, _owners):
    """Change one bar of ``candle`` behind the back of its chunk (S2)."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        n_rows = connection.execute("SELECT count(*) FROM candle").fetchone()[0]
        at = dice.randrange(n_rows)
        series_id, time = connection.execute("SELECT series_id, ts FROM candle LIMIT 1 OFFSET ?", (at,)).fetchone()
        change = dice.choice((*_CHANGES, "DELETE", "INSERT"))
        where = f"WHERE series_id = {series_id} AND ts = {time}"
        if change == "DELETE":
            connection.execute(f"DELETE FROM candle {where}")
        elif change == "INSERT":
            connection.execute(f"INSERT INTO candle SELECT series_id, ts + 1, 1, 1, 1, 1, 1 FROM candle {where}")
        else:
            connection.execute(f"UPDATE candle SET {change} {where}")
    return "candle", f"{change} of series {series_id} at {time}"


_KINDS = {
    "bit": _bit,
    "bytes": _bytes,
    "page_zero": _page_zero,
    "page_swap": _page_swap,
    "block": _block,
    "truncate": _truncate,
    "log": _log,
    "log_kept": _log_kept,
    "other_log": _other_log,
    "row": _row,
    "table_page": _table_page,
}

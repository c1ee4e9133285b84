"""The split basis of an instrument: the time up to which its stored prices reflect its splits (DESIGN.md, rule 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3


@translate_faults()
def read_basis(conn: sqlite3.Connection, symbol: str) -> int:
    """Return the UTC second up to which splits are known and reflected in the stored prices; 0 when there is none."""
    row = conn.execute("SELECT basis FROM instrument WHERE spelling = ?", (symbol,)).fetchone()
    return 0 if row is None else int(row[0])


@translate_faults()
def read_market(conn: sqlite3.Connection, symbol: str) -> float | None:
    """Return the regular market price at the last look-up of splits, ``None`` when it was not reported."""
    row = conn.execute("SELECT basis_market FROM instrument WHERE spelling = ?", (symbol,)).fetchone()
    return None if row is None or row[0] is None else float(row[0])


@translate_faults()
def write_basis(conn: sqlite3.Connection, symbol: str, known_until: int, market: float | None = None) -> None:
    """Store that the instrument's splits are known up to ``known_until`` (UTC seconds); an older time is ignored.

    ``market``: the regular market price at that time, ``None`` when it was not reported.
    """
    require_transaction(conn)
    sql = "UPDATE instrument SET basis = :until, basis_market = :market WHERE spelling = :symbol AND basis <= :until"
    conn.execute(sql, {"until": int(known_until), "market": market, "symbol": symbol})


@translate_faults()
def oldest_bar(conn: sqlite3.Connection, symbol: str) -> int | None:
    """Return the open time of the oldest stored bar of any of the instrument's series, ``None`` without any."""
    rows = conn.execute(
        "SELECT (SELECT min(ts) FROM candle WHERE candle.series_id = series.series_id)"
        " FROM series JOIN instrument USING (instrument_id) WHERE spelling = ?",
        (symbol,),
    ).fetchall()
    return min((int(row[0]) for row in rows if row[0] is not None), default=None)


@translate_faults()
def newest_bar(conn: sqlite3.Connection, symbol: str) -> int | None:
    """Return the open time of the newest stored bar of any of the instrument's series, ``None`` without any."""
    rows = conn.execute(
        "SELECT (SELECT max(ts) FROM candle WHERE candle.series_id = series.series_id)"
        " FROM series JOIN instrument USING (instrument_id) WHERE spelling = ?",
        (symbol,),
    ).fetchall()
    return max((int(row[0]) for row in rows if row[0] is not None), default=None)

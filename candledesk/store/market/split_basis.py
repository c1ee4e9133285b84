"""The split basis of an instrument: the time up to which its stored prices reflect its splits (DESIGN.md, rule 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_one, fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

_SERIES = "SELECT series_id FROM series JOIN instrument USING (instrument_id) WHERE spelling = ? ORDER BY series_id"


@translate_faults()
def read_basis(conn: sqlite3.Connection, symbol: str) -> int:
    """Return the UTC second up to which splits are known and reflected in the stored prices; 0 when there is none."""
    row = fetch_one(conn, ("instrument",), "SELECT basis FROM instrument WHERE spelling = ?", (symbol,))
    return 0 if row is None else int(row[0])


@translate_faults()
def read_market(conn: sqlite3.Connection, symbol: str) -> float | None:
    """Return the regular market price at the last look-up of splits, ``None`` when it was not reported."""
    row = fetch_one(conn, ("instrument",), "SELECT basis_market FROM instrument WHERE spelling = ?", (symbol,))
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
    return min(_each_bar(conn, symbol, "min"), default=None)


@translate_faults()
def newest_bar(conn: sqlite3.Connection, symbol: str) -> int | None:
    """Return the open time of the newest stored bar of any of the instrument's series, ``None`` without any."""
    return max(_each_bar(conn, symbol, "max"), default=None)


def _each_bar(conn: sqlite3.Connection, symbol: str, function: str) -> list[int]:
    """Return the oldest (``min``) or newest (``max``) open time of each of the instrument's series with bars."""
    series = fetch_proven(conn, ("series", "instrument"), _SERIES, (symbol,))
    sql = f"SELECT {function}(ts) FROM candle WHERE series_id = ?"
    times = [conn.execute(sql, one).fetchone()[0] for one in series]
    return [int(time) for time in times if time is not None]

"""Venues, instruments and their series."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from candledesk.domain.identity import retired_name, retired_symbol
from candledesk.domain.instrument import Instrument, plausible_first_trade
from candledesk.domain.symbols import spell_symbol, split_symbol
from candledesk.domain.texts import plain_text
from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_one, fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from candledesk.domain.interval import Interval

N_ONE_BY_ONE = 20  # up to so many series are looked up one by one; for more it is faster to read all
N_BOUND = 500  # values bound to one statement; the limit of older SQLite versions is 999
CHUNK_BARS = 2_048  # storage.md §3: sizes from 512 to 16,384 differ little; a small chunk is read faster from disk

_UPSERT_VENUE = """
INSERT INTO venue (mic, calendar, tz) VALUES (?, ?, ?)
ON CONFLICT (mic) DO UPDATE SET calendar = excluded.calendar, tz = excluded.tz
WHERE excluded.calendar IS NOT calendar OR excluded.tz IS NOT tz
"""
# A fact that is missing in the new answer (NULL) keeps its stored value.
_UPSERT_INSTRUMENT = """
INSERT INTO instrument
    (provider, symbol, venue_id, quote_type, currency, price_decimals, first_ts, meta_json, meta_fetched_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (provider, symbol) DO UPDATE SET
    venue_id = excluded.venue_id, quote_type = excluded.quote_type,
    currency = coalesce(excluded.currency, currency), price_decimals = excluded.price_decimals,
    first_ts = coalesce(excluded.first_ts, first_ts),
    meta_json = excluded.meta_json, meta_fetched_at = excluded.meta_fetched_at
"""
_INSERT_SERIES = "INSERT INTO series (instrument_id, interval, step, span) VALUES (?, ?, ?, ?)"
_OWNER = ("instrument",)
_SERIES = ("series", "instrument")
_ID = "SELECT instrument_id FROM instrument WHERE spelling = ?"
_COLUMNS = "spelling, meta_json, quote_type, currency, price_decimals, first_ts"
_SELECT = f"SELECT {_COLUMNS} FROM instrument WHERE spelling = ?"
_RANK = "lower({0}) <> :query, instr(lower({0}), :query) <> 1, NOT instr(lower({0}), :query), {0}"  # best match first
_LIST = f"""
SELECT {_COLUMNS} FROM instrument
WHERE (instr(lower(spelling), :query) OR instr(lower(json_extract(meta_json, '$.name')), :query))
    AND (:after IS NULL OR ({_RANK.format("spelling")}) > ({_RANK.format(":after")}))
ORDER BY {_RANK.format("spelling")}
LIMIT :limit
"""
_FROM_SERIES = "FROM series JOIN instrument USING (instrument_id)"
_SERIES_ID = f"SELECT series_id {_FROM_SERIES} WHERE spelling = ? AND interval = ?"
_SERIES_OF = f"SELECT series_id, interval {_FROM_SERIES} WHERE spelling = ? ORDER BY step, series_id"
_LIST_SERIES = f"SELECT series_id, spelling, interval {_FROM_SERIES} ORDER BY spelling, step, series_id"


@translate_faults()
def write_instrument(conn: sqlite3.Connection, instrument: Instrument, mic: str, calendar_name: str, now: int) -> int:
    """Insert or update an instrument and its venue; ``calendar_name``: the venue's calendar. Return the id."""
    require_transaction(conn)
    conn.execute(_UPSERT_VENUE, (mic, calendar_name, instrument.tz))
    venue = fetch_one(conn, ("venue",), "SELECT venue_id FROM venue WHERE mic = ?", (mic,))
    assert venue is not None  # noqa: S101 (it was written above)
    conn.execute(
        _UPSERT_INSTRUMENT,
        (
            *split_symbol(instrument.symbol),
            venue[0],
            instrument.quote_type,
            instrument.currency,
            int(instrument.price_decimals),
            None if instrument.first_open_time is None else int(instrument.first_open_time),
            _meta(instrument),
            int(now),
        ),
    )
    row = fetch_one(conn, _OWNER, _ID, (instrument.symbol,))
    assert row is not None  # noqa: S101 (it was written above)
    return int(row[0])


@translate_faults()
def read_instrument(conn: sqlite3.Connection, symbol: str) -> Instrument | None:
    """Return the stored instrument, ``None`` when nothing of the symbol is stored."""
    row = fetch_one(conn, _OWNER, _SELECT, (symbol,))
    return None if row is None else _instrument(row)


_END_ARCHIVING = """
DELETE FROM harvest
WHERE series_id IN (SELECT series_id FROM series JOIN instrument USING (instrument_id) WHERE spelling = ?)
"""


@translate_faults()
def retire_instrument(conn: sqlite3.Connection, symbol: str, until: int) -> str:
    """Rename the instrument of a symbol that is another company's now, and return the new symbol.

    ``until``: UTC seconds of the last day on which the symbol was this company's. Series, actions and jobs stay with
    the instrument; the old symbol is unknown afterwards. Archiving of its series ends, because no provider has more
    bars. Raises ``LookupError`` for an unknown symbol.
    """
    require_transaction(conn)
    stored = read_instrument(conn, symbol)
    if stored is None:
        raise LookupError(f"instrument {symbol} is not stored")
    provider, own = split_symbol(symbol)
    rows = fetch_proven(conn, _OWNER, "SELECT symbol FROM instrument WHERE provider = ? ORDER BY symbol", (provider,))
    own = retired_symbol(own, until, {str(row[0]) for row in rows})
    retired = spell_symbol(provider, own)
    meta = _meta(replace(stored, name=retired_name(symbol, stored.name, until)))
    conn.execute("UPDATE instrument SET symbol = ?, meta_json = ? WHERE spelling = ?", (own, meta, symbol))
    conn.execute(_END_ARCHIVING, (retired,))
    return retired


@translate_faults()
def known_symbols(conn: sqlite3.Connection, symbols: Sequence[str]) -> set[str]:
    """Return those of ``symbols`` that are stored."""
    found: set[str] = set()
    for start in range(0, len(symbols), N_BOUND):
        part = symbols[start : start + N_BOUND]
        sql = f"SELECT spelling FROM instrument WHERE spelling IN ({', '.join('?' for _ in part)}) ORDER BY spelling"
        found.update(str(row[0]) for row in fetch_proven(conn, _OWNER, sql, tuple(part)))
    return found


@translate_faults()
def list_instruments(
    conn: sqlite3.Connection, query: str = "", limit: int | None = None, after: str | None = None
) -> list[Instrument]:
    """Return instruments whose symbol or name contains ``query``, at most ``limit``.

    The exact symbol comes first, then symbols that begin with ``query``, then those that contain it, then names.
    ``after``: only the instruments after this symbol in that order, for the next page.
    """
    values = {"query": query.strip().lower(), "limit": -1 if limit is None else limit, "after": after}
    return [_instrument(row) for row in fetch_proven(conn, _OWNER, _LIST, values)]


@translate_faults()
def series_id(conn: sqlite3.Connection, symbol: str, interval: Interval, *, create: bool = False) -> int | None:
    """Return the id of a series, ``None`` when it does not exist.

    ``create``: a missing series is created, inside a transaction. Raises ``LookupError`` then for an unknown symbol.
    """
    found = fetch_one(conn, _SERIES, _SERIES_ID, (symbol, interval.name))
    if found is not None or not create:
        return None if found is None else int(found[0])
    require_transaction(conn)
    owner = fetch_one(conn, _OWNER, _ID, (symbol,))
    if owner is None:
        raise LookupError(f"instrument {symbol} must be stored before its series")
    row = (owner[0], interval.name, interval.step_s, CHUNK_BARS * interval.step_s)
    return conn.execute(_INSERT_SERIES, row).lastrowid


@translate_faults()
def ensure_series(conn: sqlite3.Connection, pairs: Sequence[tuple[str, Interval]]) -> list[int]:
    """Return the ids of many series; missing ones are created. Raises ``LookupError`` for an unknown instrument."""
    require_transaction(conn)
    if len(pairs) <= N_ONE_BY_ONE:
        ids = [series_id(conn, symbol, interval, create=True) for symbol, interval in pairs]
        return [found for found in ids if found is not None]
    known = {(symbol, name): found for found, symbol, name in list_series(conn)}
    missing = {(symbol, interval.name): interval for symbol, interval in pairs if (symbol, interval.name) not in known}
    if missing:
        owners: dict[str, int] = dict(
            fetch_proven(conn, _OWNER, "SELECT spelling, instrument_id FROM instrument ORDER BY spelling")
        )
        rows = [
            (owners[symbol], name, one.step_s, CHUNK_BARS * one.step_s)
            for (symbol, name), one in missing.items()
            if symbol in owners
        ]
        conn.executemany(_INSERT_SERIES, rows)
        known = {(symbol, name): found for found, symbol, name in list_series(conn)}
    try:
        return [known[symbol, interval.name] for symbol, interval in pairs]
    except KeyError as error:
        raise LookupError(f"instrument {error.args[0][0]} must be stored before its series") from None


@translate_faults()
def series_of(conn: sqlite3.Connection, symbol: str) -> list[tuple[int, str]]:
    """Return id and interval name of every series of a symbol, the shortest interval first; none of an unknown one."""
    return [(int(found), str(name)) for found, name in fetch_proven(conn, _SERIES, _SERIES_OF, (symbol,))]


@translate_faults()
def list_series(conn: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Return id, symbol and interval name of every series, sorted by symbol and interval."""
    rows = fetch_proven(conn, _SERIES, _LIST_SERIES)
    return [(int(found), str(symbol), str(interval)) for found, symbol, interval in rows]


@translate_faults()
def venue_series(conn: sqlite3.Connection, mic: str) -> list[tuple[int, str]]:
    """Return id and interval name of every series of a venue's instruments."""
    sql = (
        "SELECT series_id, interval FROM series JOIN instrument USING (instrument_id) JOIN venue USING (venue_id)"
        " WHERE mic = ? ORDER BY series_id"
    )
    return [(int(found), str(interval)) for found, interval in fetch_proven(conn, (*_SERIES, "venue"), sql, (mic,))]


@translate_faults()
def series_rev(conn: sqlite3.Connection, series_id: int) -> int:
    """Return the revision of a series, which is raised by every change of its bars; 0 for an unknown series."""
    row = fetch_one(conn, ("series",), "SELECT rev FROM series WHERE series_id = ?", (series_id,))
    return 0 if row is None else int(row[0])


def _meta(instrument: Instrument) -> str:
    return json.dumps({"exchange": instrument.exchange, "name": instrument.name, "tz": instrument.tz}, sort_keys=True)


def _instrument(row: tuple[Any, ...]) -> Instrument:
    """Return a stored instrument; its texts are cleaned here, because older versions stored them as received."""
    symbol, meta_json, quote_type, currency, price_decimals, first_open_time = row
    meta = json.loads(meta_json)
    return Instrument(
        symbol=symbol,
        exchange=plain_text(meta["exchange"]),
        quote_type=plain_text(quote_type),
        tz=meta["tz"],
        currency=plain_text(currency) or None,
        price_decimals=price_decimals,
        first_open_time=plausible_first_trade(first_open_time),
        name=plain_text(meta["name"]),
    )

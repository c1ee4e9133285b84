"""The schema (DESIGN.md, "Store"), as named migrations; each runs inside one transaction with its version number.

Tables are created by sqlite-utils where it can express them, else (without rowid, with checks) by SQL. This module
imports sqlite-utils only when a migration runs: it imports pandas (1.3 s), without which an up-to-date database opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.market.row_copies.calendar_checksums import add_calendar_checksums
from candledesk.store.market.row_copies.tables import create_copies

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from sqlite_utils import Database

_CANDLE = """
CREATE TABLE candle ( -- no foreign key: checking it for every bar costs 15 % of a bulk write
    series_id INTEGER NOT NULL,
    ts INTEGER NOT NULL, -- UTC seconds of the bar's open
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume REAL NOT NULL,
    PRIMARY KEY (series_id, ts),
    CHECK (high >= low)
) WITHOUT ROWID, STRICT
"""
_CHUNK = """
CREATE TABLE chunk ( -- derived from candle; may be dropped and rebuilt
    series_id INTEGER NOT NULL REFERENCES series,
    level INTEGER NOT NULL, -- steps per record: 1, 8, 64, 512
    start INTEGER NOT NULL, -- floor(ts / (series.span * level))
    n INTEGER NOT NULL, -- records in data
    codec INTEGER NOT NULL DEFAULT 0, -- 0: little-endian struct of arrays, 8 bytes a value
    rev INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (series_id, level, start)
) STRICT
"""
_COVERAGE = """
CREATE TABLE coverage ( -- half-open, disjoint, merged on write
    series_id INTEGER NOT NULL REFERENCES series,
    lo INTEGER NOT NULL,
    hi INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('have', 'provisional', 'known_empty', 'refused', 'failed')),
    source TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    expires_at INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (series_id, lo),
    CHECK (lo < hi)
) WITHOUT ROWID, STRICT
"""
_CORPORATE_ACTION = """
CREATE TABLE corporate_action (
    instrument_id INTEGER NOT NULL REFERENCES instrument,
    ts INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value REAL NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (instrument_id, ts, kind)
) WITHOUT ROWID, STRICT
"""
_BACKFILL_JOB = """
CREATE TABLE backfill_job (
    job_id INTEGER PRIMARY KEY AUTOINCREMENT, -- a number that a script remembers is never given to another job
    series_id INTEGER NOT NULL REFERENCES series,
    kind TEXT NOT NULL,
    lo INTEGER NOT NULL,
    hi INTEGER NOT NULL,
    cursor INTEGER,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
    priority INTEGER NOT NULL DEFAULT 0, -- lower runs first
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    bars_done INTEGER NOT NULL DEFAULT 0,
    bars_expected INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (lo < hi)
) STRICT
"""
_LIVE_JOB = (
    "CREATE UNIQUE INDEX live_job ON backfill_job (series_id, kind, lo, hi) WHERE state IN ('queued', 'running')"
)
_LIVE_OR_PAUSED = _LIVE_JOB.replace("'running')", "'running', 'paused')")
_CANCEL_TWINS = """
UPDATE backfill_job SET state = 'cancelled' WHERE state = 'paused' AND EXISTS (
    SELECT 1 FROM backfill_job AS twin
    WHERE twin.series_id = backfill_job.series_id AND twin.kind = backfill_job.kind AND twin.lo = backfill_job.lo
        AND twin.hi = backfill_job.hi AND twin.job_id <> backfill_job.job_id
        AND (twin.state IN ('queued', 'running') OR (twin.state = 'paused' AND twin.job_id > backfill_job.job_id)))
"""
_QUEUE = "CREATE INDEX job_queue ON backfill_job (state, priority, job_id)"
_CANDLES = """
SELECT i.symbol, s.interval, strftime('%Y-%m-%dT%H:%M:%SZ', c.ts, 'unixepoch') AS timestamp,
       c.open, c.high, c.low, c.close, c.volume
FROM candle AS c JOIN series AS s USING (series_id) JOIN instrument AS i USING (instrument_id)
"""


_ODD_BAR = """
CREATE TABLE odd_bar ( -- flagged bars (domain.oddity), with the prices as sent where the stored ones differ
    series_id INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    is_read_otherwise INTEGER NOT NULL DEFAULT 0, -- whether the values below were sent in place of the candle's
    open REAL, -- NULL: not sent
    high REAL,
    low REAL,
    close REAL,
    volume REAL,
    PRIMARY KEY (series_id, ts)
) WITHOUT ROWID, STRICT
"""


_CHUNK_CHECKSUM = """
CREATE TABLE chunk_checksum ( -- one row for each chunk; at level 1 it vouches for the rows of candle too
    series_id INTEGER NOT NULL,
    level INTEGER NOT NULL,
    start INTEGER NOT NULL,
    n INTEGER NOT NULL, -- records
    rev INTEGER NOT NULL, -- the series' revision when it was written
    crc INTEGER NOT NULL, -- CRC-32 of series_id, level, start, n and the records (chunks.codec.checksum)
    data_crc INTEGER NOT NULL, -- CRC-32 of series_id, level, start, n and the chunk as it is stored (data_checksum)
    first_ts INTEGER NOT NULL, -- the opens of the first and of the last record
    last_ts INTEGER NOT NULL,
    own_crc INTEGER NOT NULL, -- CRC-32 of all the columns above
    PRIMARY KEY (series_id, level, start)
) WITHOUT ROWID, STRICT
"""
_DROPPED_ROW = """
CREATE TABLE dropped_row ( -- rows that were sent and cannot be a bar; gone once a bar of that time is stored
    series_id INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (series_id, ts)
) WITHOUT ROWID, STRICT
"""
# Sessions are stored by venue: those found for one exchange code and type of instrument apply to the whole venue.
_SESSIONS_BY_VENUE = """
UPDATE OR REPLACE stated_session
SET key = (SELECT mic || '/' || tz FROM calendar_cache AS c WHERE c.key = stated_session.key)
WHERE EXISTS (SELECT 1 FROM calendar_cache AS c WHERE c.key = stated_session.key)
"""

# The spelling of a symbol (domain/symbols.py): without an id for the default provider.
_SPELLING = """
ALTER TABLE instrument ADD COLUMN spelling TEXT
    GENERATED ALWAYS AS (CASE provider WHEN 'yahoo' THEN symbol ELSE provider || ':' || symbol END) VIRTUAL
"""
_PROVIDER_LIMITER = """
CREATE TABLE provider_limiter ( -- the rate limiter of each provider; times are wall-clock UTC seconds
    provider TEXT PRIMARY KEY NOT NULL,
    tokens REAL NOT NULL,
    paused_until REAL NOT NULL,
    n_limited INTEGER NOT NULL,
    saved_at REAL NOT NULL
) WITHOUT ROWID, STRICT
"""
_PROVIDER_LIMIT = """
CREATE TABLE provider_limit ( -- limits that a provider reported itself; kind: span_too_wide or beyond_lookback
    provider TEXT NOT NULL,
    interval TEXT NOT NULL,
    kind TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    PRIMARY KEY (provider, interval, kind)
) WITHOUT ROWID, STRICT
"""


def _create_instruments(db: Database) -> None:
    """Create the tables of venues, instruments, series and calendars (read at a start without a calendar library)."""
    db.table("venue").create(
        {"venue_id": int, "mic": str, "calendar": str, "tz": str},
        pk="venue_id",
        not_null={"mic", "calendar", "tz"},
        strict=True,
    )
    db.table("venue").create_index(["mic"], unique=True)
    db.table("instrument").create(
        {
            "instrument_id": int,
            "symbol": str,
            "venue_id": int,
            "quote_type": str,
            "currency": str,
            "price_decimals": int,
            "first_ts": int,
            "basis": int,  # UTC seconds of the last split that stored prices reflect, 0 before the first
            "meta_json": str,
            "meta_fetched_at": int,
        },
        pk="instrument_id",
        foreign_keys=[("venue_id", "venue", "venue_id")],
        not_null={"symbol", "venue_id", "quote_type", "price_decimals", "basis", "meta_json", "meta_fetched_at"},
        defaults={"basis": 0},
        strict=True,
    )
    db.table("instrument").create_index(["symbol"], unique=True)
    db.table("series").create(
        {
            "series_id": int,
            "instrument_id": int,
            "interval": str,
            "step": int,
            "span": int,  # seconds of a level-1 chunk, fixed at creation
            "rev": int,
            "chunk_rev": int,  # the revision that the chunks show; they are used only while it equals rev
        },
        pk="series_id",
        foreign_keys=[("instrument_id", "instrument", "instrument_id")],
        not_null={"instrument_id", "interval", "step", "span", "rev", "chunk_rev"},
        defaults={"rev": 0, "chunk_rev": 0},
        strict=True,
    )
    db.table("series").create_index(["instrument_id", "interval"], unique=True)
    db.table("calendar_cache").create(
        {"key": str, "mic": str, "tz": str, "settle_s": int, "is_24h": int, "valid_until": int, "data": bytes},
        pk="key",
        not_null={"mic", "tz", "settle_s", "is_24h", "valid_until", "data"},
        strict=True,
    )


def _initial_schema(db: Database) -> None:
    """Create the tables of the first release."""
    _create_instruments(db)
    for statement in (_CANDLE, _CHUNK, _COVERAGE, _CORPORATE_ACTION, _BACKFILL_JOB, _LIVE_JOB, _QUEUE):
        db.execute(statement)
    db.create_view("candles", _CANDLES)


def _remember_limiter(db: Database) -> None:
    """Create the table with the one row of the rate limiter."""
    db.table("limiter").create(
        {"limiter_id": int, "tokens": float, "paused_until": float, "n_limited": int, "saved_at": float},
        pk="limiter_id",
        not_null={"tokens", "paused_until", "n_limited", "saved_at"},
        strict=True,
    )


def _remember_session_overrides(db: Database) -> None:
    """Create the table of sessions that a provider reported and the calendar lacks; ``key``: as ``calendar_cache``."""
    db.table("stated_session").create(
        {"key": str, "open": int, "close": int}, pk=("key", "open"), not_null={"close"}, strict=True
    )


def _remember_limits(db: Database) -> None:
    """Create the table of limits reported by the provider; ``kind``: ``span_too_wide`` or ``beyond_lookback``."""
    db.table("learnt_limit").create(
        {"interval": str, "kind": str, "seconds": int}, pk=("interval", "kind"), not_null={"seconds"}, strict=True
    )


def _create_archive(db: Database) -> None:
    """Create the table of archived series; ``note``: why the last run failed, empty when it succeeded."""
    db.table("harvest").create(
        {"series_id": int, "added_at": int, "last_run_at": int, "note": str},
        pk="series_id",
        foreign_keys=[("series_id", "series", "series_id")],
        not_null={"added_at", "note"},
        defaults={"note": ""},
        strict=True,
    )


def _pause_jobs(db: Database) -> None:
    """Count paused jobs as live, so that the same job is not started twice, and store the gaps that a job left."""
    for statement in (
        _CANCEL_TWINS,
        "DROP INDEX live_job",
        _LIVE_OR_PAUSED,
        "ALTER TABLE backfill_job ADD COLUMN gaps TEXT NOT NULL DEFAULT '[]'",
    ):
        db.execute(statement)


def _flag_odd_bars(db: Database) -> None:
    """Create the tables of flags and dropped rows: bars that contradict calendar or prices are kept from now on."""
    db.execute(_ODD_BAR)
    db.execute(_DROPPED_ROW)
    db.execute("ALTER TABLE stated_session ADD COLUMN source TEXT NOT NULL DEFAULT 'stated'")
    db.execute(_SESSIONS_BY_VENUE)
    # Windows that were refused because of their rows are requested again at once, since their bars are kept now.
    db.execute("DELETE FROM coverage WHERE state = 'failed'")


def _remember_currencies(db: Database) -> None:
    """Add the currency of a dividend as reported by the provider; ``NULL``: the currency of the prices."""
    db.execute("ALTER TABLE corporate_action ADD COLUMN currency TEXT")


def _remember_markets(db: Database) -> None:
    """Add the market price at the last look-up of splits (``basis``); ``NULL``: it was not reported."""
    db.execute("ALTER TABLE instrument ADD COLUMN basis_market REAL")


def _identify_providers(db: Database) -> None:
    """Identify instruments, limits and limiters by provider; all rows stored so far are of one provider."""
    for statement in (
        "ALTER TABLE instrument ADD COLUMN provider TEXT NOT NULL DEFAULT 'yahoo'",
        _SPELLING,
        "DROP INDEX idx_instrument_symbol",
        "CREATE UNIQUE INDEX instrument_identity ON instrument (provider, symbol)",
        "CREATE UNIQUE INDEX instrument_spelling ON instrument (spelling)",
        "DROP VIEW candles",
        f"CREATE VIEW candles AS {_CANDLES.replace('i.symbol', 'i.spelling AS symbol')}",
        "UPDATE coverage SET source = 'provider' WHERE source = 'yahoo'",
        _PROVIDER_LIMITER,
        "INSERT INTO provider_limiter SELECT 'yahoo', tokens, paused_until, n_limited, saved_at FROM limiter",
        "DROP TABLE limiter",
        _PROVIDER_LIMIT,
        "INSERT INTO provider_limit SELECT 'yahoo', interval, kind, seconds FROM learnt_limit",
        "DROP TABLE learnt_limit",
    ):
        db.execute(statement)


def _add_checksums(db: Database) -> None:
    """Checksums of chunks and of the rows of each one; what is stored already gets them later (chunks.conversion)."""
    db.execute(_CHUNK_CHECKSUM)
    for name in ("crc", "data_crc"):  # as in chunk_checksum; NULL: older than checksums
        db.execute(f"ALTER TABLE chunk ADD COLUMN {name} INTEGER")
    db.execute("ALTER TABLE series ADD COLUMN is_unchecked INTEGER NOT NULL DEFAULT 0")  # some chunks have no checksum
    db.execute("UPDATE series SET is_unchecked = 1")


def _copy_rows(db: Database) -> None:
    """Copies of the rows of the small tables, and a checksum of each calendar (``market.row_copies``)."""
    create_copies(db.conn)
    db.execute("ALTER TABLE calendar_cache ADD COLUMN crc INTEGER")  # of all other columns
    add_calendar_checksums(db.conn)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; ``apply`` runs inside a transaction and must not end it."""

    name: str
    apply: Callable[[Database], None]

    def run(self, conn: sqlite3.Connection) -> None:
        """Apply the step on a connection that is inside a transaction."""
        from sqlite_utils import Database

        self.apply(Database(conn))


MIGRATIONS: tuple[Migration, ...] = (
    Migration("initial schema", _initial_schema),
    Migration("limiter survives restarts", _remember_limiter),
    Migration("stated sessions overrule the calendar", _remember_session_overrides),
    Migration("stated limits overrule the interval table", _remember_limits),
    Migration("series are archived", _create_archive),
    Migration("paused jobs are live, and gaps stay with their job", _pause_jobs),
    Migration("odd bars are kept and flagged", _flag_odd_bars),
    Migration("dividends have a currency", _remember_currencies),
    Migration("the market price shows whether a split has come since", _remember_markets),
    Migration("an instrument is a provider's", _identify_providers),
    Migration("chunks and rows have checksums", _add_checksums),
    Migration("rows of the small tables have copies", _copy_rows),
)

"""A small database with rows in every table that has copies, and what each table's reading functions say of it."""

import sqlite3
from contextlib import closing
from random import Random

import numpy as np

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import archive, calendars, corporate_actions, jobs, odd_bars, providers, split_basis
from candledesk.store.market import coverage as coverages
from candledesk.store.market import instruments as stored
from candledesk.store.market.chunks.table import read_head
from candledesk.store.market.database import transaction

PAGE_SIZE = 8_192
AAPL = Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, 345_479_400, "Apple Inc.")
BTC = Instrument("other:BTC-USD", "CCC", "CRYPTOCURRENCY", "UTC", "USD", 2, None, "Bitcoin")
VENUE = "XNYS/America/New_York"
EVER = Span(-(2**40), 2**40)
NOW = 1_700_000_000


def fill_every_table(conn):
    """Store two instruments with all that can be known of them."""
    with transaction(conn):
        stored.write_instrument(conn, AAPL, "XNYS", "XNYS", NOW)
        stored.write_instrument(conn, BTC, "24/7", "24/7", NOW)
        minutes, _, days = stored.ensure_series(
            conn, [("AAPL", INTERVALS["1m"]), ("other:BTC-USD", INTERVALS["1h"]), ("AAPL", INTERVALS["1d"])]
        )
        split_basis.write_basis(conn, "AAPL", NOW, 189.37)
        calendars.write_sessions(conn, VENUE, [(NOW, NOW + 3_600)], "stated")
        calendars.write_sessions(conn, VENUE, [(NOW + 864_000, NOW + 867_600)], "observed")
        coverages.write_coverage(
            conn,
            days,
            [
                Coverage(Span(0, 86_400), CoverageState.HAVE, NOW),
                Coverage(Span(86_400, 172_800), CoverageState.FAILED, NOW, NOW + 60, "the provider refused"),
                Coverage(Span(259_200, 345_600), CoverageState.PROVISIONAL, NOW, NOW + 9),
            ],
        )
        actions = [corporate_actions.StoredAction(86_400, "split", 4.0), (172_800, "dividend", 0.1 + 0.2, "USD")]
        corporate_actions.write_actions(conn, "AAPL", [corporate_actions.StoredAction(*one) for one in actions], NOW)
        odd = [odd_bars.OddBar(60, 3), odd_bars.OddBar(120, 1, (None, 2.5, 1.25, 2.0), 7.0)]
        odd_bars.write_odd(conn, minutes, np.array([60, 120]), odd)
        odd_bars.note_dropped(conn, minutes, [(180, "no close"), (240, "off the grid")], np.array([], np.int64))
        keys = [jobs.JobKey(days, "backfill", 0, 86_400, 3), jobs.JobKey(minutes, "update", 60, 120, 1)]
        first, _ = jobs.insert_or_join_jobs(conn, keys, NOW)
        jobs.update_job(conn, first.job_id, now=NOW + 1, state="failed", error="no answer", gaps='[[0, 60, "x", 1]]')
        archive.add_to_archive(conn, minutes, NOW)
        archive.note_archive_run(conn, minutes, NOW + 5, "no answer")
        providers.write_limiter(conn, "yahoo", (1.5, 0.0, 2, NOW + 0.25))
        providers.write_limit(conn, ("yahoo", "1m", "span_too_wide", 604_800))
    return minutes, days


def answers_of(table, conn, series):
    """Return what the functions say that read a table."""
    minutes, days = series
    return {
        "venue": lambda: stored.venue_series(conn, "XNYS"),
        "instrument": lambda: (
            stored.read_instrument(conn, "AAPL"),
            stored.read_instrument(conn, "other:BTC-USD"),
            stored.list_instruments(conn, "a"),
            split_basis.read_basis(conn, "AAPL"),
            split_basis.read_market(conn, "AAPL"),
            stored.known_symbols(conn, ["AAPL", "AAPM", "other:BTC-USD"]),
        ),
        "series": lambda: (
            stored.list_series(conn),
            stored.series_id(conn, "AAPL", INTERVALS["1d"]),
            stored.series_id(conn, "AAPL", INTERVALS["1h"]),
            read_head(conn, minutes),
            read_head(conn, days),
            stored.series_rev(conn, days),
        ),
        "stated_session": lambda: (
            calendars.read_sessions(conn, VENUE, "stated"),
            calendars.read_sessions(conn, VENUE, "observed"),
        ),
        "coverage": lambda: (
            coverages.read_coverage(conn, days),
            coverages.read_coverage(conn, days, Span(90_000, 90_060)),
            coverages.read_coverage(conn, minutes),
        ),
        "corporate_action": lambda: corporate_actions.read_actions(conn, "AAPL"),
        "odd_bar": lambda: (odd_bars.read_odd(conn, minutes, EVER), odd_bars.count_odd(conn, minutes)),
        "dropped_row": lambda: odd_bars.count_dropped(conn, minutes, EVER),
        "backfill_job": lambda: (
            jobs.list_jobs(conn),
            jobs.next_jobs(conn, (0, 9), 5),
            jobs.count_jobs(conn),
            jobs.read_job(conn, 2),
        ),
        "harvest": lambda: archive.list_archive(conn),
        "provider_limiter": lambda: providers.read_limiter(conn, "yahoo"),
        "provider_limit": lambda: providers.read_limits(conn),
    }[table]()


def image_of(writer):
    """Return the bytes of the database in the form that SQLite opens in memory."""
    with closing(sqlite3.connect(":memory:")) as copy:
        writer.backup(copy)
        data = bytearray(copy.serialize())
    data[18:20] = b"\1\1"  # a database in memory has no write-ahead log
    return data


def opened(data):
    """Open the image of a database in memory."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.deserialize(bytes(data))
    return closing(conn)


def pages_of(conn, table):
    """Return the root pages of a table and its indexes by their names."""
    return dict(conn.execute("SELECT name, rootpage FROM sqlite_schema WHERE tbl_name = ? AND rootpage", (table,)))


def root_of(conn, name):
    """Return the root page of a table, or of the index that is a table without row ids."""
    return conn.execute("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?", (name,)).fetchone()[0]


def flipped(data, place, bit):
    """Open the database with one bit changed."""
    damaged = bytearray(data)
    damaged[place] ^= 1 << bit
    return opened(damaged)


def bits_of(data, page, n_wanted):
    """Return some bits of a leaf page that mean something, always the same ones: ``(place, bit)``."""
    places = used_bytes(data, page)
    chosen = Random(page)
    return [(place, chosen.randrange(8)) for place in chosen.sample(places, min(n_wanted, len(places)))]


def used_bytes(data, page):
    """Return the places of a leaf page that mean something: its header, its pointers and its cells."""
    start = (page - 1) * PAGE_SIZE
    n_cells = int.from_bytes(data[start + 3 : start + 5], "big")
    first_cell = int.from_bytes(data[start + 5 : start + 7], "big")
    return [*range(start, start + 8 + 2 * n_cells), *range(start + first_cell, start + PAGE_SIZE)]

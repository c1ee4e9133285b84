"""Makes the home that the damage campaign damages, through the cache itself."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

from candledesk.cache.context import RetryPauses
from candledesk.cache.messages import BarsRequest
from candledesk.cache.messages import Listing as ImportListing
from candledesk.cache.service import CacheService
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.settings import Settings
from candledesk.store.file_guard import stamp_path
from tests.faults.damage.market import LISTINGS, Market, days_back, make_bars
from tests.faults.process import wait_until

WAIT_S = 60
IMPORTED = "local:OLD"
# What is stored of each: symbol, interval, days back.
SERIES = (
    ("ACME", "1d", 2_290),
    ("ACME", "1m", 25),
    ("ACME", "15m", 50),
    ("VOD.L", "1d", 1_450),
    ("VOD.L", "5m", 40),
    ("7203.T", "1d", 1_300),
    ("7203.T", "1h", 500),
    ("BTC-USD", "1d", 880),
    ("BTC-USD", "1m", 14),
    *((f"SH{i:02}", "1d", 290) for i in range(8)),
)
# What is stored in the log only: it was not checkpointed when the copy was made.
LATER = (("BTC-USD", "15m", 30), ("7203.T", "15m", 40), ("SH03", "1h", 100))
DERIVED = {"1m": ("3m",), "15m": ("30m",), "1h": ("4h",), "1d": ("1wk", "1mo")}


def open_service(folder, market, refusal=None):
    settings = Settings(requests_per_minute=6000, request_burst=600, breaker_pause_s=0.05, request_timeout_s=5)
    return CacheService(
        folder / "candles.db",
        settings,
        folder,
        now=lambda: market.now,
        pauses=RetryPauses(retry_s=(0.005,), failed_s=(3_600,), fault_s=0.3),
        child=market,
        refusal=refusal,
    )


def backfill(cache, symbol, name, days):
    job = cache.start_backfill(symbol, INTERVALS[name], days_back(days)).result(WAIT_S)
    ended = cache.wait_job(job.job_id).result(WAIT_S)
    assert ended.state == "succeeded", ended


def build(folder):
    """Make ``folder/whole`` (checkpointed) and ``folder/logged``, whose log holds the series of ``LATER``.

    The latter is as a killed process leaves it, with the stamp that shows to which file the log belongs.
    """
    work, whole, logged = (folder / name for name in ("work", "whole", "logged"))
    for path in (work, whole, logged):
        path.mkdir(parents=True)
    service = open_service(work, Market())
    try:
        cache = service.controller
        for symbol, name, days in SERIES:
            backfill(cache, symbol, name, days)
        _import(cache)
        cache.set_archived("BTC-USD", INTERVALS["1m"], is_on=True).result(WAIT_S)
    finally:
        service.close()
    shutil.copyfile(work / "candles.db", whole / "candles.db")
    service = open_service(work, Market())
    try:
        with closing(sqlite3.connect(work / "candles.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")  # a reader holds the log back
            reader.execute("SELECT count(*) FROM series").fetchone()
            for symbol, name, days in LATER:
                backfill(service.controller, symbol, name, days)
            wait_until(stamp_path(work / "candles.db").exists, what="the stamp of a calm file")
            for suffix in ("", "-wal", "-stamp"):
                shutil.copy2(work / f"candles.db{suffix}", logged / f"candles.db{suffix}")
            reader.execute("COMMIT")
    finally:
        service.close()
    return whole, logged


def _import(cache):
    """Store bars that no provider has: they cannot be fetched again."""
    listing = LISTINGS["SH00"]
    days = Market().truth(listing, INTERVALS["1d"], days_back(250, 20))
    bars = make_bars(listing, days.open_time)
    named = ImportListing(exchange="XLON", currency="GBP", name="An old company")
    report = cache.import_bars(IMPORTED, INTERVALS["1d"], Bars(*map(_column, _fields(bars))), named).result(WAIT_S)
    assert report.n_stored, report


def _fields(bars):
    return bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume


def _column(values):
    return values.copy()


def requests(series):
    """Return what is asked of the cache: all bars of each series and of what is derived from it."""
    found = []
    for symbol, name in series:
        span = days_back(2_400)
        names = (name, *DERIVED.get(name, ()))
        found += [BarsRequest(symbol, parse_interval(one), span, fill="none") for one in names]
        if symbol in {"ACME", "VOD.L"} and name in {"1d", "1m"}:
            adjusted = BarsRequest(symbol, parse_interval(name), span, fill="none", adjust="all")
            found += [adjusted, replace(adjusted, adjust="none")]
    return found


def stored_series(*, is_logged):
    named = [(symbol, name) for symbol, name, _ in (SERIES + (LATER if is_logged else ()))]
    return [*named, (IMPORTED, "1d")]

"""With 30 % random faults of every kind, a year of hours and a month of minutes end exact, whatever the venue."""

from collections import Counter

import pytest

from candledesk.cache.context import RetryPauses
from candledesk.cache.events import BarsStored
from candledesk.cache.messages import BarsRequest, JobState
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http.faults import KINDS
from candledesk.domain.errors import OfflineError
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.span import Span
from candledesk.settings import load_settings
from candledesk.store.market import bars as bar_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import connect_reader
from tests.faults.evidence import check_true

SYMBOLS = ("MSFT", "VOD.L", "7203.T", "BTC-USD", "EURUSD=X")
SPANS = (("1h", 365), ("1m", 29), ("5m", 58), ("1d", 3_650))
NOW = "2026-11-20T22:00:00Z"
SHARE = 0.3
STATUSES = (500, 502, 503, 429, 401, 403)
FAULTS = (
    *({"kind": "status", "status": status} for status in STATUSES),
    {"kind": "delay", "delay_s": 0.2},
    *({"kind": kind} for kind in sorted(KINDS - {"status", "delay"})),
)
LIES = ("empty", "missing_session")  # whole answers that say "nothing was traded": sent twice, they count
PAUSES = RetryPauses(retry_s=(0.01,), failed_s=(1,), fault_s=1.0)
N_EARLY = 10  # so that each fault comes in the first round, whose backfills need few requests
N_ROUNDS = 6
HOURS_BETWEEN_S = 7 * 3_600


def raise_storm(market, dice):
    """Every fault strikes once somewhere near the beginning, and at random all the time."""
    for fault in FAULTS:
        market.faults.add(**fault, count=1, skip=dice.randrange(N_EARLY))
    go_on_storming(market, dice, FAULTS)


def go_on_storming(market, dice, faults):
    for number, fault in enumerate(faults):
        # Each fault takes its share of the requests that those before it have let pass.
        share = SHARE / len(faults) / (1 - SHARE * number / len(faults))
        market.faults.add(**fault, probability=share, seed=dice.randrange(1_000_000))


class Inspector:
    """Checks every commit as its event arrives: what is stored must be true then, not only at the end."""

    def __init__(self, database, market, series):
        self.connection = connect_reader(database)
        self.truth = {key: market.truth(*key, span.start, span.end) for key, span in series.items()}
        self.series = series
        self.n_bars = self.n_commits = 0
        self.wrong = []

    def look(self, event):
        key = (event.symbol, event.interval.name) if isinstance(event, BarsStored) else None
        if key not in self.truth or not len(self.truth[key]):
            return
        series_id = instrument_store.series_id(self.connection, event.symbol, event.interval)
        stored = bar_store.read_bars(self.connection, series_id, event.span).within(self.series[key])
        self.n_commits, self.n_bars = self.n_commits + 1, self.n_bars + len(stored)
        try:
            check_true(stored, self.truth[key])
        except AssertionError as error:
            self.wrong.append((key, event.span, str(error)))


@pytest.mark.timeout(1_800)
@pytest.mark.allow_logs
@pytest.mark.parametrize("round_number", [1, 2, 3, 4])
def test_backfills_end_exact_in_a_storm_of_faults(tmp_path, figures, count, dice, round_number):
    if round_number > count(1, 4):
        pytest.skip("only in a full run")
    with DemoMarket(now=NOW) as market:
        settings = load_settings(
            {},
            yahoo_url=market.url,
            requests_per_minute="6000",
            request_burst="600",
            request_timeout_s="3",
            breaker_pause_s="0.05",
        )
        database = tmp_path / "candles.db"
        service = CacheService(database, settings, tmp_path / "yfinance", now=market.clock.now, pauses=PAUSES)
        try:
            n_bars, inspector = backfill(service.controller, market, dice, database)
        finally:
            service.close()
        inspector.connection.close()
        shown = Counter(entry.fault for entry in market.chart_log() if entry.fault)
        n_asked = len(market.chart_log())
    figures(
        f"{sum(shown.values())} faults of {len(shown)} kinds in {n_asked} requests; {n_bars:,} bars of {len(SYMBOLS)}"
        f" venues equal to the truth; {inspector.n_commits} commits looked at, no invalid row ever stored"
    )


def backfill(cache, market, dice, database):
    raise_storm(market, dice)
    now = market.clock.now()
    series = {(symbol, name): Span(now - days * DAY_S, now - DAY_S) for symbol in SYMBOLS for name, days in SPANS}
    inspector = Inspector(database, market, series)
    cache.subscribe(inspector.look)
    for _ in range(N_ROUNDS):  # what failed, or is known to be empty only for now, is asked again hours later
        jobs = [cache.start_backfill(symbol, parse_interval(name), span) for (symbol, name), span in series.items()]
        for job in [wait_until_ended(cache, job.result(120).job_id) for job in jobs]:
            assert job.state in {JobState.SUCCEEDED, JobState.FAILED}
            assert (job.state is JobState.FAILED) == bool(job.gaps), job
        market.clock.advance(HOURS_BETWEEN_S)
        market.faults.clear()
        go_on_storming(market, dice, [fault for fault in FAULTS if fault["kind"] not in LIES])
    assert {entry.fault for entry in market.chart_log()} == {None, *KINDS}
    assert sum(entry.fault is not None for entry in market.chart_log()) > SHARE * len(market.chart_log())
    assert inspector.wrong == []
    assert inspector.n_bars > 0
    return sum(check_end(cache, market, *key, span) for key, span in series.items()), inspector


def wait_until_ended(cache, job_id):
    """Wait on where a wait ends because the provider hangs: the job goes on by itself."""
    while True:
        try:
            return cache.wait_job(job_id).result(300)
        except OfflineError:
            continue


def check_end(cache, market, symbol, name, span):
    """Every bar of a series is there and true; return how many."""
    reply = cache.load_bars(BarsRequest(symbol, parse_interval(name), span, fill="none")).result(60)
    truth = market.truth(symbol, name, span.start, span.end)
    inside = reply.bars.within(Span(max(span.start, int(truth.open_time[0])), span.end))
    assert inside.equals(truth), (symbol, name, len(inside), len(truth), reply.gaps[:3])
    return len(inside)

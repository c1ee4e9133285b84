"""With 30 % random faults of every kind, a year of hours and a month of minutes end exact, whatever the venue."""

import pytest

from candledesk.cache.build import CacheService
from candledesk.cache.engine import Pauses
from candledesk.cache.messages import BarsRequest, JobState
from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.span import Span
from candledesk.settings import load_settings

SYMBOLS = ("MSFT", "VOD.L", "7203.T", "BTC-USD", "EURUSD=X")
SPANS = (("1h", 365), ("1m", 29))
NOW = "2026-11-20T22:00:00Z"
SHARE = 0.3
SPOILERS = ("nan", "disorder", "duplicates", "negative", "crossed", "pence", "missing_session")
KINDS = ("status", "reset", "truncated", "cut", "html", "right_back", "delay", *SPOILERS)
PAUSES = Pauses(retry_s=(0.01,), failed_s=(1,), fault_s=1.0)
N_ROUNDS = 6
HOURS_BETWEEN_S = 7 * 3_600


def raise_storm(market, seed):
    market.faults.clear()
    for number, kind in enumerate(KINDS):
        extra = {"status": 500} if kind == "status" else {"delay_s": 0.2} if kind == "delay" else {}
        # Each kind meets its share of what the kinds before it have let pass.
        share = SHARE / len(KINDS) / (1 - SHARE * number / len(KINDS))
        market.faults.add(kind, probability=share, seed=1_000 * seed + number, **extra)


@pytest.mark.timeout(900)
@pytest.mark.allow_logs
@pytest.mark.parametrize("seed", [1, 2])
def test_backfills_end_exact_in_a_storm_of_faults(tmp_path, seed):
    with DemoMarket(now=NOW) as market:
        settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
        service = CacheService(
            tmp_path / "candles.db", settings, tmp_path / "yfinance", now=market.clock.now, pauses=PAUSES
        )
        try:
            backfill(service.controller, market, seed)
        finally:
            service.close()


def backfill(cache, market, seed):
    raise_storm(market, seed)
    now = market.clock.now()
    series = [
        (symbol, interval, Span(now - days * DAY_S, now - DAY_S)) for symbol in SYMBOLS for interval, days in SPANS
    ]
    for _ in range(N_ROUNDS):  # what was given up, or is known to be empty only for now, is asked again hours later
        jobs = [cache.start_backfill(symbol, parse_interval(interval), span) for symbol, interval, span in series]
        ended = [cache.wait_job(job.result(120).job_id).result(300) for job in jobs]
        for job in ended:
            assert job.state in {JobState.SUCCEEDED, JobState.FAILED}
            assert (job.state is JobState.FAILED) == bool(job.gaps), job
        market.clock.advance(HOURS_BETWEEN_S)
    n_faults = sum(entry.fault is not None for entry in market.log)
    assert n_faults > len(market.log) / 10
    for symbol, interval, span in series:
        request = BarsRequest(symbol, parse_interval(interval), span, fill="none")
        reply = cache.load_bars(request).result(60)
        truth = market.truth(symbol, interval, span.start, span.end)
        inside = reply.bars.within(Span(max(span.start, int(truth.open_time[0])), span.end))
        assert inside.equals(truth), (symbol, interval, len(inside), len(truth), reply.gaps[:3])

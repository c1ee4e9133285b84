"""``as_of``: an answer about the past holds what a cache of that time would have answered, and nothing later."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.messages import BarsRequest
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.errors import InputError
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import Span
from candledesk.indicators.studies import parse_study
from candledesk.settings import load_settings

THEN, NOW = "2026-09-10T18:10:00Z", "2026-11-20T22:00:00Z"  # NVDA splits 4:1 on 2026-09-14, a Monday


def open_cache(market, folder):
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    return CacheService(folder / "candles.db", settings, folder / "yfinance", now=market.clock.now)


@pytest.fixture(scope="module")
def caches(tmp_path_factory):
    """The cache of that time, and one that was filled since."""
    with DemoMarket(now=THEN) as market:
        former = open_cache(market, tmp_path_factory.mktemp("former"))
        for interval in ("1h", "1d", "1wk"):
            load(former.controller, interval)
        load(former.controller, "1d", adjust="all", span=span_of("1999-01-01", "2026-09-11"))
        market.clock.set(parse_instant(NOW))
        present = open_cache(market, tmp_path_factory.mktemp("present"))
        yield former.controller, present.controller
        for service in (former, present):
            service.close()


def span_of(start, end):
    return Span(parse_instant(f"{start}T00:00:00Z"), parse_instant(f"{end}T00:00:00Z"))


def load(cache, interval, span=None, **options):
    asked = span or span_of("2026-08-03", "2026-09-11")
    return cache.load_bars(BarsRequest("NVDA", parse_interval(interval), asked, timeout_s=None, **options)).result(60)


@pytest.mark.parametrize("adjust", ["none", "splits", "all"])
@pytest.mark.parametrize("interval", ["1h", "1d", "1wk"])
def test_closed_candles_are_those_of_that_time(caches, interval, adjust):
    former, present = caches
    known = load(former, interval, fill="none", adjust=adjust)
    reply = load(present, interval, span_of("2026-08-03", "2026-11-20"), adjust=adjust, as_of=parse_instant(THEN))
    n_closed = len(known.bars) - 1  # the last one of each was forming
    assert len(reply.bars) == n_closed > 3
    assert np.array_equal(reply.bars.open_time, known.bars.open_time[:-1])
    for name in ("open", "high", "low", "close", "volume"):
        np.testing.assert_allclose(getattr(reply.bars, name), getattr(known.bars, name)[:-1], rtol=1e-6)
    assert reply.complete
    assert reply.span.end <= parse_instant(THEN)


def test_a_day_belongs_to_what_is_known_from_its_close_on(caches):
    _, present = caches
    close = parse_instant("2026-09-10T20:00:00Z")
    before, at = (load(present, "1d", as_of=time).bars.open_time[-1] for time in (close - 1, close))
    assert (before, at) == (parse_instant("2026-09-09T00:00:00Z"), parse_instant("2026-09-10T00:00:00Z"))


def test_a_split_is_known_from_the_open_of_its_day_on(caches):
    _, present = caches
    opened = parse_instant("2026-09-14T13:30:00Z")
    before, at = (load(present, "1d", as_of=time).bars.close[0] for time in (opened - 1, opened))
    assert before == pytest.approx(4 * at)


def test_a_number_of_candles_is_counted_from_that_time(caches):
    _, present = caches
    request = BarsRequest("NVDA", parse_interval("1h"), None, timeout_s=None, countback=7, as_of=parse_instant(THEN))
    bars = present.load_bars(request).result(60).bars
    assert len(bars) == 7
    assert bars.open_time[-1] == parse_instant("2026-09-10T16:30:00Z")


def test_a_gap_of_what_had_not_ended_is_not_missing(caches):
    _, present = caches
    reply = load(present, "5m", span_of("2026-09-10", "2026-09-12"), fill="none", as_of=parse_instant(THEN))
    assert not reply.complete
    assert reply.gaps[-1].span.end <= parse_instant(THEN)
    day = load(present, "1d", span_of("2026-09-10", "2026-09-12"), fill="none", as_of=parse_instant(THEN))
    assert (len(day.bars), day.complete) == (0, True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"as_of": parse_instant(NOW) + 1}, "future"),
        ({"as_of": parse_instant("2026-08-03T00:00:00Z")}, "beginning"),
        ({"as_of": parse_instant(THEN), "raw": True}, "raw"),
    ],
)
def test_what_cannot_be_known_is_refused(caches, options, words):
    with pytest.raises(InputError, match=words):
        load(caches[1], "1d", **options)


def test_values_of_an_indicator_in_the_future_are_refused(caches):
    span = span_of("2026-08-03", "2026-09-11")
    request = IndicatorRequest("NVDA", parse_interval("1d"), parse_study("sma"), span, as_of=parse_instant(NOW) + 1)
    with pytest.raises(InputError, match="future"):
        caches[1].load_indicator(request).result(60)


@pytest.mark.parametrize("counted", [False, True])
def test_a_ratio_is_that_of_what_was_known_of_both(caches, counted):
    _, present = caches
    span = None if counted else span_of("2026-08-03", "2026-11-20")
    request = BarsRequest(
        "NVDA/MSFT", parse_interval("1d"), span, timeout_s=None, countback=9 if counted else None,
        as_of=parse_instant(THEN),
    )  # fmt: skip
    ratio = present.load_bars(request).result(60)
    assert ratio.complete
    assert ratio.bars.open_time[-1] == parse_instant("2026-09-09T00:00:00Z")
    assert len(ratio.bars) == (9 if counted else 27)
    above = load(present, "1d", as_of=parse_instant(THEN)).bars
    own = replace(request, symbol="MSFT", span=span_of("2026-08-03", "2026-09-11"), countback=None)
    below = present.load_bars(own).result(60).bars
    n = len(ratio.bars)
    np.testing.assert_allclose(ratio.bars.close, above.close[-n:] / below.close[-n:])

"""Lines of a chart that is zoomed out: every extreme of the real values, row by row, whatever the rows are read of."""

import itertools

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRowsRequest
from candledesk.cache.messages import BarsRequest
from candledesk.cache.queries.studies import computation, rows
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.errors import InputError, NotCachedError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.span import Span
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Market
from candledesk.indicators.studies import parse_study
from candledesk.providers.answers import BarsAnswer
from tests.cache.conftest import DAY_S, FIRST_DAY, NOW, WAIT_S, days_back, instrument
from tests.indicators.markets import walk

TEXTS = (
    "sma",
    "rsi",
    "macd",
    "supertrend",
    "sar",
    "obv",
    "vwap",
    "bollinger",
    "zigzag:deviation=1,legs=4",
    "obv:source=ema",
)


@pytest.fixture
def small_pieces(monkeypatch):
    """Pieces of a few days, so that a line is made of many."""
    monkeypatch.setattr(computation, "PIECE_BARS", 4 * 512)
    monkeypatch.setattr(rows, "PIECE_BARS", 4 * 512)
    monkeypatch.setattr(rows, "_TAIL_BARS", 512)


@pytest.fixture
def minutes(harness, yahoo, small_pieces):
    def script(request):
        times = expected_open_times(yahoo.calendar(), request.interval, Span(FIRST_DAY, NOW + 10 * DAY_S))
        span = Span(request.span.start, max(min(request.span.end, yahoo.now), request.span.start + 1))
        return BarsAnswer(walk(times, 1, 0.001).within(span), instrument(request.symbol, yahoo.listed_at))

    yahoo.script = script
    return harness.bars("5m", days_back(40)).bars


def ask(harness, text, stride, span, name="5m", symbol="AAA"):
    request = IndicatorRowsRequest(symbol, parse_interval(name), parse_study(text), span, stride)
    return harness.cache.load_indicator_rows(request).result(WAIT_S)


def check(rows, bars, lines, stride, step_s=300):
    keys = bars.open_time // (step_s * stride)
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    first = int(np.flatnonzero(bars.open_time[starts] == rows.open_time[0])[0])
    np.testing.assert_array_equal(rows.open_time, bars.open_time[starts[first:]])
    edges = [*starts[first:].tolist(), len(bars)]
    np.testing.assert_array_equal(rows.n_bars, np.diff(edges))
    for name, line in lines.items():
        parts = [line[a:b] for a, b in itertools.pairwise(edges)]
        for found, pick in (
            (rows.least, np.fmin.reduce),
            (rows.greatest, np.fmax.reduce),
            (rows.last, lambda x: x[-1]),
        ):
            wanted = np.array([pick(part) for part in parts])
            np.testing.assert_allclose(found[name], wanted, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("text", TEXTS)
def test_rows_hold_every_extreme_of_the_real_values(harness, yahoo, minutes, text):
    market = Market(yahoo.calendar(), INTERVALS["5m"])
    lines = compute(parse_study(text), minutes, market).lines
    for stride in (8, 64):
        check(ask(harness, text, stride, Span(FIRST_DAY, NOW)), minutes, lines, stride)
    part = ask(harness, text, 8, Span(int(minutes.open_time[900]), NOW))
    check(part, minutes, lines, 8)
    assert int(part.n_bars.sum()) < len(minutes) - 890


def test_a_changed_bar_computes_its_own_piece_again_only(harness, yahoo, minutes, monkeypatch):
    ask(harness, "rsi", 8, Span(FIRST_DAY, NOW))
    computed = []
    compute_piece = computation.StudyComputation.compute
    monkeypatch.setattr(
        computation.StudyComputation,
        "compute",
        lambda self, left, *args, **named: computed.append(left) or compute_piece(self, left, *args, **named),
    )
    ask(harness, "rsi", 8, Span(FIRST_DAY, NOW))
    assert computed == []
    yahoo.now += 1_200
    harness.bars("5m", Span(NOW, yahoo.now))
    later = ask(harness, "rsi", 8, Span(FIRST_DAY, yahoo.now))
    assert len(computed) == 1
    assert computed[0] >= yahoo.now - 2 * 512 * 300, "the latest bars are a piece of their own"
    bars = harness.bars("5m", Span(FIRST_DAY, yahoo.now), fill="none").bars
    assert len(bars) > len(minutes)
    lines = compute(parse_study("rsi"), bars, Market(yahoo.calendar(), INTERVALS["5m"])).lines
    check(later, bars, lines, 8)


def test_a_chart_of_older_bars_computes_nothing_of_the_latest(harness, minutes, monkeypatch):
    ends, compute_piece = [], computation.StudyComputation.compute
    monkeypatch.setattr(
        computation.StudyComputation,
        "compute",
        lambda self, left, end, *args, **named: ends.append(end) or compute_piece(self, left, end, *args, **named),
    )
    ask(harness, "rsi", 8, Span(NOW - 4 * DAY_S, NOW - 4 * DAY_S + 21_600))
    assert ends
    assert max(ends) < NOW


def test_older_bars_that_arrive_settle_the_first_ones(harness, yahoo, minutes):
    ask(harness, "rsi", 8, Span(FIRST_DAY, NOW))
    harness.bars("5m", days_back(55))
    bars = harness.bars("5m", Span(FIRST_DAY, NOW), fill="none").bars
    assert len(bars) > len(minutes)
    lines = compute(parse_study("rsi"), bars, Market(yahoo.calendar(), INTERVALS["5m"])).lines
    check(ask(harness, "rsi", 8, Span(FIRST_DAY, NOW)), bars, lines, 8)


def test_older_bars_that_arrive_are_part_of_every_later_sum(harness, yahoo, minutes):
    half = Span(int(minutes.open_time[1_500]), NOW)
    ask(harness, "obv", 8, half)
    harness.bars("5m", days_back(55))
    bars = harness.bars("5m", Span(FIRST_DAY, NOW), fill="none").bars
    assert len(bars) > len(minutes)
    lines = compute(parse_study("obv"), bars, Market(yahoo.calendar(), INTERVALS["5m"])).lines
    check(ask(harness, "obv", 8, half), bars, lines, 8)


def test_a_derived_interval_has_rows_of_its_own_bars(harness, yahoo, minutes):
    interval = parse_interval("10m")
    bars = harness.cache.load_bars(BarsRequest("AAA", interval, Span(FIRST_DAY, NOW), fill="none")).result(WAIT_S).bars
    lines = compute(parse_study("ema"), bars, Market(yahoo.calendar(), interval)).lines
    check(ask(harness, "ema", 8, Span(FIRST_DAY, NOW), "10m"), bars, lines, 8, 600)


def test_nothing_stored_gives_no_rows(harness, minutes):
    assert len(ask(harness, "rsi", 8, Span(FIRST_DAY, FIRST_DAY + 9_000)).open_time) == 0
    with pytest.raises(NotCachedError):
        ask(harness, "rsi", 8, days_back(4), symbol="ZZZ")
    with pytest.raises(InputError, match="whole range"):
        ask(harness, "volume_profile", 8, days_back(4))


@pytest.mark.parametrize("text", ["zigzag:deviation=1,legs=4", "ema:length=2,source=(zigzag:deviation=1,legs=4)"])
def test_a_point_that_later_bars_replace_is_gone_from_older_pieces(harness, yahoo, minutes, text):
    for hour in range(0, 8 * 24, 2):
        yahoo.now = NOW + 3_600 * hour
        bars = harness.bars("5m", Span(FIRST_DAY, yahoo.now)).bars
        lines = compute(parse_study(text), bars, Market(yahoo.calendar(), INTERVALS["5m"])).lines
        check(ask(harness, text, 8, Span(FIRST_DAY, yahoo.now)), bars, lines, 8)

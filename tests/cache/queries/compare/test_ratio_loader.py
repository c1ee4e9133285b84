"""Ratios: made of both series when they are read, complete when both are, never stored."""

import numpy as np
import pytest

from candledesk.cache.events import BarsStored
from candledesk.cache.indicator_messages import IndicatorRequest, IndicatorRowsRequest
from candledesk.cache.messages import EdgeState
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Market
from candledesk.indicators.studies import parse_study
from candledesk.providers.answers import BarsAnswer
from tests.cache.conftest import NOW, WAIT_S, days_back, instrument
from tests.indicators.markets import walk


@pytest.fixture
def walks(yahoo):
    """Each symbol has a random walk of its own."""

    def truth(symbol, name, span):
        wanted = yahoo.truth(symbol, name, Span(NOW - 300 * DAY_S, NOW))
        return walk(wanted.open_time, sum(map(ord, symbol))).within(span)

    def script(request):
        return BarsAnswer(truth(request.symbol, request.interval.name, request.span), instrument(request.symbol))

    yahoo.script = script
    return truth


def check_ratio(bars, numerator, denominator):
    np.testing.assert_array_equal(bars.open_time, numerator.open_time)
    np.testing.assert_allclose(bars.open, numerator.open / denominator.open)
    np.testing.assert_allclose(bars.close, numerator.close / denominator.close)
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert not bars.volume.any()


@pytest.mark.parametrize("name", ["1d", "1h", "5m"])
def test_a_ratio_is_its_series_divided_bar_by_bar(harness, walks, name):
    span = days_back(20)
    reply = harness.bars(name, span, symbol="AAA/BBB")
    check_ratio(reply.bars, walks("AAA", name, span), walks("BBB", name, span))
    assert reply.complete
    assert (reply.instrument.symbol, reply.instrument.currency) == ("AAA/BBB", None)
    parts = [harness.bars(name, span, symbol=symbol, fill="none").is_final for symbol in ("AAA", "BBB")]
    assert reply.is_final == tuple(one and other for one, other in zip(*parts, strict=True))


@pytest.mark.parametrize("name", ["4h", "1wk"])
def test_a_ratio_of_a_derived_interval_is_that_of_its_derived_bars(harness, walks, name):
    span = days_back(200)
    reply = harness.bars(name, span, symbol="AAA/BBB")
    numerator, denominator = (harness.bars(name, span, symbol=symbol).bars for symbol in ("AAA", "BBB"))
    check_ratio(reply.bars, numerator, denominator)


def test_only_days_that_both_venues_have_are_in_it(harness, walks):
    span = days_back(30)
    reply = harness.bars("1d", span, symbol="BTC-USD/AAA")
    dates = walks("AAA", "1d", span).open_time
    np.testing.assert_array_equal(reply.bars.open_time, dates)
    coin = walks("BTC-USD", "1d", span)
    check_ratio(reply.bars, coin.take(np.isin(coin.open_time, dates)), walks("AAA", "1d", span))


def test_the_gaps_are_those_of_both_and_say_whose(harness, walks):
    harness.bars("5m", days_back(40))
    harness.bars("5m", days_back(10), symbol="BBB")
    reply = harness.bars("5m", days_back(40), symbol="AAA/BBB", fill="none")
    assert not reply.complete
    assert {gap.reason.split(":")[0] for gap in reply.gaps} == {"BBB"}
    assert len(reply.bars) >= len(walks("BBB", "5m", days_back(10)))


def test_pages_of_a_ratio_follow_each_other(harness, walks):
    span, got = days_back(60), []
    at = span.start
    while at is not None:
        reply = harness.bars("1d", Span(at, span.end), symbol="BTC-USD/AAA", limit=13)
        assert len(reply.bars) <= 13
        got += reply.bars.open_time.tolist()
        at = reply.next_open_time
    assert got == walks("AAA", "1d", span).open_time.tolist()


def test_the_latest_bars_of_a_ratio_need_no_span(harness, walks):
    reply = harness.bars("1d", None, symbol="AAA/BBB", limit=20)
    assert reply.bars.open_time.tolist() == walks("AAA", "1d", days_back(60)).open_time[-20:].tolist()


@pytest.mark.parametrize("symbol", ["AAA/BBB", "BTC-USD/AAA", "AAA/BTC-USD"])
def test_so_many_last_bars_as_are_asked_for(harness, walks, symbol):
    end = NOW // DAY_S * DAY_S - 10 * DAY_S
    reply = harness.bars("1d", Span(0, end), symbol=symbol, countback=40)
    assert reply.bars.open_time.tolist() == walks("AAA", "1d", Span(end - 200 * DAY_S, end)).open_time[-40:].tolist()


def test_a_part_that_is_unknown_is_named(harness, yahoo):
    yahoo.unknown.add("ZZZ")
    with pytest.raises(UnknownSymbolError, match="ZZZ"):
        harness.bars("1d", days_back(20), symbol="AAA/ZZZ")


def filled_view(harness, name, **options):
    harness.view(name, **options)
    harness.settle()
    harness.view(name, **options)
    harness.settle()
    return harness.view(name, **options)


@pytest.mark.parametrize("symbol", ["AAA/BBB", "AAA/BTC-USD", "BTC-USD/AAA"])
@pytest.mark.parametrize("name", ["1d", "1h", "1wk"])
def test_a_chart_of_a_ratio_reaches_as_far_as_it_asks(harness, walks, symbol, name):
    reply = filled_view(harness, name, n_before=30, symbol=symbol)
    assert reply.at_latest
    assert reply.instrument.symbol == symbol
    assert len(reply.bars) == 30
    oldest = reply.bars.open_time[0]
    older = filled_view(harness, name, anchor=int(oldest), n_before=10, n_after=10, symbol=symbol)
    assert older.bars.open_time[0] < oldest
    assert np.isin(reply.bars.open_time[:5], older.bars.open_time).all()


def test_rows_of_many_bars_hold_the_ratios_extremes(harness, walks):
    span = days_back(6)
    single = harness.bars("1m", span, symbol="AAA/BBB").bars
    reply = filled_view(harness, "1m", n_before=600, symbol="AAA/BBB", stride=8)
    starts = reply.starts
    shown = single.take(slice(len(single) - int(starts[-1]), None))
    np.testing.assert_array_equal(reply.bars.open_time, shown.open_time[starts[:-1]])
    np.testing.assert_array_equal(reply.bars.high, np.maximum.reduceat(shown.high, starts[:-1]))
    np.testing.assert_array_equal(reply.bars.low, np.minimum.reduceat(shown.low, starts[:-1]))
    np.testing.assert_array_equal(reply.bars.close, shown.close[starts[1:] - 1])


def test_a_chart_waits_for_the_series_that_is_not_here_yet(harness, walks, yahoo):
    harness.bars("1d", days_back(100))
    yahoo.gate.clear()
    reply = harness.view("1d", n_before=30, symbol="AAA/BBB")
    assert (len(reply.bars), reply.edge) == (0, EdgeState.LOADING)
    yahoo.gate.set()
    harness.settle()
    assert len(harness.view("1d", n_before=30, symbol="AAA/BBB").bars) == 30


def test_what_changes_in_a_part_is_announced_while_the_ratio_is_followed(harness, walks):
    leave = harness.cache.follow("AAA/BBB", INTERVALS["1d"])
    harness.bars("1d", days_back(10), symbol="BBB")
    stored = [event.symbol for event in harness.events if isinstance(event, BarsStored)]
    assert sorted(stored) == ["AAA/BBB", "BBB"]
    leave()
    harness.bars("1d", days_back(30), symbol="BBB")
    stored = [event.symbol for event in harness.events if isinstance(event, BarsStored)]
    assert stored.count("AAA/BBB") == 1


def test_nothing_of_a_ratio_is_stored(harness, walks):
    harness.bars("1d", days_back(10), symbol="AAA/BBB")
    rows = harness.cache.list_instruments().result(WAIT_S)
    assert sorted(row.symbol for row in rows) == ["AAA", "BBB"]


@pytest.mark.parametrize("text", ["sma:length=5", "rsi", "bollinger"])
def test_an_indicator_of_a_ratio_is_computed_of_its_bars(harness, walks, yahoo, text):
    bars = harness.bars("1d", Span(NOW - 300 * DAY_S, NOW), symbol="AAA/BBB").bars
    study = parse_study(text)
    request = IndicatorRequest("AAA/BBB", INTERVALS["1d"], study, days_back(50))
    reply = harness.cache.load_indicator(request).result(WAIT_S)
    truth = compute(study, bars, Market(yahoo.calendar("AAA"), INTERVALS["1d"]))
    for name, line in reply.lines.items():
        np.testing.assert_allclose(line, truth.lines[name][-len(line) :], rtol=1e-6)
    np.testing.assert_array_equal(reply.open_time, bars.open_time[-len(reply.open_time) :])


@pytest.mark.parametrize("is_followed", [True, False])
def test_an_indicator_of_a_ratio_changes_with_either_part(harness, yahoo, is_followed):
    leave = harness.cache.follow("AAA/BBB", INTERVALS["1h"]) if is_followed else lambda: None
    harness.bars("1h", days_back(30), symbol="AAA/BBB")
    request = IndicatorRowsRequest("AAA/BBB", INTERVALS["1h"], parse_study("sma:length=3"), days_back(30), 8)
    assert (harness.cache.load_indicator_rows(request).result(WAIT_S).last["value"][-3:] == 1).all()
    yahoo.salt = 7.0
    yahoo.now += 3_600
    harness.bars("1h", Span(NOW - DAY_S, yahoo.now), symbol="BBB")
    harness.settle()
    assert harness.cache.load_indicator_rows(request).result(WAIT_S).last["value"][-1] != 1
    leave()

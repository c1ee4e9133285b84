"""Other series beside that of a chart: aligned by time, filled politely, exact when many bars are a row."""

import numpy as np
import pytest

from candledesk.cache.compare_messages import CompareRequest
from candledesk.cache.events import BarsStored
from candledesk.cache.queries.compare import compare_loader
from candledesk.domain.calendar.sessions import bar_close_times
from candledesk.domain.errors import NotCachedError, UnknownSymbolError
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.span import Span
from tests.cache.conftest import NOW, WAIT_S, days_back


def ask(harness, other, name, span, symbol="AAA", **options):
    request = CompareRequest(symbol, parse_interval(name), other, span, **options)
    return harness.cache.load_compare(request).result(WAIT_S)


def ask_filled(harness, other, name, span, symbol="AAA", **options):
    ask(harness, other, name, span, symbol, **options)
    harness.settle()
    return ask(harness, other, name, span, symbol, **options)


def brute_force(yahoo, name, span, other):
    """Return of each main bar the other's last close by then, NaN for none, and its open time."""
    main = yahoo.truth("AAA", name, span)
    wide = yahoo.truth(other, name, Span(span.start - 20 * DAY_S, span.end))
    closes = [
        bar_close_times(yahoo.calendar(one), parse_interval(name), bars.open_time)
        for one, bars in (("AAA", main), (other, wide))
    ]
    at = np.searchsorted(closes[1], closes[0], side="right") - 1
    return main, wide.close[at], wide.open_time[at]


@pytest.mark.parametrize("other", ["BBB", "BTC-USD"])
@pytest.mark.parametrize("name", ["5m", "1h"])
def test_each_bar_has_the_others_last_close_by_then(harness, yahoo, other, name):
    span = days_back(10)
    harness.bars(name, span)
    rows = ask_filled(harness, other, name, span)
    main, close, own_time = brute_force(yahoo, name, span, other)
    np.testing.assert_array_equal(rows.open_time, main.open_time)
    np.testing.assert_array_equal(rows.last, close)
    np.testing.assert_array_equal(rows.own_time, own_time)
    np.testing.assert_array_equal(rows.least, rows.last)
    assert not rows.is_carried.any()
    assert rows.instrument.symbol == other


def test_days_stand_beside_days_of_the_same_date(harness):
    span = days_back(100)
    harness.bars("1d", span)
    rows = ask_filled(harness, "BTC-USD", "1d", span)
    np.testing.assert_array_equal(rows.own_time, rows.open_time)
    back = days_back(30)
    harness.bars("1d", back, symbol="BTC-USD")
    rows = ask_filled(harness, "AAA", "1d", back, symbol="BTC-USD")
    weekend = (rows.open_time // DAY_S + 3) % 7 >= 5
    np.testing.assert_array_equal(rows.is_carried, weekend)
    assert (rows.own_time[weekend] < rows.open_time[weekend]).all()


@pytest.mark.parametrize("stride", [8, 64])
@pytest.mark.parametrize("piece", [512, 512 * 512])
def test_rows_of_many_bars_are_made_of_the_real_bars(harness, yahoo, stride, piece, monkeypatch):
    monkeypatch.setattr(compare_loader, "_PIECE_BARS", piece)
    span = days_back(12)
    harness.bars("1m", span)
    rows = ask_filled(harness, "BTC-USD", "1m", span, stride=stride)
    main, close, own_time = brute_force(yahoo, "1m", span, "BTC-USD")
    first = np.flatnonzero(np.diff(main.open_time // (60 * stride), prepend=-1))
    last = np.append(first[1:], len(main)) - 1
    np.testing.assert_array_equal(rows.open_time, main.open_time[first])
    np.testing.assert_array_equal(rows.least, np.minimum.reduceat(close, first))
    np.testing.assert_array_equal(rows.greatest, np.maximum.reduceat(close, first))
    np.testing.assert_array_equal(rows.last, close[last])
    np.testing.assert_array_equal(rows.own_time, own_time[last])
    chart = harness.view("1m", n_before=3_000, stride=stride)
    assert np.isin(chart.bars.open_time, rows.open_time).all()


@pytest.mark.parametrize("name", ["4h", "1wk", "1mo"])
def test_derived_intervals_are_compared_too(harness, name):
    span = days_back(200)
    harness.bars(name, span)
    rows = ask_filled(harness, "BBB", name, span)
    np.testing.assert_array_equal(rows.own_time, rows.open_time)
    other = harness.bars(name, span, symbol="BBB", fill="none").bars
    np.testing.assert_array_equal(rows.last, other.close)


def test_what_is_missing_is_requested_once_and_announced(harness, yahoo):
    span = days_back(20)
    harness.bars("1h", span)
    ask(harness, "BBB", "1h", span)
    harness.settle()
    assert any(isinstance(event, BarsStored) and event.symbol == "BBB" for event in harness.events)
    n = len(yahoo.requests)
    assert len([one for one in yahoo.requests if one.symbol == "BBB"]) <= 2  # what it is, and its bars
    for _ in range(5):
        ask(harness, "BBB", "1h", span)
    harness.settle()
    assert len(yahoo.requests) == n


def test_many_requests_of_one_span_share_a_fill_task(harness, yahoo):
    span = days_back(20)
    harness.bars("1h", span)
    harness.bars("1h", days_back(1), symbol="BBB")
    yahoo.gate.clear()
    n = len(yahoo.requests)
    replies = [ask(harness, "BBB", "1h", span) for _ in range(5)]
    assert all(np.isnan(reply.last[0]) and np.isfinite(reply.last[-1]) for reply in replies)
    assert all(reply.gaps for reply in replies)
    assert len(harness.service._fill_scheduler._live) == 1
    yahoo.gate.set()
    harness.settle()
    assert len(yahoo.requests) == n + 1
    assert not ask(harness, "BBB", "1h", span).gaps


def test_an_unknown_symbol_is_an_error_and_costs_one_request(harness, yahoo):
    yahoo.unknown.add("ZZZ")
    span = days_back(20)
    harness.bars("1d", span)
    for _ in range(3):
        with pytest.raises(UnknownSymbolError):
            ask(harness, "ZZZ", "1d", span)
    assert len([one for one in yahoo.requests if one.symbol == "ZZZ"]) == 1


def test_nothing_is_requested_where_it_may_not_be(harness, yahoo):
    span = days_back(20)
    harness.bars("5m", span)
    n = len(yahoo.requests)
    with pytest.raises(NotCachedError):
        ask(harness, "BBB", "5m", span, may_fetch=False)
    assert len(yahoo.requests) == n
    harness.bars("5m", Span(NOW - 5 * DAY_S, NOW), symbol="BBB")
    n = len(yahoo.requests)
    assert len(ask(harness, "BBB", "5m", span, may_fetch=False).gaps) > 0
    harness.settle()
    assert len(yahoo.requests) == n


def test_a_ratio_can_stand_beside_a_series_and_a_series_beside_a_ratio(harness):
    span = days_back(30)
    for symbol in ("AAA", "BBB"):
        harness.bars("1d", span, symbol=symbol)
    rows = ask_filled(harness, "AAA/BBB", "1d", span)
    assert (rows.last == 1).all()  # the market gives both the same prices
    rows = ask_filled(harness, "BTC-USD", "1d", span, symbol="AAA/BBB")
    np.testing.assert_array_equal(rows.own_time, rows.open_time)
    assert len(rows.last) > 15

"""Bars, intervals, symbols and coverage: the words that every layer shares."""

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.errors import InputError
from candledesk.domain.instrument import decimals_for, decimals_of
from candledesk.domain.interval import ALIASES, INTERVALS, parse_interval
from candledesk.domain.span import Span
from candledesk.domain.symbols import parse_symbol
from tests.domain.strategies import bars_at, column

ROWS = [(60, 1.0, 4.0, 0.5, 2.0, 10.0), (120, 2.0, 5.0, 1.5, 3.0, 20.0)]


def test_bars_cannot_be_written_to():
    bars = Bars.from_rows(ROWS)
    with pytest.raises(ValueError, match="read-only"):
        bars.close[0] = 1.0


def test_bars_are_cut_half_open():
    bars = bars_at(column([0, 60, 120, 180]))
    assert bars.within(Span(60, 180)).open_time.tolist() == [60, 120]
    assert bars.take(np.array([True, False, False, True])).open_time.tolist() == [0, 180]
    assert len(bars.within(Span(61, 62))) == 0


def test_bars_equal_only_the_same_bars():
    bars = Bars.from_rows(ROWS)
    assert bars.equals(Bars.from_rows(ROWS))
    assert not bars.equals(Bars.from_rows(ROWS[:1]))
    assert not bars.equals(Bars.from_rows([ROWS[0], (*ROWS[1][:5], 21.0)]))
    assert Bars.from_rows([]).equals(Bars.empty())


def test_intervals_are_derived_from_fetched_ones_that_divide_them():
    fetched = [name for name, interval in INTERVALS.items() if interval.base is interval]
    assert fetched == ["1m", "2m", "5m", "15m", "1h", "90m", "1d"]
    for interval in INTERVALS.values():
        assert interval.base.base is interval.base
        assert interval.step_s % interval.base.step_s == 0
        assert interval.is_daily == interval.base.is_daily


def test_interval_names():
    assert parse_interval(" 60m ") is INTERVALS["1h"]
    assert [parse_interval(name).name for name in INTERVALS] == list(INTERVALS)
    assert set(ALIASES.values()) <= set(INTERVALS)
    for text in ("", "1H", "7x", "1w", "0m", "25h", "13mo", "367d", "05m", "1.5h", "-1d", "\u0663m"):
        with pytest.raises(InputError, match="use one of 1m 2m") as caught:
            parse_interval(text)
        assert caught.value.field == "interval"


@pytest.mark.parametrize(
    ("text", "symbol"), [("aapl", "AAPL"), (" brk-b ", "BRK-B"), ("^gspc", "^GSPC"), ("EURUSD=X", "EURUSD=X")]
)
def test_symbols_are_upper_cased(text, symbol):
    assert parse_symbol(text) == symbol


@pytest.mark.parametrize("text", ["", " ", "A B", "A/B", "x" * 33, "Ä", "AAPL\n;"])
def test_what_no_ticker_can_be_is_refused(text):
    with pytest.raises(InputError, match="Not a symbol") as caught:
        parse_symbol(text)
    assert caught.value.field == "symbol"


@pytest.mark.parametrize(
    ("stated", "price", "decimals"),
    [
        (2, 11.0, 2),
        (2, 1.0, 2),
        (2, 0.9999, 4),
        (2, 0.1, 4),
        (2, 0.0999, 5),
        (6, 0.5, 6),
        (2, 4e-6, 9),
        (2, -0.05, 5),
        (0, 742_000.0, 0),
        (2, 1e-12, 10),
        (99, 11.0, 10),
        (-3, 11.0, 0),
        (2, None, 2),
        (2, 0.0, 2),
        (2, float("nan"), 2),
        (2, float("inf"), 2),
    ],
)
def test_a_price_below_one_shows_four_digits(stated, price, decimals):
    assert decimals_for(stated, price) == decimals


@pytest.mark.parametrize(
    ("prices", "decimals"),
    [
        ([10.5, 11.0], 2),
        ([1.0853, 1.08, np.nan], 4),
        ([0.000004, 1.0], 6),
        ([100.1234567, 100.7654321], 2),  # computed: as many as a price of 100 needs
        ([0.00123456789, 0.00123456788], 6),
    ],
)
def test_prices_of_a_file_show_the_digits_that_they_were_written_with(prices, decimals):
    assert decimals_of(np.array(prices)) == decimals


def test_coverage_is_settled_until_it_expires():
    known = Coverage(Span(0, 60), CoverageState.KNOWN_EMPTY, fetched_at=100, expires_at=200)
    assert known.is_settled(199)
    assert not known.is_settled(200)
    assert Coverage(Span(0, 60), CoverageState.HAVE, fetched_at=100).is_settled(2**40)

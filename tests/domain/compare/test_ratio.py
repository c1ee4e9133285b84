"""The ratio of two series: how it is spelled, and what its bars are."""

import re

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.compare.alignment import bar_times
from candledesk.domain.compare.ratio import (
    CHARTED_PATTERN,
    divide_bars,
    is_ratio,
    pair_bars,
    parse_charted,
    parse_ratio,
    symbols_of,
)
from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S, INTERVALS
from tests.domain.strategies import FIRST_DAY_S, all_days, column


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("AAPL/SPY", ("AAPL", "SPY")),
        (" aapl / spy ", ("AAPL", "SPY")),
        ("local:ACME/^GSPC", ("local:ACME", "^GSPC")),
        ("AAPL", None),
    ],
)
def test_a_ratio_is_two_symbols_with_a_slash_between(text, parts):
    assert parse_ratio(text) == parts
    assert symbols_of(parse_charted(text)) == (parts or ("AAPL",))
    assert is_ratio(parse_charted(text)) is (parts is not None)


@pytest.mark.parametrize("text", ["/", "AAPL/", "/SPY", "A/B/C", "AA PL/SPY", "AAPL//SPY"])
def test_what_is_not_two_symbols_is_refused(text):
    with pytest.raises(InputError):
        parse_ratio(text)


def test_the_pattern_of_schemas_accepts_what_is_parsed():
    accepted = ["AAPL", "AAPL/SPY", "local:ACME/BTC-USD", "7203.T"]
    assert all(re.match(CHARTED_PATTERN, text) for text in accepted)
    assert not any(re.match(CHARTED_PATTERN, text) for text in ("", "/", "A/B/C", "AAPL/", "a b"))


def bars_of(days, *rows):
    times = [FIRST_DAY_S + day * DAY_S for day in days]
    return Bars.from_rows([(time, *row) for time, row in zip(times, rows, strict=True)])


def test_open_and_close_are_divided_and_the_ends_hold_both():
    ratio = divide_bars(bars_of([0], (10, 14, 9, 12, 500)), bars_of([0], (4, 8, 3, 5, 700)))
    assert (ratio.open[0], ratio.close[0]) == (2.5, 2.4)
    assert ratio.high[0] == 3.0  # of the lows: 9 / 3
    assert ratio.low[0] == 1.75  # of the highs: 14 / 8
    assert ratio.volume[0] == 0


def test_a_denominator_that_is_not_above_zero_leaves_its_bar_out():
    ratio = divide_bars(
        bars_of([0, 1], (10, 14, 9, 12, 5), (10, 14, 9, 12, 5)), bars_of([0, 1], (4, 8, 0, 5, 7), (4, 8, 3, 5, 7))
    )
    assert ratio.open_time.tolist() == [FIRST_DAY_S + DAY_S]


def test_only_bars_that_both_have_make_a_ratio():
    coin, day = all_days(), INTERVALS["1d"]
    numerator, denominator = (
        bar_times(coin, day, column([FIRST_DAY_S + at * DAY_S for at in days])) for days in ([0, 1, 2, 4], [1, 3, 4])
    )
    rows, others = pair_bars(numerator, denominator)
    np.testing.assert_array_equal(rows, [1, 3])
    np.testing.assert_array_equal(others, [0, 2])
    assert len(divide_bars(Bars.empty(), Bars.empty())) == 0

"""Missing opens of single bars and of bars derived from them."""

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.opens import first_opens, is_open_unknown
from candledesk.domain.prices.resample import resample_bars

NAN = np.nan


@pytest.mark.parametrize(
    ("opening", "low", "expected"),
    [(0.0, 5.0, True), (0.0, 1e-9, True), (0.0, 0.0, False), (0.0, -1.0, False), (0.1, 5.0, False), (-1.0, 2.0, False)],
)
def test_an_open_of_zero_is_unknown_where_the_low_lies_above_zero(opening, low, expected):
    assert is_open_unknown(np.array([opening]), np.array([low])).tolist() == [expected]


@pytest.mark.parametrize(
    ("opens", "lows", "starts", "expected"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1], [0, 2], [1, 3]),
        ([0, 2, 0, 4], [1, 1, 1, 1], [0, 2], [11, 13]),
        ([0, 2, 3, 0], [0, 1, 1, 1], [0, 2], [0, 3]),
        ([0, 2, 3, 0], [-2, 1, 1, 1], [0], [0]),
        ([NAN, 2, NAN, NAN], [1, 1, 1, 1], [0, 2], [2, NAN]),
        ([NAN, NAN, 3, 4], [1, 1, NAN, 1], [0, 2], [NAN, 3]),
        ([], [], [], []),
    ],
)
def test_several_bars_open_with_the_first_or_with_its_close(opens, lows, starts, expected):
    arrays = (np.array(column, np.float64) for column in (opens, lows, 11 + np.arange(len(opens))))
    found = first_opens(*arrays, np.array(starts, np.int64))
    np.testing.assert_array_equal(found, np.array(expected, np.float64))


def test_a_week_whose_first_open_is_unknown_opens_with_that_close():
    """Prices as received may be NaN; a week is made of the others."""
    times = (20_003 + np.arange(5, dtype=np.int64)) * DAY_S  # from Monday 2024-10-07 on
    close, none = np.array([10.0, 11, 12, 13, 14]), np.zeros(5, np.int64)
    calendar = SessionCalendar("XTST", "UTC", times, times, times + 3_600, none, none)
    zero = Bars(times, np.array([0.0, 9, 9, 9, 9]), close + 1, close - 1, close, np.ones(5))
    assert resample_bars(zero, calendar, INTERVALS["1wk"]).open.tolist() == [10.0]
    high = np.array([NAN, 40, 1, 1, 1])
    sent = Bars(times, np.array([NAN, NAN, 9, 9, 9]), high, np.full(5, NAN), close, np.ones(5))
    week = resample_bars(sent, calendar, INTERVALS["1wk"])
    assert (week.open[0], week.high[0], week.close[0]) == (9.0, 40.0, 14.0)
    assert np.isnan(week.low[0])

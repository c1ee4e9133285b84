"""Rows that look wrong are held back until the provider has repeated them; nothing else is."""

import numpy as np
import pytest

from candledesk.cache.storing.held_rows import N_REPEATS, count_sightings, lost_times, unsettled_times
from candledesk.cache.storing.price_scale import OwnScale
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.prices.clean import clean_bars
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from tests.cache.conftest import DAY_S, INTERVALS, NOW, make_bars, weekday_calendar

CALENDAR, HOUR = weekday_calendar(), INTERVALS["1h"]
OPEN = NOW // DAY_S * DAY_S - DAY_S + 52_200  # of yesterday's session
TIMES = OPEN + 3_600 * np.arange(5, dtype=np.int64)
NONE = np.empty(0, np.int64)


def scale_of(bars, odd=None, is_new=None):
    prices = np.stack([bars.open, bars.high, bars.low, bars.close])
    flags = np.zeros(len(bars), np.int64) if odd is None else np.array(odd, np.int64)
    new = np.ones(len(bars), bool) if is_new is None else np.array(is_new)
    return OwnScale(bars, flags, prices, bars.volume, new)


def with_close(bars, row, close):
    closes = bars.close.copy()
    closes[row] = close
    return Bars(bars.open_time, bars.open, bars.high, bars.low, closes, bars.volume)


def sightings(scale, stored=None, lost=NONE, replaceable=NONE, before=None):
    return count_sightings(scale, lost, stored or Bars.empty(), replaceable, before or {})


BARS = make_bars(TIMES)
JUMP = [0, 0, int(Oddity.JUMP), 0, 0]


def test_ordinary_rows_are_not_held():
    assert sightings(scale_of(BARS)) == {}


@pytest.mark.parametrize("flag", [Oddity.NON_POSITIVE, Oddity.CROSSED, Oddity.JUMP, Oddity.UNIT])
def test_a_row_that_looks_wrong_is_seen_once_and_then_once_more_each_time_it_is_repeated(flag):
    odd = [0, 0, int(flag), 0, 0]
    seen = {}
    for n_seen in range(1, N_REPEATS + 2):
        seen = sightings(scale_of(BARS, odd), before=seen)
        assert [(time, count) for time, (count, _) in seen.items()] == [(int(TIMES[2]), n_seen)]


@pytest.mark.parametrize("flag", [Oddity.SESSION, Oddity.BASIS])
def test_flags_that_are_no_reason_to_doubt_a_row_hold_nothing(flag):
    assert sightings(scale_of(BARS, [int(flag)] * 5)) == {}


def test_other_prices_begin_the_count_again():
    seen = sightings(scale_of(BARS, JUMP))
    seen = sightings(scale_of(with_close(BARS, 2, 7.0), JUMP), before=seen)
    assert [count for count, _ in seen.values()] == [1]


def test_a_row_without_a_price_counts_as_the_same():
    nan = with_close(BARS, 2, np.nan)
    seen = sightings(scale_of(nan, JUMP))
    assert [count for count, _ in sightings(scale_of(nan, JUMP), before=seen).values()] == [2]


def test_what_is_stored_so_already_is_not_held():
    assert sightings(scale_of(BARS, JUMP), stored=BARS) == {}


def test_a_good_stored_bar_gives_way_only_when_the_odd_one_is_repeated():
    stored = with_close(BARS, 2, BARS.close[2] + 1)
    assert list(sightings(scale_of(BARS, JUMP), stored=stored)) == [int(TIMES[2])]
    assert sightings(scale_of(BARS, JUMP), stored=stored, replaceable=TIMES[2:3]) == {}


def test_stored_bars_that_are_only_judged_again_are_not_held():
    assert sightings(scale_of(BARS, JUMP, is_new=[True, True, False, True, True])) == {}


@pytest.mark.parametrize(("low", "is_held"), [(4.9, True), (5.1, False)])
def test_the_shorter_side_of_a_leap_that_no_market_makes_is_held(low, is_held):
    prices = np.array([low, low, 100.0, 100.0, 100.0])
    bars = Bars(TIMES, prices, prices, prices, prices, BARS.volume)
    assert list(sightings(scale_of(bars))) == (TIMES[:2].tolist() if is_held else [])


def test_a_row_without_a_close_is_counted_unless_a_bar_is_stored_there():
    assert sightings(scale_of(BARS), lost=TIMES[:2], stored=BARS.take(slice(0, 1))) == {int(TIMES[1]): (1, ())}


def test_lost_rows_count_where_a_bar_is_expected_in_the_window_by_now():
    prices = np.full(5, np.nan)
    times = np.array([TIMES[0], TIMES[1], TIMES[1] + 60, TIMES[3], TIMES[4]], np.int64)
    raw = Bars(times, prices, prices, prices, prices, prices)
    clean = clean_bars(raw, CALENDAR, HOUR, Span(OPEN, OPEN + DAY_S), NOW)
    window = Span(int(TIMES[1]), int(TIMES[4]))
    np.testing.assert_array_equal(lost_times(clean, window, CALENDAR, HOUR, NOW), TIMES[[1, 3]])
    np.testing.assert_array_equal(lost_times(clean, window, CALENDAR, HOUR, int(TIMES[2])), TIMES[[1]])


@pytest.mark.parametrize("state", list(CoverageState))
def test_what_an_answer_has_said_before_is_no_reason_to_ask_again(state):
    row = Coverage(Span(int(TIMES[1]), int(TIMES[3])), state, NOW)
    is_said = state in (CoverageState.HAVE, CoverageState.KNOWN_EMPTY)
    expected = TIMES[[0, 3, 4]] if is_said else TIMES
    np.testing.assert_array_equal(unsettled_times(TIMES, [row]), expected)

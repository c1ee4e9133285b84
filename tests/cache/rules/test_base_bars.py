"""How much of a fetched interval is needed for bars that are derived from it."""

import numpy as np
import pytest

from candledesk.cache.rules.base_bars import base_count, base_part
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.prices.resample import base_span, derived_open_times
from candledesk.domain.span import HISTORY_START, Span
from tests.cache.conftest import DAY_S, INTERVALS, NOW, all_day_calendar, weekday_calendar

CALENDARS = [weekday_calendar(first=NOW - 3_000 * DAY_S), all_day_calendar(first=NOW - 3_000 * DAY_S)]
DERIVED = ["30m", "4h", "1wk", "1mo", "3mo"]


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("name", DERIVED)
@pytest.mark.parametrize("n_bars", [1, 7, 20])
def test_the_newest_base_bars_hold_that_many_derived_ones(name, n_bars, calendar):
    interval = INTERVALS[name]
    times = expected_open_times(calendar, interval.base, Span(NOW - 3_000 * DAY_S, NOW))
    for n_later in range(40):  # so that the newest bars end everywhere in a derived one
        newest = times[: len(times) - n_later][-base_count(interval, n_bars) :]
        whole = np.unique(derived_open_times(calendar, interval, newest))[1:]  # the first may lack its beginning
        assert len(whole) >= n_bars


@pytest.mark.parametrize(
    ("name", "n_bars", "n_base"),
    [("30m", 7, 18), ("4h", 1, 12), ("1wk", 7, 63), ("1mo", 1, 93), ("3mo", 1, 279), ("1wk", 1, 21)],
)
def test_two_bars_more_are_counted_of_every_day_that_can_be_a_session(name, n_bars, n_base):
    assert base_count(INTERVALS[name], n_bars) == n_base


@pytest.mark.parametrize(
    ("name", "margin_s"), [("30m", 3_600), ("4h", 28_800), ("1wk", 14 * DAY_S), ("3mo", 180 * DAY_S)]
)
def test_the_part_is_two_bars_wider_at_either_end(name, margin_s):
    assert base_part(INTERVALS[name], Span(0, 60)) == Span(-margin_s, 60 + margin_s)


@pytest.mark.parametrize("name", ["1m", "1h", "1d"])
def test_a_fetched_interval_needs_itself(name):
    assert base_count(INTERVALS[name], 40) == 40
    assert base_part(INTERVALS[name], Span(100, 200)) == Span(100, 200)


@pytest.mark.parametrize("name", DERIVED)
def test_no_bars_need_none(name):
    assert base_count(INTERVALS[name], 0) == 0


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("name", DERIVED)
def test_the_part_holds_the_derived_bars_at_both_ends_whole(name, calendar):
    interval = INTERVALS[name]
    for start in range(NOW - 200 * DAY_S, NOW - 190 * DAY_S, 17 * 3_600 + 11):
        span = Span(start, start + 9 * DAY_S)
        part, whole = base_part(interval, span), base_span(interval, calendar, span)
        assert part.start <= whole.start
        assert part.end >= whole.end


def test_the_part_does_not_begin_before_all_history():
    assert base_part(INTERVALS["1wk"], Span(HISTORY_START + 60, NOW)).start == HISTORY_START
    assert base_part(INTERVALS["1wk"], Span(HISTORY_START - 60, NOW)).start == HISTORY_START - 60

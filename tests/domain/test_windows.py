"""Windows partition the gaps, and each fits with its overlap into what the provider answers."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span, merge_spans
from candledesk.domain.windows import asked_span, plan_windows
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.domain.strategies import settled_spans

DAYS = np.arange(400, dtype=np.int64)
DATES = DAYS[(DAYS + 3) % 7 < 5] * DAY_S
NONE = np.zeros(len(DATES), np.int64)
WEEK = SessionCalendar("XTST", "UTC", DATES, DATES + 52_200, DATES + 75_600, NONE, NONE)
any_interval = st.sampled_from(list(INTERVALS.values()))
any_size = st.one_of(st.none(), st.integers(DAY_S // 4, 20 * DAY_S))


def check(windows, gaps, interval, window_s):
    assert merge_spans(windows) == merge_spans(gaps)
    assert sum(window.end - window.start for window in windows) == sum(g.end - g.start for g in merge_spans(gaps))
    largest = max(LIMITS[interval.base.name].window_s if window_s is None else window_s, interval.step_s)
    assert all(window.end - window.start <= largest for window in windows)
    assert windows == sorted(windows, reverse=True)  # newest first


@given(settled_spans(), any_interval, any_size)
def test_windows_partition_the_gaps_exactly(gaps, interval, window_s):
    check(plan_windows(gaps, interval, LIMITS[interval.base.name], window_s=window_s), gaps, interval, window_s)


@given(settled_spans(), settled_spans(), any_interval, any_size, st.integers(0, 40 * DAY_S))
def test_a_request_with_its_overlap_is_no_wider_than_allowed(gaps, known, interval, window_s, now):
    windows = plan_windows(
        gaps, interval, LIMITS[interval.base.name], window_s=window_s, calendar=WEEK, now=now, known=known
    )
    check(windows, gaps, interval, window_s)
    size = max(LIMITS[interval.base.name].window_s if window_s is None else window_s, interval.step_s)
    for window in windows:
        asked = asked_span(window, interval, LIMITS[interval.base.name], window_s=window_s, calendar=WEEK, now=now)
        assert asked.end - asked.start <= size
        assert asked.start <= window.start < window.end <= asked.end
        assert asked.end <= max(window.end, now + 1)


def test_cuts_lie_at_the_open_of_a_session_and_the_next_request_overlaps_it():
    gap = Span(100 * DAY_S, 120 * DAY_S)
    minute, now = INTERVALS["1m"], gap.end
    windows = plan_windows([gap], minute, LIMITS["1m"], calendar=WEEK, now=now)
    assert len(windows) == 3
    assert {(window.start % DAY_S) for window in windows[:-1]} == {52_200}
    assert windows[0].start == gap.end - 8 * DAY_S + 52_200
    for newer, older in pairwise(windows):
        asked = asked_span(older, minute, LIMITS["1m"], calendar=WEEK, now=now)
        assert asked.end - newer.start == DAY_S
        assert asked.end - asked.start <= 8 * DAY_S - HOUR_S


def test_room_is_kept_for_an_overlap_with_stored_bars_on_the_older_side():
    minute, size = INTERVALS["1m"], LIMITS["1m"].window_s
    gap = Span(100 * DAY_S, 100 * DAY_S + size)
    alone = plan_windows([gap], minute, LIMITS["1m"], now=gap.end)
    assert alone == [gap]
    beside = plan_windows([gap], minute, LIMITS["1m"], now=gap.end, known=[Span(90 * DAY_S, gap.start)])
    assert len(beside) == 2
    assert asked_span(beside[-1], minute, LIMITS["1m"], now=gap.end).start == gap.start - DAY_S
    far = plan_windows([gap], minute, LIMITS["1m"], now=gap.end, known=[Span(90 * DAY_S, gap.start - DAY_S)])
    assert far == [gap]


def test_an_overlap_reaches_over_a_weekend_to_a_session():
    hour = INTERVALS["1h"]
    friday = 106 * DAY_S  # 1970-04-17
    friday_close, monday_open = friday + 75_600, friday + 3 * DAY_S + 52_200
    asked = asked_span(Span(monday_open, monday_open + DAY_S), hour, LIMITS["1h"], calendar=WEEK, now=300 * DAY_S)
    assert asked.start == friday_close - 23_400
    asked = asked_span(Span(friday_close - DAY_S, friday_close), hour, LIMITS["1h"], calendar=WEEK, now=300 * DAY_S)
    assert asked.end == friday_close + 3 * DAY_S


def test_a_narrow_limit_leaves_a_quarter_for_each_overlap():
    hour, window = INTERVALS["1h"], Span(100 * DAY_S, 101 * DAY_S)
    asked = asked_span(window, hour, LIMITS["1h"], window_s=2 * DAY_S, now=300 * DAY_S)
    assert asked == Span(window.start - DAY_S // 2, window.end + DAY_S // 2)
    assert asked_span(window, hour, LIMITS["1h"], window_s=DAY_S, now=300 * DAY_S) == window
    assert asked_span(window, hour, LIMITS["1h"], now=window.end) == Span(window.start - DAY_S, window.end)
    assert asked_span(window, INTERVALS["1d"], LIMITS["1d"], now=300 * DAY_S) == Span(95 * DAY_S, 106 * DAY_S)


@pytest.mark.parametrize("window_s", [0, -1])
def test_a_window_must_have_a_positive_size(window_s):
    with pytest.raises(ValueError, match="must be positive"):
        plan_windows([Span(0, 1)], INTERVALS["1m"], LIMITS["1m"], window_s=window_s)

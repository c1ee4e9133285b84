"""What an answer, a failure and a row without a close make known: the branches of the ledger, to the second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.cache.rules.coverage_rules import (
    CONFIRM_S,
    LOST,
    NO_TRADES,
    cover_failure,
    cover_lost,
    cover_retired,
    cover_window,
    empty_expiry,
    final_mask,
    final_times,
    is_final_mask,
)
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS, MINUTE_S
from candledesk.domain.span import Span, subtract_spans
from tests.domain.strategies import FIRST_DAY_S, bars_at, calendar_of

HAVE, EMPTY, PROVISIONAL = CoverageState.HAVE, CoverageState.KNOWN_EMPTY, CoverageState.PROVISIONAL
FAILED, REFUSED = CoverageState.FAILED, CoverageState.REFUSED
DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]
# Ten days with sessions from 9:00 to 16:00: seven hourly bars each.
CALENDAR = calendar_of(*((FIRST_DAY_S + i * DAY_S, 9 * HOUR_S, 16 * HOUR_S, 0, 0) for i in range(10)))
SETTLE_S = 2 * MINUTE_S


def hour(day, clock):
    return FIRST_DAY_S + day * DAY_S + clock * HOUR_S


def expected(*days):
    return [hour(day, clock) for day in days for clock in range(9, 16)]


def cover(window, times, now, interval=HOUR, previous=(), newest=None):
    bars = bars_at(np.array(times, np.int64)) if len(times) else Bars.empty()
    return sorted(cover_window(window, bars, CALENDAR, interval, now, previous, newest), key=lambda row: row.span)


def states(rows):
    return [(row.state, row.span.start, row.span.end) for row in rows]


LATER = hour(200, 0)


def test_a_settled_window_is_known_whole():
    window = Span(hour(1, 0), hour(4, 0))
    assert cover(window, expected(1, 2, 3), LATER) == [Coverage(window, HAVE, LATER)]


def test_a_session_without_a_bar_is_empty_and_asked_once_more():
    window = Span(hour(1, 0), hour(4, 0))
    rows = cover(window, expected(1, 3), LATER)
    assert states(rows) == [
        (HAVE, window.start, hour(2, 9)),
        (EMPTY, hour(2, 9), hour(2, 16)),
        (HAVE, hour(2, 16), window.end),
    ]
    assert LATER + CONFIRM_S <= rows[1].expires_at <= LATER + 2 * CONFIRM_S
    assert rows[1].reason == NO_TRADES
    again = cover(window, expected(1, 3), LATER, previous=rows)
    assert again[1].expires_at is None


@pytest.mark.parametrize(("state", "is_confirmed"), [(EMPTY, True), (HAVE, False), (FAILED, False)])
@pytest.mark.parametrize(("start", "touches"), [(hour(2, 15), True), (hour(2, 16), False)])
def test_only_an_earlier_empty_answer_of_the_same_time_counts(state, is_confirmed, start, touches):
    previous = [Coverage(Span(start, hour(3, 0)), state, 1)]
    row = cover(Span(hour(1, 0), hour(4, 0)), expected(1, 3), LATER, previous=previous)[1]
    assert (row.expires_at is None) == (is_confirmed and touches)


def test_a_missing_end_of_a_session_is_no_gap_but_young_it_is_asked_again():
    window = Span(hour(1, 0), hour(3, 0))
    times = [t for t in expected(1, 2) if t < hour(2, 13)]
    young = cover(window, times, hour(3, 1))
    assert states(young) == [
        (HAVE, window.start, hour(2, 12)),  # the newest bar is in doubt too
        (EMPTY, hour(2, 12), hour(2, 16)),
        (HAVE, hour(2, 16), window.end),
    ]
    assert states(cover(window, times, hour(2, 16) + DAY_S - 1)) == states(young)
    assert states(cover(window, times, hour(2, 16) + DAY_S)) == [(HAVE, window.start, window.end)]
    assert states(cover(window, expected(1, 2), hour(3, 1))) == [(HAVE, window.start, window.end)]


def test_a_hole_between_bars_is_a_time_without_trades():
    window = Span(hour(1, 0), hour(2, 0))
    times = [t for t in expected(1) if t not in (hour(1, 9), hour(1, 12))]
    assert states(cover(window, times, hour(2, 0))) == [(HAVE, window.start, window.end)]


def test_what_forms_or_settles_is_provisional():
    window, now = Span(hour(1, 0), hour(5, 0)), hour(2, 12) + SETTLE_S - 1
    rows = cover(window, [t for t in expected(1, 2) if t <= now], now)
    assert states(rows) == [(HAVE, window.start, hour(2, 11)), (PROVISIONAL, hour(2, 11), hour(2, 13))]
    assert rows[1].expires_at == hour(2, 12) + SETTLE_S
    rows = cover(window, [t for t in expected(1, 2) if t <= now], now + 1)
    assert states(rows)[1] == (PROVISIONAL, hour(2, 12), hour(2, 13))
    assert rows[1].expires_at == now + 1 + 15 * MINUTE_S


def test_nothing_is_said_of_the_future():
    window = Span(hour(2, 0), hour(5, 0))
    assert cover(window, [], hour(2, 9) - 1) == []
    assert states(cover(window, [hour(2, 9)], hour(2, 9))) == [
        (HAVE, window.start, hour(2, 9)),
        (PROVISIONAL, hour(2, 9), hour(2, 10)),
    ]
    over = hour(2, 16) + SETTLE_S
    assert states(cover(window, expected(2), over)) == [(HAVE, window.start, hour(2, 16))]
    short = Span(window.start, hour(2, 16) + 60)
    assert states(cover(short, expected(2), over)) == [(HAVE, window.start, short.end)]
    assert states(cover(Span(hour(2, 9), hour(2, 11)), [hour(2, 9), hour(2, 10)], hour(2, 10) + 60)) == [
        (PROVISIONAL, hour(2, 9), hour(2, 11))
    ]


def test_a_last_bar_that_the_close_cuts_is_known_up_to_now():
    now, window = hour(2, 16) + 5 * MINUTE_S, Span(hour(2, 0), hour(5, 0))
    times = expected_open_times(CALENDAR, INTERVALS["90m"], window)[:5]  # the last from 15:00 to 16:00
    assert states(cover(window, times, now, INTERVALS["90m"])) == [(HAVE, window.start, now + 1)]


def test_how_old_an_empty_session_is_counts_from_its_close():
    window, closed = Span(hour(2, 0), hour(3, 0)), hour(2, 16)
    previous = [Coverage(Span(hour(2, 9), closed), EMPTY, 1)]
    for age in (6 * HOUR_S - 1, 6 * HOUR_S, 3 * DAY_S):
        row = cover(window, [], closed + age, previous=previous)[1]
        assert row.expires_at == empty_expiry(closed, closed + age)


def test_a_daily_bar_is_not_asked_before_its_session_begins():
    window, now = Span(hour(1, 0), hour(9, 0)), hour(4, 1)  # the day's key has passed, its session has not begun
    rows = cover(window, [hour(1, 0), hour(2, 0), hour(3, 0)], now, DAY)
    assert states(rows) == [(HAVE, window.start, hour(4, 0)), (PROVISIONAL, hour(4, 0), hour(5, 0))]
    assert rows[1].expires_at == hour(4, 9)
    settling = cover(window, [hour(i, 0) for i in range(1, 4)], hour(3, 20) - 1, DAY)
    assert states(settling)[-1] == (PROVISIONAL, hour(3, 0), hour(4, 0))
    assert settling[-1].expires_at == hour(3, 20)
    assert states(cover(window, [hour(i, 0) for i in range(1, 4)], hour(3, 20), DAY))[-1][0] == HAVE


def test_where_nothing_new_comes_less_is_asked():
    now, window = hour(3, 12), Span(hour(3, 0), hour(4, 0))
    pauses = [cover(window, [], now, newest=newest)[-1].expires_at - now for newest in (None, hour(3, 11), hour(1, 9))]
    assert pauses[0] == pauses[1] == SETTLE_S
    assert pauses[2] > 15 * MINUTE_S


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (0, HOUR_S),
        (6 * HOUR_S - 1, HOUR_S),
        (6 * HOUR_S, 6 * HOUR_S),
        (DAY_S, DAY_S),
        (3 * DAY_S, 3 * DAY_S),
        (7 * DAY_S, 7 * DAY_S),
        (30 * DAY_S, 30 * DAY_S),
        (60 * DAY_S - 1, 30 * DAY_S),
        (60 * DAY_S, None),
    ],
)
def test_how_long_a_session_counts_as_empty(age, wait):
    closed = hour(2, 16)
    expires_at = empty_expiry(closed, closed + age)
    if wait is None:
        assert expires_at is None
    else:
        assert expires_at % wait == 0
        assert wait / 2 <= expires_at - closed - age <= wait * 1.5


# --- rows without a close -----------------------------------------------------------------------------------------


def lost(times, covered, now=LATER, previous=(), interval=HOUR):
    return cover_lost(np.array(times, np.int64), covered, CALENDAR, interval, now, previous)


def test_bars_without_a_close_are_asked_again_beside_each_other_together():
    covered = [Coverage(Span(hour(1, 0), hour(3, 0)), HAVE, LATER)]
    rows = lost([hour(1, 10), hour(1, 11), hour(1, 13), hour(2, 9)], covered)
    assert states(rows) == [
        (EMPTY, hour(1, 10), hour(1, 12)),
        (EMPTY, hour(1, 13), hour(1, 14)),
        (EMPTY, hour(2, 9), hour(2, 10)),
    ]
    assert {row.reason for row in rows} == {LOST}
    assert all(row.expires_at is not None for row in rows)
    assert [row.expires_at for row in lost([hour(1, 10)], covered, previous=rows)] == [None]


@pytest.mark.parametrize("state", [EMPTY, PROVISIONAL, FAILED, REFUSED])
def test_only_what_is_settled_is_looked_at(state):
    assert lost([hour(1, 10)], [Coverage(Span(hour(1, 0), hour(3, 0)), state, LATER)]) == []


def test_bars_at_the_ends_of_what_is_settled():
    covered = [Coverage(Span(hour(1, 10), hour(1, 11) + 60), HAVE, LATER)]
    assert states(lost([hour(1, 9), hour(1, 10), hour(1, 11), hour(1, 12)], covered)) == [
        (EMPTY, hour(1, 10), hour(1, 11) + 60)
    ]
    covered = [Coverage(Span(hour(1, 10), hour(1, 11)), HAVE, LATER)]
    assert states(lost([hour(1, 11)], covered)) == []
    assert lost([], covered) == []


# --- failures -----------------------------------------------------------------------------------------------------


def row(state, start, end, expires_at=None, reason=""):
    return Coverage(Span(start, end), state, 1, expires_at, reason)


def test_a_failure_is_said_of_what_was_not_known_only():
    previous = [row(HAVE, 20, 30), row(EMPTY, 40, 50, 200), row(REFUSED, 60, 70), row(FAILED, 80, 90, 5, "once")]
    rows = cover_failure(row(FAILED, 10, 100, 150, "why"), previous)
    assert states(rows) == [(FAILED, 10, 20), (FAILED, 30, 40), (FAILED, 50, 60), (FAILED, 70, 100)]
    assert {(one.reason, one.expires_at) for one in rows} == {("why", 150)}


@pytest.mark.parametrize("state", [FAILED, REFUSED])
def test_beside_what_is_known_it_changes_nothing(state):
    failed = row(state, 30, 40, 100, "why")
    assert cover_failure(failed, [row(HAVE, 20, 30), row(PROVISIONAL, 40, 50, 60)]) == [failed]


@pytest.mark.parametrize(("expires_at", "then"), [(90, 100), (100, None), (110, None), (None, None)])
def test_what_has_expired_is_asked_again_with_the_failure(expires_at, then):
    rows = cover_failure(row(FAILED, 10, 30, 100, "why"), [row(EMPTY, 0, 20, expires_at, "empty")])
    assert rows[0] == row(FAILED, 20, 30, 100, "why")
    assert rows[1:] == ([] if then is None else [row(EMPTY, 10, 20, then, "empty")])


@pytest.mark.parametrize(("expires_at", "then"), [(90, 100), (100, 100), (110, 110)])
def test_of_bars_that_may_change_it_is_said_that_their_refresh_failed(expires_at, then):
    rows = cover_failure(row(FAILED, 10, 20, 100, "why"), [row(PROVISIONAL, 5, 30, expires_at, "forming")])
    assert rows == [row(PROVISIONAL, 10, 20, then, "last refresh failed: why")]


def test_a_refusal_for_good_says_nothing_of_what_is_stored():
    assert cover_failure(row(REFUSED, 10, 20, None, "why"), [row(PROVISIONAL, 5, 30, 90, "forming")]) == []


LEDGER = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 30), st.sampled_from(list(CoverageState))), max_size=6)


@given(LEDGER, st.integers(0, 90), st.integers(1, 40))
def test_whatever_was_known_stays_known(pieces, start, length):
    previous, end = [], 0
    for gap, size, state in pieces:
        previous.append(row(state, end + gap, end + gap + size, 7 if state is not HAVE else None, "r"))
        end += gap + size
    failed = row(FAILED, start, start + length, 50, "why")
    rows = cover_failure(failed, previous)
    known = [one.span for one in previous if one.state is not FAILED]
    said = [one.span for one in rows if one.state is FAILED]
    assert said == subtract_spans([failed.span], known)
    states_before = {one.state for one in previous if one.span.overlaps(failed.span)}
    assert {one.state for one in rows} <= states_before | {FAILED}


# --- which bars can change no more --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(CoverageState))
def test_bars_in_a_provisional_span_are_not_final(state):
    bars = bars_at(np.array(expected(1)))
    coverage = [row(HAVE, hour(1, 0), hour(1, 10)), row(state, hour(1, 10), hour(1, 12), 5)]
    may_change = [state is PROVISIONAL and hour(1, 10) <= time < hour(1, 12) for time in expected(1)]
    assert is_final_mask(coverage, bars).tolist() == [not one for one in may_change]
    assert final_mask(coverage, bars, CALENDAR, HOUR, LATER).tolist() == [not one for one in may_change]


def test_a_bar_is_final_when_it_has_settled():
    bars = bars_at(np.array(expected(1)))
    finals = final_times(CALENDAR, HOUR, bars.open_time)
    assert finals.tolist() == [time + HOUR_S + SETTLE_S for time in expected(1)]
    now = hour(1, 12) + SETTLE_S
    assert final_mask([], bars, CALENDAR, HOUR, now).tolist() == [time < hour(1, 12) for time in expected(1)]


def test_a_derived_bar_is_final_when_its_last_session_is():
    week = INTERVALS["1wk"]
    bars = bars_at(expected_open_times(CALENDAR, week, Span(hour(0, 0) - 7 * DAY_S, hour(9, 0))))
    coverage = [row(PROVISIONAL, hour(-20, 0), hour(20, 0), 5)]
    finals = final_times(CALENDAR, week, bars.open_time)
    assert final_mask(coverage, bars, CALENDAR, week, int(finals[0])).tolist() == [True, False]
    assert final_mask(coverage, bars, CALENDAR, week, int(finals[0]) - 1).tolist() == [False, False]


def test_of_a_retired_symbol_what_is_stored_is_known_for_good_and_nothing_else_is_asked():
    previous = [
        Coverage(Span(0, 10), CoverageState.HAVE, 1),
        Coverage(Span(10, 20), CoverageState.FAILED, 1, 99, "HTTP 500"),
        Coverage(Span(20, 30), CoverageState.KNOWN_EMPTY, 1, 99, "no bars"),
        Coverage(Span(30, 40), CoverageState.PROVISIONAL, 1, 99, "still forming"),
    ]
    rows = sorted(cover_retired(previous, 50, "XYZ_2026-11-28"), key=lambda row: row.span)
    states = [(row.span.start, row.span.end, row.state) for row in rows]
    assert states[1:5] == [
        (0, 10, CoverageState.HAVE),
        (10, 20, CoverageState.REFUSED),
        (20, 30, CoverageState.KNOWN_EMPTY),
        (30, 40, CoverageState.HAVE),
    ]
    assert states[0][2] is states[5][2] is CoverageState.REFUSED
    assert {row.expires_at for row in rows} == {None}
    assert all("XYZ_2026-11-28" in row.reason for row in rows if row.state is CoverageState.REFUSED)

"""The planner and the ledger as pure functions: what is asked, what is known, for how long."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candledesk.cache.rules.coverage_rules import CONFIRM_S, cover_window, empty_expiry
from candledesk.cache.rules.planner import (
    CLOCK_SLACK_S,
    known_spans,
    never_gaps,
    plan_span,
    refused_coverage,
    unknown_part,
    whole_window,
)
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import FETCHED, IMPORTED, Coverage, CoverageState
from candledesk.domain.interval import HOUR_S
from candledesk.domain.span import Span
from candledesk.domain.windows import asked_span
from candledesk.providers.yahoo.capabilities import LIMITS
from candledesk.store.market.coverage import lay_over
from tests.cache.conftest import DAY_S, FIRST_DAY, INTERVALS, NOW, all_day_calendar, make_bars, weekday_calendar
from tests.cache.rules.facts import ALL_DAYS, WEEKDAYS, facts_of

WIDE_WEEKDAYS = weekday_calendar(first=NOW - 30 * 365 * DAY_S)
NAMES = ["5m", "1h", "90m", "1d"]


def market(calendar, interval, span, now=NOW):
    times = expected_open_times(calendar, interval, span)
    begins = times + 52_200 if interval.is_daily and calendar is WEEKDAYS else times
    return make_bars(times[begins <= now])


def fill(rows, window, name, calendar, now=NOW):
    interval = INTERVALS[name]
    asked = Span(window.start, window.end + DAY_S)
    for row in cover_window(window, market(calendar, interval, asked, now), calendar, interval, now, rows):
        rows = lay_over(rows, row)
    return rows


@st.composite
def spans(draw, days=60):
    start = draw(st.integers(NOW - days * DAY_S, NOW))
    return Span(start, start + draw(st.integers(1, 20 * DAY_S)))


def known_times(facts):
    expected = expected_open_times(facts.calendar, facts.interval, facts.clip(None))
    known = known_spans(facts.coverage, facts.now)
    mask = np.zeros(len(expected), bool)
    for span in known:
        mask |= (expected >= span.start) & (expected < span.end)
    return expected, expected[mask]


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(NAMES), st.booleans(), st.lists(spans(), max_size=8))
def test_gaps_and_known_make_up_what_is_expected(name, is_all_day, asked):
    calendar = ALL_DAYS if is_all_day else WEEKDAYS
    rows = []
    for span in asked:
        for window in plan_span(span, facts_of(name, rows, calendar)).windows:
            rows = fill(rows, window, name, calendar)
    for left, right in pairwise(rows):
        assert left.span.end <= right.span.start
    facts = facts_of(name, rows, calendar)
    plan = plan_span(None, facts)
    expected, known = known_times(facts)
    in_gaps = np.concatenate(
        [expected[:0], *(expected[(expected >= g.span.start) & (expected < g.span.end)] for g in plan.gaps)]
    )
    np.testing.assert_array_equal(np.sort(np.concatenate([in_gaps, known])), expected)
    assert (plan.n_expected, plan.n_missing) == (len(expected), len(in_gaps))
    for span in asked:
        assert plan_span(span, facts).windows == ()


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(NAMES), st.booleans(), st.lists(spans(), min_size=1, max_size=6), st.randoms())
def test_any_order_chunking_and_repetition_ends_in_the_same_knowledge(name, is_all_day, asked, dice):
    calendar = ALL_DAYS if is_all_day else WEEKDAYS
    rows, width = [], dice.choice([None, DAY_S * 3, DAY_S])
    for span in [*dice.sample(asked, len(asked)), dice.choice(asked)]:
        windows = list(plan_span(span, facts_of(name, rows, calendar), (), width).windows)
        dice.shuffle(windows)
        for window in [*windows, *windows[:1]]:
            rows = fill(rows, window, name, calendar)
    at_once = []
    for span in asked:
        for window in plan_span(span, facts_of(name, at_once, calendar)).windows:
            at_once = fill(at_once, window, name, calendar)
    known = known_times(facts_of(name, rows, calendar))[1]
    assert set(known_times(facts_of(name, at_once, calendar))[1].tolist()) <= set(known.tolist())
    assert CoverageState.KNOWN_EMPTY not in {row.state for row in rows}


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(["1m", "5m", "1h", "1d"]), spans(days=900))
def test_nothing_is_asked_before_the_floor_or_after_now(name, span):
    facts = facts_of(name)
    for window in plan_span(span, facts).windows:
        assert window.start >= facts.floor[0]
        assert window.start <= NOW
    for window in plan_span(span, facts).windows:
        assert window.end - window.start <= LIMITS[name].window_s


def test_windows_of_others_are_left_to_them():
    facts = facts_of("1h")
    span = Span(NOW - 20 * DAY_S, NOW)
    busy = Span(NOW - 12 * DAY_S, NOW - 8 * DAY_S)
    windows = plan_span(span, facts, [busy]).windows
    assert windows
    assert not any(window.overlaps(busy) for window in windows)


def test_the_floor_says_why():
    assert "30 days" in facts_of("1m").floor[1]
    assert "listing" in facts_of("1d").floor[1]
    assert refused_coverage(facts_of("1d")).span.end <= FIRST_DAY
    assert refused_coverage(facts_of("1d", first=None)) is None


def test_many_small_gaps_of_one_window_are_asked_at_once_but_never_across_a_wall():
    def hole(day):
        return Coverage(Span(NOW - day * DAY_S, NOW - (day - 1) * DAY_S), CoverageState.HAVE, NOW)

    rows = [hole(day) for day in range(40, 0, -2)]
    span = Span(NOW - 41 * DAY_S, NOW)
    assert len(plan_span(span, facts_of("1h", rows)).windows) <= 6
    wall = Coverage(Span(NOW - 20 * DAY_S, NOW - 19 * DAY_S), CoverageState.FAILED, NOW, NOW + 60, "broken")
    plan = plan_span(span, facts_of("1h", lay_over(rows, wall)))
    assert not any(window.overlaps(wall.span) for window in plan.windows)


def test_a_failed_span_is_a_gap_that_is_not_asked_before_its_time():
    span = Span(NOW - 20 * DAY_S, NOW - 10 * DAY_S)
    row = Coverage(span, CoverageState.FAILED, NOW, NOW + 60, "broken")
    plan = plan_span(span, facts_of("1h", [row]))
    assert (plan.windows, plan.gaps[0].reason, plan.gaps[0].retry_at) == ((), "broken", NOW + 60)
    assert plan_span(span, facts_of("1h", [row], now=NOW + 60)).windows


def test_what_a_clock_ahead_of_ours_wrote_is_not_believed():
    """The clock was an hour ahead, a bar was called provisional, and the clock was set right."""
    span = Span(NOW - 4 * HOUR_S, NOW)
    row = Coverage(span, CoverageState.PROVISIONAL, NOW + HOUR_S, NOW + HOUR_S + 300)
    assert plan_span(span, facts_of("5m", [row])).windows
    near = Coverage(span, CoverageState.PROVISIONAL, NOW + CLOCK_SLACK_S, NOW + 300)
    assert not plan_span(span, facts_of("5m", [near])).windows


def test_a_clock_ahead_does_not_call_the_future_known():
    """Minutes that have not been traded yet must not be taken for minutes without trades."""
    window = Span(NOW - 8 * HOUR_S, NOW + HOUR_S)
    bars = market(WEEKDAYS, INTERVALS["1m"], window)
    rows = cover_window(window, bars, WEEKDAYS, INTERVALS["1m"], NOW + HOUR_S)
    ahead = [row for row in rows if row.span.end > NOW]
    assert ahead
    assert all(row.expires_at is not None for row in ahead)


@pytest.mark.parametrize(
    ("age_h", "wait_h"), [(1, 1), (7, 6), (30, 24), (100, 72), (24 * 10, 168), (24 * 40, 720), (24 * 61, None)]
)
def test_how_long_an_empty_session_is_believed(age_h, wait_h):
    expiry = empty_expiry(NOW - age_h * HOUR_S, NOW)
    if wait_h is None:
        assert expiry is None
    else:
        wait = wait_h * HOUR_S
        assert NOW + wait / 2 <= expiry <= NOW + wait * 1.5
        assert expiry % wait == 0, "all doubts of one kind end together, in one request"


def test_an_old_empty_session_is_final_only_when_a_second_answer_says_so():
    window = Span(NOW - 100 * DAY_S, NOW - 97 * DAY_S)
    nothing = make_bars(np.empty(0, np.int64))
    first = cover_window(window, nothing, WEEKDAYS, INTERVALS["1h"], NOW)
    empty = [row for row in first if row.state is CoverageState.KNOWN_EMPTY]
    (later,) = {row.expires_at for row in empty}
    assert NOW + CONFIRM_S / 2 <= later <= NOW + CONFIRM_S * 1.5
    assert plan_span(window, facts_of("1h", first, now=later)).windows
    second = cover_window(window, nothing, WEEKDAYS, INTERVALS["1h"], later, first)
    assert {row.expires_at for row in second if row.state is CoverageState.KNOWN_EMPTY} == {None}


def test_a_missing_session_is_known_empty_and_an_hour_without_trades_is_not():
    window = Span(NOW - 100 * DAY_S, NOW - 90 * DAY_S)
    bars = market(WEEKDAYS, INTERVALS["1h"], window)
    days = bars.open_time // DAY_S
    gone, quiet = days == days[9], np.arange(len(bars)) == 20
    rows = cover_window(window, bars.take(~gone & ~quiet), WEEKDAYS, INTERVALS["1h"], NOW)
    empty = [row.span for row in rows if row.state is CoverageState.KNOWN_EMPTY]
    assert [span.start for span in empty] == [bars.open_time[gone][0]]


def test_a_forming_bar_is_provisional_and_expires():
    window = Span(NOW - 3 * DAY_S, NOW + HOUR_S)
    rows = cover_window(window, market(WEEKDAYS, INTERVALS["1h"], window), WEEKDAYS, INTERVALS["1h"], NOW)
    (row,) = [row for row in rows if row.state is CoverageState.PROVISIONAL]
    assert row.span.start <= NOW < row.span.end
    assert NOW < row.expires_at <= NOW + HOUR_S
    assert plan_span(window, facts_of("1h", rows)).windows == ()
    assert plan_span(window, facts_of("1h", rows, now=row.expires_at)).windows


SATURDAY, BEFORE_OPEN = NOW // DAY_S * DAY_S + 3 * DAY_S + 40_000, NOW // DAY_S * DAY_S + 40_000


@pytest.mark.parametrize("now", [SATURDAY, BEFORE_OPEN], ids=["weekend", "before the open"])
@pytest.mark.parametrize("name", ["1m", "1h", "1d"])
def test_one_answer_is_enough_while_the_market_is_closed(now, name):
    span = Span(now - 10 * DAY_S, now + 1)
    rows = []
    for window in plan_span(span, facts_of(name, now=now)).windows:
        rows = fill(rows, window, name, WEEKDAYS, now)
    assert plan_span(span, facts_of(name, rows, now=now)).gaps == ()
    assert plan_span(span, facts_of(name, rows, now=now + 200)).windows == ()


def test_before_the_open_nothing_is_expected_of_today():
    span = Span(BEFORE_OPEN - 10 * DAY_S, BEFORE_OPEN)
    rows = []
    for window in plan_span(span, facts_of("1d", now=BEFORE_OPEN)).windows:
        rows = fill(rows, window, "1d", WEEKDAYS, BEFORE_OPEN)
    later = BEFORE_OPEN + 2 * HOUR_S
    assert later < BEFORE_OPEN // DAY_S * DAY_S + 52_200
    assert plan_span(span, facts_of("1d", rows, now=later)).windows == ()


def test_an_empty_calendar_expects_nothing():
    none = np.empty(0, np.int64)
    calendar = SessionCalendar("XNON", "UTC", none, none, none, none, none)
    for name in NAMES:
        plan = plan_span(Span(NOW - DAY_S, NOW), facts_of(name, calendar=calendar))
        assert (plan.windows, plan.gaps, plan.n_expected) == ((), (), 0)
        assert plan_span(None, facts_of(name, calendar=calendar)).windows == ()


def test_a_listing_after_the_first_bars_breaks_nothing():
    facts = facts_of("1d", first=NOW - 5 * DAY_S)
    assert plan_span(Span(NOW - 20 * DAY_S, NOW - 10 * DAY_S), facts).windows == ()
    assert plan_span(None, facts).windows[0].start >= NOW - 8 * DAY_S


def test_a_chart_asks_the_older_bars_that_fit_into_its_request_too():
    """10,000 bars of a market that never closes, 50,000 hours of a stock; to the start of history for dailies."""
    reach = 10_000 * HOUR_S
    window = Span(NOW - 10 * DAY_S, NOW)
    every_day = facts_of("1h", calendar=ALL_DAYS)
    assert NOW - reach <= whole_window(window, every_day).start < NOW - reach + DAY_S
    assert NOW < whole_window(window, every_day).end <= NOW + HOUR_S
    stock = whole_window(window, facts_of("1h", first=None))
    assert stock.start - facts_of("1h", first=None).floor[0] < DAY_S
    assert whole_window(window, facts_of("1d")).start <= FIRST_DAY
    minutes = whole_window(Span(NOW - DAY_S, NOW), facts_of("1m", calendar=ALL_DAYS))
    assert 6 * DAY_S < minutes.end - minutes.start <= LIMITS["1m"].window_s


def test_a_chart_asks_neither_what_is_known_nor_what_others_ask():
    window = Span(NOW - 10 * DAY_S, NOW)
    known = (Coverage(Span(NOW - 80 * DAY_S, NOW - 60 * DAY_S), CoverageState.HAVE, NOW),)
    assert whole_window(window, facts_of("1h", known, ALL_DAYS)).start == NOW // HOUR_S * HOUR_S - 60 * DAY_S + HOUR_S
    others = [Span(NOW - 60 * DAY_S, NOW - 30 * DAY_S)]
    assert whole_window(window, facts_of("1h", calendar=ALL_DAYS), others).start >= NOW - 30 * DAY_S


def test_what_was_imported_is_not_asked_over():
    rows = [
        Coverage(Span(NOW - 30 * DAY_S, NOW - 20 * DAY_S), CoverageState.HAVE, NOW, None, "", source)
        for source in (FETCHED, IMPORTED)
    ]
    span = Span(NOW - 50 * DAY_S, NOW)
    assert len(plan_span(span, facts_of("1h", rows[:1])).windows) == 1
    assert len(plan_span(span, facts_of("1h", rows[1:])).windows) == 2


@pytest.mark.parametrize(("name", "n_days", "n_requests"), [("1m", 25, 4), ("1h", 700, 1), ("1d", 25 * 365, 1)])
@pytest.mark.parametrize("hour", range(0, 7 * 24, 5))
@pytest.mark.parametrize("is_all_day", [False, True])
def test_as_few_requests_as_the_provider_allows(name, n_days, n_requests, hour, is_all_day):
    """F19: whatever the hour of the week, and with the overlap of each request inside the cap."""
    now, rows, spans = NOW + hour * HOUR_S, [], []
    calendar = all_day_calendar(first=NOW - 30 * 365 * DAY_S) if is_all_day else WIDE_WEEKDAYS
    wanted, interval = Span(now - n_days * DAY_S, now), INTERVALS[name]
    while windows := plan_span(wanted, facts_of(name, rows, calendar, None, now)).windows:
        asked = asked_span(windows[0], interval, LIMITS[name], calendar=calendar, now=now)
        assert asked.end - asked.start <= LIMITS[interval.name].window_s
        assert asked.end <= now + interval.step_s
        if spans:  # closed bars that the former request brought are compared
            shared = asked.intersect(spans[-1])
            assert len(expected_open_times(calendar, interval, shared)) >= 1
        spans.append(asked)
        rows = fill(rows, windows[0], name, calendar, now)
    assert len(spans) == n_requests


# -- where history starts


def test_history_starts_at_the_listing_or_where_the_provider_stops_answering():
    hours = facts_of("1h", first=NOW - 10 * DAY_S)
    assert hours.listing_floor == (NOW - 10 * DAY_S) // HOUR_S * HOUR_S - HOUR_S
    assert hours.floor == (hours.listing_floor, "no bars before the listing date")
    assert facts_of("1h", first=NOW - 3_000 * DAY_S).floor == (
        NOW - LIMITS["1h"].lookback_s,
        "Yahoo keeps 1h bars for 730 days",
    )
    unasked = replace(hours, limits=None)
    assert unasked.floor == (NOW + 1, "Yahoo cannot be asked for 1h bars")
    assert plan_span(None, unasked).windows == ()


def test_what_can_never_be_had_is_what_lies_before_that_and_is_not_stored():
    facts = facts_of("1h", first=None)
    floor = facts.floor[0]
    asked = Span(floor - 20 * DAY_S, floor + 20 * DAY_S)
    (gap,) = never_gaps(asked, facts)
    assert (gap.span, gap.reason) == (Span(asked.start, floor), "Yahoo keeps 1h bars for 730 days")
    assert never_gaps(Span(floor, NOW), facts) == ()
    assert never_gaps(asked, facts_of("1d", first=None)) == ()


@pytest.mark.parametrize(
    ("state", "is_held"), [("have", True), ("provisional", True), ("known_empty", True), ("failed", False)]
)
def test_what_is_stored_before_the_floor_is_no_gap(state, is_held):
    floor = facts_of("1h", first=None).floor[0]
    stored = Coverage(Span(floor - 10 * DAY_S, floor), CoverageState(state), NOW)
    gaps = never_gaps(Span(floor - 20 * DAY_S, floor), facts_of("1h", [stored], first=None))
    assert [gap.span for gap in gaps] == [Span(floor - 20 * DAY_S, floor - 10 * DAY_S if is_held else floor)]


def test_closed_days_before_the_floor_are_no_gap_but_what_lies_before_the_calendar_is():
    facts = facts_of("1h", first=None, calendar=WIDE_WEEKDAYS)
    saturday = facts.floor[0] // DAY_S * DAY_S
    saturday -= (saturday // DAY_S - 2) % 7 * DAY_S
    assert never_gaps(Span(saturday, saturday + 2 * DAY_S), facts) == ()
    assert len(never_gaps(Span(saturday, saturday + 3 * DAY_S), facts)) == 1
    ancient = Span(int(WIDE_WEEKDAYS.date[0]) - 9 * DAY_S, int(WIDE_WEEKDAYS.date[0]) - 8 * DAY_S)
    assert [gap.span for gap in never_gaps(ancient, facts)] == [ancient]


# -- what is not known


def test_the_unknown_part_reaches_from_the_first_hole_to_the_last():
    known = [Coverage(Span(*edges), CoverageState.HAVE, NOW) for edges in ((10, 20), (30, 40))]
    facts = facts_of("1h", known)
    assert unknown_part(Span(0, 50), facts) == Span(0, 50)
    assert unknown_part(Span(10, 40), facts) == Span(20, 30)
    assert unknown_part(Span(12, 18), facts) is None


@pytest.mark.parametrize(("believed_s", "is_empty"), [(30, False), (31, True)])
def test_an_answer_that_is_believed_for_longer_than_half_a_bar_speaks_for_what_follows_it(believed_s, is_empty):
    """Where nothing new came for long, less is asked: until then the bars after the newest answer are empty."""
    edge, asked_at = NOW // 60 * 60 - 600, NOW - 10
    rows = [
        Coverage(Span(edge - HOUR_S, edge), CoverageState.HAVE, asked_at),
        Coverage(Span(edge, edge + 60), CoverageState.PROVISIONAL, asked_at, asked_at + believed_s),
    ]
    plan = plan_span(Span(edge - HOUR_S, NOW + 1), facts_of("1m", rows))
    assert plan.n_missing == (0 if is_empty else 10)
    assert bool(plan.windows) is not is_empty
    later = plan_span(Span(edge - HOUR_S, NOW + 1), facts_of("1m", rows, now=asked_at + believed_s))
    assert later.windows

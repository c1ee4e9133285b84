"""A chart's plan: its parts are what the planner says of them, and it is made once, when something is unknown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candledesk.cache.rules import viewport_plan
from candledesk.cache.rules.planner import plan_span, unknown_part
from candledesk.cache.rules.viewport_plan import ViewportPlan
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import HISTORY_START, Span
from tests.cache.conftest import DAY_S, NOW
from tests.cache.rules.facts import ALL_DAYS, WEEKDAYS, facts_of

STATES = [CoverageState.HAVE, CoverageState.FAILED, CoverageState.KNOWN_EMPTY, CoverageState.PROVISIONAL]


@st.composite
def spans(draw):
    start = draw(st.integers(NOW - 50 * DAY_S, NOW))
    return Span(start, start + draw(st.integers(1, 12 * DAY_S)))


@st.composite
def ledgers(draw):
    """Disjoint entries, some of which have expired."""
    edges = sorted(draw(st.sets(st.integers(NOW - 50 * DAY_S, NOW), min_size=0, max_size=8)))
    rows = []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        expires_at = draw(st.sampled_from([None, NOW - 60, NOW + 3_600]))
        rows.append(Coverage(Span(start, end), draw(st.sampled_from(STATES)), NOW - 600, expires_at))
    return rows


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["5m", "1h", "1d"]), st.sampled_from([WEEKDAYS, ALL_DAYS]), ledgers(), spans())
def test_a_part_says_what_planning_its_unknown_part_alone_would(name, calendar, rows, span):
    facts = facts_of(name, rows, calendar)
    part, unknown = ViewportPlan(facts).part(span), unknown_part(span, facts)
    if unknown is None:
        assert part.windows == part.gaps == ()
        return
    alone = plan_span(unknown, facts)
    assert part.windows == alone.windows
    assert part.gaps == alone.gaps
    assert part.n_missing == alone.n_missing
    np.testing.assert_array_equal(part.expected, alone.expected)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["5m", "1h", "1d"]), ledgers(), spans())
def test_holes_hold_exactly_what_is_expected_and_was_never_asked(name, rows, seen):
    facts = facts_of(name, rows)
    askable = facts.clip(seen)
    times = np.empty(0, np.int64) if askable is None else expected_open_times(facts.calendar, facts.interval, askable)
    is_asked = np.zeros(len(times), bool)
    for row in rows:
        is_asked |= (times >= row.span.start) & (times < row.span.end)
    is_hole = np.zeros(len(times), bool)
    holes = ViewportPlan(facts).holes(seen)
    for hole in holes:
        is_hole |= (times >= hole.start) & (times < hole.end)
    np.testing.assert_array_equal(is_hole, ~is_asked)
    assert holes == sorted(holes, reverse=True)


def test_a_part_has_the_bar_at_its_start_and_not_the_one_at_its_end():
    facts = facts_of("1h", calendar=ALL_DAYS)
    start = NOW // 3_600 * 3_600 - 9 * 3_600
    part = ViewportPlan(facts).part(Span(start, start + 3 * 3_600))
    assert part.expected.tolist() == [start, start + 3_600, start + 7_200]
    assert (part.n_expected, part.n_missing) == (3, 3)


def test_without_a_span_the_whole_history_is_meant():
    facts = facts_of("1h")
    assert ViewportPlan(facts).part(None).gaps == plan_span(None, facts).gaps


def test_what_is_known_is_not_planned_and_everything_else_once(monkeypatch):
    calls = []
    monkeypatch.setattr(viewport_plan, "plan_span", lambda *args: calls.append(args) or plan_span(*args))
    known = Coverage(Span(HISTORY_START, NOW - DAY_S), CoverageState.HAVE, NOW - 600)
    plan = ViewportPlan(facts_of("1h", [known]))
    assert plan.part(Span(NOW - 9 * DAY_S, NOW - 2 * DAY_S)).windows == ()
    assert plan.holes(Span(NOW - 9 * DAY_S, NOW - 2 * DAY_S)) == []
    assert not calls
    assert plan.part(Span(NOW - 2 * DAY_S, NOW)).windows
    assert plan.holes(Span(NOW - 2 * DAY_S, NOW))
    assert plan.part(None).gaps
    assert len(calls) == 1


@pytest.mark.parametrize("window_s", [None, 3 * DAY_S])
def test_windows_are_no_wider_than_the_provider_answers(window_s):
    windows = ViewportPlan(facts_of("5m"), window_s).part(Span(NOW - 20 * DAY_S, NOW)).windows
    widest = max(window.end - window.start for window in windows)
    assert widest <= (window_s or 60 * DAY_S)
    assert len(windows) == (1 if window_s is None else len(windows))
    assert (len(windows) > 1) == (window_s is not None)


def test_a_bar_that_opens_at_this_second_is_expected():
    now = NOW // DAY_S * DAY_S + 52_200 + 3_600  # the second hour of the session begins
    known = Coverage(Span(HISTORY_START, now), CoverageState.HAVE, now)
    plan = ViewportPlan(facts_of("1h", [known], now=now))
    for span in (None, Span(now, now + 3_600)):
        assert plan.part(span).expected.tolist() == [now]
        assert plan.part(span).n_missing == 1

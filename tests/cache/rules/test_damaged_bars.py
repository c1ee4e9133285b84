"""Damaged bars in the ledger: they fail, keep that reason, and stay gaps where they cannot be fetched again."""

from dataclasses import replace

import pytest

from candledesk.cache.messages import Gap
from candledesk.cache.rules.coverage_rules import cover_failure
from candledesk.cache.rules.damaged_bars import cover_lost, damaged_gaps, is_damaged, keep_damage
from candledesk.cache.rules.planner import known_spans, never_gaps, plan_span
from candledesk.domain.coverage import DAMAGED, IMPORTED, Coverage, CoverageState
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span
from tests.cache.rules.facts import NOW, facts_of

HAVE, PROVISIONAL, EMPTY = CoverageState.HAVE, CoverageState.PROVISIONAL, CoverageState.KNOWN_EMPTY
REFUSED, FAILED = CoverageState.REFUSED, CoverageState.FAILED
MIDNIGHT = NOW // DAY_S * DAY_S
KEPT = "Yahoo keeps 1m bars for 30 days"


def row(state, start, end, expires_at=None, reason="", source="provider"):
    return Coverage(Span(start, end), state, 7, expires_at, reason, source)


@pytest.mark.parametrize("state", [HAVE, PROVISIONAL])
def test_lost_bars_are_cut_out_of_what_is_stored(state):
    stored = row(state, 10, 100, 500, "why", IMPORTED)
    assert cover_lost([stored], [Span(0, 20), Span(50, 60)], 99) == (
        row(FAILED, 10, 20, 99, DAMAGED, IMPORTED),
        replace(stored, span=Span(20, 50)),
        row(FAILED, 50, 60, 99, DAMAGED, IMPORTED),
        replace(stored, span=Span(60, 100)),
    )


@pytest.mark.parametrize("state", [EMPTY, REFUSED, FAILED])
def test_what_is_not_stored_cannot_be_lost(state):
    rows = (row(state, 10, 100), row(HAVE, 100, 200))
    assert cover_lost(rows, [Span(20, 30), Span(300, 400)], None) == rows
    assert cover_lost((), [Span(20, 30)], None) == ()


def test_only_what_has_not_been_fetched_again_is_damaged():
    assert is_damaged(row(FAILED, 0, 1, 5, DAMAGED))
    assert is_damaged(row(REFUSED, 0, 1, None, f"{DAMAGED}: too old"))
    assert not is_damaged(row(HAVE, 0, 1, None, DAMAGED))
    assert not is_damaged(row(FAILED, 0, 1, 5, "no route"))


def test_a_failed_try_keeps_the_damage_and_takes_its_own_time():
    failed = row(FAILED, 0, 100, 900, "no route")
    former = [
        row(FAILED, 20, 30, 5, DAMAGED),
        row(FAILED, 40, 50, 5, "other"),
        row(FAILED, 90, 120, 5, f"{DAMAGED}: x"),
    ]
    kept = keep_damage(failed, former)
    assert kept == cover_failure(failed, former)
    assert [(one.span.start, one.span.end, one.reason) for one in kept] == [
        (0, 20, "no route"),
        (20, 30, f"{DAMAGED}: no route"),
        (30, 90, "no route"),
        (90, 100, f"{DAMAGED}: no route"),
    ]
    assert {one.expires_at for one in kept} == {900}
    refused = cover_failure(row(REFUSED, 20, 30, None, "too old"), former)
    assert refused == [row(REFUSED, 20, 30, None, f"{DAMAGED}: too old")]


def test_damaged_bars_within_the_look_back_are_planned():
    damaged = row(FAILED, MIDNIGHT - 2 * DAY_S, MIDNIGHT - DAY_S, 7, DAMAGED)
    facts = facts_of("1m", [damaged])
    plan = plan_span(damaged.span, facts)
    assert plan.windows
    assert [(gap.reason, gap.retry_at) for gap in plan.gaps] == [(DAMAGED, 7)]
    assert damaged_gaps(None, facts) == ()
    assert known_spans([damaged], NOW) == []
    stuck = facts_of("1m", [replace(damaged, expires_at=None)])
    assert plan_span(damaged.span, stuck).windows == ()
    assert [gap.reason for gap in plan_span(damaged.span, stuck).gaps] == [DAMAGED]


def test_damaged_bars_beyond_the_look_back_are_gaps_for_that_reason():
    old, older = MIDNIGHT - 100 * DAY_S, MIDNIGHT - 200 * DAY_S
    damaged = row(FAILED, old, old + 5 * DAY_S, 7, DAMAGED)
    facts = facts_of("1m", [row(HAVE, older, old), damaged, row(HAVE, damaged.span.end, MIDNIGHT)])
    expected = (Gap(damaged.span, f"{DAMAGED}: {KEPT}"),)
    for span in (None, Span(HISTORY_START, NOW), damaged.span):
        assert damaged_gaps(span, facts) == expected
    assert damaged_gaps(Span(damaged.span.end, NOW), facts) == ()
    assert never_gaps(Span(older, NOW), facts) == ()
    assert [gap.span for gap in never_gaps(Span(older - 9 * DAY_S, NOW), facts)] == [Span(older - 9 * DAY_S, older)]


def test_a_damaged_span_across_the_look_back_is_cut_there():
    facts = facts_of("1m", [row(FAILED, MIDNIGHT - 60 * DAY_S, MIDNIGHT, 7, DAMAGED)])
    (gap,) = damaged_gaps(None, facts)
    assert gap.span == Span(MIDNIGHT - 60 * DAY_S, facts.floor[0])
    assert plan_span(None, facts).gaps[0].span.start >= gap.span.end


def test_what_the_provider_refuses_to_send_again_stays_a_gap():
    refused = row(REFUSED, MIDNIGHT - 2 * DAY_S, MIDNIGHT - DAY_S, None, f"{DAMAGED}: not served")
    facts = facts_of("1m", [refused, row(REFUSED, MIDNIGHT - 9 * DAY_S, MIDNIGHT - 8 * DAY_S, None, "not served")])
    assert damaged_gaps(None, facts) == (Gap(refused.span, refused.reason),)


def test_hours_in_which_no_bar_is_expected_are_no_gap():
    saturday = 20_001 * DAY_S
    damaged = [row(FAILED, saturday, saturday + DAY_S, 7, DAMAGED)]
    assert damaged_gaps(None, facts_of("1m", damaged)) == ()
    assert damaged_gaps(None, facts_of("1m", [row(FAILED, HISTORY_START, HISTORY_START + 9, 7, DAMAGED)])) != ()

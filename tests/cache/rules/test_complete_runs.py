"""What proven bars show of a ledger that has lost entries: complete runs are had, the rest is a gap."""

import numpy as np
import pytest

from candledesk.cache.rules.complete_runs import DAMAGED, REPAIRED, complete_runs, restore_coverage
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from tests.cache.conftest import FIRST_DAY, NOW
from tests.cache.rules.facts import WEEKDAYS, facts_of

DAYS = expected_open_times(WEEKDAYS, INTERVALS["1d"], Span(FIRST_DAY, FIRST_DAY + 40 * DAY_S))


@pytest.mark.parametrize(
    ("expected", "stored", "spans"),
    [
        ([], [5], []),
        ([0, 10, 20], [], []),
        ([0, 10, 20], [0, 10, 20], [(0, 30)]),
        ([0, 10, 50, 60], [0, 10, 50, 60], [(0, 70)]),
        ([0, 10, 50, 60], [10, 50], [(10, 60)]),
        ([0, 10, 20, 30], [0, 20, 30], [(0, 10), (20, 40)]),
        ([0, 10, 20], [0, 5, 20], [(0, 10), (20, 30)]),
    ],
)
def test_a_run_ends_where_an_expected_bar_is_missing(expected, stored, spans):
    found = complete_runs(np.array(expected, np.int64), np.array(stored, np.int64), 10)
    assert [(span.start, span.end) for span in found] == spans


def test_runs_are_had_and_the_rest_of_what_was_claimed_is_due_at_once():
    claim = Span(int(DAYS[0]), int(DAYS[-1]) + DAY_S)
    stored = np.delete(DAYS, [7, 8])
    pieces = restore_coverage(facts_of("1d"), stored, [claim])
    have = [piece for piece in pieces if piece.state is CoverageState.HAVE]
    assert [piece.span for piece in have] == [
        Span(claim.start, int(DAYS[6]) + DAY_S),
        Span(int(DAYS[9]), claim.end),
    ]
    assert {(piece.source, piece.expires_at) for piece in have} == {(REPAIRED, None)}
    (lost,) = [piece for piece in pieces if piece.state is CoverageState.FAILED]
    assert lost.span == Span(int(DAYS[6]) + DAY_S, int(DAYS[9]))
    assert (lost.reason, lost.expires_at) == (DAMAGED, NOW)


def test_what_is_still_known_stays():
    known = Coverage(Span(int(DAYS[3]), int(DAYS[9])), CoverageState.KNOWN_EMPTY, 1)
    pieces = restore_coverage(facts_of("1d", [known]), DAYS, [Span(int(DAYS[0]), int(DAYS[5]))])
    assert [piece.span for piece in pieces] == [
        Span(int(DAYS[0]), int(DAYS[3])),
        Span(int(DAYS[9]), int(DAYS[-1]) + DAY_S),
    ]


def test_bars_of_the_last_week_are_requested_again():
    days = expected_open_times(WEEKDAYS, INTERVALS["1d"], Span(NOW - 30 * DAY_S, NOW))
    (piece,) = restore_coverage(facts_of("1d"), days, [])
    assert piece.span.start == days[0]
    assert NOW - 11 * DAY_S < piece.span.end < NOW - 7 * DAY_S


def test_without_bars_all_that_was_claimed_is_a_gap():
    (piece,) = restore_coverage(facts_of("1d"), np.array([], np.int64), [Span(0, 5)])
    assert (piece.span, piece.state) == (Span(0, 5), CoverageState.FAILED)

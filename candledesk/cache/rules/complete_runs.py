"""Where stored bars are complete, from the bars themselves: what coverage said before it was damaged. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.calendar.update_times import settle_s
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.bars import IntArray

REPAIRED = "repair"
"""``Coverage.source`` of spans that were found complete after their coverage was damaged; never overwritten."""
DAMAGED = "damaged"
_RECENT_S = 7 * DAY_S  # bars of the last week may still change, and can be fetched again


def complete_runs(expected: IntArray, stored: IntArray, step_s: int) -> list[Span]:
    """Return the spans of consecutive expected bars that are all stored.

    ``expected``, ``stored``: ascending open times, int64 ``(n,)``. A span ends one step after its last bar.
    """
    is_stored = np.isin(expected, stored)
    edges = np.diff(np.concatenate(([False], is_stored, [False])).astype(np.int8))
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return [Span(int(expected[first]), int(expected[last]) + step_s) for first, last in zip(firsts, lasts, strict=True)]


def restore_coverage(facts: Facts, stored: IntArray, lost: Sequence[Span]) -> list[Coverage]:
    """Return what to write into a ledger that has lost entries.

    Where no entry is left, runs of expected bars that are all stored become ``HAVE``; the rest of ``lost`` (the spans
    that damaged entries claimed) becomes ``FAILED`` with the reason ``damaged``, which is due at once. ``facts``: with
    the entries that are left; ``stored``: the open times of all proven bars.
    """
    known = [piece.span for piece in facts.coverage]
    settled_until = facts.now - _RECENT_S - settle_s(facts.calendar, facts.interval)
    old = stored[stored + facts.interval.step_s <= settled_until]
    runs: list[Span] = []
    if len(old):
        extent = Span(int(old[0]), int(old[-1]) + 1)
        expected = expected_open_times(facts.calendar, facts.interval, extent)
        runs = subtract_spans(complete_runs(expected, old, facts.interval.step_s), known)
    gaps = subtract_spans(lost, [*known, *runs])
    return [
        *(Coverage(span, CoverageState.HAVE, facts.now, None, "", REPAIRED) for span in runs),
        *(Coverage(span, CoverageState.FAILED, facts.now, facts.now, DAMAGED) for span in gaps),
    ]

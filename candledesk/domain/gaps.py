"""Gaps: expected bars that no settled span covers (DESIGN.md, rule 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.span import Span, merge_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import BoolArray, IntArray


def find_gaps(expected: IntArray, step_s: int, settled: Sequence[Span]) -> list[Span]:
    """Return the maximal runs of expected bars outside all settled spans, as ascending, disjoint spans.

    ``expected``: ascending int64 open_times, shape ``(n,)``; ``settled``: spans that need no request, in any order. A
    run ends where a settled span begins, so that no gap overlaps one; it does not end at a weekend.
    """
    starts, ends = _edges(settled)
    unknown = expected[~_is_covered(expected, starts, ends)]
    if not len(unknown):
        return []
    # Two unknown bars are in one run exactly when equally many settled spans begin before them.
    n_before = np.searchsorted(starts, unknown, side="right")
    cuts = np.flatnonzero(np.diff(n_before)) + 1
    firsts = np.concatenate(([0], cuts))
    lasts = np.concatenate((cuts, [len(unknown)])) - 1
    limits = np.append(starts, np.iinfo(np.int64).max)[n_before[lasts]]
    stops = np.minimum(unknown[lasts] + step_s, limits)
    return [Span(start, stop) for start, stop in zip(unknown[firsts].tolist(), stops.tolist(), strict=True)]


def count_uncovered(expected: IntArray, settled: Sequence[Span]) -> int:
    """Return how many of the expected open_times lie outside all settled spans."""
    return int(np.count_nonzero(~_is_covered(expected, *_edges(settled))))


def _edges(settled: Sequence[Span]) -> tuple[IntArray, IntArray]:
    """Return starts and ends of the merged spans, ascending."""
    merged = merge_spans(settled)
    starts = np.array([span.start for span in merged], np.int64)
    return starts, np.array([span.end for span in merged], np.int64)


def _is_covered(expected: IntArray, starts: IntArray, ends: IntArray) -> BoolArray:
    """Tell which open_times lie inside one of the disjoint spans."""
    return np.searchsorted(starts, expected, side="right") > np.searchsorted(ends, expected, side="right")

"""How many bars lie between a bar of a chart and other times: stored ones are counted, the rest expected. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.rules.planner import known_spans
from candledesk.domain.interval import LONGEST_CLOSURE_S
from candledesk.domain.prices.resample import derived_open_times
from candledesk.domain.span import Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.bars import IntArray
    from candledesk.domain.interval import Interval


def counted_span(interval: Interval, times: Sequence[int], reference: int) -> Span:
    """Return the span that holds a bar on either side of every time, whatever holidays lie there."""
    margin = interval.longest_s + LONGEST_CLOSURE_S
    return Span(min(*times, reference) - margin, max(*times, reference) + margin)


def lacking_spans_of(facts: Facts, span: Span, newest: int | None) -> list[Span]:
    """Return the parts of ``span`` of which nothing is known, ascending.

    ``newest``: the latest stored bar, ``None`` without any; all behind it is unknown, whatever was answered there.
    """
    if newest is None:
        return [span]
    before = Span(min(span.start, newest), newest + 1)
    rows = (row.intersect(before) for row in known_spans(facts.coverage, facts.now))
    return subtract_spans([span], [row for row in rows if row is not None])


def derived_times(facts: Facts, interval: Interval, times: IntArray) -> IntArray:
    """Return the open_times of the bars that these base bars make, ascending and without repetitions."""
    return times if interval.base is interval else np.unique(derived_open_times(facts.calendar, interval, times))


def neighbours_among(every: IntArray, times: Sequence[int]) -> IntArray:
    """Return the bars beside each time: the last one that opens at or before it, and the first one after it.

    ``every``: the open_times of bars, ascending. Ascending, without repetitions.
    """
    if not len(every):
        return every
    at = np.searchsorted(every, np.array(times, np.int64), side="right")
    rows = np.unique(np.concatenate((at - 1, at)))
    return every[rows[(rows >= 0) & (rows < len(every))]]

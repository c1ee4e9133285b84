"""What is known of a span, mark by mark, for the strip under a chart: everything but what is simply stored. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import CoverageMark, MarkState
from candledesk.cache.planner import plan_span, refused_coverage, unknown_part
from candledesk.domain.coverage import CoverageState
from candledesk.domain.span import subtract_spans

if TYPE_CHECKING:
    from candledesk.cache.planner import Facts
    from candledesk.domain.coverage import Coverage
    from candledesk.domain.span import Span

MAX_MARKS = 2_000  # more cannot be told apart on a screen; the newest are kept
_STATES = {
    CoverageState.PROVISIONAL: MarkState.PROVISIONAL,
    CoverageState.KNOWN_EMPTY: MarkState.KNOWN_EMPTY,
    CoverageState.REFUSED: MarkState.REFUSED,
    CoverageState.FAILED: MarkState.FAILED,
}


def find_marks(span: Span, facts: Facts) -> tuple[CoverageMark, ...]:
    """Return the marks that overlap ``span``, ascending and disjoint; what no mark covers is stored, or not expected.

    Missing is what the calendar expects and no entry of the ledger speaks of.
    """
    refused = refused_coverage(facts)
    rows = [row for row in (*facts.coverage, *(() if refused is None else (refused,))) if row.state in _STATES]
    marks = [mark for row in rows if (mark := _mark_of(row, span)) is not None]
    part = unknown_part(span, facts)
    gaps = () if part is None else plan_span(part, facts).gaps
    spoken = [mark.span for mark in marks]
    for gap in gaps:
        shared = gap.span.intersect(span)
        left = [] if shared is None else subtract_spans([shared], spoken)
        marks += [CoverageMark(hole, MarkState.MISSING, gap.reason) for hole in left]
    return tuple(sorted(marks, key=lambda mark: mark.span)[-MAX_MARKS:])


def _mark_of(row: Coverage, span: Span) -> CoverageMark | None:
    shared = row.span.intersect(span)
    if shared is None:
        return None
    return CoverageMark(shared, _STATES[row.state], row.reason, row.fetched_at, row.expires_at)

"""Bars that were damaged in both stored copies: what is known of their spans, and the gaps that they leave. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.messages import Gap
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import DAMAGED, Coverage, CoverageState
from candledesk.domain.span import Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.rules.planner import Facts

_WITH_BARS = (CoverageState.HAVE, CoverageState.PROVISIONAL)


def is_damaged(row: Coverage) -> bool:
    """Return whether the bars of a span were damaged and have not been fetched again since."""
    return row.state not in _WITH_BARS and row.reason.startswith(DAMAGED)


def cover_lost(coverage: Sequence[Coverage], lost: Sequence[Span], retry_at: int | None) -> tuple[Coverage, ...]:
    """Return the coverage of a series when the stored bars of ``lost`` cannot be used: there it has failed.

    ``retry_at``: when they are fetched again (UTC seconds), ``None``: not while they cannot be repaired.
    """
    rows: list[Coverage] = []
    for row in coverage:
        parts = [part for span in lost if (part := row.span.intersect(span))] if row.state in _WITH_BARS else []
        rows += [replace(row, span=span) for span in subtract_spans([row.span], parts)]
        rows += [Coverage(part, CoverageState.FAILED, row.fetched_at, retry_at, DAMAGED, row.source) for part in parts]
    return tuple(sorted(rows, key=lambda row: row.span))


def keep_damage(row: Coverage, previous: Sequence[Coverage]) -> list[Coverage]:
    """Return a failure or a refusal cut into parts, of which those that were damaged are still said to be so.

    ``previous``: the coverage where ``row`` lies.
    """
    rows: list[Coverage] = []
    for former in previous:
        part = former.span.intersect(row.span) if is_damaged(former) else None
        if part is not None:
            rows.append(replace(row, span=part, reason=f"{DAMAGED}: {row.reason}"))
    rest = subtract_spans([row.span], [kept.span for kept in rows])
    return sorted([*rows, *(replace(row, span=span) for span in rest)], key=lambda kept: kept.span)


def damaged_gaps(span: Span | None, facts: Facts) -> tuple[Gap, ...]:
    """Return the damaged parts of ``span`` (``None``: of all) that cannot be fetched again, with the reason for that.

    These are what lies before the look-back or the listing, and what the provider has refused since; all other damaged
    spans are gaps of the plan.
    """
    floor, why = facts.floor
    gaps: list[Gap] = []
    for row in facts.coverage:
        part = row.span if span is None else row.span.intersect(span)
        if part is None or not is_damaged(row):
            continue
        if row.state is CoverageState.REFUSED:
            gaps.append(Gap(part, row.reason))
        elif part.start < floor:
            gaps.append(Gap(Span(part.start, min(part.end, floor)), f"{DAMAGED}: {why}" if why else DAMAGED))
    return tuple(gap for gap in gaps if _has_bars(gap.span, facts))


def _has_bars(span: Span, facts: Facts) -> bool:
    """Return whether a bar can be missing: what lies before the calendar counts."""
    first = int(facts.calendar.date[0]) if len(facts.calendar) else span.end
    return span.start < first or len(expected_open_times(facts.calendar, facts.interval, span)) > 0

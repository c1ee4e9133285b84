"""What a series needs so that it stays whole without anybody looking: updates, second questions, harvests. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.cache.rules.planner import known_spans, plan_span
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.calendar.update_times import LAG_S, is_open, next_due_time, recent_span, settle_s
from candledesk.domain.coverage import CoverageState
from candledesk.domain.gaps import count_uncovered, find_gaps
from candledesk.domain.interval import DAY_S, MINUTE_S
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.coverage import Coverage

ARCHIVE_LAG_S = 10 * MINUTE_S  # after the last bar is final
_LOOKBACK_SHARE = 4  # a harvest comes round at least that often within the provider's look-back
_ASKED_AND_OPEN = (CoverageState.KNOWN_EMPTY, CoverageState.FAILED)


def asked_at(facts: Facts) -> int:
    """Return when the newest bars were last asked for and answered, 0 when they never were (UTC seconds)."""
    recent = recent_span(facts.calendar, facts.interval, facts.now)
    if recent is None:
        return 0
    answered = [row for row in facts.coverage if row.span.overlaps(recent) and row.state is not CoverageState.FAILED]
    return max((row.fetched_at for row in answered), default=0)


def is_settled(facts: Facts) -> bool:
    """Tell whether the last sessions are known to their end and nothing of them can change any more."""
    recent = recent_span(facts.calendar, facts.interval, facts.now)
    if recent is None:
        return True
    expected = expected_open_times(facts.calendar, facts.interval, recent)
    moving = [row.span for row in facts.coverage if row.state is CoverageState.PROVISIONAL]
    is_moving = count_uncovered(expected, moving) < len(expected)
    return not is_moving and not plan_span(recent, facts).n_missing


def next_update(facts: Facts, asked: int, update_s: int, rest_s: int) -> int | None:
    """Return when the latest bars should be asked for next, given they were at ``asked``; in the past: it is due.

    However many ticks have passed since (sleep, a clock set forward), one is due. A closed venue is asked only while
    something of its last sessions is not final. ``asked`` may lie ahead of a clock that was set back. A tick that
    follows within ``rest_s`` is left out for the one after it: so a series that was asked out of step falls into step.
    """
    asked = min(asked, facts.now)
    due = next_due_time(facts.calendar, facts.interval, asked, update_s)
    if due is not None and due < asked + rest_s:
        later = next_due_time(facts.calendar, facts.interval, due, update_s)
        due = later if later is not None and later <= due + update_s else due
    if due is None or due > facts.now or is_open(facts.calendar, facts.now) or not is_settled(facts):
        return due
    return next_due_time(facts.calendar, facts.interval, facts.now, update_s)


def expired_spans(facts: Facts) -> list[Span]:
    """Return what was asked without success and may be asked again by now, the newest first.

    Neighbours are one span when nothing between them was left unasked on purpose and one window can hold them.
    """
    floor = facts.floor[0]
    widest_s = facts.limits.window_s if facts.limits else 0
    stale = [row for row in facts.coverage if row.state in _ASKED_AND_OPEN and not row.is_settled(facts.now)]
    spans: list[Span] = []
    for row in stale:
        if row.span.end <= floor:
            continue
        span = Span(max(row.span.start, floor), row.span.end)
        bridge = Span(spans[-1].start, span.end) if spans else span
        if spans and bridge.end - bridge.start <= widest_s and not _has_unasked(facts, bridge):
            spans[-1] = bridge
        else:
            spans.append(span)
    return [span for span in spans[::-1] if plan_span(span, facts).windows]


def _has_unasked(facts: Facts, span: Span) -> bool:
    expected = expected_open_times(facts.calendar, facts.interval, span)
    return bool(find_gaps(expected, facts.interval.step_s, [row.span for row in facts.coverage]))


def next_archive_run(facts: Facts, last_run_at: int | None) -> int:
    """Return when a harvest is due next: after each close, and never later than the look-back allows."""
    if last_run_at is None:
        return facts.now
    since = min(last_run_at, facts.now)
    calendar = facts.calendar
    wait_s = settle_s(calendar, facts.interval) + LAG_S + ARCHIVE_LAG_S
    row = int(calendar.close.searchsorted(since - wait_s, side="right"))
    lookback_s = facts.limits.lookback_s if facts.limits else None
    latest = since + (lookback_s or 30 * DAY_S) // _LOOKBACK_SHARE
    return min(latest, int(calendar.close[row]) + wait_s) if row < len(calendar) else latest


@dataclass(frozen=True, slots=True)
class Unbroken:
    """The stretch up to now without a gap. ``since``/``until``: open time of its first bar and end of its last.

    ``n_empty``: sessions in it of which the provider has no bar, as far as it is known.
    """

    since: int
    until: int
    n_empty: int


def unbroken(facts: Facts) -> Unbroken | None:
    """Return since when a series is without a gap, ``None`` when nothing is known of it.

    What follows the newest known bar and can still be fetched is not a gap but work to come; what the look-back has
    cut off is one for ever.
    """
    known = _answered_spans(facts)
    if not known:
        return None
    expected = expected_open_times(facts.calendar, facts.interval, Span(known[0].start, facts.now + 1))
    if not len(expected):
        return None
    gaps = find_gaps(expected, facts.interval.step_s, known)
    until = facts.now
    if gaps and gaps[-1].end > int(expected[-1]) and gaps[-1].start >= facts.floor[0]:
        until = gaps.pop().start
    start = gaps[-1].end if gaps else int(expected[0])
    inside = expected[(expected >= start) & (expected < until)]
    if not len(inside):
        return None
    empty = [row for row in facts.coverage if row.state is CoverageState.KNOWN_EMPTY and row.span.start >= start]
    return Unbroken(int(inside[0]), until, len(empty))


def _answered_spans(facts: Facts) -> list[Span]:
    """Return what is known; bars that may have changed since they were fetched are no gap."""
    rows: Sequence[Coverage] = [row for row in facts.coverage if row.state is not CoverageState.REFUSED]
    rows = [replace(row, expires_at=None) if row.state is CoverageState.PROVISIONAL else row for row in rows]
    return sorted(known_spans(rows, facts.now))

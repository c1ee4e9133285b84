"""From what is wanted and what is known to what must be asked: pure arithmetic, no I/O, thread or clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from candledesk.cache.messages import Gap
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.calendar.update_times import forming_pause_s
from candledesk.domain.coverage import DAMAGED, FETCHED, Coverage, CoverageState
from candledesk.domain.gaps import find_gaps
from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.span import HISTORY_START, Span, subtract_spans
from candledesk.domain.windows import plan_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.domain.windows import FetchLimits

CLOCK_SLACK_S = 120
N_CHART_BARS = 10_000  # what one request of a chart asks for at most; more would keep its first bars waiting
_STOCK_WEEK = 5  # of how many hours a stock trades one
_WITH_BARS = (CoverageState.HAVE, CoverageState.PROVISIONAL)
LISTING_REASON = "no bars before the listing date"
NOT_FETCHED = "not fetched yet"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one stored series at ``now`` (UTC seconds).

    ``limits``: what the provider answers of it, which it may have stated itself; ``None`` when it cannot be asked for
    bars of this interval. ``provider``: its title, for texts; ``no_bars``: why it cannot be asked.
    """

    interval: Interval
    calendar: SessionCalendar
    coverage: tuple[Coverage, ...]
    first_open_time: int | None
    now: int
    limits: FetchLimits | None
    provider: str = "The provider"
    no_bars: str = "the provider has no such bars"

    @property
    def lookback_floor(self) -> int | None:
        """The oldest instant the provider still answers for; beyond now when it answers for none."""
        if self.limits is None:
            return self.now + 1
        return None if self.limits.lookback_s is None else self.now - self.limits.lookback_s

    @property
    def listing_floor(self) -> int | None:
        """The first bar's open time as the provider states it, on the series' own time axis."""
        if self.first_open_time is None:
            return None
        if self.interval.is_daily:
            first = datetime.fromtimestamp(self.first_open_time, ZoneInfo(self.calendar.tz))
            return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
        return self.first_open_time - self.first_open_time % HOUR_S - HOUR_S

    @property
    def floor(self) -> tuple[int, str]:
        """Where history starts for this series, and why."""
        if self.limits is None:
            return self.now + 1, self.no_bars
        lookback, listing = self.lookback_floor, self.listing_floor
        if lookback is not None and (listing is None or lookback >= listing):
            days = (self.limits.lookback_s or 0) // DAY_S + 1
            return lookback, f"{self.provider} keeps {self.interval.name} bars for {days} days"
        if listing is not None:
            return listing, LISTING_REASON
        return HISTORY_START, ""

    def _first_key(self) -> int:
        """Return the first instant that a bar of the calendar can bear: a daily one has its session's date."""
        if not len(self.calendar):
            return self.now
        return int(self.calendar.date[0]) if self.interval.is_daily else int(self.calendar.open[0])

    def clip(self, span: Span | None) -> Span | None:
        """Return the askable part of ``span``: from the floor to the end of the bar that forms at ``now``."""
        end = self.now + 1
        start = max(self.floor[0], self._first_key())
        if span is not None:
            start, end = max(start, span.start), min(end, span.end)
        return Span(start, end) if start < end else None


@dataclass(frozen=True, eq=False)
class Plan:
    """What is expected of a span, what of it is not known, and what to ask for it; worked out when it is first read.

    ``expected``: ascending int64 open times of shape ``(n,)``; ``in_flight``: windows that others fetch right now;
    ``window_s``: the widest request where that is not the interval's (the provider has refused a wider one).
    """

    facts: Facts
    expected: IntArray
    in_flight: Sequence[Span] = ()
    window_s: int | None = None

    @cached_property
    def windows(self) -> tuple[Span, ...]:
        """The requests to send, newest first."""
        unasked = _find_unasked(self.expected, self.facts, self.in_flight)
        joined = _join_gaps(unasked, self.facts, self.in_flight, self.window_s)
        return tuple(cut_windows(joined, self.facts, self.window_s))

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What is expected and not known, ascending, with the reasons."""
        return tuple(gap for hole in self._missing for gap in _explain(hole, self.facts, self.expected))

    @property
    def n_expected(self) -> int:
        """How many bars are expected."""
        return len(self.expected)

    @cached_property
    def n_missing(self) -> int:
        """How many of the expected bars are not known."""
        edges = [np.searchsorted(self.expected, [hole.start, hole.end]) for hole in self._missing]
        return sum(int(end - start) for start, end in edges)

    @cached_property
    def _missing(self) -> list[Span]:
        known = [*known_spans(self.facts.coverage, self.facts.now), *_backed_off_spans(self.facts)]
        return find_gaps(self.expected, self.facts.interval.step_s, known)

    def part(self, span: Span | None) -> Plan:
        """Return the plan of a part of the span, which neither the calendar nor the ledger is asked for."""
        askable = self.facts.clip(span)
        if askable is None:
            return replace(self, expected=self.expected[:0])
        lo, hi = np.searchsorted(self.expected, [askable.start, askable.end])
        return replace(self, expected=self.expected[lo:hi])


def _is_settled(row: Coverage, now: int) -> bool:
    """Tell whether nothing needs to be asked; what expires does not count when it comes from a clock ahead of ours."""
    is_from_future = row.expires_at is not None and row.fetched_at > now + CLOCK_SLACK_S
    return row.is_settled(now) and not is_from_future


def settled_spans(coverage: Sequence[Coverage], now: int) -> list[Span]:
    """Return the spans for which nothing needs to be asked at ``now``."""
    return [row.span for row in coverage if _is_settled(row, now)]


def known_spans(coverage: Sequence[Coverage], now: int) -> list[Span]:
    """Return the spans that are answered: settled and not failed."""
    return [row.span for row in coverage if _is_settled(row, now) and row.state is not CoverageState.FAILED]


def _backed_off_spans(facts: Facts) -> list[Span]:
    """Return what the newest answer covers beyond its end: where nothing new came for long, less is asked.

    Such an answer is valid for longer than one about a forming bar (``coverage_rules``): nothing follows until then.
    """
    newest = facts.coverage[-1] if facts.coverage else None
    if newest is None or newest.state is not CoverageState.PROVISIONAL or newest.expires_at is None:
        return []
    is_backed_off = newest.expires_at - newest.fetched_at > forming_pause_s(facts.interval)
    is_ahead = newest.span.end < newest.expires_at
    return (
        [Span(newest.span.end, newest.expires_at)]
        if is_backed_off and is_ahead and _is_settled(newest, facts.now)
        else []
    )


def unknown_part(span: Span, facts: Facts) -> Span | None:
    """Return the smallest span that holds everything of ``span`` that is not answered; ``None`` when all of it is.

    What a long span lacks is planned on this part alone: the plan is the same but for the bars that it counts.
    """
    left = subtract_spans([span], known_spans(facts.coverage, facts.now))
    return Span(left[0].start, left[-1].end) if left else None


def _expected(span: Span | None, facts: Facts) -> IntArray:
    askable = facts.clip(span)
    if askable is None:
        return np.empty(0, np.int64)
    return expected_open_times(facts.calendar, facts.interval, askable)


def plan_span(span: Span | None, facts: Facts, in_flight: Sequence[Span] = (), window_s: int | None = None) -> Plan:
    """Plan ``span`` (``None``: the whole history): gaps by the calendar, minus what others fetch right now."""
    return Plan(facts, _expected(span, facts), in_flight, window_s)


def count_expected(span: Span, facts: Facts) -> int:
    """Return how many bars are expected in the askable part of ``span``."""
    return len(_expected(span, facts))


def _find_unasked(expected: IntArray, facts: Facts, in_flight: Sequence[Span]) -> list[Span]:
    """Return the gaps that may be asked for now and that nobody else asks for, ascending."""
    settled = settled_spans(facts.coverage, facts.now)
    return find_gaps(expected, facts.interval.step_s, [*settled, *_backed_off_spans(facts), *in_flight])


def cut_windows(gaps: Sequence[Span], facts: Facts, window_s: int | None = None) -> list[Span]:
    """Cut ``gaps`` into the fewest requests that leave room for the overlap with what is stored, newest first."""
    if facts.limits is None:
        return []
    stored = [row.span for row in facts.coverage if row.state in _WITH_BARS]
    return plan_windows(
        gaps,
        facts.interval,
        facts.limits,
        window_s=window_s,
        calendar=facts.calendar,
        now=facts.now,
        known=stored,
    )


def whole_window(window: Span, facts: Facts, in_flight: Sequence[Span] = (), window_s: int | None = None) -> Span:
    """Return what the request of a chart for ``window`` should ask: all older bars that are unknown and fit in, too.

    Who scrolls on will want them, and they cost no request more. Where a request may hold more than ``N_CHART_BARS``,
    that is as much as it asks; of dailies it asks the whole history.
    """
    if facts.limits is None:
        return window
    size_s = window_s or facts.limits.window_s
    if not facts.interval.is_daily:
        size_s = min(size_s, chart_reach_s(facts.interval, is_24h=facts.calendar.is_24h))
    start = max(window.end - size_s, min(facts.floor[0], window.start))
    around = _expected(Span(min(start, window.start), window.end), facts)
    found = cut_windows(_find_unasked(around, facts, in_flight), facts, window_s)
    return next((whole for whole in found if whole.start <= window.start and whole.end >= window.end), window)


def chart_reach_s(interval: Interval, *, is_24h: bool) -> int:
    """Return the seconds that hold ``N_CHART_BARS``: a stock trades about a fifth of the week."""
    return N_CHART_BARS * interval.step_s * (1 if is_24h else _STOCK_WEEK)


def _join_gaps(gaps: Sequence[Span], facts: Facts, in_flight: Sequence[Span], window_s: int | None) -> list[Span]:
    """Join gaps that fit into one request, what is known between them included; ascending.

    Never across what others fetch now, what the provider refused, what has failed a moment ago, or what was imported.
    """
    never = (CoverageState.REFUSED, CoverageState.FAILED)
    barred = [row.span for row in facts.coverage if row.state in never or row.source != FETCHED]
    walls = [*in_flight, *barred]
    joined: list[Span] = []
    for gap in reversed(gaps):
        bridge = Span(gap.start, joined[-1].end) if joined else gap
        is_one = bool(joined) and len(cut_windows([bridge], facts, window_s)) == 1
        if is_one and not any(wall.overlaps(bridge) for wall in walls):
            joined[-1] = bridge
        else:
            joined.append(gap)
    return joined[::-1]


def _explain(hole: Span, facts: Facts, expected: IntArray) -> list[Gap]:
    explained: list[Gap] = []
    rest = [hole]
    for row in facts.coverage:
        shared = row.span.intersect(hole)
        if shared is None or row.state is not CoverageState.FAILED:
            continue
        explained.append(Gap(shared, row.reason, row.expires_at))
        rest = subtract_spans(rest, [shared])
    explained.extend(Gap(span, NOT_FETCHED) for span in rest if _has_any(expected, span))
    return sorted(explained, key=lambda gap: gap.span)


def _has_any(times: IntArray, span: Span) -> bool:
    return bool(np.diff(np.searchsorted(times, [span.start, span.end]))[0])


def refused_coverage(facts: Facts) -> Coverage | None:
    """Return the part of history that is never asked, as a ledger entry: beyond the look-back or before the listing."""
    floor, reason = facts.floor
    if not reason:
        return None
    return Coverage(Span(HISTORY_START, floor), CoverageState.REFUSED, facts.now, None, reason)


def never_gaps(span: Span, facts: Facts) -> tuple[Gap, ...]:
    """Return the parts of ``span`` that can never be had: before the look-back or the listing, and not stored.

    Bars that were stored and damaged are left out; ``damaged_bars.damaged_gaps`` returns them.
    A part in which the venue had no session is none; what lies before its calendar counts.
    """
    refused = refused_coverage(facts)
    beyond = None if refused is None else refused.span.intersect(span)
    if refused is None or beyond is None:
        return ()
    kept = (CoverageState.HAVE, CoverageState.PROVISIONAL, CoverageState.KNOWN_EMPTY)
    held = [row.span for row in facts.coverage if row.state in kept or row.reason.startswith(DAMAGED)]
    first = int(facts.calendar.date[0]) if len(facts.calendar) else beyond.end
    return tuple(
        Gap(part, refused.reason)
        for part in subtract_spans([beyond], held)
        if part.start < first or len(expected_open_times(facts.calendar, facts.interval, part))
    )

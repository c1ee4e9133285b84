"""Replies to charts: what is stored around an anchor, and what lies left of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.ledger import final_mask
from candledesk.cache.messages import EdgeState, ViewportReply
from candledesk.cache.planner import Facts, plan_span
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import CoverageState
from candledesk.domain.resample import base_span, resample_bars
from candledesk.domain.span import Span
from candledesk.store import bars as bar_store
from candledesk.store import instruments as instrument_store

if TYPE_CHECKING:
    from candledesk.cache.catalog import Known
    from candledesk.cache.messages import ViewportRequest
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_SESSIONS_PER_BAR = {"1wk": 7, "1mo": 31, "3mo": 92}  # coins trade every day


def base_count(interval: Interval, n_bars: int) -> int:
    """Return how many base bars surely hold ``n_bars`` of ``interval`` (a session's last derived bar may be short)."""
    base = interval.base
    if base is interval or n_bars == 0:
        return n_bars
    ratio = _SESSIONS_PER_BAR.get(interval.name) or interval.step_s // base.step_s
    return (n_bars + 2) * ratio


@dataclass(frozen=True, slots=True)
class Around:
    """Bars around an anchor. ``has_gap``: what lies left of them is not known, whatever is stored further left."""

    bars: Bars
    has_older: bool
    at_latest: bool
    rev: int
    has_gap: bool = False


def read_around(connection: Connection, request: ViewportRequest, known: Known) -> Around:
    """Read the stored bars of a viewport request, derived where the interval is."""
    facts = known.readable
    if known.series_id is None or facts is None:
        return Around(Bars.empty(), has_older=False, at_latest=request.anchor is None, rev=0)
    interval, series_id = request.interval, known.series_id
    n_before, n_after = base_count(interval, request.n_before), base_count(interval, request.n_after)
    anchor = request.anchor
    if anchor is not None and interval.base is not interval:
        anchor = base_span(interval, facts.calendar, Span(anchor, anchor + 1)).start
    stored = bar_store.read_bars_around(connection, series_id, anchor, n_before, n_after)
    whole, has_gap, is_cut_right = _unbroken(stored, anchor, facts)
    is_cut_left = bool(len(whole)) and bar_store.has_older(connection, series_id, int(whole.open_time[0]))
    extent = bar_store.bars_extent(connection, series_id)
    is_newest = extent is None or (bool(len(whole)) and int(whole.open_time[-1]) >= extent.end - 1)
    bars = whole
    if interval.base is not interval and len(whole):
        bars = resample_bars(whole, facts.calendar, interval)
        if len(bars) and (is_cut_left or has_gap or lacks_start(bars, whole, facts)):
            bars = bars.take(slice(1, None))  # its first bar lacks its first part
        if len(bars) and is_cut_right:
            bars = bars.take(slice(0, -1))  # and its last bar its last part
    trimmed = _trim(bars, request)
    has_older = is_cut_left or (bool(len(trimmed)) and trimmed.open_time[0] > bars.open_time[0])
    at_latest = is_newest and (not len(bars) or (bool(len(trimmed)) and trimmed.open_time[-1] == bars.open_time[-1]))
    rev = instrument_store.series_rev(connection, series_id)
    is_whole_shown = not len(trimmed) or trimmed.open_time[0] == bars.open_time[0]
    return Around(trimmed, bool(has_older), bool(at_latest), rev, has_gap and bool(is_whole_shown))


def _unbroken(stored: Bars, anchor: int | None, facts: Facts) -> tuple[Bars, bool, bool]:
    """Return the bars with nothing unasked between them and the anchor, and whether a gap cut them left and right.

    Stored bars beyond such a gap would be drawn as if they were neighbours; they come once the gap is filled. Where an
    answer has expired or a fetch has failed nothing is cut: what is stored stays visible.
    """
    if not len(stored):
        return stored, False, False
    times = stored.open_time
    at = int(times[-1]) if anchor is None else anchor
    seen = Span(min(int(times[0]), at), max(int(times[-1]), at) + 1)
    answered = tuple(replace(row, state=CoverageState.HAVE, expires_at=None) for row in facts.coverage)
    holes = plan_span(seen, replace(facts, coverage=answered)).windows
    lo, hi, has_gap, is_cut_right = 0, len(stored), False, False
    for hole in holes:
        first, last = np.searchsorted(times, [hole.start, hole.end])
        if first != last:
            continue  # stored already and asked again only because it may have changed
        if hole.start < at:
            lo, has_gap = max(lo, int(last)), True
        else:
            hi, is_cut_right = min(hi, int(first)), True
    return stored.take(slice(lo, max(lo, hi))), has_gap, is_cut_right


def lacks_start(bars: Bars, whole: Bars, facts: Facts) -> bool:
    """Tell whether the first derived bar began before what can be known: a gap, or the provider's look-back."""
    start, first = int(bars.open_time[0]), int(whole.open_time[0])
    if start >= first:
        return False
    is_cut = facts.lookback_floor is not None and start < facts.lookback_floor
    return is_cut or bool(plan_span(Span(start, first), facts).gaps)


def _trim(bars: Bars, request: ViewportRequest) -> Bars:
    if request.anchor is None:
        return bars.take(slice(max(0, len(bars) - request.n_before), None))
    split = int((bars.open_time < request.anchor).sum())
    return bars.take(slice(max(0, split - request.n_before), split + request.n_after))


def describe_edge(
    facts: Facts | None, around: Around, wanted: Span | None, *, is_loading: bool
) -> tuple[EdgeState, str]:
    """Say what lies left of the oldest bar of a reply, and why."""
    if facts is None:
        return EdgeState.LOADING, ""
    if around.has_older and len(around.bars) and not around.has_gap:
        return EdgeState.MORE, ""
    oldest = int(around.bars.open_time[0]) if len(around.bars) else facts.now
    floor, floor_reason = facts.floor
    plan = plan_span(Span(floor, oldest), facts) if floor < oldest else None
    if plan is None or not plan.gaps:
        return EdgeState.START, floor_reason or "no older bars exist"
    left = Span(min(oldest - 1, wanted.start) if wanted else oldest - 1, oldest)
    failed = [gap for gap in plan.gaps if gap.span.overlaps(left) and gap.retry_at is not None]
    waiting = [gap for gap in failed if gap.retry_at is not None and gap.retry_at > facts.now]
    if waiting and not is_loading:
        return EdgeState.FAILED, waiting[-1].reason
    return (EdgeState.LOADING, "") if is_loading else (EdgeState.MORE, "")


def count_provisional(facts: Facts | None, bars: Bars, interval: Interval) -> int:
    """Return how many of the last bars may still change."""
    if facts is None:
        return 0
    return int((~final_mask(facts.coverage, bars, facts.calendar, interval, facts.now)).sum())


def with_error(reply: ViewportReply, error: Exception | None) -> ViewportReply:
    """Return the reply with the reason why nothing can be loaded, if there is one."""
    return reply if error is None else replace(reply, edge=EdgeState.FAILED, error=str(error))

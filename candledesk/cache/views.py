"""Replies to charts: what is stored around an anchor, and what lies left of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.cache.ledger import is_final_mask
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

_SESSIONS_PER_BAR = {"1wk": 6, "1mo": 24, "3mo": 68}


def base_count(interval: Interval, n_bars: int) -> int:
    """Return how many base bars surely hold ``n_bars`` of ``interval`` (a session's last derived bar may be short)."""
    base = interval.base
    if base is interval or n_bars == 0:
        return n_bars
    ratio = _SESSIONS_PER_BAR.get(interval.name) or interval.step_s // base.step_s
    return (n_bars + 2) * ratio


@dataclass(frozen=True, slots=True)
class Around:
    """Bars around an anchor with the base series' facts they were read from."""

    bars: Bars
    has_older: bool
    at_latest: bool
    rev: int


def read_around(connection: Connection, request: ViewportRequest, known: Known) -> Around:
    """Read the stored bars of a viewport request, derived where the interval is."""
    if known.series_id is None or known.facts is None:
        return Around(Bars.empty(), has_older=False, at_latest=True, rev=0)
    interval, series_id = request.interval, known.series_id
    n_before, n_after = base_count(interval, request.n_before), base_count(interval, request.n_after)
    anchor = request.anchor
    if anchor is not None and interval.base is not interval:
        anchor = base_span(interval, known.facts.calendar, Span(anchor, anchor + 1)).start
    stored = bar_store.read_bars_around(connection, series_id, anchor, n_before, n_after)
    has_older = len(stored) > 0 and bar_store.has_older(connection, series_id, int(stored.open_time[0]))
    extent = bar_store.bars_extent(connection, series_id)
    at_latest = extent is None or not len(stored) or int(stored.open_time[-1]) >= extent.end - 1
    rev = instrument_store.series_rev(connection, series_id)
    bars = stored
    if interval.base is not interval:
        bars = resample_bars(stored, known.facts.calendar, interval)
        bars = bars.take(slice(1, None)) if has_older else bars  # its first bar may lack its first part
    return Around(_trim(bars, request, has_more=has_older), has_older, at_latest, rev)


def _trim(bars: Bars, request: ViewportRequest, *, has_more: bool) -> Bars:
    del has_more
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
    if around.has_older and len(around.bars):
        return EdgeState.MORE, ""
    oldest = int(around.bars.open_time[0]) if len(around.bars) else facts.now
    left = Span(min(oldest - 1, wanted.start) if wanted else oldest - 1, oldest)
    failed = [row for row in facts.coverage if row.state is CoverageState.FAILED and row.span.overlaps(left)]
    if failed:
        return EdgeState.FAILED, failed[-1].reason
    plan = plan_span(Span(facts.floor[0], oldest), facts)
    if not plan.gaps:
        return EdgeState.START, facts.floor[1] or "no older bars exist"
    return (EdgeState.LOADING, "") if is_loading else (EdgeState.MORE, "")


def count_provisional(facts: Facts | None, bars: Bars) -> int:
    """Return how many of the last bars may still change."""
    return 0 if facts is None else int((~is_final_mask(facts.coverage, bars)).sum())


def with_error(reply: ViewportReply, error: Exception | None) -> ViewportReply:
    """Return the reply with the reason why nothing can be loaded, if there is one."""
    return reply if error is None else replace(reply, edge=EdgeState.FAILED, error=str(error))

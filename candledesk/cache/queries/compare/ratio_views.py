"""The reply to a chart of a ratio from the replies for its two series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState, ViewportReply
from candledesk.cache.queries.compare.ratio_bars import ratio_instrument
from candledesk.cache.queries.derived_history import bars_in_rows
from candledesk.cache.queries.viewport_reader import trim_bars
from candledesk.domain.compare.ratio import divide_bars, pair_bars

if TYPE_CHECKING:
    from candledesk.cache.messages import ViewportRequest
    from candledesk.domain.compare.alignment import BarTimes
    from candledesk.domain.instrument import Instrument


def join_views(
    request: ViewportRequest, replies: tuple[ViewportReply, ViewportReply], times: tuple[BarTimes, BarTimes]
) -> ViewportReply:
    """Return the reply for a ratio; ``times``: when the bars of both replies count.

    What lies left of the oldest bar is what lies left of the series that reaches less far back.
    """
    above, below = replies
    rows, others = pair_bars(*times)
    bars = trim_bars(divide_bars(above.bars.take(rows), below.bars.take(others)), request)
    edge, reason = _edge(replies)
    is_rows = request.stride > 1 and request.interval.base is request.interval and len(bars) > 0
    shown, starts = bars_in_rows(bars, request) if is_rows else (bars, None)
    at_latest = above.at_latest and below.at_latest
    floors = [reply.oldest_askable for reply in replies if reply.oldest_askable is not None]
    return ViewportReply(
        request=request,
        bars=shown,
        instrument=_instrument(request.symbol, above, below, float(bars.close[-1]) if len(bars) else None),
        edge=edge,
        edge_reason=reason,
        at_latest=at_latest,
        rev=above.rev + below.rev,
        n_provisional=0 if is_rows else min(max(above.n_provisional, below.n_provisional), len(bars)),
        error=above.error or below.error,
        hours=above.hours,
        starts=starts,
        oldest_askable=max(floors, default=None),
        upcoming=above.upcoming if at_latest and len(bars) else None,
    )


def has_asked(reply: ViewportReply) -> bool:
    """Tell whether a reply holds as many bars on either side of its anchor as were asked for, or all there are."""
    request, times = reply.request, reply.bars.open_time
    starts = range(len(times) + 1) if reply.starts is None else reply.starts.tolist()
    n_left = starts[len(times) if request.anchor is None else int(times.searchsorted(request.anchor))]
    return n_left >= request.n_before and (reply.at_latest or starts[-1] - n_left >= request.n_after)


def _instrument(symbol: str, above: ViewportReply, below: ViewportReply, last: float | None) -> Instrument | None:
    if above.instrument is None or below.instrument is None:
        return None
    return ratio_instrument(symbol, above.instrument, below.instrument, last)


def _edge(replies: tuple[ViewportReply, ViewportReply]) -> tuple[EdgeState, str]:
    above, below = replies
    is_below = len(above.bars) > 0 and (
        not len(below.bars) or int(below.bars.open_time[0]) > int(above.bars.open_time[0])
    )
    reply = below if is_below or above.error == "" != below.error else above
    reason = f"{reply.request.symbol}: {reply.edge_reason}" if reply.edge_reason else ""
    return reply.edge, reason

"""Ratios of two series for charts and scripts: both series are loaded as any other, and divided when they are here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState, ViewportRequest
from candledesk.cache.queries.compare.ratio_bars import join_replies
from candledesk.cache.queries.compare.ratio_views import has_asked, join_views
from candledesk.cache.queries.counted_bars import load_last
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.compare.alignment import BarTimes, bar_times
from candledesk.domain.compare.ratio import symbols_of
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.messages import BarsReply, BarsRequest, ViewportReply
    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_WIDER, _MOST_WIDER = 4, 5
_SPARE = 8  # bars of the denominator beyond those that its calendar expects beside the numerator's


class RatioLoader:
    """Answers viewports and requests for bars of a ratio by those of its two series."""

    def __init__(
        self,
        context: CacheContext,
        catalog: Catalog,
        load_viewport: Callable[[ViewportRequest], Future[ViewportReply]],
        load_bars: Callable[[BarsRequest], Future[BarsReply]],
    ) -> None:
        """``load_viewport`` and ``load_bars`` answer for the series."""
        self._context, self._catalog = context, catalog
        self._load_viewport, self._load_series = load_viewport, load_bars

    # -- scripts

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Return the ratio's bars of a span; fails with what the loading of either series fails with."""
        return start_coroutine(self._load_bars(request))

    async def _load_bars(self, request: BarsRequest) -> BarsReply:
        """Load both at once; of the last bars by their number from further back while both share too few."""
        if request.countback is None:
            return await self._load_once(request)
        return await load_last(request, self._load_once, self._context.elapsed)

    async def _load_once(self, request: BarsRequest) -> BarsReply:
        numerator, denominator = symbols_of(request.symbol)
        span, asked = request.span, replace(request, symbol=numerator)
        if span is None or request.countback is not None:  # the numerator says where its last bars begin
            above = await wait_for(self._load_series(asked))
            span = Span(int(above.bars.open_time[0]), above.span.end) if len(above.bars) else above.span
            beside = replace(asked, symbol=denominator, span=_widened(request, span), limit=None, countback=None)
            below = await wait_for(self._load_series(beside))
        else:
            beside = replace(asked, symbol=denominator, span=_widened(request, span))
            loading = [self._load_series(one) for one in (asked, beside)]
            above, below = [await wait_for(future) for future in loading]
        gaps = tuple(gap for gap in below.gaps if gap.span.end > span.start)
        below = replace(below, span=span, gaps=gaps)
        return await wait_for(self._context.readers.submit(partial(self._join, request=request, parts=(above, below))))

    def _join(self, connection: Connection, request: BarsRequest, parts: tuple[BarsReply, BarsReply]) -> BarsReply:
        times = [self._times(connection, part.request.symbol, request.interval, part.bars) for part in parts]
        reply = join_replies(request, parts, (times[0], times[1])).reply
        cursors = [part.next_open_time for part in parts if part.next_open_time is not None]
        if not cursors:
            return reply
        following = min(cursors)
        n_kept = int(reply.bars.open_time.searchsorted(following))
        finals = None if reply.is_final is None else reply.is_final[:n_kept]
        kept = reply.bars.take(slice(0, n_kept))
        return replace(reply, bars=kept, is_final=finals, next_open_time=following)

    def _times(self, connection: Connection, symbol: str, interval: Interval, bars: Bars) -> BarTimes:
        facts = self._catalog.read(connection, symbol, interval.base).readable
        times = bars.open_time
        return BarTimes(times, times, times) if facts is None else bar_times(facts.calendar, interval, times)

    # -- charts

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        """Return the ratio's bars of a chart: those that both series have, up to the first hole in either."""
        return start_coroutine(self._view(request))

    async def _view(self, request: ViewportRequest) -> ViewportReply:
        """Read more of both while they share too few bars, as a coin and a share in the hours of a night do."""
        widened = request
        for _ in range(_MOST_WIDER):
            reply = await self._view_once(request, widened)
            if reply.edge is not EdgeState.MORE or has_asked(reply):
                break
            widened = replace(widened, n_before=widened.n_before * _WIDER, n_after=widened.n_after * _WIDER)
        return reply

    async def _view_once(self, request: ViewportRequest, widened: ViewportRequest) -> ViewportReply:
        numerator, denominator = symbols_of(request.symbol)
        asked = replace(widened, view_id=-2 * request.view_id - 1, symbol=numerator, stride=1)
        above = await wait_for(self._load_viewport(asked))
        beside = partial(self._beside, request=asked, symbol=denominator, above=above)
        below = await wait_for(self._load_viewport(await wait_for(self._context.readers.submit(beside))))
        return await wait_for(
            self._context.readers.submit(partial(self._join_views, request=request, parts=(above, below)))
        )

    def _beside(
        self, connection: Connection, request: ViewportRequest, symbol: str, above: ViewportReply
    ) -> ViewportRequest:
        """Return the request for the denominator: what stands beside the numerator's bars, by its own calendar."""
        asked = replace(request, view_id=request.view_id - 1, symbol=symbol)
        facts, times = self._catalog.read(connection, symbol, request.interval.base).facts, above.bars.open_time
        if facts is None or not len(times):
            return asked
        slack_s, end = _slack_s(request.interval), int(times[-1]) + request.interval.longest_s
        until = max(end, facts.now) if above.at_latest else end
        n_bars = len(expected_open_times(facts.calendar, request.interval, Span(int(times[0]) - slack_s, until)))
        return replace(asked, anchor=None if above.at_latest else end, n_before=n_bars + _SPARE, n_after=0)

    def _join_views(
        self, connection: Connection, request: ViewportRequest, parts: tuple[ViewportReply, ViewportReply]
    ) -> ViewportReply:
        times = [self._times(connection, part.request.symbol, request.interval, part.bars) for part in parts]
        return join_views(request, parts, (times[0], times[1]))


def _widened(request: BarsRequest, span: Span) -> Span:
    """Return the span in which the bars beside those of ``span`` open."""
    return Span(span.start - _slack_s(request.interval), span.end)


def _slack_s(interval: Interval) -> int:
    """Return how much earlier the bar beside another one can open."""
    if not interval.is_daily:
        return interval.step_s
    return 2 * DAY_S if interval.unit == "wk" else 0

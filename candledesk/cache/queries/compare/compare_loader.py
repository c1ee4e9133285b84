"""Other series beside that of a chart: what is stored of them at once, and fill tasks for what is missing."""

from __future__ import annotations

import threading
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from candledesk.cache.compare_messages import CompareRequest, CompareRows
from candledesk.cache.fetching.fill_task import USUAL_TRIES, FillTarget, FillTask, Priority
from candledesk.cache.queries.compare.closed_bars import ClosedBarsReader
from candledesk.cache.rules.base_bars import base_part
from candledesk.cache.rules.compare_rows import BesideRows, join_rows, rows_beside
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.compare.alignment import MAX_CARRIED_S
from candledesk.domain.compare.ratio import symbols_of
from candledesk.domain.errors import NotCachedError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.fetching.fill_task import FillResult
    from candledesk.cache.messages import Gap
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_PIECE_BARS = 512 * 512  # of one task on a reader thread, so that charts are read in between; whole rows of any stride
_WEEK_SLACK_S = 2 * DAY_S  # the same week may begin two days later at the other's venue


class CompareLoader:
    """Answers requests for compared series."""

    def __init__(self, context: CacheContext, catalog: Catalog, fill_scheduler: FillScheduler) -> None:
        """Start with nothing being filled."""
        self._context, self._catalog, self._fill_scheduler = context, catalog, fill_scheduler
        self._lock = threading.Lock()
        self._filling: dict[tuple[str, str], tuple[FillTask, Span]] = {}

    def load_compare(self, request: CompareRequest) -> Future[CompareRows]:
        """Return the stored closes beside a chart's bars and request what is missing; see ``CacheApi``."""
        return start_coroutine(self._load(request))

    async def _load(self, request: CompareRequest) -> CompareRows:
        for symbol in symbols_of(request.other):
            await self._fill(symbol, request)
        parts: list[BesideRows] = []
        gaps: list[Gap] = []
        instrument: Instrument | None = None
        for piece in _pieces(request.interval, request.span):
            task = partial(self._read_piece, request=request, span=piece)
            rows, gaps_of_piece, instrument = await wait_for(self._context.readers.submit(task))
            parts.append(rows)
            gaps += gaps_of_piece
        if instrument is None:
            raise NotCachedError(request.other)
        rows = join_rows(parts)
        return CompareRows(
            request, rows.open_time, rows.least, rows.greatest, rows.last, rows.own_time, rows.is_carried, instrument,
            tuple(gaps),
        )  # fmt: skip

    # -- what is missing

    async def _fill(self, symbol: str, request: CompareRequest) -> None:
        """Start to fill the span; of a symbol that is not known yet wait until it is, or raise why it is not."""
        base = request.interval.base
        known = await wait_for(
            self._context.readers.submit(lambda connection: self._catalog.read(connection, symbol, base))
        )
        if known.instrument is None:
            error = self._catalog.blocked_error(symbol)
            if error is not None or not request.may_fetch:
                raise error or NotCachedError(symbol)
        if not request.may_fetch:
            return
        end = self._start(symbol, base, base_part(request.interval, _with_carried(request.interval, request.span)))
        if known.instrument is None:
            result = await wait_for(end)
            if result.error is not None:
                raise result.error

    def _start(self, symbol: str, base: Interval, span: Span) -> Future[FillResult]:
        """Add a fill task, or join the running one that fills the same bars."""
        key = symbol, base.name
        with self._lock:
            task, filled = self._filling.get(key, (None, span))
            if task is not None and not task.end.done() and filled.start <= span.start and span.end <= filled.end:
                return task.end
            task = FillTask(symbol, base, FillTarget(span), Priority.VIEWPORT, n_tries=USUAL_TRIES)
            self._filling[key] = task, span
        self._fill_scheduler.add(task)
        return task.end

    # -- what is stored

    def _read_piece(
        self, connection: Connection, request: CompareRequest, span: Span
    ) -> tuple[BesideRows, tuple[Gap, ...], Instrument]:
        with snapshot(connection):  # as in ``bars_queries``
            reader = ClosedBarsReader(connection, self._catalog)
            main = reader.read(request.symbol, request.interval, span)
            other = reader.read(request.other, request.interval, _with_carried(request.interval, span))
        self._context.damage.report(connection, reader.findings)
        is_single = request.interval.base is not request.interval
        width = 1 if is_single else request.interval.step_s * request.stride
        rows = rows_beside(main.reply.bars.open_time, main.times, (other.reply.bars, other.times), width)
        gaps = tuple(gap for gap in other.reply.gaps if gap.span.overlaps(span))
        return rows, gaps, other.reply.instrument


def _with_carried(interval: Interval, span: Span) -> Span:
    """Return the span from which bars can stand beside those that open in ``span``."""
    start = span.start - MAX_CARRIED_S - interval.longest_s
    return Span(min(span.start, max(HISTORY_START, start)), span.end + (_WEEK_SLACK_S if interval.is_daily else 0))


def _pieces(interval: Interval, span: Span) -> list[Span]:
    """Return a span in parts of whole rows."""
    width = _PIECE_BARS * interval.step_s
    cuts = range(span.start // width * width + width, span.end, width)
    edges = [span.start, *cuts, span.end]
    return [Span(lo, hi) for lo, hi in pairwise(edges)]

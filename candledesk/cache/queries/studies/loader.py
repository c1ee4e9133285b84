"""The values of indicators at stored bars, and for charts of many bars their extremes row by row."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.indicator_messages import (
    MAX_BARS,
    N_LATEST,
    IndicatorReply,
    IndicatorRows,
    IndicatorRowsRequest,
    ProfileRow,
)
from candledesk.cache.messages import BarsRequest, Gap
from candledesk.cache.queries.studies.bars_reader import StudyBarsReader
from candledesk.cache.queries.studies.computation import Earlier, StudyComputation
from candledesk.cache.queries.studies.kept_pieces import KeptPieces
from candledesk.cache.queries.studies.ratio_reader import RatioBarsReader
from candledesk.cache.queries.studies.rows import Rows, join_rows, plan_pieces, read_piece
from candledesk.cache.queries.studies.shared_reads import SharedReads
from candledesk.cache.rules.as_of import check_as_of
from candledesk.cache.rules.planner import NOT_FETCHED
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.calendar.sessions import next_open_times
from candledesk.domain.compare.ratio import is_ratio, symbols_of
from candledesk.domain.errors import InputError, NotCachedError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.indicators.declaration import Inputs, Reach
from candledesk.indicators.own.declared import is_own
from candledesk.indicators.volume.volume_profile import profile_of
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.indicator_messages import IndicatorRequest
    from candledesk.cache.queries.studies.bars_reader import StudyBars
    from candledesk.cache.runtime.readers import Readers
    from candledesk.domain.bars import IntArray
    from candledesk.domain.interval import Interval
    from candledesk.indicators.computing import Values
    from candledesk.indicators.studies import Study
    from candledesk.store import Connection

MAX_KEPT_BYTES = 64 * 2**20


class IndicatorLoader:
    """Answers requests for values; keeps what was computed until bars change."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Start with nothing kept."""
        self._context, self._catalog = context, catalog
        self._kept = KeptPieces(MAX_KEPT_BYTES)
        self._shared = SharedReads()
        self._n_row_requests = 0  # under way
        self._lock = threading.Lock()
        context.events.subscribe(self._kept.on_event)

    def load_indicator(self, request: IndicatorRequest) -> Future[IndicatorReply]:
        """Return the values at the stored bars; ``NotCachedError`` when the symbol is not in the cache."""

        def load(connection: Connection) -> IndicatorReply:
            earlier = self._earlier(request.symbol)
            with snapshot(connection):  # as in ``bars_queries``
                return self._load(connection, request, earlier)

        return self._readers(request.study).submit(load)

    def _readers(self, study: Study) -> Readers:
        """Return the threads that may compute a study."""
        has_own = any(is_own(one.id) for one in study.chain)
        return self._context.own_readers if has_own else self._context.readers

    def _earlier(self, symbol: str) -> Earlier:
        """Return what can be used again; to be called before the bars are read."""
        return Earlier(symbol, self._kept, self._shared, self._kept.n_events(symbol))

    def _load(self, connection: Connection, request: IndicatorRequest, earlier: Earlier) -> IndicatorReply:
        if request.as_of is not None:
            check_as_of(request.as_of, self._context.now())
        reader = self._reader(connection, request.symbol, request.interval)
        if reader is None:
            return _nothing(request, self._context.now())
        computation = StudyComputation(reader, request.study, request.as_of, earlier)
        left, end = _range(reader, request)
        computation.prepare(Span(left, max(end, left + 1)))
        reply = _reply(request, computation, left, *computation.compute(left, end))
        self._context.damage.report(connection, reader.findings)
        return reply

    def _reader(self, connection: Connection, symbol: str, interval: Interval) -> StudyBarsReader | None:
        """Return what reads the bars of a series, ``None`` while the instrument's calendar is not known."""
        known = self._catalog.read(connection, symbols_of(symbol)[0], interval.base)
        if known.instrument is None:
            raise NotCachedError(symbol)
        facts = known.readable
        if facts is None:
            return None
        request = BarsRequest(symbol, interval, None, fill="none")
        reader = RatioBarsReader if is_ratio(symbol) else StudyBarsReader
        return reader(connection, self._catalog, known, facts, request)

    def load_indicator_rows(self, request: IndicatorRowsRequest) -> Future[IndicatorRows]:
        """Return the extremes of each row of bars; each piece is a task of its own, so that charts are read between."""
        if request.study.indicator.reach is Reach.RANGE:
            raise InputError("id", f"{request.study.id} has one value for the whole range")
        return start_coroutine(self._load_rows(request))

    async def _load_rows(self, request: IndicatorRowsRequest) -> IndicatorRows:
        with self._lock:
            self._n_row_requests += 1
        try:
            pieces = await wait_for(self._context.readers.submit(lambda connection: self._plan(connection, request)))
            rows = []
            for piece in pieces:
                task = partial(self._read_piece, request=request, span=piece)
                rows.append(await wait_for(self._readers(request.study).submit(task)))
            return join_rows(request, rows)
        finally:
            self._end_rows()

    def _end_rows(self) -> None:
        with self._lock:
            self._n_row_requests -= 1
            if not self._n_row_requests:
                self._shared.forget_long()

    def _plan(self, connection: Connection, request: IndicatorRowsRequest) -> list[Span]:
        reader = self._reader(connection, request.symbol, request.interval)
        return [] if reader is None else plan_pieces(reader, request)

    def _read_piece(self, connection: Connection, request: IndicatorRowsRequest, span: Span) -> Rows:
        earlier = self._earlier(request.symbol)
        with snapshot(connection):
            return self._piece(connection, request, span, earlier)

    def _piece(self, connection: Connection, request: IndicatorRowsRequest, span: Span, earlier: Earlier) -> Rows:
        reader = self._reader(connection, request.symbol, request.interval)
        if reader is None:
            raise NotCachedError(request.symbol)
        piece = read_piece(StudyComputation(reader, request.study, None, earlier), request, span)
        self._context.damage.report(connection, reader.findings)
        return piece


def _range(reader: StudyBarsReader, request: IndicatorRequest) -> tuple[int, int]:
    """Return the open time of the first bar to show, and the end."""
    end = reader.facts.now + DAY_S if request.span is None else request.span.end
    if request.n_bars is not None or request.span is None:
        n_bars = N_LATEST if request.n_bars is None else request.n_bars
        left = reader.start_before(end, n_bars, request.as_of)
    else:
        left = max(request.span.start, reader.oldest)
    if reader.count(left, end) > MAX_BARS:
        raise InputError("from", f"The span holds more than {MAX_BARS:,} bars: ask for a shorter one")
    return left, end


def _reply(
    request: IndicatorRequest, computation: StudyComputation, left: int, read: StudyBars, values: Values
) -> IndicatorReply:
    study, notes = request.study, computation.notes
    first = int(np.searchsorted(read.bars.open_time, left))
    shown = values.take(slice(first, None))
    if computation.needs_volume and len(read.bars) and not computation.market.has_volume:
        notes.append(f"{request.symbol} {request.interval.name} has no volume")
    if study.indicator.missing_days is not None and first < len(read.bars):
        days = study.indicator.missing_days(computation.market, study.params, read.bars.open_time[first:])
        notes += [_missing_note(days, request.symbol)] if len(days) and len(computation.market.daily) else []
    return IndicatorReply(
        request,
        read.bars.open_time[first:],
        read.is_final[first:],
        shown.settled,
        shown.lines,
        study.indicator.shifts(study.params),
        _upcoming(request, computation, read),
        read.gaps,
        tuple(notes),
        _profile(request, computation, read),
        read.rev,
    )


def _missing_note(days: IntArray, symbol: str) -> str:
    """Name the last of the days whose daily bars are missing, which is the one of the levels in sight."""
    last = np.datetime64(int(days[-1]), "s").astype("datetime64[D]")
    n_more = len(days) - 1
    more = f" and {n_more:,} more {'day' if n_more == 1 else 'days'}" if n_more else ""
    return f"made without {last}{more}: backfill 1d of {symbol}"


def _upcoming(request: IndicatorRequest, computation: StudyComputation, read: StudyBars) -> tuple[int, ...]:
    n_bars = max(request.study.indicator.shifts(request.study.params).values(), default=0)
    if n_bars <= 0 or not len(read.bars):
        return ()
    last = int(read.bars.open_time[-1])
    return tuple(next_open_times(computation.market.calendar, request.interval, last, n_bars).tolist())


def _profile(request: IndicatorRequest, computation: StudyComputation, read: StudyBars) -> tuple[ProfileRow, ...]:
    if request.study.indicator.reach is not Reach.RANGE:
        return ()
    profile = profile_of(Inputs(read.bars, np.empty(0), computation.market), request.study.params)
    if profile is None:
        return ()
    first, last = profile.area
    edges = profile.edges.tolist()
    columns = zip(edges[:-1], edges[1:], profile.up.tolist(), profile.down.tolist(), strict=True)
    return tuple(ProfileRow(*row, first <= index <= last) for index, row in enumerate(columns))


def _nothing(request: IndicatorRequest, now: int) -> IndicatorReply:
    """Return the reply while the instrument's calendar is not known."""
    none, false = np.empty(0, np.int64), np.empty(0, np.bool_)
    lines = {name: np.empty(0) for name in request.study.indicator.output_names}
    gap = Gap(request.span or Span(min(HISTORY_START, now), now + 1), NOT_FETCHED)
    return IndicatorReply(request, none, false, false, lines, gaps=(gap,))

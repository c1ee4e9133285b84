"""A cache without disk, network or threads: it answers at once unless a test asks it to hold or delay answers."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.bar_messages import CorporateEvent, Provenance
from candledesk.cache.events import BarsStored
from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.messages import (
    ArchiveEntry,
    BackfillEstimate,
    BarsReply,
    BarsRequest,
    BreakerState,
    EdgeState,
    Gap,
    JobState,
    LimiterState,
    SeriesCoverage,
    SeriesReport,
    ViewportReply,
    ViewportRequest,
)
from candledesk.cache.queries.counted_bars import cut_to_last
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageMark, CoverageState
from candledesk.domain.errors import NotCachedError, UnknownSymbolError
from candledesk.domain.interval import DAY_S, INTERVALS, Interval
from candledesk.domain.job_states import JobKind
from candledesk.domain.prices.oddity import count_tokens
from candledesk.domain.span import Span, merge_spans, subtract_spans
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.fake_data import FIRST, NOW, in_rows, make_instrument, make_span_bars, odd_in_rows
from tests.fake_indicators import fake_indicator_reply, fake_indicator_rows
from tests.fake_instruments import FakeInstruments
from tests.fake_jobs import resolved
from tests.fake_quotes import fake_quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.cache.api import CacheApi
    from candledesk.cache.indicator_messages import IndicatorReply, IndicatorRows, IndicatorRowsRequest
    from candledesk.cache.quote_messages import Quote
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.countdown import TradingHours
    from candledesk.domain.instrument import Instrument

FIELDS = "open_time", "open", "high", "low", "close", "volume"


class FakeCache(FakeInstruments):
    """Implements ``candledesk.cache.api.CacheApi``.

    A series has either the bars of :meth:`add`, of which the newest ``n_stored`` are stored, or, for one of
    ``instruments``, invented bars of which those of :meth:`store` and of fills are stored.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument] = (),
        *,
        now: int = NOW,
        fill_s: float = 0.0,
        stuck: list[Future[BarsReply]] | None = None,
    ) -> None:
        super().__init__(now, instruments)
        self.fill_s = fill_s  # how long load_bars takes to fill gaps
        self.stuck = stuck  # with a list: load_bars never answers, and its futures are appended here
        self.error: Exception | None = None  # what load_bars fails with
        self.is_holding = False  # load_viewport answers at release()
        self.held: list[tuple[ViewportRequest, Future[ViewportReply]]] = []

        self.bars: dict[tuple[str, str], Bars] = {}
        self.n_stored: dict[tuple[str, str], int] = {}
        self.known: dict[tuple[str, str], list[Span]] = {}  # stored spans of invented bars
        self.flags: dict[tuple[str, str], dict[int, int]] = {}  # of flagged bars, by open time
        self.unsent: tuple[int, ...] = ()  # open times of bars that were sent without an open
        self.dropped: dict[str, int] = {}  # rows that cannot be a bar, by reason

        self.requests: list[ViewportRequest | BarsRequest] = []
        self.archive: dict[tuple[str, str], ArchiveEntry] = {}
        self.in_front: list[tuple[str, str]] = []
        self.watched: list[str] = []
        self.quotes: dict[str, Quote] = {}  # in the place of those that follow from the bars
        self.followed: list[tuple[str, str]] = []
        self.marks: tuple[CoverageMark, ...] = ()
        self.provenance: dict[tuple[str, str], Provenance] = {}  # by symbol and interval; ``span`` as it is asked
        self.limiter = LimiterState(6.0, 0.0, BreakerState.CLOSED)
        self.fault = ""
        self.edge_reason = "Listed on 12 Dec 1980"
        self.hours: TradingHours | None = None
        self.upcoming: IntArray | None = None  # of every series whose latest bar is requested
        self._lock = threading.RLock()
        self._rev = 0

    def add(self, symbol: str, interval: str, bars: Bars, n_stored: int | None = None) -> None:
        """Give a series its bars; those that are not stored are at the provider."""
        self.instruments.setdefault(symbol, make_instrument(symbol))
        self.bars[symbol, interval] = bars
        self.n_stored[symbol, interval] = len(bars) if n_stored is None else n_stored

    def store_older(self, symbol: str, interval: str, n: int) -> None:
        """Store ``n`` older bars of a series that was added."""
        key = symbol, interval
        self.n_stored[key] = min(len(self.bars[key]), self.n_stored[key] + n)
        self.emit_stored(symbol, interval)

    def emit_stored(self, symbol: str, interval: str) -> None:
        self.emit(BarsStored(symbol, INTERVALS[interval], Span(0, self.now), 1))

    def store(self, symbol: str, interval: Interval, span: Span) -> None:
        """Store the invented bars of a span."""
        with self._lock:
            self._rev += 1
            key = symbol, interval.name
            self.known[key] = merge_spans([*self.known.get(key, []), span])
        self.emit(BarsStored(symbol, interval, span, self._rev))

    def _known_spans(self, symbol: str, interval: Interval) -> list[Span]:
        key = symbol, interval.name
        if not self.n_stored.get(key):
            return self.known.get(key, [])
        return [Span(int(self.bars[key].open_time[-self.n_stored[key]]), self.now + 1)]

    def _bars_of(self, symbol: str, interval: Interval, span: Span) -> Bars:
        if (symbol, interval.name) not in self.bars:
            return make_span_bars(self.instruments[symbol], interval, span)
        full = self.bars[symbol, interval.name]
        return full.take((full.open_time >= span.start) & (full.open_time < span.end))

    def _stored_bars(self, symbol: str, interval: Interval, span: Span) -> Bars:
        parts = [known.intersect(span) for known in self._known_spans(symbol, interval)]
        pieces = [self._bars_of(symbol, interval, part) for part in parts if part]
        if not pieces:
            return Bars.empty()
        return Bars(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in FIELDS))

    # -- viewports

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        self.requests.append(request)
        if self.is_holding:
            future: Future[ViewportReply] = Future()
            self.held.append((request, future))
            return future
        return resolved(lambda: self.answer(request))

    def release(self) -> None:
        """Answer everything that is held."""
        held, self.held = self.held, []
        for request, future in held:
            future.set_result(self.answer(request))

    def answer(self, request: ViewportRequest) -> ViewportReply:
        """Return the reply to a viewport as things stand."""
        key = request.symbol, request.interval.name
        if key not in self.bars:
            return ViewportReply(
                request, Bars.empty(), None, EdgeState.FAILED, error=f"Yahoo knows no symbol {request.symbol!r}."
            )
        full, stored = self.bars[key], self.n_stored[key]
        bars = full.take(slice(len(full) - stored, len(full)))
        at = len(bars) if request.anchor is None else int(np.searchsorted(bars.open_time, request.anchor))
        lo, hi = max(0, at - request.n_before), min(len(bars), at + request.n_after)
        keys = bars.open_time // (request.interval.step_s * request.stride)
        while 0 < lo < len(bars) and keys[lo] == keys[lo - 1]:
            lo -= 1  # rows are whole
        while 0 < hi < len(bars) and keys[hi] == keys[hi - 1]:
            hi += 1
        edge = EdgeState.MORE if lo > 0 else EdgeState.START if stored == len(full) else EdgeState.LOADING
        rows = shown = bars.take(slice(lo, hi))
        starts = None
        if request.stride > 1:
            rows, starts = in_rows(rows, request.interval.step_s * request.stride)
        odd, usual = odd_in_rows(shown, self.flags.get(key, {}), rows)
        return ViewportReply(
            request,
            rows,
            self.instruments[request.symbol],
            edge,
            self.edge_reason if edge is EdgeState.START else "",
            hi == len(bars),
            hours=self.hours,
            upcoming=self.upcoming if hi == len(bars) else None,
            starts=starts,
            n_older=lo,
            n_newer=len(bars) - hi,
            odd=odd,
            usual=usual,
            stored_from=int(bars.open_time[0]) if len(bars) else None,
        )

    def read_marks(self, symbol: str, interval: Interval, span: Span) -> Future[tuple[CoverageMark, ...]]:
        self.calls.append(("read_marks", (symbol, interval.name, span)))
        return resolved(lambda: tuple(mark for mark in self.marks if mark.span.overlaps(span)))

    def read_corporate_events(self, symbol: str, interval: Interval) -> Future[tuple[CorporateEvent, ...]]:
        self.calls.append(("read_corporate_events", (symbol, interval.name)))
        return resolved(lambda: self.events.get(symbol, ()))

    def read_provenance(self, symbol: str, interval: Interval, span: Span) -> Future[Provenance]:
        self.calls.append(("read_provenance", (symbol, interval.name, span)))
        known = self.provenance.get((symbol, interval.name), Provenance(symbol, interval, span))
        return resolved(lambda: replace(known, span=span))

    def read_quotes(self, symbols: Sequence[str]) -> Future[list[Quote]]:
        self.calls.append(("read_quotes", tuple(symbols)))
        full = {symbol: self.bars[symbol, "1d"] for symbol in symbols if (symbol, "1d") in self.bars}
        stored = {symbol: bars.take(slice(-self.n_stored[symbol, "1d"], None)) for symbol, bars in full.items()}
        return resolved(
            lambda: [
                self.quotes.get(symbol) or fake_quote(symbol, self.instruments, stored.get(symbol))
                for symbol in symbols
            ]
        )

    # -- bars of a span

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        self.requests.append(request)
        future: Future[BarsReply] = Future()
        if self.error is not None or request.symbol not in self.instruments:
            future.set_exception(self.error or UnknownSymbolError(request.symbol))
        elif self.stuck is not None:
            self.stuck.append(future)
        elif request.fill == "none" or not self._gaps(request):
            future.set_result(self.reply(request))
        else:
            self._fill(request, future)
        return future

    def _span(self, request: BarsRequest) -> Span:
        latest = Span(self.now - 400 * DAY_S, self.now + 1)
        if request.countback is not None and request.span is not None:
            return Span(latest.start, request.span.end)
        return request.span or latest

    def _gaps(self, request: BarsRequest) -> list[Span]:
        oldest = self.instruments[request.symbol].first_open_time or 1_000_000_000
        lookback_s = LIMITS[request.interval.base.name].lookback_s
        if lookback_s is not None:
            oldest = max(oldest, self.now - lookback_s)
        asked = self._span(request).intersect(Span(oldest - oldest % DAY_S, self.now + 1))
        return subtract_spans([asked] if asked else [], self._known_spans(request.symbol, request.interval))

    def _fill(self, request: BarsRequest, future: Future[BarsReply]) -> None:
        gaps = self._gaps(request)
        job = self.add_job(JobKind.VIEWPORT, request.symbol, request.interval, gaps[0], JobState.RUNNING)

        def fill() -> None:
            for gap in gaps:
                self.store(request.symbol, request.interval, gap)
            self.change_job(job.job_id, state=JobState.SUCCEEDED, bars_done=500, eta_s=None)
            if request.fill == "wait":
                future.set_result(self.reply(request))

        if request.fill == "async":
            future.set_result(self.reply(request))
        if self.fill_s:
            timer = threading.Timer(self.fill_s, fill)
            timer.daemon = True
            timer.start()
        else:
            fill()

    def reply(self, request: BarsRequest) -> BarsReply:
        """Return the reply to a request for bars as things stand."""
        bars = self._stored_bars(request.symbol, request.interval, self._span(request))
        following = None
        if request.limit is not None and len(bars) > request.limit:
            following = int(bars.open_time[request.limit])
            bars = bars.take(slice(0, request.limit))
        final = tuple(time + request.interval.step_s <= self.now for time in bars.open_time.tolist())
        gaps = tuple(Gap(gap, "not fetched yet") for gap in self._gaps(request))
        flags = self.flags.get((request.symbol, request.interval.name), {})
        odd = {time: flags[time] for time in bars.open_time.tolist() if time in flags}
        if request.raw:
            bars = replace(bars, open=np.where(np.isin(bars.open_time, self.unsent), np.nan, bars.open))
        facts = final, self.instruments[request.symbol], gaps, following, self._rev, odd
        lookback_s = LIMITS[request.interval.base.name].lookback_s
        reply = BarsReply(request, self._span(request), bars, *facts, lookback_s=lookback_s)
        return reply if request.countback is None else cut_to_last(reply, request.countback)

    def load_indicator(self, request: IndicatorRequest) -> Future[IndicatorReply]:
        def answer() -> IndicatorReply:
            if request.symbol not in self.instruments:
                raise NotCachedError(request.symbol)
            span = request.span or Span(self.now - 400 * DAY_S, self.now + 1)
            bars = self._stored_bars(request.symbol, request.interval, span)
            if request.n_bars is not None:
                bars = bars.take(slice(max(len(bars) - request.n_bars, 0), None))
            return fake_indicator_reply(request, bars, self.now)

        return resolved(answer)

    def load_indicator_rows(self, request: IndicatorRowsRequest) -> Future[IndicatorRows]:
        asked = IndicatorRequest(request.symbol, request.interval, request.study, request.span)
        return resolved(lambda: fake_indicator_rows(request, FakeCache.load_indicator(self, asked).result()))

    # -- series and symbols

    def describe_series(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        spans = self._known_spans(symbol, interval)
        coverage = tuple(Coverage(span, CoverageState.HAVE, self.now) for span in spans)
        n_bars = sum(len(self._bars_of(symbol, interval, span)) for span in spans)
        odd = count_tokens(Counter(self.flags.get((symbol, interval.name), {}).values()))
        return resolved(lambda: SeriesReport(coverage, (), n_bars, odd, self.dropped))

    def list_coverage(
        self, *, limit: int | None = None, after: tuple[str, Interval] | None = None
    ) -> Future[list[SeriesCoverage]]:
        """Every instrument counts as stored, with an interval of its bars or with 1d."""
        names = dict.fromkeys(self.instruments, "1d") | dict(self.bars)
        series = [(symbol, INTERVALS[name]) for symbol, name in sorted(names.items())]
        chosen = [row for row in series if after is None or row[0] > after[0]][:limit]
        return resolved(
            lambda: [SeriesCoverage(*row, None, None, 0, self.describe_series(*row).result()) for row in chosen]
        )

    def estimate_backfill(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[BackfillEstimate]:
        unknown = tuple(sorted({symbol for symbol, _ in series} - set(self.instruments)))
        n = len(series)
        return resolved(lambda: BackfillEstimate(n, 3 * n, 7.5 * n, 1_000 * n, unknown))

    def list_intervals(self, symbol: str) -> Future[list[Interval]]:
        names = {name for found, name in self.bars if found == symbol and self._known_spans(found, INTERVALS[name])}
        return resolved(lambda: sorted((INTERVALS[name] for name in names), key=lambda row: row.step_s))

    # -- what is kept up to date

    def list_archive(self) -> Future[list[ArchiveEntry]]:
        return resolved(lambda: list(self.archive.values()))

    def set_archived(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        self.calls.append(("set_archived", (symbol, interval.name, is_on)))

        def change() -> ArchiveEntry:
            if symbol not in self.instruments:
                raise UnknownSymbolError(symbol)
            entry = ArchiveEntry(symbol, interval.base, FIRST, self.now, self.now + DAY_S, "", is_on=is_on)
            self.archive.pop((symbol, interval.base.name), None)
            if is_on:
                self.archive[symbol, interval.base.name] = entry
            return entry

        return resolved(change)

    def follow(self, symbol: str, interval: Interval) -> Callable[[], None]:
        self.followed.append((symbol, interval.name))
        return lambda: self.followed.remove((symbol, interval.name))

    def set_watched(self, symbols: Sequence[str]) -> None:
        self.watched = list(symbols)

    def set_in_front(self, series: Sequence[tuple[str, Interval]]) -> None:
        self.in_front = [(symbol, interval.name) for symbol, interval in series]

    def read_fault(self) -> str:
        return self.fault

    def limiter_state(self) -> LimiterState:
        return self.limiter


if TYPE_CHECKING:
    _KEEPS_THE_PROTOCOL: type[CacheApi] = FakeCache

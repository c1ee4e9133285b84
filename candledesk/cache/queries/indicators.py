"""The values of indicators at stored bars: read as far back as they need, computed on a reader thread."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.indicator_messages import MAX_BARS, N_LATEST, IndicatorReply, ProfileRow
from candledesk.cache.messages import BarsRequest, Gap
from candledesk.cache.queries.series_reader import NOT_FETCHED
from candledesk.cache.queries.study_bars import StudyBarsReader
from candledesk.domain.calendar.sessions import next_open_times
from candledesk.domain.errors import InputError, NotCachedError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.indicators.computing import compute, recompute
from candledesk.indicators.declaration import Inputs, Market, Reach
from candledesk.indicators.volume.volume_profile import profile_of

if TYPE_CHECKING:
    from collections.abc import Hashable
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.indicator_messages import IndicatorRequest
    from candledesk.cache.queries.study_bars import StudyBars
    from candledesk.domain.bars import Bars
    from candledesk.indicators.computing import Values
    from candledesk.store import Connection

MAX_KEPT_BYTES = 64 * 2**20
N_DOUBLINGS = 6  # of what is read before the first value, until it no longer depends on where that begins


class IndicatorLoader:
    """Answers ``IndicatorRequest``; keeps what was computed last, to compute anew only from the first changed bar."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Start with nothing kept."""
        self._context, self._catalog = context, catalog
        self._kept = KeptValues(MAX_KEPT_BYTES)

    def load_indicator(self, request: IndicatorRequest) -> Future[IndicatorReply]:
        """Return the values at the stored bars; ``NotCachedError`` when the symbol is not in the cache."""
        return self._context.readers.submit(lambda connection: self._load(connection, request))

    def _load(self, connection: Connection, request: IndicatorRequest) -> IndicatorReply:
        known = self._catalog.read(connection, request.symbol, request.interval.base)
        if known.instrument is None:
            raise NotCachedError(request.symbol)
        facts = known.readable
        if facts is None:
            return _nothing(request, known.now)
        bars_request = BarsRequest(request.symbol, request.interval, None, fill="none")
        reader = StudyBarsReader(connection, self._catalog, known, facts, bars_request)
        return _Computation(reader, request, self._kept).reply()


class _Computation:
    """One request: which bars it needs, and their values."""

    def __init__(self, reader: StudyBarsReader, request: IndicatorRequest, kept: KeptValues) -> None:
        self._reader, self._request, self._kept = reader, request, kept
        self._study = request.study
        self._market = Market(reader.facts.calendar, request.interval)
        self._notes: list[str] = []

    def reply(self) -> IndicatorReply:
        request, study = self._request, self._study
        left, end = self._range()
        self._market = self._make_market(Span(left, max(end, left + 1)))
        read, values = self._compute(left, end)
        first = int(np.searchsorted(read.bars.open_time, left))
        shown = values.take(slice(first, None))
        if study.indicator.needs_volume and len(read.bars) and not read.bars.volume.any():
            self._notes.append(f"{request.symbol} {request.interval.name} has no volume")
        return IndicatorReply(
            request,
            read.bars.open_time[first:],
            read.is_final[first:],
            shown.settled,
            shown.lines,
            study.indicator.shifts(study.params),
            self._upcoming(read),
            read.gaps,
            tuple(self._notes),
            self._profile(read),
            read.rev,
        )

    def _range(self) -> tuple[int, int]:
        """Return the open time of the first bar to show, and the end."""
        request, reader = self._request, self._reader
        end = reader.facts.now + DAY_S if request.span is None else request.span.end
        if request.n_bars is not None or request.span is None:
            n_bars = N_LATEST if request.n_bars is None else request.n_bars
            left = reader.start_before(end, n_bars, request.as_of)
        else:
            left = max(request.span.start, reader.oldest)
        if reader.count(left, end) > MAX_BARS:
            raise InputError("from", f"The span holds more than {MAX_BARS:,} bars: ask for a shorter one")
        return left, end

    def _make_market(self, span: Span) -> Market:
        reader, request = self._reader, self._request
        splits, dividends = reader.ex_dates(request.as_of)
        market = replace(self._market, splits=splits, dividends=dividends)
        chain = [study.indicator for study in self._study.chain]
        if any(one.needs_daily for one in chain):
            daily, lacking = reader.read_daily(request.as_of)
            market = replace(market, daily=daily, lacking=lacking)
            if not len(daily):
                self._notes.append(f"{self._study.id} is made of daily bars: backfill 1d of {request.symbol} first")
        if any(one.reach is Reach.RANGE for one in chain):
            finer, name = reader.read_finest(span, request.as_of)
            market = replace(market, finer=finer)
            self._notes.append(f"from {name or request.interval.name} bars")
        return market

    def _compute(self, left: int, end: int) -> tuple[StudyBars, Values]:
        """Return the bars from as far back as the first value needs, and the values of all of them."""
        reader, request, study = self._reader, self._request, self._study
        n_settle = study.settle
        for _ in range(N_DOUBLINGS):
            start = self._start(left, n_settle)
            read = reader.read(start, end, request.as_of)
            first = int(np.searchsorted(read.bars.open_time, left))
            values = self._values(read)
            is_sure = first >= len(read.bars) or bool(values.settled[first]) or start <= reader.oldest
            if is_sure or study.indicator.settled_from is None or study.indicator.reach is not Reach.BARS:
                break
            n_settle = max(2 * n_settle, 64)
        return read, values

    def _start(self, left: int, n_settle: int) -> int:
        """Return from when bars are needed for the values from ``left`` on: by each study of the chain in turn."""
        start, as_of = left, self._request.as_of
        for study in reversed(self._study.chain):
            indicator, params = study.indicator, study.params
            if indicator.reach is Reach.HISTORY:
                return self._reader.oldest
            if indicator.reach is Reach.ANCHOR and indicator.anchor_start is not None:
                start = min(start, indicator.anchor_start(self._market, params, start))
            settle = n_settle if study is self._study else 2 * indicator.settle(params)
            start = self._reader.start_before(start, indicator.lookback(params) + settle, as_of)
        return start

    def _values(self, read: StudyBars) -> Values:
        request, study = self._request, self._study
        if request.as_of is not None or not len(read.bars) or study.indicator.reach is Reach.RANGE:
            return compute(study, read.bars, self._market, read.holes)
        key = (request.symbol, request.interval.name, study, int(read.bars.open_time[0]), read.holes)
        before = self._kept.find(key)
        if before is None:
            values = compute(study, read.bars, self._market, read.holes)
        else:
            values = recompute(study, before, read.bars, self._market, read.holes)
        self._kept.keep(key, read.bars, values)
        return values

    def _upcoming(self, read: StudyBars) -> tuple[int, ...]:
        n_bars = max(self._study.indicator.shifts(self._study.params).values(), default=0)
        if n_bars <= 0 or not len(read.bars):
            return ()
        last = int(read.bars.open_time[-1])
        return tuple(next_open_times(self._market.calendar, self._request.interval, last, n_bars).tolist())

    def _profile(self, read: StudyBars) -> tuple[ProfileRow, ...]:
        if self._study.indicator.reach is not Reach.RANGE:
            return ()
        profile = profile_of(Inputs(read.bars, np.empty(0), self._market), self._study.params)
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


@dataclass(frozen=True, eq=False, slots=True)
class _Kept:
    bars: Bars
    values: Values

    @property
    def n_bytes(self) -> int:
        """How much memory the arrays take: six columns of bars, the lines, and the flags."""
        n = len(self.bars)
        return n * (8 * (6 + len(self.values.lines)) + 1)


class KeptValues:
    """Computed values by series, study and first bar; the least used are dropped beyond a number of bytes."""

    def __init__(self, max_bytes: int) -> None:
        """Start empty."""
        self._max_bytes, self._n_bytes = max_bytes, 0
        self._lock = threading.Lock()
        self._rows: OrderedDict[Hashable, _Kept] = OrderedDict()

    @property
    def n_bytes(self) -> int:
        """How many bytes are kept."""
        return self._n_bytes

    def find(self, key: Hashable) -> tuple[Bars, Values] | None:
        """Return the bars and the values that were kept last under a key."""
        with self._lock:
            row = self._rows.get(key)
            if row is None:
                return None
            self._rows.move_to_end(key)
            return row.bars, row.values

    def keep(self, key: Hashable, bars: Bars, values: Values) -> None:
        """Keep values in place of those before; those that alone are too many are not kept."""
        row = _Kept(bars, values)
        with self._lock:
            old = self._rows.pop(key, None)
            self._n_bytes -= old.n_bytes if old is not None else 0
            if row.n_bytes > self._max_bytes:
                return
            self._rows[key] = row
            self._n_bytes += row.n_bytes
            while self._n_bytes > self._max_bytes:
                _, dropped = self._rows.popitem(last=False)
                self._n_bytes -= dropped.n_bytes

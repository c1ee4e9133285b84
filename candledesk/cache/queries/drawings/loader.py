"""Answers what drawings ask of stored bars, on reader threads; what was computed is kept until bars change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from candledesk.cache.drawing_messages import (
    MAX_ANCHORS,
    MAX_SAMPLES,
    DrawingValues,
    PositionTask,
    ProfileTask,
    VolumeTask,
    VwapTask,
)
from candledesk.cache.messages import BarsRequest
from candledesk.cache.queries.drawings.anchor_counts import count_anchors
from candledesk.cache.queries.drawings.finest_bars import read_coarser, read_own, read_source
from candledesk.cache.queries.drawings.position_outcome import position_values
from candledesk.cache.queries.studies.bars_reader import StudyBarsReader
from candledesk.cache.queries.studies.kept_pieces import KeptPieces, Piece, symbols_concerning
from candledesk.cache.queries.studies.ratio_reader import RatioBarsReader
from candledesk.domain.calendar.sessions import bar_close_times, bar_dates
from candledesk.domain.compare.ratio import is_ratio, symbols_of
from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.indicators.primitives.anchored import weighted_since
from candledesk.indicators.volume.profile_rows import profile_shares
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.drawing_messages import AnchorCounts, AnchorRequest, DrawingRequest
    from candledesk.cache.events import BarsStored, CoverageChanged
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

T = TypeVar("T")
MAX_KEPT_BYTES = 32 * 2**20
_FEW_BYTES = 4_096  # about what one profile takes
_NO_CURVE = np.empty(0)


@dataclass(frozen=True, slots=True)
class _AnyBars(Piece):
    """A result that bars of any interval of the symbol can change, because finer ones may become complete."""

    def is_changed_by(self, event: BarsStored | CoverageChanged) -> bool:
        return event.symbol in symbols_concerning(self.symbol)


@dataclass(frozen=True, eq=False, slots=True)
class _Vwap:
    """The mean price after each bar of the source since the anchor.

    ``open_time``: a time of the chart after which it is known: when the bar opens, or before a longer one closes.
    """

    open_time: IntArray
    mean: FloatArray
    deviation: FloatArray
    source: str
    has_gaps: bool


class DrawingLoader:
    """Answers charts; safe from any thread."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Start with nothing kept."""
        self._context, self._catalog = context, catalog
        self._kept = KeptPieces(MAX_KEPT_BYTES)
        context.events.subscribe(self._kept.on_event)

    def count_anchors(self, request: AnchorRequest) -> Future[AnchorCounts]:
        """Return where times lie beyond the bars that a chart has loaded; ``InputError`` for too many."""
        if len(request.times) > MAX_ANCHORS:
            raise InputError("times", f"At most {MAX_ANCHORS:,} times can be counted at once")

        def count(connection: Connection) -> AnchorCounts:
            with snapshot(connection):
                return count_anchors(connection, self._catalog, request)

        return self._context.readers.submit(count)

    def load_values(self, request: DrawingRequest) -> Future[DrawingValues]:
        """Return what a drawing shows of stored bars; ``InputError`` for too many points of a curve."""
        if isinstance(request.task, VwapTask) and len(request.task.ends) > MAX_SAMPLES:
            raise InputError("ends", f"A curve can have at most {MAX_SAMPLES:,} points")

        def load(connection: Connection) -> DrawingValues:
            with snapshot(connection):
                return self._load(connection, request)

        return self._context.readers.submit(load)

    def _load(self, connection: Connection, request: DrawingRequest) -> DrawingValues:
        if isinstance(request.task, VwapTask):
            return self._curve(connection, request, request.task)

        def make(reader: StudyBarsReader) -> tuple[DrawingValues, int]:
            return _values_of(reader, request), _FEW_BYTES

        return self._keep(connection, request, request.task, make) or DrawingValues(request)

    def _keep(
        self,
        connection: Connection,
        request: DrawingRequest,
        key: Hashable,
        make: Callable[[StudyBarsReader], tuple[T, int]],
    ) -> T | None:
        """Return what was kept under a key, else what ``make`` returns with its size; ``None`` without a calendar."""
        symbol, interval = request.symbol, request.interval
        n_events = self._kept.n_events(symbol)
        kept = self._kept.find((symbol, interval.name, key))
        if kept is not None:
            found: T = kept.value
            return found
        reader = self._reader(connection, request)
        if reader is None:
            return None
        value, n_bytes = make(reader)
        self._context.damage.report(connection, reader.findings)
        ever = Span(HISTORY_START, reader.facts.now + DAY_S)
        piece = _AnyBars(symbol, interval.base, ever, is_of_daily=True, value=value, n_bytes=n_bytes)
        self._kept.keep((symbol, interval.name, key), piece, n_events)
        return value

    def _reader(self, connection: Connection, request: DrawingRequest) -> StudyBarsReader | None:
        known = self._catalog.read(connection, symbols_of(request.symbol)[0], request.interval.base)
        facts = known.readable
        if facts is None:
            return None
        wanted = BarsRequest(request.symbol, request.interval, None, fill="none")
        kind = RatioBarsReader if is_ratio(request.symbol) else StudyBarsReader
        return kind(connection, self._catalog, known, facts, wanted)

    def _curve(self, connection: Connection, request: DrawingRequest, task: VwapTask) -> DrawingValues:
        """Return the mean price at the ends that a chart wants: windows of a chart share one computation."""
        ends = np.array(task.ends, np.int64)

        def make(reader: StudyBarsReader) -> tuple[_Vwap, int]:
            made = _vwap_since(reader, task.start)
            return made, 3 * made.open_time.nbytes + _FEW_BYTES

        found = self._keep(connection, request, ("vwap", task.start), make)
        if found is None or not len(found.open_time):
            return DrawingValues(request)
        at = np.searchsorted(found.open_time, ends) - 1
        curves = {
            name: np.where(at >= 0, values[np.maximum(at, 0)], np.nan)
            for name, values in (("vwap", found.mean), ("deviation", found.deviation))
        }
        return DrawingValues(request, found.source, found.has_gaps, curves)


def _vwap_since(reader: StudyBarsReader, start: int) -> _Vwap:
    """Compute from the finest interval that is complete since the anchor, shorter or longer than the chart's.

    The chart's own bars are taken although some are missing when there is none.
    """
    end = reader.facts.now + DAY_S
    source = read_source(reader, start, end)
    if not len(source.bars) or source.has_gap_before(int(source.bars.open_time[-1])):
        longer = read_coarser(reader, start, end)
        source = longer if len(longer.bars) else source
    bars, times = source.bars, source.bars.open_time
    if not len(bars) or not bars.volume.any():
        return _Vwap(times[:0], _NO_CURVE, _NO_CURVE, "", has_gaps=False)
    mean, deviation = weighted_since(np.zeros(1, np.int64), (bars.high + bars.low + bars.close) / 3, bars.volume)
    keys, has_gaps = _chart_times(reader, source.interval, times), source.has_gap_before(int(times[-1]))
    is_last = np.append(keys[1:] != keys[:-1], True)  # of many bars of one day its last one
    return _Vwap(keys[is_last], mean[is_last], deviation[is_last], source.name, has_gaps)


def _chart_times(reader: StudyBarsReader, source: Interval, times: IntArray) -> IntArray:
    """Return the open_times of bars as times that key bars of the chart: of a daily one the dates of their sessions.

    Of bars that are longer than those of the chart the last second before they close: what they add is known then.
    """
    if source.step_s > reader.interval.step_s:
        return bar_close_times(reader.facts.calendar, source, times) - 1
    if reader.interval.is_daily and not source.is_daily:
        return bar_dates(reader.facts.calendar, source, times)
    return times


def _values_of(reader: StudyBarsReader, request: DrawingRequest) -> DrawingValues:
    task = request.task
    if isinstance(task, PositionTask):
        return position_values(reader, request, task)
    if isinstance(task, ProfileTask):
        return _profile(reader, request, task)
    if isinstance(task, VolumeTask):
        own = read_own(reader, task.span.start, task.span.end)
        has_gaps = own.has_gap_before(task.span.end)
        volume = float(own.bars.volume.sum()) if len(own.bars) and not has_gaps else None
        return DrawingValues(request, own.name, has_gaps, volume=volume)
    raise TypeError(f"no values of {type(task).__name__}")


def _profile(reader: StudyBarsReader, request: DrawingRequest, task: ProfileTask) -> DrawingValues:
    source = read_source(reader, task.span.start, task.span.end)
    rows = profile_shares(source.bars, task.n_rows, task.value_area)
    has_gaps = source.has_gap_before(task.span.end)
    return DrawingValues(request, source.name if rows else "", has_gaps, rows=rows)

"""The values of a study at the stored bars of a span: read from as far back as they need, and computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.queries.studies.kept_pieces import Piece
from candledesk.cache.queries.studies.shared_reads import SeriesVersion
from candledesk.domain.span import HISTORY_START, Span
from candledesk.indicators.computing import Values, compute, first_change, recompute
from candledesk.indicators.declaration import Market, Reach
from candledesk.indicators.primitives.recursive import with_reserve

if TYPE_CHECKING:
    from candledesk.cache.queries.studies.bars_reader import StudyBars, StudyBarsReader
    from candledesk.cache.queries.studies.kept_pieces import KeptPieces
    from candledesk.cache.queries.studies.shared_reads import SharedReads
    from candledesk.domain.bars import FloatArray
    from candledesk.domain.interval import Interval
    from candledesk.indicators.studies import Study

N_DOUBLINGS = 6  # reads of twice as many bars before the first value, until that is the same from any start
MOST_BEFORE = 200_000
"""Bars before the first value that are read at most to settle what takes longer than it declares."""
_SUM_BYTES = 2_048  # with its key: a chart that is scrolled asks for the sum before each of its windows
PIECE_BARS = 512 * 512
"""Steps of one piece of a long series, a whole number of rows of every stride."""


def piece_start(interval: Interval, time: int) -> int:
    """Return the start of the piece that holds an instant; pieces lie at the same times for every reader."""
    width = PIECE_BARS * interval.step_s
    return time // width * width


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier requests for a symbol have read and computed.

    ``n_events``: those that had concerned the symbol before the reading transaction began.
    """

    symbol: str
    kept: KeptPieces
    shared: SharedReads
    n_events: int


class StudyComputation:
    """Computes one study on one series, as of one instant; made for one request, on a reader thread."""

    def __init__(self, reader: StudyBarsReader, study: Study, as_of: int | None, earlier: Earlier) -> None:
        """``earlier``: results and reads, which are used and added to unless ``as_of`` is given."""
        self.reader, self.study = reader, study
        self._as_of, self.earlier = as_of, earlier
        self._symbol, self._kept = earlier.symbol, earlier.kept
        self._version = SeriesVersion(
            earlier.symbol, reader.interval.name, earlier.n_events, reader.facts.now, reader.facts.calendar
        )
        self.market = Market(reader.facts.calendar, reader.interval)
        self.notes: list[str] = []

    @property
    def is_of_daily(self) -> bool:
        """Whether daily bars or ex-dates are part of the values."""
        return any(study.indicator.reach is Reach.ANCHOR for study in self.study.chain)

    @property
    def needs_volume(self) -> bool:
        """Whether the values are made of volume."""
        return any(study.indicator.needs_volume for study in self.study.chain)

    def prepare(self, span: Span) -> None:
        """Read what the study needs beside the bars; ``span``: what is to be shown."""
        splits, dividends = self.reader.ex_dates(self._as_of)
        self.market = replace(self.market, splits=splits, dividends=dividends)
        chain = [study.indicator for study in self.study.chain]
        if any(one.needs_daily for one in chain):
            daily, lacking = self.reader.read_daily(self._as_of)
            self.market = replace(self.market, daily=daily, lacking=lacking)
            if not len(daily):
                self.notes.append(f"{self.study.id} is made of daily bars: backfill 1d of {self._symbol} first")
        if any(one.reach is Reach.RANGE for one in chain):
            finer, name = self.reader.read_finest(span, self._as_of)
            self.market = replace(self.market, finer=finer)
            self.notes.append(f"from {name or self.reader.interval.name} bars")

    def compute(self, left: int, end: int, n_before: int = 0, *, is_kept: bool = True) -> tuple[StudyBars, Values]:
        """Return bars up to ``end`` with their values, which are right from ``left`` on.

        ``n_before``: how many bars before ``left`` are read at least, so that several studies read the same ones.
        ``is_kept``: whether the values are kept, to be computed anew from the first changed bar only.
        """
        if self.study.indicator.reach is Reach.HISTORY:
            return self._compute_sum(left, end)
        own, shared = self.study.indicator, self.earlier.shared
        least = self.study.settle if own.settled_from is not None else with_reserve(self.study.settle)
        most = max(least, 32) << (N_DOUBLINGS - 1)
        n_settle = n_first = max(least, shared.find_settle(self._version, self.study, left))
        while True:
            start = min(self._start(left, n_settle), self._start_before(left, n_before))
            read = self._read(start, end)
            first = int(np.searchsorted(read.bars.open_time, left))
            values = self._values(read, is_kept=is_kept)
            is_sure = first >= len(read.bars) or bool(values.settled[first]) or start <= self.reader.oldest
            can_settle = own.reach is Reach.BARS and n_settle < most and self._can_settle(read, values, first)
            if is_sure or not can_settle:
                break
            n_settle = max(2 * n_settle, 64)
        if n_settle > n_first:
            shared.keep_settle(self._version, self.study, left, n_settle)
        return read, values

    def _can_settle(self, read: StudyBars, values: Values, first: int) -> bool:
        """Tell whether more bars can settle the value of the bar ``first``: not if a hole near it is why."""
        study = self.study
        if study.indicator.settled_from is not None:
            last_hole = max((hole.index for hole in read.holes if hole.index <= first), default=0)
            return not last_hole or not values.settled[last_hole - 1]
        takes_longer = any(one.indicator.divisor is not None or one.source is not None for one in study.chain)
        n_bars = study.lookback + study.settle
        return (
            takes_longer
            and first < MOST_BEFORE
            and not any(0 < hole.index <= first < hole.index + n_bars for hole in read.holes)
        )

    def _read(self, start: int, end: int) -> StudyBars:
        if self._as_of is not None:
            return self.reader.read(start, end, self._as_of)
        return self.earlier.shared.read(self.reader, self._version, start, end)

    def _start_before(self, end: int, n_bars: int) -> int:
        if self._as_of is not None:
            return self.reader.start_before(end, n_bars, self._as_of)
        return self.earlier.shared.start_before(self.reader, self._version, end, n_bars)

    def _start(self, left: int, n_settle: int) -> int:
        """Return from when bars are needed for the values from ``left`` on: by each study of the chain in turn."""
        start = left
        for study in reversed(self.study.chain):
            indicator, params = study.indicator, study.params
            n_bars = indicator.lookback(params) + (n_settle if study is self.study else 2 * indicator.settle(params))
            if indicator.reach is Reach.HISTORY:
                if study is not self.study:
                    return self.reader.oldest
                n_bars = 1  # the bar before, from which on is summed
            if indicator.reach is Reach.ANCHOR and indicator.anchor_start is not None:
                start = min(start, indicator.anchor_start(self.market, params, start))
            start = self._start_before(start, n_bars)
        return start

    def _values(self, read: StudyBars, *, is_kept: bool) -> Values:
        """Return the values at all bars that were read, computed anew from the first changed one only."""
        study = self.study
        self._look_for_volume(read)
        if not is_kept or self._as_of is not None or not len(read.bars) or study.indicator.reach is Reach.RANGE:
            return compute(study, read.bars, self.market, read.holes)
        first, has_volume = int(read.bars.open_time[0]), self.market.has_volume
        key = ("values", self._symbol, self.reader.interval.name, study, first, read.holes, has_volume)
        before = self._kept.find(key)
        if before is None:
            values = compute(study, read.bars, self.market, read.holes)
        else:
            is_former = before.value[0] is read.former
            changed = read.n_unchanged if is_former else first_change(before.value[0], read.bars)
            values = recompute(study, before.value, read.bars, self.market, read.holes, changed)
        n_bytes = len(read.bars) * (8 * (6 + len(values.lines)) + 1)
        nothing = Span(HISTORY_START - 1, HISTORY_START)  # changed bars are found by comparing them
        piece = Piece(
            self._symbol,
            self.reader.interval.base,
            nothing,
            is_of_daily=False,
            value=(read.bars, values),
            n_bytes=n_bytes,
        )
        self._kept.keep(key, piece, self._kept.n_events(self._symbol))
        return values

    def _look_for_volume(self, read: StudyBars) -> None:
        """Find out whether the series has volume, even if these bars have none."""
        if not self.needs_volume or self.market.has_volume or not len(read.bars):
            return
        if read.bars.volume.any() or self.reader.has_volume(self._as_of):
            self.market = replace(self.market, has_volume=True)

    def _compute_sum(self, left: int, end: int) -> tuple[StudyBars, Values]:
        """Return the values of a sum over the whole history, of which only the last piece is held at once."""
        begin = max(left, self.reader.oldest)
        read = self._read(self._start(begin, 0), end)
        self._look_for_volume(read)
        carried, is_sure = self._carried(begin)
        return self._sum_piece(read, begin, carried, is_sure=is_sure)

    def _carried(self, begin: int) -> tuple[tuple[float, ...], bool]:
        """Return the sums before a piece, and whether nothing is missing in them."""
        carried, is_sure = (0.0,) * len(self.study.indicator.outputs), True
        start = self.reader.oldest
        while start < begin:
            piece_end = piece_start(self.reader.interval, start) + PIECE_BARS * self.reader.interval.step_s
            following = min(piece_end, begin)
            key = ("sum", self._symbol, self.reader.interval.name, self.study, following, self.market.has_volume)
            kept = None if self._as_of is not None else self._kept.find(key)
            if kept is not None:
                carried, is_sure = kept.value
            else:
                read = self.reader.read(self._start(start, 0), following, self._as_of)
                read, values = self._sum_piece(read, start, carried, is_sure=is_sure)
                if len(read.bars):
                    carried = tuple(float(line[-1]) for line in values.lines.values())
                    is_sure = bool(values.settled[-1])
                self._keep_sum(key, following, (carried, is_sure))
            start = following
        return carried, is_sure

    def _keep_sum(self, key: tuple[object, ...], end: int, value: tuple[tuple[float, ...], bool]) -> None:
        if self._as_of is None:
            span = Span(HISTORY_START, end)
            piece = Piece(self._symbol, self.reader.interval.base, span, self.is_of_daily, value, _SUM_BYTES)
            self._kept.keep(key, piece, self.earlier.n_events)

    def _sum_piece(
        self, read: StudyBars, begin: int, carried: tuple[float, ...], *, is_sure: bool
    ) -> tuple[StudyBars, Values]:
        """Return the bars from ``begin`` on, with the values that follow on sums before them."""
        values = compute(self.study, read.bars, self.market, read.holes)
        first = int(np.searchsorted(read.bars.open_time, begin))
        if begin <= self.reader.oldest and any(hole.index == 0 for hole in read.holes):
            is_sure = False
        settled = np.full(len(read.bars) - first, is_sure)
        for gap in read.gaps:
            settled[max(int(np.searchsorted(read.bars.open_time, gap.span.start)) - first, 0) :] = False

        def follow(line: FloatArray, before: float) -> FloatArray:
            added: FloatArray = line[first:] - (line[first - 1] if first else 0.0) + before
            return added

        lines = zip(values.lines.items(), carried, strict=True)
        return read.from_index(first), Values({name: follow(line, before) for (name, line), before in lines}, settled)

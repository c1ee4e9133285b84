"""The bar axis of a chart: index ↔ row ↔ time, of the bars that are loaded, of older ones and of those to come. Pure.

An *index* counts bars from the oldest loaded one: from 0 to ``n_bars - 1`` they are loaded, older ones are negative,
those to come begin with ``n_bars``. A *row* is what the cache sent: one bar, or about ``stride`` bars in one. A *slot*
is a row or, behind the last row, one bar to come. A *time* is a bar's open in UTC seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, NewType

import numpy as np

from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray

AxisRow = NewType("AxisRow", int)
BarIndex = NewType("BarIndex", int)
_NEAR_ROWS = 1_024
_FAR = 10_000_000  # bars beyond what is known that can still be counted


class RowGroups(NamedTuple):
    """Rows in columns of ``block`` bars; ``centre``: the fractional index of each column's middle.

    ``rows``: a slice or the numbers of the rows, ascending; ``first``: the row that the first column starts with.
    ``at``: where in ``rows`` each column begins, ``None`` when every row is a column.
    """

    rows: slice | IntArray
    first: int
    block: int
    centre: FloatArray
    at: IntArray | None = None


@dataclass(frozen=True, eq=False)
class BarAxis:
    """The gapless axis of a loaded window; ``open_time``: of each row's first bar, ascending, shape ``(n,)``.

    ``starts``: the index of each row's first bar and, last, the number of bars, shape ``(n + 1,)``, from 0; ``None``
    when every row is one bar. ``stride``: how many bars a row may hold; ``origin``: what an index of this window is
    short of the index that stays the same while windows come and go. ``n_older`` and ``n_newer``: how many bars are
    stored on either side, ``stored_from``: when the oldest stored bar opens, ``None`` when that is not known.
    ``upcoming``: the open times of the bars that are expected behind the last one, shape ``(m,)``, ``None`` for none.
    ``step_s``: the seconds of one bar.
    """

    open_time: IntArray
    starts: IntArray | None = None
    stride: int = 1
    origin: int = 0
    n_older: int = 0
    n_newer: int = 0
    stored_from: int | None = None
    upcoming: IntArray | None = None
    step_s: int = DAY_S

    # -- rows and slots

    @property
    def n_rows(self) -> int:
        """How many rows are loaded."""
        return len(self.open_time)

    @property
    def n_bars(self) -> int:
        """How many bars the rows stand for."""
        return len(self.open_time) if self.starts is None else int(self.starts[-1])

    @property
    def n_slots(self) -> int:
        """How many rows there are, and bars to come behind them."""
        return len(self.open_time) + self.n_upcoming

    @property
    def n_upcoming(self) -> int:
        """How many bars to come are known."""
        return len(self.upcoming_times)

    @property
    def n_stored(self) -> int:
        """How many bars are stored, loaded or not."""
        return self.n_older + self.n_bars + self.n_newer

    @property
    def is_single(self) -> bool:
        """Whether every row is one bar."""
        return self.starts is None

    @property
    def upcoming_times(self) -> IntArray:
        """The open times of the bars to come that are known, shape ``(n_upcoming,)``."""
        return np.empty(0, np.int64) if self.upcoming is None else self.upcoming

    @cached_property
    def slot_times(self) -> IntArray:
        """The open time of each slot's first bar, shape ``(n_slots,)``."""
        return np.concatenate((self.open_time, self.upcoming_times)) if self.n_upcoming else self.open_time

    def start_of(self, slot: int) -> BarIndex:
        """Return the index of a slot's first bar; of the slot behind the last one the index behind its bar."""
        if self.starts is None or slot <= 0:
            return BarIndex(slot)
        n = len(self.open_time)
        return BarIndex(int(self.starts[slot]) if slot <= n else int(self.starts[-1]) + slot - n)

    def starts_of(self, slots: IntArray) -> IntArray:
        """Return the indexes of the first bars of many slots."""
        if self.starts is None:
            return slots
        n = len(self.open_time)
        return self.starts[np.minimum(slots, n)] + np.maximum(slots - n, 0)

    def middle_of(self, row: int) -> float:
        """Return the fractional index of a row's middle."""
        if self.starts is None:
            return float(row)
        return (int(self.starts[row]) + int(self.starts[row + 1]) - 1) / 2

    def middles(self, lo: int, hi: int) -> FloatArray:
        """Return the fractional indexes of the middles of rows ``[lo, hi)``."""
        if self.starts is None:
            return np.arange(lo, hi, dtype=np.float64)
        middle: FloatArray = (self.starts[lo:hi] + self.starts[lo + 1 : hi + 1] - 1) / 2
        return middle

    def row_at(self, index: float) -> AxisRow:
        """Return the row that holds a bar, clamped to the window, which must not be empty."""
        n = len(self.open_time)
        row = round(index) if self.starts is None else int(np.searchsorted(self.starts, round(index), "right")) - 1
        return AxisRow(min(max(row, 0), n - 1))

    def slot_at(self, index: float) -> int:
        """Return the slot that holds a bar, clamped to those that are known, of which there must be one."""
        beyond = round(index) - self.n_bars
        if beyond < 0 or not self.n_upcoming:
            return self.row_at(index)
        return len(self.open_time) + min(beyond, self.n_upcoming - 1)

    def rows_between(self, lo: int, hi: int) -> tuple[AxisRow, AxisRow]:
        """Return the half-open range of rows that hold the loaded bars with an index in ``[lo, hi)``."""
        if self.starts is None:
            return AxisRow(lo), AxisRow(hi)
        if hi == lo:
            row = AxisRow(self.n_rows if lo == self.n_bars else self.row_at(lo))
            return row, row
        return self.row_at(lo), AxisRow(self.row_at(hi - 1) + 1)

    # -- times

    def row_of(self, time: int) -> AxisRow:
        """Return the row that holds a time, clamped to the window; -1 when it is empty."""
        row = int(np.searchsorted(self.open_time, time, side="right")) - 1
        return AxisRow(min(max(row, 0), len(self.open_time) - 1))

    @property
    def loaded_end(self) -> int:
        """The time at which the last loaded row ends at the latest; the window must not be empty."""
        return int(self.open_time[-1]) + self.step_s * self.stride

    def rows_in(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of rows that hold a part of ``[start, end)``; an empty range lies where they would be."""
        times = self.open_time
        lo = int(np.searchsorted(times, start, side="right")) - 1
        lo = lo if lo >= 0 and start < times[lo] + self.step_s * self.stride else lo + 1
        return lo, max(lo, int(np.searchsorted(times, end)))

    def time_at(self, index: float) -> int:
        """Return when the bar at an index opens.

        Exact for loaded rows and for bars to come that are known. Between two of them, within a row of many bars, and
        over the ``n_older`` bars back to ``stored_from`` time is counted evenly; beyond that one bar follows another as
        the loaded ones do on average. The window must not be empty.
        """
        times, starts = self._knots
        return round(float(np.interp(index, starts, times)))

    def index_at(self, time: int) -> float:
        """Return the fractional index of a time, the inverse of ``time_at``."""
        times, starts = self._knots
        return float(np.interp(time, times, starts))

    def indexes_at(self, times: IntArray) -> FloatArray:
        """Return the fractional indexes of many times."""
        known, starts = self._knots
        return np.interp(times, known, starts)

    @cached_property
    def _knots(self) -> tuple[FloatArray, FloatArray]:
        """Return times and their indexes, ascending, between which both are counted evenly; far beyond either end."""
        times, index = self.slot_times, self.starts_of(np.arange(self.n_slots))
        n_steps = int(index[-1] - index[0])
        far_s = _FAR * (int(times[-1] - times[0]) / n_steps if n_steps else float(self.step_s))
        first, n_older = int(times[0]), 0
        knots = []
        if self.n_older and self.stored_from is not None and self.stored_from < first:
            first, n_older = self.stored_from, self.n_older
            knots = [(first, -n_older)]
        older, newer = [(first - far_s, -n_older - _FAR), *knots], [(times[-1] + far_s, index[-1] + _FAR)]
        all_times, all_index = (
            np.concatenate(([knot[at] for knot in older], known, [newer[0][at]]), dtype=np.float64)
            for at, known in ((0, times), (1, index))
        )
        return all_times, all_index

    # -- columns

    def aligned(self, index: float, block: int) -> int:
        """Return where the block of ``block`` bars begins that holds an index: blocks stay while windows change."""
        return int((index + self.origin) // block) * block - self.origin

    def groups(self, lo: int, hi: int, block: int, is_shown: BoolArray | None = None) -> RowGroups:
        """Return the rows ``[lo, hi)`` in columns of ``block`` bars; a row belongs to the block of its first bar.

        Blocks are whole: they may reach outside ``[lo, hi)``, so that panning and prepending never regroup bars. Rows
        too coarse for ``block`` are columns as they are. ``is_shown``: of every row of the window; the others are left
        out, and a block of which nothing is shown has no column.
        """
        row_bars = 1 if self.starts is None else self.stride
        is_grouped = block > row_bars and hi > lo
        if is_grouped:
            first, behind = self.aligned(self.start_of(lo), block), self.aligned(self.start_of(hi - 1), block) + block
            lo, hi = self._rows_from(first), self._rows_from(behind)
        if is_shown is not None:
            rows = lo + np.flatnonzero(is_shown[lo:hi])
            if is_grouped and len(rows):
                return self._grouped(rows, int(rows[0]), self.starts_of(rows), block)
            return RowGroups(rows, lo, row_bars, self.middles(lo, hi)[rows - lo])
        if not is_grouped:
            return RowGroups(slice(lo, hi), lo, row_bars, self.middles(lo, hi))
        if self.starts is not None:
            return self._grouped(slice(lo, hi), lo, self.starts[lo:hi], block)
        starts = np.arange(first, behind, block)
        return RowGroups(slice(lo, hi), lo, block, _middle_of(starts, block), np.maximum(starts, 0) - lo)

    def _rows_from(self, index: int) -> int:
        """Return the first row that starts at an index or after it, ``n_rows`` for none."""
        if self.starts is None:
            return min(max(index, 0), self.n_rows)
        return int(np.searchsorted(self.starts[:-1], index))

    def _grouped(self, rows: slice | IntArray, first: int, starts: IntArray, block: int) -> RowGroups:
        keys = (starts + self.origin) // block
        is_first = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
        at = np.flatnonzero(is_first)
        return RowGroups(rows, first, block, _middle_of(keys[at] * block - self.origin, block), at)

    # -- from window to window

    def continuing(self, previous: BarAxis) -> BarAxis:
        """Return the axis with the origin that keeps the blocks of the axis of the same series that it replaces."""
        if not self.n_rows or not previous.n_rows:
            return replace(self, origin=previous.origin)
        shift = self.shift_from(previous, int(self.open_time[-1]))
        return self if shift is None else replace(self, origin=previous.origin - shift)

    def shift_from(self, previous: BarAxis, near: int) -> int | None:
        """Return what to add to an index of ``previous`` to get the same bar's here; ``None`` when nothing is shared.

        Rows of both start at some of the same bars; of those the one next to the time ``near`` decides, so that bars
        that came in elsewhere do not matter.
        """
        few, many = previous.open_time, self.open_time
        is_swapped = len(few) > len(many)
        if is_swapped:
            few, many = many, few
        rows = _nearest_shared(few, many, near)
        if rows is None:
            return None
        old, new = rows[::-1] if is_swapped else rows
        return self.start_of(new) - previous.start_of(old)


def _middle_of(starts: IntArray, block: int) -> FloatArray:
    return starts.astype(np.float64) + (block - 1) / 2


def _nearest_shared(few: IntArray, many: IntArray, near: int) -> tuple[int, int] | None:
    """Return the rows of the time that both hold and that is next to ``near``; mostly it is very close."""
    if not len(few):
        return None
    middle = int(np.searchsorted(few, near))
    for reach in (_NEAR_ROWS, len(few)):
        lo = max(0, middle - reach)
        part = few[lo : middle + reach]
        at = np.minimum(np.searchsorted(many, part), len(many) - 1)
        shared = np.flatnonzero(many[at] == part)
        if len(shared):
            nearest = int(shared[np.argmin(np.abs(part[shared] - near))])
            return lo + nearest, int(at[nearest])
    return None

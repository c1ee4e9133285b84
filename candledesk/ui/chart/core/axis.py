"""The gapless axis of a loaded window: rows of one or of many bars, and the index of every row's bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray

AxisRow = NewType("AxisRow", int)  # row of the loaded window
BarIndex = NewType("BarIndex", int)  # bar of the loaded window, counted from its oldest
_NEAR_ROWS = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Where the rows of a window lie; ``open_time``: of each row's first bar, ascending, shape ``(n,)``.

    ``starts``: the index of each row's first bar and, last, the number of bars, shape ``(n + 1,)``, from 0;
    ``None`` when every row is one bar.
    """

    open_time: IntArray
    starts: IntArray | None = None

    @property
    def n_rows(self) -> int:
        """How many rows are loaded."""
        return len(self.open_time)

    @property
    def n_bars(self) -> int:
        """How many bars the rows stand for."""
        return len(self.open_time) if self.starts is None else int(self.starts[-1])

    def start_of(self, row: int) -> BarIndex:
        """Return the index of a row's first bar."""
        return BarIndex(row if self.starts is None else int(self.starts[row]))

    def starts_of(self, rows: IntArray) -> IntArray:
        """Return the indexes of the first bars of many rows."""
        return rows if self.starts is None else self.starts[rows]

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

    def row_of(self, open_time: int) -> AxisRow:
        """Return the row that holds a time, clamped to the window; -1 when it is empty."""
        row = int(np.searchsorted(self.open_time, open_time, side="right")) - 1
        return AxisRow(min(max(row, 0), len(self.open_time) - 1))

    def shift_from(self, previous: Axis, near: int) -> int | None:
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

"""Bars as a struct of arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.span import Span

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Bars:
    """n bars, ascending and unique in ``open_time``; all arrays have shape ``(n,)`` and are read-only.

    ``open_time``: int64 UTC seconds of each bar's open (1d and longer: the session's date at 00:00 UTC);
    prices: float64 in the instrument's currency; ``volume``: float64 units.
    """

    open_time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    def __post_init__(self) -> None:
        """Freeze the arrays so that they can be shared between threads."""
        for column in (self.open_time, self.open, self.high, self.low, self.close, self.volume):
            column.flags.writeable = False

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.open_time)

    @classmethod
    def empty(cls) -> Bars:
        """Return zero bars."""
        return cls(np.empty(0, np.int64), *(np.empty(0, np.float64) for _ in range(5)))

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[float]]) -> Bars:
        """Build from ``(open_time, open, high, low, close, volume)`` rows in ascending order."""
        if not rows:
            return cls.empty()
        time, *values = zip(*rows, strict=True)
        return cls(np.array(time, np.int64), *(np.array(column, np.float64) for column in values))

    def take(self, selection: slice | IntArray | BoolArray) -> Bars:
        """Return the selected bars, in the selection's order."""
        time, volume = self.open_time[selection], self.volume[selection]
        return Bars(
            time, self.open[selection], self.high[selection], self.low[selection], self.close[selection], volume
        )

    def within(self, span: Span) -> Bars:
        """Return the bars whose open lies in ``span``."""
        lo, hi = np.searchsorted(self.open_time, [span.start, span.end])
        return self.take(slice(int(lo), int(hi)))

    def equals(self, other: Bars) -> bool:
        """Tell whether both hold exactly the same bars."""
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

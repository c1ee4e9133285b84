"""The values of a compared series in rows, as the cache sent them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.cache.compare_messages import CompareRequest, CompareRows
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.instrument import Instrument

_DECIMALS = 2  # while nothing is known of the instrument


@dataclass(frozen=True, eq=False, slots=True)
class CompareValues:
    """The closes of another series beside n rows of a chart; see ``CompareRows``.

    ``until``: the end of the span that they were read for (UTC seconds); ``note``: a sentence for people, or empty;
    ``instrument``: ``None`` where nothing is known.
    """

    request: CompareRequest
    open_time: IntArray
    least: FloatArray
    greatest: FloatArray
    last: FloatArray
    own_time: IntArray
    is_carried: BoolArray
    instrument: Instrument | None = None
    note: str = ""

    @property
    def stride(self) -> int:
        """How many bars a row may hold."""
        return self.request.stride

    @property
    def until(self) -> int:
        """The end of the span that the rows were read for."""
        return self.request.span.end

    @property
    def decimals(self) -> int:
        """Digits after the point of a value."""
        return self.instrument.price_decimals if self.instrument else _DECIMALS

    @classmethod
    def from_rows(cls, rows: CompareRows) -> CompareValues:
        """Return the values of a reply; without any the note says why."""
        note = ""
        if not np.isfinite(rows.last).any():
            note = rows.gaps[-1].reason if rows.gaps else "no bars in this part of the chart"
        return cls(
            rows.request, rows.open_time, rows.least, rows.greatest, rows.last, rows.own_time, rows.is_carried,
            rows.instrument, note,
        )  # fmt: skip

    @classmethod
    def failed(cls, request: CompareRequest, note: str) -> CompareValues:
        """Return no values, with the sentence that says why."""
        times, none, false = np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_)
        return cls(request, times, none, none, none, times, false, None, note)

    def rows_of(self, times: IntArray) -> IntArray:
        """Return the row that holds each of the open times, -1 for none; int64, as many as ``times``."""
        rows = np.searchsorted(self.open_time, times, side="right").astype(np.int64) - 1
        rows[times >= self.until] = -1
        return rows

    def row_of(self, time: int) -> int:
        """Return the row that holds an open time, -1 for none."""
        return int(self.rows_of(np.array([time], np.int64))[0])

    def last_of(self, times: IntArray) -> FloatArray:
        """Return the closes at the end of the rows that hold the open times, NaN for none; as many as ``times``."""
        if not len(self.last) or not len(times):
            return np.full(len(times), np.nan)
        at = int(np.searchsorted(self.open_time, times[0]))
        if np.array_equal(self.open_time[at : at + len(times)], times):  # the window is that of the values, as mostly
            return self.last[at : at + len(times)]
        rows = self.rows_of(times)
        found: FloatArray = np.where(rows >= 0, self.last[np.maximum(rows, 0)], np.nan)
        return found

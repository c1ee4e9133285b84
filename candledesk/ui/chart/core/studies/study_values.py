"""The values of an indicator in rows, as the cache sent them; independent of the window that is shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.cache.indicator_messages import IndicatorReply, IndicatorRows, ProfileRow
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.indicators.studies import Study


@dataclass(frozen=True, eq=False)
class StudyValues:
    """The lines of a study at n rows of up to ``stride`` bars each.

    ``open_time``: of each row's first bar, ascending, shape ``(n,)``; ``least``, ``greatest``, ``last``: float64
    ``(n,)`` by output, the same arrays where a row is one bar. ``settled``: bool ``(n,)``. ``shifts``: by how many
    bars an output is drawn to the right. ``profile``: the rows of a volume profile. ``notes``: sentences for people.
    """

    study: Study
    symbol: str
    interval: Interval
    stride: int
    open_time: IntArray
    least: Mapping[str, FloatArray]
    greatest: Mapping[str, FloatArray]
    last: Mapping[str, FloatArray]
    settled: BoolArray
    shifts: Mapping[str, int] = field(default_factory=dict)
    profile: tuple[ProfileRow, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def from_reply(cls, reply: IndicatorReply) -> StudyValues:
        """Return the values of bars."""
        request, lines = reply.request, reply.lines
        return cls(
            request.study, request.symbol, request.interval, 1, reply.open_time, lines, lines, lines, reply.settled,
            reply.shifts, reply.profile, reply.notes,
        )  # fmt: skip

    @classmethod
    def from_rows(cls, rows: IndicatorRows) -> StudyValues:
        """Return the values of rows of many bars."""
        request, study = rows.request, rows.request.study
        shifts = study.indicator.shifts(study.params)
        return cls(
            study, request.symbol, request.interval, request.stride, rows.open_time, rows.least, rows.greatest,
            rows.last, rows.settled, shifts,
        )  # fmt: skip

    @cached_property
    def vertices(self) -> tuple[IntArray, FloatArray]:
        """The rows and the prices of a zig zag's turning points, both shape ``(m,)``."""
        name = self.study.indicator.output_names[0]
        least, greatest = self.least[name], self.greatest[name]
        rows: list[int] = []
        prices: list[float] = []
        for row in np.flatnonzero(np.isfinite(least)).tolist():
            low, high = float(least[row]), float(greatest[row])
            both = [low] if low == high else [high, low] if prices and prices[-1] < (low + high) / 2 else [low, high]
            rows += [row] * len(both)
            prices += both
        return np.array(rows, np.int64), np.array(prices, np.float64)

    def value_at(self, output: str, time: int) -> float:
        """Return the value in the row that opens at a time, NaN for none."""
        row = int(self.open_time.searchsorted(time))
        is_row = row < len(self.open_time) and int(self.open_time[row]) == time
        return float(self.last[output][row]) if is_row else float("nan")

    def latest(self, output: str) -> float:
        """Return the value in the newest row, NaN for none."""
        return float(self.last[output][-1]) if len(self.open_time) else float("nan")

"""Dates in the space right of the last bar, where the venue's calendar names no bars any more. Pure.

The calendar names the next 500 bars; further ones follow each other as evenly as the loaded ones do on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.ui.chart.core.axis import BarAxis
    from candledesk.ui.chart.core.viewport import Placed

_MOST_DAYS = 40_000  # a hundred years: labels beyond would be of no use


def n_beyond(placed: Placed) -> int:
    """Return how many bars the view reaches beyond those that the calendar names; 0 where it names none."""
    axis = placed.axis
    return max(0, int(placed.right_edge + 0.5) + 1 - axis.start_of(axis.n_slots)) if axis.n_upcoming else 0


def local_time_at(axis: BarAxis, local_s: IntArray, index: int, *, is_daily: bool) -> int:
    """Return the wall clock (seconds since 1970 in the chart's zone) at an index behind the last slot.

    ``local_s``: of each slot; the zone's offset is taken to stay. Daily bars have their date at 00:00.
    """
    local = axis.time_at(index) + int(local_s[-1]) - int(axis.slot_times[-1])
    return local // DAY_S * DAY_S if is_daily else local


def days_beyond(axis: BarAxis, local_s: IntArray, n_bars: int) -> tuple[IntArray, IntArray]:
    """Return the midnights of the ``n_bars`` bars behind the last slot: their wall clock, and the bars they begin with.

    Both of shape ``(m,)``, ascending; no bar has two of them.
    """
    behind = axis.start_of(axis.n_slots)
    last, end = (local_time_at(axis, local_s, at, is_daily=False) for at in (behind - 1, behind + n_bars))
    midnights = np.arange(last // DAY_S + 1, min(end // DAY_S, last // DAY_S + _MOST_DAYS) + 1, dtype=np.int64) * DAY_S
    offset = int(local_s[-1]) - int(axis.slot_times[-1])
    index = np.ceil(axis.indexes_at(midnights - offset)).astype(np.int64)
    is_first = np.append(np.diff(index) > 0, True) & (index >= behind)  # the last date of those within one bar
    return midnights[is_first], index[is_first]

"""The time of a bar as other charts understand it: an instant, or the date of a daily bar. Pure.

Daily bars are keyed by their date at 00:00 UTC, whatever the zone of their venue; the bar of the same date is their
bar in another daily chart, and the session of that date in an intraday chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.bar_spans import span_in_keys

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series


@dataclass(frozen=True, slots=True)
class Moment:
    """The bar that opens at ``time`` (UTC seconds) and is ``step_s`` long; a date at 00:00 UTC when ``is_date``."""

    time: int
    step_s: int
    is_date: bool = False


def moment_of(series: Series, slot: int) -> Moment | None:
    """Return the time of a slot of the axis, ``None`` for one behind the bars to come that are known."""
    times = series.axis.slot_times
    if not 0 <= slot < len(times):
        return None
    return Moment(int(times[slot]), series.interval.step_s, series.interval.is_daily)


def slot_of(series: Series, moment: Moment) -> int | None:
    """Return the slot that holds a moment, ``None`` when none does: between sessions, or outside of the loaded window.

    Where no bar holds its beginning, the first one that opens within the moment's own bar is meant.
    """
    first, behind = _span(series, moment)
    times = series.axis.slot_times
    slot = int(np.searchsorted(times, first, side="right")) - 1
    if slot >= 0 and first < _end_of(series, slot):
        return slot
    return slot + 1 if slot + 1 < len(times) and int(times[slot + 1]) < behind else None


def last_slot_of(series: Series, moment: Moment) -> int:
    """Return the last slot that opens before a moment's bar ends; -1 when that is before the loaded window."""
    return int(np.searchsorted(series.axis.slot_times, _span(series, moment)[1], side="left")) - 1


def last_second_of(series: Series, moment: Moment) -> int:
    """Return the last second of a moment's bar as the times that key the bars of ``series``."""
    return _span(series, moment)[1] - 1


def _span(series: Series, moment: Moment) -> tuple[int, int]:
    """Return the moment as a half-open span of the times that key the bars of ``series``."""
    zone = series.instrument.tz if series.instrument else "UTC"
    is_daily = series.interval.is_daily
    return span_in_keys(moment.time, moment.step_s, zone, is_date=moment.is_date, is_daily=is_daily)


def _end_of(series: Series, slot: int) -> int:
    """Return when the bar, or the bars, of a slot end; a break between sessions is not part of a single bar."""
    times, interval = series.axis.slot_times, series.interval
    following = int(times[slot + 1]) if slot + 1 < len(times) else None
    longest = interval.longest_s if series.axis.is_single or following is None else following - int(times[slot])
    end = int(times[slot]) + longest
    return end if following is None else min(end, following)

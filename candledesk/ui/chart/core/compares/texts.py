"""The texts of compared series: the rows of the legend and the tags on the axes. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from candledesk.ui.chart.core.compares.compare import Place
from candledesk.ui.chart.core.scales import format_percent, format_price

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.ui.chart.core.compares.columns import ShownCompare
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.core.scales import PaneScale

_WHOLE_FROM = 1_000.0  # percent, from which on no decimals are shown


class CompareText(NamedTuple):
    """A row of the legend at one bar; ``change``: of the value since the bar that it counts from, NaN for none.

    ``value`` and ``change_text`` are empty where there is none; ``note``: the time of the other's own bar where it
    differs, else why there is no value.
    """

    value: str
    change: float
    change_text: str
    note: str


def compare_text(one: ShownCompare, times: IntArray, row: int, *, is_daily: bool) -> CompareText:
    """Return what the legend says of a series at one of the rows that open at ``times``; nothing of a hidden one."""
    values = one.values
    if not one.compare.is_shown or not 0 <= row < len(times):
        return CompareText("", math.nan, "", "")
    if values is None:
        return CompareText("", math.nan, "", "loading…")
    at = values.row_of(int(times[row]))
    value = float(values.last[at]) if at >= 0 and len(values.last) else math.nan
    if math.isnan(value):
        return CompareText("", math.nan, "", values.note)
    change = value / one.base - 1 if one.base > 0 else math.nan
    text = "" if math.isnan(change) else percent_text(change)
    return CompareText(format_price(value, values.decimals), change, text, _own_time(values, at, is_daily=is_daily))


def percent_text(change: float) -> str:
    """Return a change as a signed percentage."""
    return format_percent(change * 100, is_whole=abs(change) * 100 >= _WHOLE_FROM)


def _own_time(values: CompareValues, at: int, *, is_daily: bool) -> str:
    """Return when the other's own bar opened, where that is not when the chart's bar did; of a row of bars never."""
    own = int(values.own_time[at])
    if values.stride != 1 or own == int(values.open_time[at]):
        return ""
    if is_daily:
        return f"bar of {datetime.fromtimestamp(own, UTC):%d %b %Y}"
    zone = values.instrument.tz if values.instrument else "UTC"
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"bar of {datetime.fromtimestamp(own, ZoneInfo(zone)):%d %b %H:%M} {city}"


class CompareTag(NamedTuple):
    """A last value on an axis: the device pixel of its middle, and its text."""

    y: float
    text: str


def compare_tag(one: ShownCompare, scale: PaneScale, box: PaneBox) -> CompareTag | None:
    """Return the tag of the newest value on a scale, ``None`` where it is not within the pane."""
    if one.columns is None or one.values is None or not len(one.values.last):
        return None
    value = float(one.values.last[-1])
    y = float(scale.y_of(value * one.factor)) if math.isfinite(value) else math.nan
    if not box.top <= y < box.bottom:
        return None
    is_percent = one.compare.place is Place.PERCENT
    return CompareTag(y, percent_text(value / one.base - 1) if is_percent else format_price(value, one.values.decimals))

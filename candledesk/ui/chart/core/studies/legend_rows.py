"""The text of the legend's rows of indicators: title, the values at one bar, and what a person should know. Pure."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from candledesk.domain.interval import INTERVAL_KINDS
from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.panes import Unit
from candledesk.ui.chart.core.scales import format_price

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.indicators.declaration import Output
    from candledesk.ui.chart.core.scales import PaneScale
    from candledesk.ui.chart.core.studies.columns import ShownStudy
    from candledesk.ui.chart.core.studies.study_values import StudyValues

LEGEND_TOP, ROW_H = 8.0, 20.0
"""Where the legend begins in the pane of prices, and the height of its rows, in logical pixels (WINDOW.md, look)."""
PANE_TOP = 4.0
"""Where the legend of another pane begins, in logical pixels."""
N_HEAD_ROWS = 2
"""The rows of the chart's own series, above those of indicators: the title, and the values of a bar."""
_MOST_LEVELS = 3  # more of them have no values in the legend
_NONE = "\N{EMPTY SET}"
_CHARTS = dict(zip(INTERVAL_KINDS, ("minute", "hourly", "daily", "weekly", "monthly"), strict=True))


def legend_height(n_studies: int) -> float:
    """Return the height of the legend of the pane of prices with so many rows of indicators, in logical pixels."""
    return LEGEND_TOP + (N_HEAD_ROWS + n_studies) * ROW_H


def pane_legend_height(n_rows: int) -> float:
    """Return the same of another pane, which has no rows of the chart's own series."""
    return PANE_TOP + n_rows * ROW_H


class LegendPart(StrEnum):
    """What of a row is under the mouse."""

    TITLE = "title"
    EYE = "eye"
    GEAR = "gear"
    REMOVE = "remove"


class LegendTarget(NamedTuple):
    """A row of the legend by the key of its study, and the part of it."""

    key: str
    part: LegendPart


def value_in_row(values: StudyValues, output: str, times: IntArray, row: int) -> float:
    """Return the value that is drawn at one of the rows that open at ``times``, NaN for none."""
    at = row - values.shifts.get(output, 0) if values.stride == 1 else row
    return values.value_at(output, int(times[at])) if 0 <= at < len(times) else math.nan


def legend_value(one: ShownStudy, output: str, times: IntArray, slot: int | None) -> float:
    """Return the value of an output that the legend shows at a slot of the crosshair, NaN for none.

    That is the one at its bar, behind the latest bar the one at that; of a line that is drawn shifted, what is drawn at
    the slot. ``None``: there is no crosshair; then it is the last value of the line, which is that of its tag.
    """
    values, newest = one.values, len(times) - 1
    if values is None or newest < 0:
        return math.nan
    is_shifted = values.stride == 1 and values.shifts.get(output, 0) != 0
    if is_shifted:
        return values.latest(output) if slot is None else value_in_row(values, output, times, slot)
    return value_in_row(values, output, times, newest if slot is None else min(slot, newest))


def legend_outputs(one: ShownStudy) -> tuple[Output, ...]:
    """Return the outputs whose values stand in the legend: none of a hidden study, and none of many levels."""
    outputs = tuple(output for output in one.study.drawn if output.plot is not Plot.ZIGZAG)
    n_levels = sum(output.plot is Plot.LEVEL for output in outputs)
    return () if one.values is None or not one.is_on or n_levels > _MOST_LEVELS else outputs


def reserved_chars(scale: PaneScale) -> int:
    """Return the digits to reserve for a value, so that the next ones do not move: those of the ends of its axis."""
    return max(len(value_text(scale.value_at(end), scale)) for end in (scale.top, scale.bottom))


def value_text(value: float, scale: PaneScale) -> str:
    """Return a value as the axis of its pane writes it, a sign for none."""
    if not math.isfinite(value):
        return _NONE
    return format_price(value, scale.decimals) if scale.unit is Unit.PRICE else scale.label(value)


def legend_note(one: ShownStudy, kind: str, *, is_settled: bool) -> str:
    """Return what a person should know of a study, empty for nothing; ``kind``: of the chart's interval."""
    if one.study.is_shown and not one.is_on:
        return f"Not drawn on {_CHARTS[kind]} charts: see its settings"
    if one.values is None or not one.is_on:
        return ""
    notes = [*one.values.notes, *([] if is_settled else ["needs older bars to settle"])]
    return " · ".join(notes)


def is_settled_at(one: ShownStudy, time: int) -> bool:
    """Return whether older history can no longer change the values in the row that opens at a time."""
    values = one.values
    if values is None:
        return True
    at = int(values.open_time.searchsorted(time))
    is_row = at < len(values.open_time) and int(values.open_time[at]) == time
    return bool(values.settled[at]) if is_row else True

"""What drawings show of stored bars: which computation each asks of the cache, and what it is on screen. Pure.

The cache computes of the finest interval that is stored without a gap; the note of the drawing names it. While nothing
has come, a drawing shows its anchors alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.drawing_messages import (
    MAX_ANCHORS,
    MAX_SAMPLES,
    AnchorRequest,
    DrawingValues,
    PositionTask,
    ProfileTask,
    VolumeTask,
    VwapTask,
)
from candledesk.domain.span import Span
from candledesk.drawings.figures import Curve
from candledesk.drawings.tools.ranges.position import outcome_words

if TYPE_CHECKING:
    from candledesk.cache.drawing_messages import DrawingTask
    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.core.axis import BarAxis
    from candledesk.ui.chart.core.drawings.placed import PlacedDrawing, PlacedDrawings
    from candledesk.ui.chart.core.scene import Series

Pixels = Callable[["FloatArray"], "FloatArray"]
_MOST_POINTS = 150  # of a curve on screen: a mean of many bars has no corners that these would miss


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """Values of bars that a drawing shows; empty where it shows none.

    ``index``: of the curves' points, float64 ``(n,)``; ``curves``: by name, float64 ``(n,)``. ``rows``: of a profile,
    each (lower price, upper price, share of the widest row, whether it lies in the value area). ``note``: what they are
    made of; ``volume``: traded between the points, ``None`` when it is not known.
    """

    index: FloatArray = field(default_factory=lambda: np.empty(0))
    curves: Mapping[str, FloatArray] = field(default_factory=dict)
    rows: tuple[tuple[float, float, float, bool], ...] = ()
    note: str = ""
    volume: float | None = None

    def points(self, lo: float, hi: float, x_of: Pixels, y_of: Pixels) -> dict[str, Curve]:
        """Return the pixels of the curves between two indexes, and of one point beyond each, by name."""
        begin = max(int(np.searchsorted(self.index, lo)) - 1, 0)
        end = min(int(np.searchsorted(self.index, hi)) + 2, len(self.index))
        step = max(1, -(-(end - begin) // _MOST_POINTS))
        rows = np.minimum(np.arange(begin, end + step - 1, step), end - 1)  # the last one too
        x = x_of(self.index[rows])
        found = {}
        for name, values in self.curves.items():
            is_known = ~np.isnan(values[rows])
            found[name] = Curve(np.stack((x[is_known], y_of(values[rows][is_known])), axis=1))
        return found


NOTHING = Computed()


def tasks_of(placed: list[PlacedDrawing], series: Series) -> dict[str, DrawingTask]:
    """Return what is to be computed for drawings on a window of bars, by their ids."""
    tasks = ((one.drawing.id, _TASKS[one.tool.id](one, series)) for one in placed if one.tool.id in _TASKS)
    return {drawing_id: task for drawing_id, task in tasks if task is not None}


def near_tasks(placed: PlacedDrawings, series: Series) -> dict[str, DrawingTask]:
    """Return what is to be computed for the drawings that reach into the loaded bars, by their ids."""
    near = [one for one in placed.between(0, series.axis.n_bars) if one.tool.id in COMPUTED]
    return tasks_of(near, series)


def anchor_request(placed: PlacedDrawings, series: Series) -> AnchorRequest | None:
    """Return the request for the places of points outside of the loaded bars, ``None`` when none matters."""
    times = series.axis.slot_times
    far = placed.uncounted(int(times[0]), int(times[-1]))[:MAX_ANCHORS]
    if not len(far):
        return None
    return AnchorRequest(series.symbol, series.interval, int(series.axis.open_time[0]), tuple(far.tolist()))


@lru_cache(maxsize=256)
def computed_of(one: PlacedDrawing, values: DrawingValues, series: Series) -> Computed:
    """Return what a drawing shows of values that were computed for it; nothing of those of another series."""
    show = _SHOW.get(one.tool.id)
    if show is None or (values.request.symbol, values.request.interval) != (series.symbol, series.interval):
        return NOTHING
    return show(one, values, series)


def _span_of(one: PlacedDrawing) -> Span:
    """Return the span from the first of the bars it was drawn in to the end of the last one."""
    return Span(min(start for start, _ in one.spans), max(end for _, end in one.spans))


# -- what is asked


def _vwap_task(one: PlacedDrawing, series: Series) -> VwapTask | None:
    axis = series.axis
    return VwapTask(one.spans[0][0], _row_ends(axis)) if round(one.indexes[0]) < axis.n_bars else None


@lru_cache(maxsize=4)
def _row_ends(axis: BarAxis) -> tuple[int, ...]:
    """Return when the rows end; one tuple for all curves of a window, so that equal requests are seen at once."""
    return tuple(np.append(axis.open_time[1:], axis.loaded_end)[-MAX_SAMPLES:].tolist())


def _profile_task(one: PlacedDrawing, _series: Series) -> ProfileTask:
    return ProfileTask(_span_of(one), int(one.style["rows"]), float(one.style["value_area"]))


def _volume_task(one: PlacedDrawing, _series: Series) -> VolumeTask:
    return VolumeTask(_span_of(one))


def _position_task(one: PlacedDrawing, _series: Series) -> PositionTask:
    entry = one.drawing.points[0]
    return PositionTask(entry.time, entry.bar_length, *one.prices)


_TASKS: Mapping[str, Callable[[PlacedDrawing, Series], DrawingTask | None]] = {
    "anchored_vwap": _vwap_task,
    "volume_profile": _profile_task,
    "date_price_range": _volume_task,
    "long_position": _position_task,
    "short_position": _position_task,
}
COMPUTED = frozenset(_TASKS)
"""The tools that show something of stored bars."""

# -- what is shown


def _source_note(values: DrawingValues) -> str:
    return f"from {values.source}" + (", bars are missing" if values.has_gaps else "")


def _show_vwap(one: PlacedDrawing, values: DrawingValues, series: Series) -> Computed:
    task, axis = values.request.task, series.axis
    if not isinstance(task, VwapTask) or not values.curves:
        return NOTHING
    rows = np.searchsorted(axis.open_time, np.array(task.ends, np.int64)) - 1
    is_loaded = rows >= 0
    middles = axis.middles(0, axis.n_rows)[rows[is_loaded]]
    mean, deviation = (values.curves[name][is_loaded] for name in ("vwap", "deviation"))
    curves = {"vwap": mean}
    if one.style["bands"]:
        width = float(one.style["bands"][0]) * deviation
        curves |= {"upper": mean + width, "lower": mean - width}
    return Computed(middles, curves, note=f"VWAP {_source_note(values)}")


def _show_profile(_one: PlacedDrawing, values: DrawingValues, _series: Series) -> Computed:
    return Computed(rows=values.rows, note=f"Volume {_source_note(values)}") if values.rows else NOTHING


def _show_volume(_one: PlacedDrawing, values: DrawingValues, _series: Series) -> Computed:
    return Computed(volume=values.volume)


def _show_position(one: PlacedDrawing, values: DrawingValues, _series: Series) -> Computed:
    if not values.source:
        return NOTHING
    is_long = one.tool.id == "long_position"
    words = outcome_words(values.outcome, values.last, one.prices, one.style, is_long=is_long)
    return Computed(note=f"{words} ({_source_note(values)})")


_SHOW: Mapping[str, Callable[[PlacedDrawing, DrawingValues, Series], Computed]] = {
    "anchored_vwap": _show_vwap,
    "volume_profile": _show_profile,
    "date_price_range": _show_volume,
    "long_position": _show_position,
    "short_position": _show_position,
}

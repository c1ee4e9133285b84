"""What drawings show of stored bars: which computation each asks of the cache, and what it is on screen. Pure.

While nothing has come, a drawing shows its anchors alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.drawing_messages import MAX_ANCHORS, MAX_SAMPLES, AnchorRequest, DrawingValues, VwapTask
from candledesk.cache.rules.drawing_tasks import COMPUTED, TaskInputs, drawing_task, shown_values
from candledesk.drawings.figures import Curve

if TYPE_CHECKING:
    from candledesk.cache.drawing_messages import DrawingTask
    from candledesk.cache.rules.drawing_tasks import ShownValues
    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.core.axis import BarAxis
    from candledesk.ui.chart.core.drawings.placed import PlacedDrawing, PlacedDrawings
    from candledesk.ui.chart.core.scene import Series

Pixels = Callable[["FloatArray"], "FloatArray"]
_VWAP = "anchored_vwap"
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
    tasks = ((one.drawing.id, _task_of(one, series)) for one in placed if one.tool.id in COMPUTED)
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


def _task_of(one: PlacedDrawing, series: Series) -> DrawingTask | None:
    axis = series.axis
    if one.tool.id != _VWAP:
        return drawing_task(_inputs_of(one))
    return drawing_task(_inputs_of(one), _row_ends(axis)) if round(one.indexes[0]) < axis.n_bars else None


def _inputs_of(one: PlacedDrawing) -> TaskInputs:
    return TaskInputs(one.tool.id, one.style, one.drawing.points, one.prices, one.spans)


@lru_cache(maxsize=4)
def _row_ends(axis: BarAxis) -> tuple[int, ...]:
    """Return when the rows end; one tuple for all curves of a window, so that equal requests are seen at once."""
    return tuple(np.append(axis.open_time[1:], axis.loaded_end)[-MAX_SAMPLES:].tolist())


def computed_of(one: PlacedDrawing, values: DrawingValues, series: Series) -> Computed:
    """Return what a drawing shows of values that were computed for it; nothing of those of another series.

    It is made once and kept with the drawing as it is placed, so that it goes with the window of bars.
    """
    key = values, series
    if key not in one.computed:
        one.computed.clear()
        one.computed[key] = _made_of(one, values, series)
    found: Computed = one.computed[key]
    return found


def _made_of(one: PlacedDrawing, values: DrawingValues, series: Series) -> Computed:
    request = values.request
    if one.tool.id not in COMPUTED or (request.symbol, request.interval) != (series.symbol, series.interval):
        return NOTHING
    shown = shown_values(_inputs_of(one), values)
    if isinstance(request.task, VwapTask) and shown.curves:
        return _on_rows(shown, request.task, series.axis)
    is_shown = shown.note or shown.volume is not None
    return Computed(rows=shown.rows, note=shown.note, volume=shown.volume) if is_shown else NOTHING


def _on_rows(shown: ShownValues, task: VwapTask, axis: BarAxis) -> Computed:
    """Return curves in the middles of the rows that end when their values are of."""
    rows = np.searchsorted(axis.open_time, np.array(task.ends, np.int64)) - 1
    is_loaded = rows >= 0
    middles = axis.middles(0, axis.n_rows)[rows[is_loaded]]
    return Computed(middles, {name: curve[is_loaded] for name, curve in shown.curves.items()}, note=shown.note)

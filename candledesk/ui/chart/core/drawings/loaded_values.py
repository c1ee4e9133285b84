"""What drawings show of the loaded bars alone, for pictures that are drawn without a cache beside them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.drawing_messages import (
    DrawingRequest,
    DrawingValues,
    PositionTask,
    ProfileTask,
    VwapTask,
)
from candledesk.cache.rules.drawing_tasks import COMPUTED
from candledesk.domain.bars import Bars
from candledesk.drawings.position import PositionInputs, find_outcome
from candledesk.indicators.primitives.anchored import weighted_since
from candledesk.indicators.volume.profile_rows import profile_shares
from candledesk.ui.chart.core.drawings.computed import tasks_of
from candledesk.ui.chart.core.drawings.placed import placed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.cache.drawing_messages import DrawingTask
    from candledesk.ui.chart.core.scene import ChartScene, Series


def loaded_values(scene: ChartScene) -> Mapping[str, DrawingValues]:
    """Return the values of the drawings of a scene whose bars are all loaded, by their ids."""
    series = scene.series
    if not series.axis.n_rows or not series.axis.is_single:
        return {}
    placed = [one for one in placed_in(scene).of_types(COMPUTED) if min(one.indexes) >= 0]
    return {drawing_id: _values(task, series) for drawing_id, task in tasks_of(placed, series).items()}


def _values(task: DrawingTask, series: Series) -> DrawingValues:
    request, bars, name = DrawingRequest(series.symbol, series.interval, task), series.bars, series.interval.name
    if isinstance(task, VwapTask):
        return DrawingValues(request, name, curves=_curves(task, bars))
    if isinstance(task, PositionTask):
        inputs = PositionInputs(task.entry, task.target, task.stop, task.target >= task.stop)
        later = bars.take(bars.open_time >= task.time + task.drawn.step_s)
        return DrawingValues(request, name, outcome=find_outcome(inputs, later)[0], last=float(bars.close[-1]))
    inside = bars.within(task.span)
    if isinstance(task, ProfileTask):
        return DrawingValues(request, name, rows=profile_shares(inside, task.n_rows, task.value_area))
    return DrawingValues(request, name, volume=float(inside.volume.sum()))


def _curves(task: VwapTask, bars: Bars) -> dict[str, np.ndarray]:
    since = bars.take(bars.open_time >= task.start)
    if not len(since) or not since.volume.any():
        return {}
    price = (since.high + since.low + since.close) / 3
    mean, deviation = weighted_since(np.zeros(1, np.int64), price, since.volume)
    at = np.searchsorted(since.open_time, np.array(task.ends, np.int64)) - 1
    return {name: np.where(at >= 0, line[at], np.nan) for name, line in (("vwap", mean), ("deviation", deviation))}

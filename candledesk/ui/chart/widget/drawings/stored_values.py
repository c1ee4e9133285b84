"""What the drawings of a picture show of stored bars, as the window shows it: asked of the cache and waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.drawing_messages import DrawingRequest
from candledesk.ui.chart.core.drawings.computed import anchor_request, near_tasks
from candledesk.ui.chart.core.drawings.placed import placed_in

if TYPE_CHECKING:
    from candledesk.cache.api import DrawingBarsApi
    from candledesk.ui.chart.core.scene import ChartScene


def with_stored_values(scene: ChartScene, bars: DrawingBarsApi) -> ChartScene:
    """Return a scene whose drawings lie where the stored bars put them and show what is computed of those.

    Raises the errors of ``DrawingBarsApi``.
    """
    series = scene.series
    if not series.axis.n_rows:
        return scene
    counts = anchor_request(placed_in(scene), series)
    if counts is not None:
        scene = replace(scene, anchor_counts=bars.count_anchors(counts).result())
    tasks = near_tasks(placed_in(scene), series)
    asked = {key: bars.load_values(DrawingRequest(series.symbol, series.interval, task)) for key, task in tasks.items()}
    return replace(scene, drawing_values={key: answer.result() for key, answer in asked.items()})

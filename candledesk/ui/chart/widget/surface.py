"""The surface that a chart is laid out on, and the frame of a scene there, solved once per scene."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.frame import Frame, TextMetrics, plot_width, solve_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.chart.core.scene import ChartScene, Series
    from candledesk.ui.chart.paint.layer import Layer


class Surface:
    """A size in logical pixels, the device pixels of one, and what the axes of panes must show of ``layers``."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        """Start with a size that no window has yet."""
        self.dpr = 1.0
        self._size = (800.0, 500.0)
        self._metrics = TextMetrics()
        self._scaled = [layer for layer in layers if layer.autoscale is not None]
        self._solved: tuple[ChartScene, Frame] | None = None

    def resize(self, width: float, height: float, dpr: float, metrics: TextMetrics) -> None:
        """Set the size in logical pixels."""
        self._size, self.dpr, self._metrics = (width, height), dpr, metrics
        self._solved = None

    def plot_width(self, series: Series) -> float:
        """Return the width of the plot of a series in logical pixels."""
        return plot_width(series, self._size[0], self._metrics)

    def frame(self, scene: ChartScene) -> Frame:
        """Return the solved frame of a scene."""
        if self._solved is None or self._solved[0] is not scene:
            # A pixel of which the chart has only half is painted too: it would show what was there before.
            width, height = (math.ceil(side * self.dpr) for side in self._size)
            self._solved = scene, solve_frame(scene, width, height, self.dpr, self._metrics, self._scaled)
        return self._solved[1]

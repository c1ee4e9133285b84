"""Measuring on a chart: a click, a move, a click; any further click or Escape ends it (WORKBENCH.md, 2.1)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.geometry.measurement import Measurement
from candledesk.ui.chart.core.interaction.tool import NO_KEYS
from candledesk.ui.chart.core.panes import Zone
from candledesk.ui.chart.paint.layers import hit_test

if TYPE_CHECKING:
    from candledesk.ui.chart.core.interaction.tool import Held
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.widget.chart_model import ChartModel

_DRAG_PX = 6.0  # a press that moves farther before it is released is a drag from point to point


class MeasureTool:
    """Measures once and gives the mouse back; see ``core.interaction.tool.Tool``. Nothing of it is stored."""

    grabbed: Hit | None = None  # nothing is dragged: the crosshair goes on

    def __init__(self, model: ChartModel) -> None:
        """Wait for the first point."""
        self._model = model
        self._pressed = (0.0, 0.0)
        self._reach = -math.inf  # pixels from there while the button is down

    def press(self, x: float, y: float, _held: Held = NO_KEYS) -> None:
        """Set the first point, then the second; the third press ends it."""
        measured = self._model.scene.measured
        if measured is None:
            self._begin(x, y)
        elif measured.is_done:
            self._end()
        else:
            self._model.show_measured(replace(self._moved(measured, x, y), is_done=True))

    def _begin(self, x: float, y: float) -> None:
        hit = hit_test(self._model.frame(), x, y, self._model.layers)
        if hit.zone is not Zone.PLOT or not self._model.series.axis.n_rows:
            self._end()
            return
        self._pressed, self._reach = (x, y), 0.0
        pane = self._model.frame().panes.box_at(round(y * self._model.frame().dpr)).pane.id
        time, value = self._point(pane, x, y)
        self._model.show_measured(Measurement(pane, time, value, time, value))

    def move(self, x: float, y: float, _held: Held = NO_KEYS) -> None:
        """Let the second point follow the mouse."""
        measured = self._model.scene.measured
        if measured is not None and not measured.is_done:
            self._model.show_measured(self._moved(measured, x, y))
            self._reach = max(self._reach, abs(x - self._pressed[0]), abs(y - self._pressed[1]))

    def release(self) -> None:
        """Set the second point where a drag ends."""
        measured, reach, self._reach = self._model.scene.measured, self._reach, -math.inf
        if measured is not None and not measured.is_done and reach > _DRAG_PX:
            self._model.show_measured(replace(measured, is_done=True))

    def interrupt(self) -> None:
        """Take back the point that a finger has just set."""
        measured, is_first, self._reach = self._model.scene.measured, self._reach >= 0, -math.inf
        if measured is not None:
            self._model.show_measured(None if is_first else replace(measured, is_done=False))

    def key(self, name: str) -> None:
        """End it on ``Escape``."""
        if name == "Escape":
            self._end()

    def _moved(self, measured: Measurement, x: float, y: float) -> Measurement:
        time, value = self._point(measured.pane, x, y)
        return replace(measured, end_time=time, end_value=value)

    def _point(self, pane: str, x: float, y: float) -> tuple[int, float]:
        """Return the time of the bar under a pixel and the value there, within the pane."""
        frame, axis = self._model.frame(), self._model.series.axis
        box = frame.panes.box(pane)
        device_y = min(max(y * frame.dpr, box.top), box.bottom - 1)
        index = axis.start_of(axis.slot_at(frame.placed.logical_at(x)))
        return axis.time_at(index), frame.scales[pane].value_at(device_y)

    def _end(self) -> None:
        self._model.use_tool(None)

"""Mouse gestures on a chart: the tool in use gets drags and keys; the wheel and double clicks always do the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.panes import PRICE, Zone
from candledesk.ui.chart.core.zoom import is_at_right_edge
from candledesk.ui.chart.paint.layers import hit_test
from candledesk.ui.chart.widget.tools.measure_tool import MeasureTool
from candledesk.ui.chart.widget.tools.pan_tool import PanTool

if TYPE_CHECKING:
    from candledesk.ui.chart.core.interaction.tool import Tool
    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.widget.chart_model import ChartModel

_PAN_PX_PER_100 = 80.0
_ZOOM_PER_100 = 0.1


def zoom_factor(delta: float) -> float:
    """Return the factor of one wheel event; ``delta`` in browser units, positive away from the user."""
    return 1 + math.copysign(_ZOOM_PER_100 * min(1.0, abs(delta) / 100), delta)


class MouseGestures:
    """Turns positions in logical pixels into calls of the tool in use and of the model."""

    def __init__(self, model: ChartModel) -> None:
        """Pan while the model has no other tool."""
        self._model = model
        self._pan = PanTool(model)
        self._layers = [layer for layer in model.layers if layer.hit is not None]

    @property
    def tool(self) -> Tool:
        """The tool in use."""
        return self._model.tool or self._pan

    @property
    def grabbed(self) -> Hit | None:
        """What is being dragged."""
        return self.tool.grabbed

    @property
    def is_panning(self) -> bool:
        """Whether the plot is being dragged."""
        return self.grabbed is not None and self.grabbed.zone is Zone.PLOT

    @property
    def takes_escape(self) -> bool:
        """Whether there is something that ``Escape`` ends."""
        return self._model.tool is not None or self.grabbed is not None

    def hit_at(self, x: float, y: float) -> Hit:
        """Return what lies under a pixel."""
        return hit_test(self._model.frame(), x, y, self._layers)

    def press(self, x: float, y: float, *, is_measuring: bool = False) -> None:
        """Begin a drag; ``is_measuring``: measure from here, when no other tool is in use."""
        if is_measuring and self._model.tool is None:
            self._model.use_tool(MeasureTool(self._model))
        self._report(self.tool.press(x, y))

    def move(self, x: float, y: float) -> None:
        """Go on with a drag, or only move."""
        self._report(self.tool.move(x, y))

    def release(self) -> None:
        """End a drag."""
        self._report(self.tool.release())

    def key(self, name: str) -> None:
        """Take a key, ``Escape``."""
        self._report(self.tool.key(name))

    def _report(self, command: Command | None) -> None:
        if command is not None:
            self._model.command_done.emit(command)

    def double_click(self, x: float, y: float) -> None:
        """Reset an axis, or give a pane all of the height and back."""
        hit = self.hit_at(x, y)
        if hit.zone is Zone.VALUE_AXIS and hit.pane == PRICE:
            self._model.price_axis.fit()
        elif hit.zone is Zone.TIME_AXIS:
            self._model.reset_time()
        elif hit.zone in {Zone.PLOT, Zone.PANE_HEAD}:
            self._model.toggle_maximised(hit.pane)

    def wheel(self, x: float, dx: float, dy: float, *, has_ctrl: bool) -> None:
        """Pan by ``dx`` and zoom by ``dy`` browser units, at pixel ``x`` or at the right edge (WINDOW.md, rule 5)."""
        if dx:
            self._model.pan(dx / 100 * _PAN_PX_PER_100)
        if not dy:
            return
        wheel, is_latest_visible = self._model.scene.options.wheel, self._model.is_latest_visible()
        if is_at_right_edge(wheel, is_latest_visible=is_latest_visible, has_ctrl=has_ctrl):
            self._model.zoom_right(zoom_factor(dy))
        else:
            self._model.zoom(min(x, self._model.placed.view.width), zoom_factor(dy))

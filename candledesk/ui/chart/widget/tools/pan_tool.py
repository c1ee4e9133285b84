"""The default tool: drags the plot, an axis, a separator between panes, a pane or an indicator."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.interaction.tool import NO_KEYS
from candledesk.ui.chart.core.panes import PRICE, Zone
from candledesk.ui.chart.paint.layers import hit_test
from candledesk.ui.chart.widget.tools.pane_drag import begin_drag

if TYPE_CHECKING:
    from candledesk.ui.chart.core.interaction.tool import Held
    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.tools.pane_drag import PaneDrag

_PRICE_DRAG_PX = 200.0  # dragging the price axis this far scales it by e
_MOST_SCALED = 40.0  # powers of e of one movement: far more than any scale has room for, and no overflow
_LEAST_PX = 20.0  # the time axis cannot be dragged beyond this distance from the right edge
_DRAGGED = frozenset({Zone.LEGEND, Zone.PANE_HEAD})
_TITLES = {Zone.SEPARATOR: "resize panes", Zone.VALUE_AXIS: "scale prices"}


class PanTool:
    """Moves a chart 1:1 with the mouse; see ``core.interaction.tool.Tool``."""

    def __init__(self, model: ChartModel) -> None:
        """Start with nothing grabbed."""
        self._model = model
        self._x = self._y = 0.0
        self._before: dict[str, object] = {}
        self._drag: PaneDrag | None = None
        self.grabbed: Hit | None = None

    def press(self, x: float, y: float, _held: Held = NO_KEYS) -> None:
        """Grab what is there."""
        self._x, self._y = x, y
        self._before = self._model.arrangement()
        self.grabbed = hit_test(self._model.frame(), x, y, self._model.layers)
        self._drag = begin_drag(self._model, x, y) if self.grabbed.zone in _DRAGGED else None

    def move(self, x: float, y: float, _held: Held = NO_KEYS) -> None:
        """Move what is grabbed."""
        grabbed, dx, dy = self.grabbed, x - self._x, y - self._y
        self._x, self._y = x, y
        if grabbed is None or (dx == 0 and dy == 0):
            return
        if self._drag is not None:
            self._drag.move(y)
        elif grabbed.zone is Zone.PLOT:
            self._model.pan(dx, dy)
        elif grabbed.zone is Zone.VALUE_AXIS and grabbed.pane == PRICE:
            self._model.price_axis.scale(math.exp(min(max(dy / _PRICE_DRAG_PX, -_MOST_SCALED), _MOST_SCALED)))
        elif grabbed.zone is Zone.SEPARATOR:
            self._model.move_separator(grabbed.pane, y)
        elif grabbed.zone is Zone.TIME_AXIS:
            width = self._model.placed.view.width
            before, after = max(_LEAST_PX, width - (x - dx)), max(_LEAST_PX, width - x)
            self._model.zoom_right(before / after)

    def release(self) -> Command | None:
        """Let go; a separator or the price axis that was moved can be undone."""
        grabbed, self.grabbed = self.grabbed, None
        drag, self._drag = self._drag, None
        if drag is not None:
            drag.release()
            return None
        title = "" if grabbed is None else _TITLES.get(grabbed.zone, "")
        return self._model.command_since(self._before, title) if title else None

    def interrupt(self) -> None:
        """Let go of the plot, which two fingers move; what else is dragged ends with the release."""
        if self.grabbed is not None and self.grabbed.zone is Zone.PLOT:
            self.grabbed = None

    def key(self, name: str) -> None:
        """Put back what is being dragged, on ``Escape``."""
        if self._drag is not None and name == "Escape":
            self._drag.cancel()
        command = self.release() if name == "Escape" else None
        if command is not None:
            command.undo()

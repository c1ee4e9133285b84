"""Mouse gestures on a chart: the tool in use gets drags and keys; the wheel and double clicks always do the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.interaction.tool import NO_KEYS
from candledesk.ui.chart.core.panes import PRICE, Zone
from candledesk.ui.chart.core.zoom import is_at_right_edge
from candledesk.ui.chart.paint.layers import hit_test
from candledesk.ui.chart.widget.tools.measure_tool import MeasureTool
from candledesk.ui.chart.widget.tools.pan_tool import PanTool

if TYPE_CHECKING:
    from candledesk.drawings.figures import Text
    from candledesk.ui.chart.core.interaction.tool import ChartObjects, Grip, Held, Tool
    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.widget.chart_model import ChartModel

_CLICK_PX = 4.0  # a press that moves farther is a drag
_PAN_PX_PER_100 = 80.0
_ZOOM_PER_100 = 0.1


def zoom_factor(delta: float) -> float:
    """Return the factor of one wheel event; ``delta`` in browser units, positive away from the user."""
    return 1 + math.copysign(_ZOOM_PER_100 * min(1.0, abs(delta) / 100), delta)


class MouseGestures:
    """Turns positions in logical pixels into calls of the tool in use, of the objects on the chart, and of the model.

    ``objects``: what can be taken while no other tool is in use, ``None`` for nothing.
    """

    def __init__(self, model: ChartModel) -> None:
        """Pan while the model has no other tool."""
        self._model = model
        self._pan = PanTool(model)
        self._layers = [layer for layer in model.layers if layer.hit is not None]
        self.objects: ChartObjects | None = None
        self._at = self._pressed = (0.0, 0.0)
        self._reach = math.inf  # pixels from there while the button is down

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
    def has_taken(self) -> bool:
        """Whether an object on the chart is pressed or dragged."""
        return self.objects is not None and self.objects.is_active

    def hit_at(self, x: float, y: float) -> Hit:
        """Return what lies under a pixel."""
        return hit_test(self._model.frame(), x, y, self._layers)

    def grip_at(self, x: float, y: float) -> Grip | None:
        """Return the object that a press would take at a pixel, ``None`` for none."""
        objects = self._objects_at(x, y)
        return objects.grip_at(x, y) if objects is not None else None

    def labels_at(self, x: float, y: float) -> tuple[Text, ...]:
        """Return the labels of objects that are shown only while the pointer is at a pixel."""
        objects = self._objects_at(x, y)
        return objects.labels_at(x, y) if objects is not None else ()

    def _objects_at(self, x: float, y: float) -> ChartObjects | None:
        """Return the objects on the chart when a press at a pixel could take one."""
        if self.objects is None or self.has_taken or self._model.tool is not None or self.grabbed is not None:
            return None
        return self.objects if self.hit_at(x, y).zone is Zone.PLOT else None

    def press(self, x: float, y: float, held: Held = NO_KEYS) -> None:
        """Take an object or begin a drag; with Shift measure from here, when no other tool is in use."""
        self._at = self._pressed = (x, y)
        self._reach = 0.0
        if self._model.tool is None and self._takes(x, y, held):
            return
        if held.shift and self._model.tool is None:
            self._model.use_tool(MeasureTool(self._model))
        self._report(self.tool.press(x, y, held))

    def _takes(self, x: float, y: float, held: Held) -> bool:
        is_plot = self.hit_at(x, y).zone is Zone.PLOT
        return self.objects is not None and is_plot and self.objects.press(x, y, held)

    def move(self, x: float, y: float, held: Held = NO_KEYS) -> None:
        """Go on with a drag, or only move."""
        self._at = (x, y)
        self._reach = max(self._reach, math.dist(self._at, self._pressed))
        if self.objects is not None and self.objects.is_active:
            if self.objects.move(x, y, held):
                return
            self._reach = math.inf  # no click on nothing
            self._report(self.tool.press(*self._pressed, held))
        self._report(self.tool.move(x, y, held))

    def hold(self, held: Held) -> None:
        """Take other keys that are held, with the pointer where it is."""
        if self._model.tool is not None or self.has_taken:
            self.move(*self._at, held)

    def release(self) -> None:
        """End a drag; a click on nothing takes no object any more."""
        reach, self._reach = self._reach, math.inf
        if self.objects is not None and self.objects.is_active:
            self.objects.release()
            return
        is_click = self.is_panning and reach <= _CLICK_PX
        self._report(self.tool.release())
        if is_click and self.objects is not None:
            self.objects.leave()

    def interrupt(self) -> None:
        """Put back the object that is being dragged, and what a tool has begun: a second finger zooms."""
        self._reach = math.inf
        if self.objects is not None and self.objects.is_active:
            self.objects.cancel()
        else:
            self.tool.interrupt()

    def pan_on(self, x: float, y: float) -> None:
        """Go on panning with the finger that stays after a pinch; it takes nothing, and no tool gets it."""
        if self._model.tool is None:
            self._at = self._pressed = (x, y)
            self._pan.press(x, y)

    def release_keys(self) -> None:
        """Take the release of a key, and the loss of the keyboard."""
        if self.objects is not None:
            self.objects.release_keys()

    def choose(self, x: float, y: float) -> None:
        """Take the press of the right button."""
        if self.objects is not None and self._model.tool is None and self.hit_at(x, y).zone is Zone.PLOT:
            self.objects.choose(x, y)

    def takes_key(self, name: str, held: Held = NO_KEYS) -> bool:
        """Return whether a key does something: ``Escape`` ends a tool or a drag, the objects have keys of their own."""
        if name == "Escape" and (self._model.tool is not None or self.grabbed is not None):
            return True
        return self.objects is not None and (self.objects.is_active or self.objects.takes_key(name, held))

    def key(self, name: str, held: Held = NO_KEYS) -> None:
        """Take a key, if ``takes_key``."""
        if name == "Escape" and self.objects is not None and self.objects.is_active:
            self.objects.cancel()
        elif name == "Escape" and (self._model.tool is not None or self.grabbed is not None):
            self._report(self.tool.key(name))
        elif self.objects is not None and self.objects.takes_key(name, held):
            self.objects.key(name, held)

    def _report(self, command: Command | None) -> None:
        if command is not None:
            self._model.command_done.emit(command)

    def double_click(self, x: float, y: float) -> None:
        """Open an object, reset an axis, or give a pane all of the height and back; a tool gets a second press."""
        hit = self.hit_at(x, y)
        if hit.zone is Zone.PLOT and self._model.tool is not None:
            self.press(x, y)
            return
        if hit.zone is Zone.PLOT and self.objects is not None and self.objects.open(x, y):
            return
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

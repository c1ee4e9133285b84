"""What a hand does to a chart, whatever it holds: grab, drag, turn the wheel, click twice. Knows no widget."""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.panes import PaneName

if TYPE_CHECKING:
    from candledesk.ui.chart.widget.chart_model import ChartModel

_PAN_PX_PER_100 = 80.0
_ZOOM_PER_100 = 0.1
_PRICE_DRAG_PX = 200.0  # dragging the price axis this far scales it by e
_SEPARATOR_REACH = 4.0  # logical pixels from a separator that still grab it
_LEAST_PX = 20.0  # the time axis cannot be dragged beyond this distance from the right edge


class Zone(Enum):
    """The parts of a chart that a hand can grab."""

    PRICE = auto()
    VOLUME = auto()
    SEPARATOR = auto()
    PRICE_AXIS = auto()
    VOLUME_AXIS = auto()
    TIME_AXIS = auto()


PLOT = frozenset({Zone.PRICE, Zone.VOLUME})


def zoom_factor(delta: float) -> float:
    """Return the factor of one wheel event; ``delta`` in browser units, positive away from the user."""
    return 1 + math.copysign(_ZOOM_PER_100 * min(1.0, abs(delta) / 100), delta)


class MouseGestures:
    """Turns positions in logical pixels into the model's verbs."""

    def __init__(self, model: ChartModel) -> None:
        """Start with nothing grabbed."""
        self._model = model
        self._x = self._y = 0.0
        self.grabbed: Zone | None = None

    def zone_at(self, x: float, y: float) -> Zone:
        """Return the part of the chart under a pixel."""
        frame = self._model.frame()
        panes, device_x, device_y = frame.panes, x * frame.dpr, y * frame.dpr
        if device_y >= panes.time_top:
            return Zone.TIME_AXIS
        has_both = panes.has_volume and panes.price_bottom > panes.price_top
        middle = (panes.price_bottom + panes.volume_top) / 2
        if has_both and abs(device_y - middle) <= _SEPARATOR_REACH * frame.dpr:
            return Zone.SEPARATOR
        is_volume = panes.has_volume and device_y >= panes.volume_top
        if device_x >= panes.plot_w:
            return Zone.VOLUME_AXIS if is_volume else Zone.PRICE_AXIS
        return Zone.VOLUME if is_volume else Zone.PRICE

    def press(self, x: float, y: float) -> None:
        """Grab what is there."""
        self._x, self._y = x, y
        self.grabbed = self.zone_at(x, y)

    def drag(self, x: float, y: float) -> None:
        """Move what is grabbed."""
        dx, dy = x - self._x, y - self._y
        self._x, self._y = x, y
        if self.grabbed in PLOT:
            self._model.pan(dx, dy)
        elif self.grabbed is Zone.PRICE_AXIS:
            self._model.scale_price(math.exp(dy / _PRICE_DRAG_PX))
        elif self.grabbed is Zone.SEPARATOR:
            self._model.drag_separator(y)
        elif self.grabbed is Zone.TIME_AXIS:
            width = self._model.placed.view.width
            before, after = max(_LEAST_PX, width - (x - dx)), max(_LEAST_PX, width - x)
            self._model.zoom_right(before / after)

    def release(self) -> None:
        """Let go."""
        self.grabbed = None

    def double_click(self, x: float, y: float) -> None:
        """Reset an axis, or give a pane all of the height and back."""
        zone = self.zone_at(x, y)
        if zone is Zone.PRICE_AXIS:
            self._model.autoscale()
        elif zone is Zone.TIME_AXIS:
            self._model.reset_time()
        elif zone in PLOT:
            self._model.toggle_maximised(PaneName.VOLUME if zone is Zone.VOLUME else PaneName.PRICE)

    def wheel(self, x: float, dx: float, dy: float, *, is_right_edge: bool) -> None:
        """Pan by ``dx`` and zoom by ``dy`` browser units, at pixel ``x`` or at the right edge."""
        if dx:
            self._model.pan(dx / 100 * _PAN_PX_PER_100)
        if dy and is_right_edge:
            self._model.zoom_right(zoom_factor(dy))
        elif dy:
            self._model.zoom(min(x, self._model.placed.view.width), zoom_factor(dy))

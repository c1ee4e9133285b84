"""Touch gestures on a chart: one finger drags, with kinetic panning; two fingers zoom and pan at their centre."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF

from candledesk.ui.chart.core.interaction.kinetics import FlickMeter
from candledesk.ui.chart.core.interaction.tool import Held
from candledesk.ui.chart.core.options import Kinetic

if TYPE_CHECKING:
    from PySide6.QtGui import QTouchEvent

    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.gestures import MouseGestures
    from candledesk.ui.chart.widget.motion import Motion

FINGER = Held(is_touch=True)


class TouchGestures:
    """Handles the touch events of one chart."""

    def __init__(self, model: ChartModel, gestures: MouseGestures, motion: Motion) -> None:
        """Drag with ``gestures``, go on after a drag with ``motion``."""
        self._model, self._gestures, self._motion = model, gestures, motion
        self._meter = FlickMeter()
        self._pair: tuple[QPointF, float] | None = None  # the centre of two fingers, and their distance
        self._is_down = False  # one finger is on the chart
        self._is_after_pinch = False  # it was one of two before

    def take(self, event: QTouchEvent) -> None:
        """Handle one event."""
        points = [point.position() for point in event.points() if point.state() != point.State.Released]
        at_ms = float(event.timestamp())
        if event.type() == QEvent.Type.TouchCancel:
            self._end()
        elif len(points) >= 2:  # noqa: PLR2004
            self._pinch(points[0], points[1])
        elif len(points) == 1:
            self._point(points[0], at_ms)
        else:
            self._throw(at_ms)
            self._end()

    def _point(self, at: QPointF, at_ms: float) -> None:
        """Take the only finger that is on the chart: the first one, one that moves, or one that stays after a pinch."""
        if self._is_down and self._pair is None:
            if not self._is_after_pinch or self._model.tool is None:
                self._gestures.move(at.x(), at.y(), FINGER)
            self._meter.add(at.x(), at_ms)
            return
        self._is_after_pinch = self._pair is not None
        self._pair, self._is_down = None, True
        self._motion.stop()
        if self._is_after_pinch:
            self._gestures.pan_on(at.x(), at.y())
        else:
            self._gestures.press(at.x(), at.y(), FINGER)
        self._meter.start(at.x(), at_ms)

    def _pinch(self, first: QPointF, second: QPointF) -> None:
        centre, apart = (first + second) / 2, math.hypot(first.x() - second.x(), first.y() - second.y())
        if self._pair is None:
            self._gestures.interrupt()
        elif apart > 0 and self._pair[1] > 0:
            self._model.pan(centre.x() - self._pair[0].x())
            self._model.zoom(centre.x(), apart / self._pair[1])
        self._pair = (centre, apart)

    def _throw(self, at_ms: float) -> None:
        is_wanted = self._model.scene.options.kinetic is not Kinetic.NEVER
        flick = self._meter.flick(at_ms) if self._pair is None and self._gestures.is_panning else None
        if flick is not None and is_wanted:
            self._motion.throw(flick)

    def _end(self) -> None:
        self._gestures.release()
        self._pair, self._is_down, self._is_after_pinch = None, False, False

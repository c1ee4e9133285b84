"""What lies over a chart and changes without it: the crosshair, the legend's values, the countdown."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QRegion

from candledesk.ui.chart.core.crosshair import snap_crosshair
from candledesk.ui.chart.core.hits.line_hit import study_at
from candledesk.ui.chart.core.links.linked_point import linked_point
from candledesk.ui.chart.core.options import Magnet
from candledesk.ui.chart.paint.compares.legend import compare_target
from candledesk.ui.chart.paint.countdown import countdown_text
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.overlay import Overlay
from candledesk.ui.chart.paint.panes.pane_head import head_target
from candledesk.ui.chart.paint.pixels import device_pixels
from candledesk.ui.chart.paint.studies.legend import legend_target
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.theme.themes import Theme, coloured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QAbstractScrollArea

    from candledesk.ui.chart.core.crosshair import CrosshairPoint
    from candledesk.ui.chart.core.geometry.pane_head import HeadTarget
    from candledesk.ui.chart.core.interaction.tool import Grip
    from candledesk.ui.chart.core.links.moments import Moment
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.core.studies.legend_rows import LegendTarget
    from candledesk.ui.chart.widget.canvas import Canvas
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.gestures import MouseGestures


class ChartOverlay(QObject):
    """Keeps the picture of one chart; ``picture`` is what is painted next.

    ``mouse_at``: where the mouse is in logical pixels, ``None`` outside of the chart. ``linked``: the time of the
    crosshair of a linked chart and its price or ``None``, shown while the mouse is elsewhere. ``grip``: the drawing
    under the mouse, ``None`` for none. ``pointed`` carries the
    crosshair of this chart when it moved, ``None`` when it is hidden.
    """

    pointed = Signal(object)

    def __init__(
        self, view: QAbstractScrollArea, model: ChartModel, canvas: Canvas, gestures: MouseGestures, theme: Theme
    ) -> None:
        """Show nothing over the chart of ``model``, which ``canvas`` paints on the viewport of ``view``."""
        super().__init__(view)
        self._view, self._model, self._canvas, self._gestures = view, model, canvas, gestures
        self._palette: tuple[Theme, ChartOptions | None, Theme] = (theme, None, theme)  # as given, and coloured
        self._overlay = Overlay(model.layers)
        self._countdown = ""
        self._asked: tuple[QRegion, list[QRect]] = (QRegion(), [])
        self.mouse_at: QPointF | None = None
        self.linked: tuple[Moment, float | None] | None = None
        self.grip: Grip | None = None
        self._pointed: CrosshairPoint | None = None
        self.picture = Picture(model.frame(), model.scene, self.theme)
        self._clock = single_shot_timer(self, 1_000, self.start_clock)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)

    @property
    def theme(self) -> Theme:
        """The theme in the colours of the chart's options."""
        base, options, theme = self._palette
        if options is not self._model.scene.options:  # read many times a frame: an lru_cache would cost more
            options = self._model.scene.options
            theme = coloured(base, options)
            self._palette = base, options, theme
        return theme

    def set_theme(self, theme: Theme) -> None:
        """Change the palette."""
        self._palette = theme, None, theme

    def legend_at(self, at: QPointF | QPoint) -> LegendTarget | None:
        """Return what of the legend's rows of indicators and compared series lies at a position."""
        frame = self._model.frame()
        where = at.x() * frame.dpr, at.y() * frame.dpr
        return legend_target(frame, *where) or compare_target(frame, *where)

    def head_at(self, at: QPointF | QPoint) -> HeadTarget | None:
        """Return the pane at a position and which of its buttons."""
        frame = self._model.frame()
        return head_target(frame, at.x() * frame.dpr, at.y() * frame.dpr)

    def line_at(self, at: QPointF | QPoint) -> str:
        """Return the key of the indicator whose line lies at a position, empty for none."""
        frame = self._model.frame()
        return study_at(frame, at.x() * frame.dpr, at.y() * frame.dpr)

    # -- what changes

    def update_countdown(self) -> None:
        """Count the seconds to the close of the last bar now."""
        model = self._model
        seconds = model.seconds_to_close(time.time()) if model.scene.options.has_countdown else None
        self._countdown = "" if seconds is None else countdown_text(seconds)
        model.set_counting(is_on=seconds is not None)

    def start_clock(self) -> None:
        """Update the countdown now and when the next second begins; venues open and close meanwhile."""
        self.update_countdown()
        self.update()
        self._clock.start(1000 - int(time.time() * 1000) % 1000)

    def stop_clock(self) -> None:
        """End the updates of the countdown."""
        self._clock.stop()

    def update(self) -> None:
        """Show what lies over the chart now, and repaint what of it changed."""
        frame, series, scene, at = self._model.frame(), self._model.series, self._model.scene, self.mouse_at
        point = None
        if at is not None and (self._gestures.grabbed is None or self._gestures.is_panning):
            magnet = scene.options.magnet if self._model.tool is None else Magnet.FREE  # a tool has its own magnet
            point = snap_crosshair(frame, series, at.x(), at.y(), magnet)
        own = point
        if point is None and self.linked is not None:
            point = linked_point(frame, series, *self.linked)
        is_free = at is not None and self._gestures.grabbed is None
        hovered = self.legend_at(at) if at is not None and is_free else None
        head = self.head_at(at) if at is not None and is_free else None
        self.grip = self._gestures.grip_at(at.x(), at.y()) if at is not None and is_free else None
        handles = self.grip.handles if self.grip is not None else ()
        labels = self._gestures.labels_at(at.x(), at.y()) if at is not None and is_free else ()
        self.picture = Picture(frame, scene, self.theme, point, self._countdown, hovered, head, handles, labels)
        self._repaint(self._overlay.show(self.picture))
        if own != self._pointed:
            self._pointed = own
            self.pointed.emit(own)

    def _repaint(self, rects: list[QRect]) -> None:
        """Repaint parts of the overlay at once; all of it is repainted with a chart that changed."""
        if rects and not self._canvas.is_changed:
            region = QRegion()
            for rect in rects:
                region += rect
            self._asked = region, rects
            self._view.viewport().repaint(region)

    # -- painting

    def paint(self, painter: QPainter, region: QRegion) -> None:
        """Copy what the overlay uncovers in ``region`` from the chart, and paint the overlay there."""
        rects = self._rects_of(region)
        for rect in rects:
            if len(rects) > 1:  # one by one: a clip of many parts costs ten times as much
                painter.setClipRect(rect)
            with nullcontext() if self.picture.frame.dpr == 1 else device_pixels(painter):
                self._canvas.copy(painter, self.picture, rect)
                self._overlay.paint(painter, rect)

    def _rects_of(self, region: QRegion) -> list[QRect]:
        """Return what to paint of ``region``: as it was asked for, not in the many bands that Qt cuts it into."""
        asked, rects = self._asked
        return rects if asked == region else [QRect(rect) for rect in cast("Iterable[QRect]", region)]

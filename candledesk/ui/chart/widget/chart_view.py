"""The chart widget: passes mouse, wheel and keys to the gestures and repaints once per change."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, cast

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QNativeGestureEvent, QPainter, QPaintEvent, QRegion, QTouchEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from candledesk.ui.chart.core.crosshair import snap_crosshair
from candledesk.ui.chart.core.interaction.kinetics import FlickMeter
from candledesk.ui.chart.core.links.linked_point import linked_point
from candledesk.ui.chart.core.options import Kinetic
from candledesk.ui.chart.core.panes import PRICE, Zone
from candledesk.ui.chart.core.studies.legend_rows import LegendPart, LegendTarget
from candledesk.ui.chart.paint.compares.legend import compare_legend_text, compare_target
from candledesk.ui.chart.paint.countdown import countdown_text
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.legend_painter import legend_text
from candledesk.ui.chart.paint.overlay import Overlay
from candledesk.ui.chart.paint.pixels import device_pixels
from candledesk.ui.chart.paint.studies.legend import legend_target, study_legend_text
from candledesk.ui.chart.paint.text_painter import text_metrics
from candledesk.ui.chart.widget.canvas import Canvas
from candledesk.ui.chart.widget.gestures import MouseGestures
from candledesk.ui.chart.widget.latest_button import LatestButton
from candledesk.ui.chart.widget.motion import Motion
from candledesk.ui.chart.widget.touch import TouchGestures
from candledesk.ui.theme.themes import DARK, Theme, coloured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import (
        QEnterEvent,
        QFocusEvent,
        QHideEvent,
        QKeyEvent,
        QMouseEvent,
        QResizeEvent,
        QShowEvent,
        QWheelEvent,
    )

    from candledesk.ui.chart.core.crosshair import CrosshairPoint
    from candledesk.ui.chart.core.links.moments import Moment
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.widget.chart_model import ChartModel

_NOTCH = 120.0  # Qt's units of one wheel notch, which browsers report as 100


_CURSORS = {
    Zone.PLOT: Qt.CursorShape.CrossCursor,
    Zone.SEPARATOR: Qt.CursorShape.SplitVCursor,
    Zone.TIME_AXIS: Qt.CursorShape.SizeHorCursor,
    Zone.LEGEND: Qt.CursorShape.PointingHandCursor,
    Zone.EVENT: Qt.CursorShape.PointingHandCursor,
}


class ChartView(pg.GraphicsView):  # type: ignore[misc]
    """One chart on the viewport of pyqtgraph's view. ``typed`` carries a letter or digit that opens an entry field.

    ``study_requested`` carries what was clicked of the legend's row of an indicator or of a compared series: an icon,
    or its title twice. ``event_clicked`` carries where a mark of corporate events was clicked, ``pointer_moved`` where
    the mouse is.
    """

    viewport_changed = Signal()
    typed = Signal(str)
    study_requested = Signal(str, str)  # the key of the study, a LegendPart
    event_clicked = Signal(QPointF)
    pointer_moved = Signal(object)  # QPointF, None when the mouse left
    pointed = Signal(object)  # CrosshairPoint of the mouse, None when it left

    def __init__(self, model: ChartModel, parent: QWidget | None = None, theme: Theme = DARK) -> None:
        """Build the canvas; the model provides the data."""
        super().__init__(parent, useOpenGL=False, background=None)
        self.model = model
        self._palette: tuple[Theme, ChartOptions | None, Theme] = (theme, None, theme)  # as given, and coloured
        self._mouse_at: QPointF | None = None
        self._linked: tuple[Moment, float | None] | None = None
        self._asked: tuple[QRegion, list[QRect]] = (QRegion(), [])
        self._gestures = MouseGestures(model)
        self._meter = FlickMeter()
        self.motion = Motion(model, self)
        self._touch = TouchGestures(model, self._gestures, self.motion)
        self._configure()
        self.canvas = Canvas(model.layers)
        self._overlay = Overlay(model.layers)
        self._countdown = ""
        self._pointed: CrosshairPoint | None = None
        self._picture = Picture(model.frame(), model.scene, self._theme)
        self._latest_button = LatestButton(self)
        self._latest_button.clicked.connect(self.animate_latest)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._on_second)
        model.changed.connect(self._on_changed)
        model.viewport_changed.connect(self.viewport_changed)

    def _configure(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(240, 160)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    @property
    def point(self) -> CrosshairPoint | None:
        """Where the crosshair is; ``None`` while it is hidden."""
        return self._picture.point

    @property
    def theme(self) -> Theme:
        """The theme, with the colours of rising and falling bars of the options."""
        return self._theme

    @property
    def countdown(self) -> str:
        """The time to the close of the last bar, empty when none is shown."""
        return self._picture.countdown

    @property
    def legend(self) -> str:
        """What the legend says, for screen readers and tests."""
        return legend_text(self._picture)

    @property
    def study_legend(self) -> str:
        """What the legend says of the indicators, a line each."""
        return study_legend_text(self._picture)

    @property
    def _theme(self) -> Theme:
        base, options, theme = self._palette
        if options is not self.model.scene.options:  # read many times a frame: an lru_cache would cost more
            options = self.model.scene.options
            theme = coloured(base, options)
            self._palette = base, options, theme
        return theme

    @property
    def compare_legend(self) -> str:
        """What the legend says of the compared series, a line each."""
        return compare_legend_text(self._picture)

    def set_theme(self, theme: Theme) -> None:
        """Change the palette."""
        self._palette = theme, None, theme
        self._on_changed()

    def hit_at(self, at: QPointF | QPoint) -> Hit:
        """Return what of the chart lies at a position."""
        return self._gestures.hit_at(at.x(), at.y())

    def legend_at(self, at: QPointF | QPoint) -> LegendTarget | None:
        """Return what of the legend's rows of indicators and compared series lies at a position."""
        frame = self.model.frame()
        where = at.x() * frame.dpr, at.y() * frame.dpr
        return legend_target(frame, *where) or compare_target(frame, *where)

    def set_linked(self, place: tuple[Moment, float | None] | None) -> None:
        """Show the crosshair of a linked chart while the mouse is elsewhere: its time, and its price or ``None``."""
        if place != self._linked:
            self._linked = place
            self._update_overlay()

    def animate_latest(self) -> None:
        """Move to the latest bar, animated."""
        self.motion.go_latest()

    def _on_changed(self) -> None:
        self.canvas.refresh()
        self.viewport().update()
        self._update_countdown()
        self._update_overlay()

    def _update_countdown(self) -> None:
        seconds = self.model.seconds_to_close(time.time()) if self.model.scene.options.has_countdown else None
        self._countdown = "" if seconds is None else countdown_text(seconds)
        self.model.set_counting(is_on=seconds is not None)

    def _on_second(self) -> None:
        """Update the countdown now and when the next second begins; venues open and close meanwhile."""
        self._update_countdown()
        self._update_overlay()
        self._clock.start(1000 - int(time.time() * 1000) % 1000)

    def showEvent(self, event: QShowEvent) -> None:
        """Run the countdown while the chart is visible."""
        super().showEvent(event)
        self._on_second()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the countdown."""
        self._clock.stop()
        super().hideEvent(event)

    def _update_overlay(self) -> None:
        frame, series, scene = self.model.frame(), self.model.series, self.model.scene
        point = None
        if self._mouse_at is not None and (self._gestures.grabbed is None or self._gestures.is_panning):
            point = snap_crosshair(frame, series, self._mouse_at.x(), self._mouse_at.y(), scene.options.magnet)
        own = point
        if point is None and self._linked is not None:
            point = linked_point(frame, series, *self._linked)
        is_hovering = self._mouse_at is not None and self._gestures.grabbed is None
        hovered = self.legend_at(self._mouse_at) if is_hovering and self._mouse_at is not None else None
        self._picture = Picture(frame, scene, self._theme, point, self._countdown, hovered)
        self._repaint(self._overlay.show(self._picture))
        is_off = len(series.bars) > 0 and not self.model.is_latest_visible()
        self._latest_button.place(frame, is_shown=is_off)
        if own != self._pointed:
            self._pointed = own
            self.pointed.emit(own)

    def _repaint(self, rects: list[QRect]) -> None:
        """Repaint parts of the overlay at once; all of it is repainted with a chart that changed."""
        if rects and not self.canvas.is_changed:
            region = QRegion()
            for rect in rects:
                region += rect
            self._asked = region, rects
            self.viewport().repaint(region)

    def _rects_of(self, region: QRegion) -> list[QRect]:
        """Return what to paint of ``region``: as it was asked for, not in the many bands that Qt cuts it into."""
        asked, rects = self._asked
        return rects if asked == region else [QRect(rect) for rect in cast("Iterable[QRect]", region)]

    def close(self) -> bool:
        """Close as a plain widget: pyqtgraph's ``close`` removes the viewport while Qt still sends it events."""
        self.motion.stop()
        return bool(QGraphicsView.close(self))

    # -- Qt events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all layers of a chart that changed; else copy what the overlay uncovers, and paint the overlay.

        Not through the scene, which is empty: objects there cost more (README, how it is built).
        """
        painter = QPainter(self.viewport())
        try:
            if self.canvas.is_changed:
                self._picture.within = QRect()
                self.canvas.paint(painter, self._picture)
            else:
                self._paint_overlay(painter, self._rects_of(event.region()))
        finally:
            painter.end()  # a painter left open crashes the process

    def _paint_overlay(self, painter: QPainter, rects: list[QRect]) -> None:
        for rect in rects:
            if len(rects) > 1:  # one by one: a clip of many parts costs ten times as much
                painter.setClipRect(rect)
            with nullcontext() if self._picture.frame.dpr == 1 else device_pixels(painter):
                self.canvas.copy(painter, self._picture, rect)
                self._overlay.paint(painter, rect)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Set the size of the model."""
        super().resizeEvent(event)
        if hasattr(self, "canvas"):  # the base class resizes while it is built
            self._take_surface()

    def _take_surface(self) -> None:
        width, height, dpr = float(self.width()), float(self.height()), self.devicePixelRatioF()
        self.model.resize(width, height, dpr, text_metrics(dpr))

    def viewportEvent(self, event: QEvent) -> bool:
        """Handle touch, a trackpad's pinch, and a new scale factor."""
        if isinstance(event, QPaintEvent):  # the most frequent event: checking its type costs more
            return bool(super().viewportEvent(event))
        if event.type() == QEvent.Type.DevicePixelRatioChange and hasattr(self, "canvas"):
            self._take_surface()
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.motion.stop()
            self.model.zoom(event.position().x(), 1 + event.value())
            return True
        if isinstance(event, QTouchEvent):
            self._touch.take(event)
            event.accept()
            return True
        return bool(super().viewportEvent(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let the tool in use begin a drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.motion.stop()
        at = event.position()
        target = self.legend_at(at)
        if target is not None and target.part is not LegendPart.TITLE:
            self.study_requested.emit(target.key, target.part)
            return
        if self.hit_at(at).zone is Zone.EVENT:
            self.event_clicked.emit(at)
            return
        self._gestures.press(at.x(), at.y())
        self._meter.start(at.x(), float(event.timestamp()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is grabbed; else move the crosshair."""
        self._mouse_at = at = event.position()
        self._gestures.move(at.x(), at.y())
        if self._gestures.grabbed is not None:
            self._meter.add(at.x(), float(event.timestamp()))
            return
        self._show_cursor(self._gestures.hit_at(at.x(), at.y()))
        self._update_overlay()
        self.pointer_moved.emit(at)

    def _show_cursor(self, hit: Hit) -> None:
        axis = Qt.CursorShape.SizeVerCursor if hit.pane == PRICE else Qt.CursorShape.ArrowCursor
        shape = _CURSORS.get(hit.zone, axis)
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag, with kinetic panning where that is on for the mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        flick = self._meter.flick(float(event.timestamp())) if self._gestures.is_panning else None
        self._gestures.release()
        if flick is not None and self.model.scene.options.kinetic is Kinetic.ALWAYS:
            self.motion.throw(flick)
        self._update_overlay()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Reset the axis, or maximise the pane, that is double-clicked."""
        target = self.legend_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if target is not None:
            part = LegendPart.GEAR if target.part is LegendPart.TITLE else target.part
            self.study_requested.emit(target.key, part)
        else:
            self._gestures.double_click(event.position().x(), event.position().y())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the crosshair where the mouse comes in, before it moves."""
        self._point_at(event.position())
        super().enterEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the crosshair again where the mouse is, when the keyboard focus returns."""
        if self.viewport().underMouse():
            self._point_at(QPointF(self.viewport().mapFromGlobal(QCursor.pos())))
        super().focusInEvent(event)

    def _point_at(self, at: QPointF) -> None:
        self._mouse_at = at
        self._update_overlay()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair."""
        self._mouse_at = None
        self._update_overlay()
        self.pointer_moved.emit(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Ctrl at the right edge; pan with Shift or a horizontal wheel."""
        self.motion.stop()
        delta = event.angleDelta()
        dx, dy = delta.x() / _NOTCH * 100, delta.y() / _NOTCH * 100
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            dx, dy = dx + dy, 0.0
        is_right_edge = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._gestures.wheel(event.position().x(), dx, dy, is_right_edge=is_right_edge)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass letters, digits and the ``^`` of an index on: they open the symbol and the interval entry."""
        if event.key() == Qt.Key.Key_Escape and self._gestures.grabbed is not None:
            self._gestures.key("Escape")
            return
        text = event.text()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier & ~Qt.KeyboardModifier.KeypadModifier
        if len(text) == 1 and (text.isalnum() or text == "^") and text.isascii() and not modifiers:
            self.typed.emit(text)
            event.accept()
        else:
            event.ignore()

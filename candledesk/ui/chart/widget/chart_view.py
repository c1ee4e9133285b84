"""The chart widget: translates mouse, wheel and keys into the model's verbs and repaints once per change."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, cast

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QNativeGestureEvent, QPainter, QPaintEvent, QRegion, QTouchEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolButton, QWidget

from candledesk.ui.chart.core.kinetics import FlickMeter
from candledesk.ui.chart.core.options import Kinetic
from candledesk.ui.chart.paint.chart_painter import text_metrics
from candledesk.ui.chart.paint.countdown import Countdown, countdown_text
from candledesk.ui.chart.paint.crosshair import Crosshair, snap_crosshair
from candledesk.ui.chart.paint.legend_painter import Legend
from candledesk.ui.chart.paint.pixels import device_pixels
from candledesk.ui.chart.widget.chart_item import ChartItem
from candledesk.ui.chart.widget.gestures import PLOT, MouseGestures, Zone
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

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.chart.widget.chart_model import ChartModel

_NOTCH = 120.0  # Qt's units of one wheel notch, which browsers report as 100


_CURSORS = {
    Zone.PRICE: Qt.CursorShape.CrossCursor,
    Zone.VOLUME: Qt.CursorShape.CrossCursor,
    Zone.SEPARATOR: Qt.CursorShape.SplitVCursor,
    Zone.PRICE_AXIS: Qt.CursorShape.SizeVerCursor,
    Zone.VOLUME_AXIS: Qt.CursorShape.ArrowCursor,
    Zone.TIME_AXIS: Qt.CursorShape.SizeHorCursor,
}


class ChartView(pg.GraphicsView):  # type: ignore[misc]
    """One chart. ``typed`` carries a letter or digit that opens the symbol or interval entry."""

    viewport_changed = Signal()
    typed = Signal(str)

    def __init__(self, model: ChartModel, parent: QWidget | None = None, theme: Theme = DARK) -> None:
        """Build the items; the model brings the data."""
        super().__init__(parent, useOpenGL=False, background=None)
        self.model = model
        self._palette: tuple[Theme, ChartOptions | None, Theme] = (theme, None, theme)  # as given, and coloured
        self._mouse_at: QPointF | None = None
        self._asked: tuple[QRegion, list[QRect]] = (QRegion(), [])
        self._gestures = MouseGestures(model)
        self._meter = FlickMeter()
        self.motion = Motion(model, self)
        self._touch = TouchGestures(model, self._gestures, self.motion)
        self._configure()
        self.chart_item = ChartItem(self._source)
        self.crosshair, self.legend, self.countdown = Crosshair(), Legend(), Countdown()
        self.addItem(self.chart_item)
        self._latest_button = QToolButton(self)
        self._latest_button.setText("»")
        self._latest_button.setToolTip("Go to the latest bar (End)")
        self._latest_button.setObjectName("latest")
        self._latest_button.setFixedSize(28, 28)
        self._latest_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._latest_button.clicked.connect(self.animate_latest)
        self._latest_button.hide()
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._on_second)
        model.changed.connect(self._on_changed)
        model.viewport_changed.connect(self.viewport_changed)

    def _configure(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(240, 160)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _source(self) -> tuple[Frame, ChartScene, Theme]:
        return self.model.frame(), self.model.scene, self._theme

    @property
    def _theme(self) -> Theme:
        base, options, theme = self._palette
        if options is not self.model.scene.options:  # many times a frame: even a cache of calls would be noticed
            options = self.model.scene.options
            theme = coloured(base, options)
            self._palette = base, options, theme
        return theme

    def set_theme(self, theme: Theme) -> None:
        """Change the palette."""
        self._palette = theme, None, theme
        self._on_changed()

    def zone_at(self, at: QPoint) -> Zone:
        """Return the part of the chart at a position."""
        return self._gestures.zone_at(at.x(), at.y())

    def animate_latest(self) -> None:
        """Glide to the latest bar."""
        self.motion.go_latest()

    def _on_changed(self) -> None:
        self.chart_item.refresh()
        self.viewport().update()
        self._update_countdown()
        self._update_overlay()

    def _update_countdown(self) -> None:
        scene = self.model.scene
        seconds = self.model.seconds_to_close(time.time()) if scene.options.has_countdown else None
        self.model.set_counting(is_on=seconds is not None)
        text = "" if seconds is None else countdown_text(seconds)
        self._repaint(self.countdown.show_text(text, self.model.frame(), self.model.series, self._theme))

    def _on_second(self) -> None:
        """Count, and come again when the next second begins; venues open and close too."""
        self._update_countdown()
        self._clock.start(1000 - int(time.time() * 1000) % 1000)

    def showEvent(self, event: QShowEvent) -> None:
        """Count while it is seen."""
        super().showEvent(event)
        self._on_second()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop counting."""
        self._clock.stop()
        super().hideEvent(event)

    def _update_overlay(self) -> None:
        frame, series = self.model.frame(), self.model.series
        point = None
        if self._mouse_at is not None and (self._gestures.grabbed is None or self._gestures.grabbed in PLOT):
            point = snap_crosshair(
                frame, series, self._mouse_at.x(), self._mouse_at.y(), self.model.scene.options.magnet
            )
        theme = self._theme
        dirty = self.crosshair.show_at(point, frame, series, theme)
        n = len(series.bars)
        row = point.row if point is not None else (n - 1 if n else None)
        self._repaint(self.legend.show_bar(series, row, frame, theme) + dirty)  # where its lines end is then known
        is_off = n > 0 and not self.model.is_latest_visible()
        if is_off:
            self._place_latest_button()
        if is_off != self._latest_button.isVisible():
            self._latest_button.setVisible(is_off)

    def _repaint(self, rects: list[QRect]) -> None:
        """Repaint parts of the overlay at once; all of it is repainted with a chart that changed."""
        if rects and not self.chart_item.is_changed:
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
        """Close as a plain widget: pyqtgraph's own way takes the viewport away while Qt still sends it events."""
        self.motion.stop()
        return bool(QGraphicsView.close(self))

    # -- Qt events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a chart that changed; else copy what is uncovered. The overlay comes on top."""
        is_changed, dpr = self.chart_item.is_changed, self.model.frame().dpr
        rects = [event.rect()] if is_changed else self._rects_of(event.region())
        painter = QPainter(self.viewport())
        try:
            if is_changed:  # without the scene's detour: there is nothing else in it
                self.chart_item.paint(painter)
            for rect in rects:
                if len(rects) > 1:  # one after the other: what is clipped to many parts costs ten times as much
                    painter.setClipRect(rect)
                with nullcontext() if dpr == 1 else device_pixels(painter):
                    if not is_changed:
                        self.chart_item.copy(painter, rect, dpr)
                    for part in (self.countdown, self.legend, self.crosshair):
                        part.draw(painter, rect)
        finally:
            painter.end()  # an open painter takes the process with it

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give the model and the items the new surface."""
        super().resizeEvent(event)
        if hasattr(self, "chart_item"):  # the base class resizes while it is built
            self._take_surface()

    def _take_surface(self) -> None:
        width, height, dpr = float(self.width()), float(self.height()), self.devicePixelRatioF()
        self.model.resize(width, height, dpr, text_metrics(dpr))
        self.chart_item.set_size(width, height)

    def _place_latest_button(self) -> None:
        frame = self.model.frame()
        right, bottom = round(frame.panes.plot_w / frame.dpr), round(frame.panes.price_bottom / frame.dpr)
        self._latest_button.move(right - 40, bottom - 40)

    def viewportEvent(self, event: QEvent) -> bool:
        """Follow fingers and a trackpad's pinch, and watch for a new scale factor."""
        if isinstance(event, QPaintEvent):  # most of all, and asking for its type costs more
            return bool(super().viewportEvent(event))
        if event.type() == QEvent.Type.DevicePixelRatioChange and hasattr(self, "chart_item"):
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
        """Grab the plot, an axis or a separator."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.motion.stop()
        at = event.position()
        self._gestures.press(at.x(), at.y())
        self._meter.start(at.x(), float(event.timestamp()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is grabbed; else move the crosshair."""
        self._mouse_at = at = event.position()
        if self._gestures.grabbed is None:
            self._show_cursor(self._gestures.zone_at(at.x(), at.y()))
            self._update_overlay()
            return
        self._meter.add(at.x(), float(event.timestamp()))
        self._gestures.drag(at.x(), at.y())

    def _show_cursor(self, zone: Zone) -> None:
        shape = _CURSORS[zone]
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; throw the chart where that is wanted of a mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        flick = self._meter.flick(float(event.timestamp())) if self._gestures.grabbed in PLOT else None
        self._gestures.release()
        if flick is not None and self.model.scene.options.kinetic is Kinetic.ALWAYS:
            self.motion.throw(flick)
        self._update_overlay()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Reset the axis, or maximise the pane, that is double-clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._gestures.double_click(event.position().x(), event.position().y())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the crosshair where the mouse comes in, before it moves."""
        self._point_at(event.position())
        super().enterEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the crosshair again where the mouse rests, after something else had the keyboard."""
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
        """Hand letters, digits and the ``^`` of an index on: they open the symbol and the interval entry."""
        text = event.text()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier & ~Qt.KeyboardModifier.KeypadModifier
        if len(text) == 1 and (text.isalnum() or text == "^") and text.isascii() and not modifiers:
            self.typed.emit(text)
            event.accept()
        else:
            event.ignore()

"""The chart widget: translates mouse, wheel and keys into the model's verbs and repaints once per change."""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import TYPE_CHECKING, cast

import pyqtgraph as pg
from PySide6.QtCore import QEasingCurve, QEvent, QPointF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QNativeGestureEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolButton, QWidget

from candledesk.ui.chart.chart_item import ChartItem
from candledesk.ui.chart.crosshair import CrosshairItem, LegendItem, aim_at
from candledesk.ui.chart.paint import text_metrics
from candledesk.ui.theme import DARK, Theme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from candledesk.ui.chart.frame import Frame
    from candledesk.ui.chart.model import ChartModel
    from candledesk.ui.chart.scene import ChartScene

_NOTCH = 120.0  # Qt's units of one wheel notch, which browsers report as 100
_PAN_PX_PER_100 = 80.0
_ZOOM_PER_100 = 0.1
_LATEST_MS = 400
_PRICE_DRAG_PX = 200.0  # dragging the price axis this far scales it by e


class Zone(Enum):
    """The parts of a chart that a mouse can grab."""

    PLOT = auto()
    PRICE_AXIS = auto()
    TIME_AXIS = auto()


def zoom_factor(delta: float) -> float:
    """Return the factor of one wheel event; ``delta`` in browser units, positive away from the user."""
    return 1 + math.copysign(_ZOOM_PER_100 * min(1.0, abs(delta) / 100), delta)


class ChartView(pg.GraphicsView):  # type: ignore[misc]
    """One chart. ``typed`` carries a letter or digit that opens the symbol or interval entry."""

    viewport_changed = Signal()
    typed = Signal(str)

    def __init__(self, model: ChartModel, parent: QWidget | None = None, theme: Theme = DARK) -> None:
        """Build the items; the model brings the data."""
        super().__init__(parent, useOpenGL=False, background=None)
        self.model = model
        self._theme = theme
        self._grabbed: Zone | None = None
        self._pressed_at = QPointF()
        self._mouse_at: QPointF | None = None
        self.is_magnet = True
        self._configure()
        self.chart_item = ChartItem(self._source)
        self.crosshair = CrosshairItem()
        self.legend = LegendItem()
        for item in (self.chart_item, self.legend, self.crosshair):
            self.addItem(item)
        self._latest_button = QToolButton(self)
        self._latest_button.setText("»")
        self._latest_button.setToolTip("Go to the latest bar (End)")
        self._latest_button.setObjectName("latest")
        self._latest_button.setFixedSize(28, 28)
        self._latest_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._latest_button.clicked.connect(self.animate_latest)
        self._latest_button.hide()
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(_LATEST_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._on_animated)
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
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(240, 160)

    def _source(self) -> tuple[Frame, ChartScene, Theme]:
        return self.model.frame(), self.model.scene, self._theme

    def set_theme(self, theme: Theme) -> None:
        """Change the palette."""
        self._theme = theme
        self._on_changed()

    def set_magnet(self, *, is_on: bool) -> None:
        """Let the crosshair snap to the close, or move freely."""
        self.is_magnet = is_on
        self._update_overlay()

    def animate_latest(self) -> None:
        """Glide to the latest bar; jump when it has to be loaded first."""
        if not self.model.series.at_latest:
            self.model.go_latest()
            return
        self._animation.stop()
        self._animation.setStartValue(float(self.model.placed.right_edge))
        self._animation.setEndValue(float(self.model.latest_edge()))
        self._animation.start()

    def _on_animated(self, value: float) -> None:
        self.model.move_to(value)

    def _on_changed(self) -> None:
        self.chart_item.refresh()
        self._update_overlay()

    def _update_overlay(self) -> None:
        frame, series = self.model.frame(), self.model.series
        aim = None
        if self._mouse_at is not None and self._grabbed in (None, Zone.PLOT):
            aim = aim_at(frame, series, self._mouse_at.x(), self._mouse_at.y(), is_magnet=self.is_magnet)
        self.crosshair.show_at(aim, frame, series, self._theme)
        n = len(series.bars)
        row = aim.row if aim is not None else (n - 1 if n else None)
        self.legend.show_bar(series, row, frame, self._theme)
        is_off = n > 0 and not self.model.is_latest_visible()
        if is_off:
            self._place_latest_button()
        if is_off != self._latest_button.isVisible():
            self._latest_button.setVisible(is_off)

    def close(self) -> bool:
        """Close as a plain widget: pyqtgraph's own way takes the viewport away while Qt still sends it events."""
        self._animation.stop()
        return bool(QGraphicsView.close(self))

    # -- Qt events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the chart which parts are asked for."""
        self.chart_item.expose(list(cast("Iterable[QRect]", event.region())))
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give the model and the items the new surface."""
        super().resizeEvent(event)
        if hasattr(self, "chart_item"):  # the base class resizes while it is built
            self._take_surface()

    def event(self, event: QEvent) -> bool:
        """Watch for a new scale factor."""
        if event.type() == QEvent.Type.DevicePixelRatioChange and hasattr(self, "chart_item"):
            self._take_surface()
        return bool(super().event(event))

    def _take_surface(self) -> None:
        width, height, dpr = float(self.width()), float(self.height()), self.devicePixelRatioF()
        self.model.resize(width, height, dpr, text_metrics(dpr))
        self.chart_item.set_size(width, height)
        self.crosshair.set_size(width, height)

    def _place_latest_button(self) -> None:
        frame = self.model.frame()
        right, bottom = round(frame.panes.plot_w / frame.dpr), round(frame.panes.price_bottom / frame.dpr)
        self._latest_button.move(right - 40, bottom - 40)

    def viewportEvent(self, event: QEvent) -> bool:
        """Zoom on a pinch, at its centre."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.model.zoom(event.position().x(), 1 + event.value())
            return True
        return bool(super().viewportEvent(event))

    def _zone(self, at: QPointF) -> Zone:
        panes, dpr = self.model.frame().panes, self.model.frame().dpr
        if at.x() * dpr >= panes.plot_w:
            return Zone.PRICE_AXIS
        return Zone.TIME_AXIS if at.y() * dpr >= panes.time_top else Zone.PLOT

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the plot or an axis."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._animation.stop()
        self._pressed_at = event.position()
        self._grabbed = self._zone(self._pressed_at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is grabbed; else move the crosshair."""
        at = event.position()
        dx, dy = at.x() - self._pressed_at.x(), at.y() - self._pressed_at.y()
        self._mouse_at = at
        if self._grabbed is None:
            self._show_cursor(self._zone(at))
            self._update_overlay()
            return
        self._pressed_at = at
        if self._grabbed is Zone.PLOT:
            self.model.pan(dx, dy)
        elif self._grabbed is Zone.PRICE_AXIS:
            self.model.scale_price(math.exp(dy / _PRICE_DRAG_PX))
        else:
            self._drag_time_axis(at.x(), dx)

    def _drag_time_axis(self, x: float, dx: float) -> None:
        width = self.model.placed.view.width
        before, after = max(20.0, width - (x - dx)), max(20.0, width - x)
        self.model.zoom_right(before / after)

    def _show_cursor(self, zone: Zone) -> None:
        shape = {
            Zone.PLOT: Qt.CursorShape.CrossCursor,
            Zone.PRICE_AXIS: Qt.CursorShape.SizeVerCursor,
            Zone.TIME_AXIS: Qt.CursorShape.SizeHorCursor,
        }[zone]
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = None
            self._update_overlay()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Reset the axis that is double-clicked."""
        zone = self._zone(event.position())
        if zone is Zone.PRICE_AXIS:
            self.model.autoscale()
        elif zone is Zone.TIME_AXIS:
            self.model.reset()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair."""
        self._mouse_at = None
        self._update_overlay()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Ctrl at the right edge; pan with Shift or a horizontal wheel."""
        self._animation.stop()
        delta = event.angleDelta()
        dx, dy = delta.x() / _NOTCH * 100, delta.y() / _NOTCH * 100
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            dx, dy = dx + dy, 0.0
        if dx:
            self.model.pan(dx / 100 * _PAN_PX_PER_100)
        if dy and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.model.zoom_right(zoom_factor(dy))
        elif dy:
            self.model.zoom(event.position().x(), zoom_factor(dy))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand letters and digits on: they open the symbol and the interval entry."""
        text = event.text()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier & ~Qt.KeyboardModifier.KeypadModifier
        if len(text) == 1 and text.isalnum() and text.isascii() and not modifiers:
            self.typed.emit(text)
            event.accept()
        else:
            event.ignore()

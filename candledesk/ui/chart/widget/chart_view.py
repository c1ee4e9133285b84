"""The chart widget: passes mouse, wheel and keys to the gestures and repaints once per change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QCursor, QNativeGestureEvent, QPainter, QPaintEvent, QTouchEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from candledesk.ui.chart.core.geometry.pane_head import HeadPart
from candledesk.ui.chart.core.interaction.kinetics import FlickMeter
from candledesk.ui.chart.core.options import Kinetic
from candledesk.ui.chart.core.panes import PRICE, Zone
from candledesk.ui.chart.core.studies.legend_rows import LegendPart
from candledesk.ui.chart.paint.compares.legend import compare_legend_text
from candledesk.ui.chart.paint.legend_painter import legend_text
from candledesk.ui.chart.paint.studies.legend import study_legend_text
from candledesk.ui.chart.paint.text_painter import text_metrics
from candledesk.ui.chart.widget.canvas import Canvas
from candledesk.ui.chart.widget.gestures import MouseGestures
from candledesk.ui.chart.widget.motion import Motion
from candledesk.ui.chart.widget.overlay.chart_overlay import ChartOverlay
from candledesk.ui.chart.widget.overlay.latest_button import LatestButton
from candledesk.ui.chart.widget.tools.held import MODIFIERS, held_of, key_name
from candledesk.ui.chart.widget.tools.shortcut_filter import ShortcutFilter
from candledesk.ui.chart.widget.touch import TouchGestures
from candledesk.ui.theme.themes import DARK, Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QObject, QPoint
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
    from candledesk.ui.chart.core.interaction.tool import ChartObjects
    from candledesk.ui.chart.core.links.moments import Moment
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.core.studies.legend_rows import LegendTarget
    from candledesk.ui.chart.widget.chart_model import ChartModel

_NOTCH = 120.0  # Qt's units of one wheel notch, which browsers report as 100
_CURSORS = {
    Zone.PLOT: Qt.CursorShape.CrossCursor,
    Zone.SEPARATOR: Qt.CursorShape.SplitVCursor,
    Zone.TIME_AXIS: Qt.CursorShape.SizeHorCursor,
    Zone.LEGEND: Qt.CursorShape.PointingHandCursor,
    Zone.EVENT: Qt.CursorShape.PointingHandCursor,
    Zone.PANE_HEAD: Qt.CursorShape.PointingHandCursor,
}
_GRIP_CURSORS = {
    (False, False): Qt.CursorShape.PointingHandCursor,
    (True, False): Qt.CursorShape.SizeAllCursor,
    (False, True): Qt.CursorShape.ArrowCursor,
    (True, True): Qt.CursorShape.ArrowCursor,
}


class ChartView(pg.GraphicsView):  # type: ignore[misc]
    """One chart on the viewport of pyqtgraph's view. ``typed`` carries a letter or digit that opens an entry field.

    ``study_requested`` carries what was clicked of the legend's row of an indicator or of a compared series: an icon,
    or its title or its line twice; ``pane_close_requested`` the pane whose × was clicked. ``event_clicked`` carries
    where a mark of corporate events was clicked, ``pointer_moved`` where the mouse is.
    """

    viewport_changed = Signal()
    typed = Signal(str)
    study_requested = Signal(str, str)  # the key of the study, a LegendPart
    pane_close_requested = Signal(str)
    event_clicked = Signal(QPointF)
    pointer_moved = Signal(object)  # QPointF, None when the mouse left
    pointed = Signal(object)  # CrosshairPoint of the mouse, None when it left

    def __init__(self, model: ChartModel, parent: QWidget | None = None, theme: Theme = DARK) -> None:
        """Build the canvas; the model provides the data."""
        super().__init__(parent, useOpenGL=False, background=None)
        self.model = model
        self._gestures = MouseGestures(model)
        self._meter = FlickMeter()
        self.motion = Motion(model, self)
        self._touch = TouchGestures(model, self._gestures, self.motion)
        self._configure()
        ShortcutFilter(self, self._takes_key)
        self.canvas = Canvas(model.layers)
        self._overlay = ChartOverlay(self, model, self.canvas, self._gestures, theme)
        self._overlay.pointed.connect(self.pointed)
        self._latest_button = LatestButton(self)
        self._latest_button.clicked.connect(self.animate_latest)
        model.changed.connect(self._on_changed)
        model.viewport_changed.connect(self.viewport_changed)
        self.viewport().installEventFilter(self)

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
        return self._overlay.picture.point

    @property
    def theme(self) -> Theme:
        """The theme, with the colours of rising and falling bars of the options."""
        return self._overlay.theme

    @property
    def countdown(self) -> str:
        """The time to the close of the last bar, empty when none is shown."""
        return self._overlay.picture.countdown

    @property
    def legend(self) -> str:
        """What the legend says, for screen readers and tests."""
        return legend_text(self._overlay.picture)

    @property
    def study_legend(self) -> str:
        """What the legend says of the indicators, a line each."""
        return study_legend_text(self._overlay.picture)

    @property
    def compare_legend(self) -> str:
        """What the legend says of the compared series, a line each."""
        return compare_legend_text(self._overlay.picture)

    def set_theme(self, theme: Theme) -> None:
        """Change the palette."""
        self._overlay.set_theme(theme)
        self._on_changed()

    def hit_at(self, at: QPointF | QPoint) -> Hit:
        """Return what of the chart lies at a position."""
        return self._gestures.hit_at(at.x(), at.y())

    def legend_at(self, at: QPointF | QPoint) -> LegendTarget | None:
        """Return what of the legend's rows of indicators lies at a position."""
        return self._overlay.legend_at(at)

    def line_at(self, at: QPointF | QPoint) -> str:
        """Return the key of the indicator whose line lies at a position, empty for none."""
        return self._overlay.line_at(at)

    def set_objects(self, objects: ChartObjects) -> None:
        """Let the mouse and the keys take objects on the chart while no tool is in use."""
        self._gestures.objects = objects

    def set_linked(self, place: tuple[Moment, float | None] | None) -> None:
        """Show the crosshair of a linked chart while the mouse is elsewhere: its time, and its price or ``None``."""
        if place != self._overlay.linked:
            self._overlay.linked = place
            self._update_overlay()

    def animate_latest(self) -> None:
        """Move to the latest bar, animated."""
        self.motion.go_latest()

    def _on_changed(self) -> None:
        self.canvas.refresh()
        self.viewport().update()
        self._overlay.update_countdown()
        self._update_overlay()

    def _update_overlay(self) -> None:
        self._overlay.update()
        self._latest_button.follow(self.model)

    def showEvent(self, event: QShowEvent) -> None:
        """Run the countdown while the chart is visible."""
        super().showEvent(event)
        self._overlay.start_clock()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the countdown."""
        self._overlay.stop_clock()
        super().hideEvent(event)

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
                self._overlay.picture.within = QRect()
                self.canvas.paint(painter, self._overlay.picture)
            else:
                self._overlay.paint(painter, event.region())
        finally:
            painter.end()  # a painter left open crashes the process

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Set the size of the model."""
        super().resizeEvent(event)
        if hasattr(self, "canvas"):  # the base class resizes while it is built
            self._take_surface()

    def _take_surface(self) -> None:
        width, height, dpr = float(self.width()), float(self.height()), self.devicePixelRatioF()
        self.model.resize(width, height, dpr, text_metrics(dpr))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle touch, a trackpad's pinch, and a new scale factor.

        As a filter: an error in a handler that Qt calls from within an override of ``viewportEvent`` ends the process
        (PySide 6.11 on Python 3.11).
        """
        if watched is not self.viewport() or isinstance(event, QPaintEvent):  # the most frequent one: its type costs
            return False
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._take_surface()
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.motion.stop()
            self.model.zoom(event.position().x(), 1 + event.value())
            return True
        if isinstance(event, QTouchEvent):
            self._touch.take(event)
            event.accept()
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let the tool in use begin a drag; the right button takes what its menu is about."""
        at = event.position()
        if event.button() == Qt.MouseButton.RightButton:
            self._gestures.choose(at.x(), at.y())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.motion.stop()
        target = self.legend_at(at)
        if target is not None and target.part is not LegendPart.TITLE:
            self.study_requested.emit(target.key, target.part)
            return
        hit = self.hit_at(at)
        if hit.zone is Zone.EVENT:
            self.event_clicked.emit(at)
            return
        if hit.zone is Zone.PANE_HEAD and self._press_head(at):
            return
        self._gestures.press(at.x(), at.y(), held_of(event))
        self._meter.start(at.x(), float(event.timestamp()))

    def _press_head(self, at: QPointF) -> bool:
        """Do what a button of a pane says; return whether it was one, and not the grip."""
        head = self._overlay.head_at(at)
        if head is None or head.part not in {HeadPart.ENLARGE, HeadPart.CLOSE}:
            return False
        if head.part is HeadPart.ENLARGE:
            self.model.toggle_maximised(head.pane)
        else:
            self.pane_close_requested.emit(head.pane)
        return True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is grabbed; else move the crosshair."""
        self._overlay.mouse_at = at = event.position()
        self._gestures.move(at.x(), at.y(), held_of(event))
        if self._gestures.grabbed is not None:
            self._meter.add(at.x(), float(event.timestamp()))
            return
        self._update_overlay()
        if not self._gestures.has_taken:
            self._show_cursor(self._gestures.hit_at(at.x(), at.y()), at)
        self.pointer_moved.emit(at)

    def _show_cursor(self, hit: Hit, at: QPointF) -> None:
        axis = Qt.CursorShape.SizeVerCursor if hit.pane == PRICE else Qt.CursorShape.ArrowCursor
        shape = _CURSORS.get(hit.zone, axis)
        grip = self._overlay.grip
        if grip is not None:
            shape = _GRIP_CURSORS[grip.is_handle, grip.is_fixed]
        elif hit.zone is Zone.PLOT and self.model.tool is None and self._overlay.line_at(at):
            shape = Qt.CursorShape.PointingHandCursor
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
        """Open the settings of what is double-clicked, reset the axis, or maximise the pane."""
        at = event.position()
        target = self.legend_at(at)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if target is not None:
            part = LegendPart.GEAR if target.part is LegendPart.TITLE else target.part
            self.study_requested.emit(target.key, part)
        elif (
            self.hit_at(at).zone is Zone.PLOT
            and self.model.tool is None
            and self._gestures.grip_at(at.x(), at.y()) is None
            and (key := self._overlay.line_at(at))
        ):
            self.study_requested.emit(key, LegendPart.GEAR)
        else:
            self._gestures.double_click(at.x(), at.y())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the crosshair where the mouse comes in, before it moves."""
        self._point_at(event.position())
        super().enterEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the crosshair again where the mouse is, when the keyboard focus returns."""
        if self.viewport().underMouse():
            self._point_at(QPointF(self.viewport().mapFromGlobal(QCursor.pos())))
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End what a held key does: its release goes elsewhere."""
        self._gestures.release_keys()
        super().focusOutEvent(event)

    def _point_at(self, at: QPointF) -> None:
        self._overlay.mouse_at = at
        self._update_overlay()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair."""
        self._overlay.mouse_at = None
        self._update_overlay()
        self.pointer_moved.emit(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the right edge or at the cursor, with Ctrl at the other; pan with Shift or a horizontal wheel."""
        self.motion.stop()
        delta = event.angleDelta()
        dx, dy = delta.x() / _NOTCH * 100, delta.y() / _NOTCH * 100
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            dx, dy = dx + dy, 0.0
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._gestures.wheel(event.position().x(), dx, dy, has_ctrl=has_ctrl)
        event.accept()

    def _takes_key(self, event: QKeyEvent) -> bool:
        """Return whether a key is for the tool in use or for objects: arrows move what is selected, not the chart."""
        return self._gestures.takes_key(key_name(event), held_of(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass letters, digits and the ``^`` of an index on: they open the symbol and the interval entry."""
        name, held = key_name(event), held_of(event)
        if event.key() in MODIFIERS:
            self._gestures.hold(held)
        elif self._gestures.takes_key(name, held):
            self._gestures.key(name, held)
            return
        text = event.text()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier & ~Qt.KeyboardModifier.KeypadModifier
        if len(text) == 1 and (text.isalnum() or text == "^") and text.isascii() and not modifiers:
            self.typed.emit(text)
            event.accept()
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End what a held key does."""
        if event.key() in MODIFIERS:
            self._gestures.hold(held_of(event))
        elif not event.isAutoRepeat():
            self._gestures.release_keys()
        event.ignore()

"""The menu of colours: a grid, any other one, and the opacity."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QColorDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.setting_pages.colours import GRID, N_COLUMNS, split_colour

_SIDE, _GAP = 18, 5
_STEP = _SIDE + _GAP
_STEPS = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -N_COLUMNS, Qt.Key.Key_Down: N_COLUMNS,
}  # fmt: skip
_PERCENT = 100


class ColourGrid(QWidget):
    """The colours to choose from; ``picked`` carries ``#rrggbb``, by a click, Return or Space."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a marked colour."""
        super().__init__(parent)
        self._marked, self._pointed = -1, -1
        n_rows = -(-len(GRID) // N_COLUMNS)
        self.setFixedSize(QSize(N_COLUMNS * _STEP + _GAP, n_rows * _STEP + _GAP))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Colours")

    def mark(self, colour: str) -> None:
        """Mark the colour that is in use, where the grid has it."""
        plain = colour.lower()
        self._marked = GRID.index(plain) if plain in GRID else -1
        self._pointed = self._marked
        self.update()

    def centre_of(self, colour: str) -> QPoint:
        """Return the middle of a colour of the grid."""
        row, column = divmod(GRID.index(colour), N_COLUMNS)
        return QPoint(_GAP + column * _STEP + _SIDE // 2, _GAP + row * _STEP + _SIDE // 2)

    def _at(self, at: QPoint) -> int:
        column, row = (at.x() - _GAP // 2) // _STEP, (at.y() - _GAP // 2) // _STEP
        found = row * N_COLUMNS + column
        return found if 0 <= column < N_COLUMNS and 0 <= found < len(GRID) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Frame the colour under the mouse."""
        self._pointed = self._at(event.position().toPoint())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep the menu from taking the press."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the colour under the mouse."""
        found = self._at(event.position().toPoint())
        if found >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(GRID[found])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by the arrows, choose by Return and Space; the menu takes Escape."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._pointed = min(max(self._pointed + _STEPS[key], 0), len(GRID) - 1) if self._pointed >= 0 else 0
            self.update()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self._pointed >= 0:
            self.picked.emit(GRID[self._pointed])
        else:
            event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the swatches."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge, accent = self.palette().mid().color(), self.palette().text().color()
        for at, colour in enumerate(GRID):
            row, column = divmod(at, N_COLUMNS)
            box = QRectF(_GAP + column * _STEP, _GAP + row * _STEP, _SIDE, _SIDE)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            if at in {self._marked, self._pointed}:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(accent, 2 if at == self._marked else 1))
                painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 4, 4)
        painter.end()


class ColourMenu(QMenu):
    """Shows one colour and its opacity, and what a person chooses instead.

    ``picked`` carries ``#rrggbb``; ``opacity_moved`` an opacity while the slider is dragged, ``opacity_set`` the one
    where it was left.
    """

    picked = Signal(str)
    opacity_moved = Signal(float)
    opacity_set = Signal(float)

    def __init__(self, parent: QWidget, *, has_opacity: bool = True) -> None:
        """``has_opacity``: whether there is a slider."""
        super().__init__(parent)
        self.grid = ColourGrid()
        self.grid.picked.connect(self._on_picked)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _PERCENT)
        self.slider.setAccessibleName("Opacity")
        self.slider.valueChanged.connect(self._on_slider_moved)
        self.slider.sliderReleased.connect(self._on_slider_released)
        self._percent = PlainLabel("100%")
        self._percent.setFixedWidth(40)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.other = QPushButton("Another colour…")
        self.other.setAutoDefault(False)
        self.other.clicked.connect(self._on_other_requested)
        self._colour = GRID[0]
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(8)
        column.addWidget(self.grid)
        if has_opacity:
            row = QHBoxLayout()
            row.addWidget(PlainLabel("Opacity"))
            row.addWidget(self.slider, 1)
            row.addWidget(self._percent)
            column.addLayout(row)
        column.addWidget(self.other)
        entry = QWidgetAction(self)
        entry.setDefaultWidget(body)
        self.addAction(entry)
        self.aboutToShow.connect(partial(self.grid.setFocus, Qt.FocusReason.PopupFocusReason))

    def show_colour(self, colour: str, opacity: float | None = None) -> None:
        """Show a colour as the one in use; ``opacity``: of what it fills, else that of ``#rrggbbaa``."""
        self._colour, own = split_colour(colour)
        self.grid.mark(self._colour)
        self.slider.blockSignals(True)
        self.slider.setValue(round((own if opacity is None else opacity) * _PERCENT))
        self.slider.blockSignals(False)
        self._percent.setText(f"{self.slider.value()}%")

    def _on_picked(self, colour: str) -> None:
        self.close()
        self.picked.emit(colour)

    def _on_slider_moved(self, percent: int) -> None:
        self._percent.setText(f"{percent}%")
        if self.slider.isSliderDown():
            self.opacity_moved.emit(percent / _PERCENT)
        else:
            self.opacity_set.emit(percent / _PERCENT)

    def _on_slider_released(self) -> None:
        self.opacity_set.emit(self.slider.value() / _PERCENT)

    def _on_other_requested(self) -> None:
        """Open the dialog of all colours."""
        self.close()
        dialog = QColorDialog(QColor(self._colour), self.parentWidget())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Colour")
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(self._on_other_selected)
        dialog.open()

    def _on_other_selected(self, colour: QColor) -> None:
        self.picked.emit(colour.name())

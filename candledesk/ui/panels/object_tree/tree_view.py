"""The object tree on screen: selection, clicks, keys, and dragging objects to another place."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QHeaderView, QTableView, QWidget

from candledesk.ui.chart.paint.pixels import colour_of
from candledesk.ui.chart.widget.tools.shortcut_filter import ShortcutFilter
from candledesk.ui.panels.object_tree.tree_model import CROSS, EYE, LOCK, NAME, TreeModel
from candledesk.ui.tree_objects import PaneHeading, TreeObject

ROW_H = 26
_ICON_W = 30
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_OWN_KEYS = {  # the charts have them too
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter,
}  # fmt: skip


class TreeView(QTableView):
    """The tree. ``toggled``, ``locked``, ``settings_requested`` carry an object; ``remove_requested``: all selected.

    ``chosen`` carries the selected objects after a person selected others.

    ``moved`` carries the line of an object and the line above which it is dropped; ``stepped`` the line of an object or
    a pane and −1 (up) or 1 (down). ``left``: the keyboard goes back to the chart.
    """

    toggled = Signal(object)
    locked = Signal(object)
    chosen = Signal(object)
    settings_requested = Signal(object)
    remove_requested = Signal(object)
    moved = Signal(int, int)
    stepped = Signal(int, int)
    left = Signal()

    def __init__(self, model: TreeModel, parent: QWidget | None = None) -> None:
        """Show ``model``."""
        super().__init__(parent)
        self._model = model
        self._pressed: QPoint | None = None
        self._dragged: int | None = None
        self.drop_line: int | None = None
        self._held: tuple[set[str], str] = (set(), "")
        self.setModel(model)
        ShortcutFilter(self, lambda event: event.key() in _OWN_KEYS)
        self.setAccessibleName("Objects of the chart")
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(QSize(16, 16))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_H)
        header = self.horizontalHeader()
        header.hide()
        header.setMinimumSectionSize(_ICON_W)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (LOCK, EYE, CROSS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, _ICON_W)
        model.modelAboutToBeReset.connect(self._hold_selection)
        model.modelReset.connect(self._on_reset)

    def selected_objects(self) -> list[TreeObject]:
        """Return the selected objects from the top."""
        lines = sorted({index.row() for index in self.selectionModel().selectedIndexes()})
        return [one for line in lines if (one := self._model.object_at(line)) is not None]

    def _hold_selection(self) -> None:
        current = self._model.object_at(self.currentIndex().row())
        self._held = {one.key for one in self.selected_objects()}, "" if current is None else current.key

    def _on_reset(self) -> None:
        """Join the cells of headings, and select the objects again that were selected."""
        self.clearSpans()
        keys, current = self._held
        flags = QItemSelectionModel.SelectionFlag
        for at, line in enumerate(self._model.lines):
            if isinstance(line, PaneHeading):
                self.setSpan(at, NAME, 1, CROSS + 1)
                continue
            index = self._model.index(at, NAME)
            if line.key in keys:
                self.selectionModel().select(index, flags.Select | flags.Rows)
            if line.key == current:
                self.selectionModel().setCurrentIndex(index, flags.NoUpdate)

    def begin_renaming(self, line: int) -> None:
        """Edit the name of the object of a line."""
        self.edit(self._model.index(line, NAME))

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press the eye or the cross of an object; else select, and perhaps begin to drag."""
        at = event.position().toPoint()
        index = self.indexAt(at)
        one = self._model.object_at(index.row())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and one is not None and index.column() == EYE and one.toggle is not None:
            self.toggled.emit(one)
        elif is_left and one is not None and index.column() == LOCK and one.lock is not None:
            self.locked.emit(one)
        elif is_left and one is not None and index.column() == CROSS and one.remove is not None:
            self.remove_requested.emit([one])
        else:
            super().mousePressEvent(event)
            self.chosen.emit(self.selected_objects())
            can_move = one is not None and one.place is not None and not event.modifiers() & _MODIFIERS
            self._pressed = at if is_left and can_move else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the object that was pressed."""
        at = event.position().toPoint()
        if self._pressed is None:
            if not event.buttons():
                super().mouseMoveEvent(event)
            return
        if (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._dragged = self.indexAt(self._pressed).row()
        if self._dragged is not None:
            self.drop_line = self._line_near(at.y())
            self.viewport().update()

    def _line_near(self, y: int) -> int:
        """Return the line above which something is dropped at a pixel; never above the first heading."""
        line = self.rowAt(y)
        if line < 0:
            return self._model.rowCount()
        middle = self.rowViewportPosition(line) + self.rowHeight(line) // 2
        return max(1, line + (y >= middle))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop what is dragged."""
        dragged, target = self._dragged, self.drop_line
        self._end_drag()
        if dragged is not None and target is not None:
            self.moved.emit(dragged, target)
        else:
            super().mouseReleaseEvent(event)

    def _end_drag(self) -> None:
        self._pressed = self._dragged = self.drop_line = None
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the settings of an object."""
        index = self.indexAt(event.position().toPoint())
        one = self._model.object_at(index.row())
        if one is not None and index.column() == NAME and event.button() == Qt.MouseButton.LeftButton:
            self.settings_requested.emit(one)
        else:
            self.mousePressEvent(event)  # two quick clicks on an eye are two clicks

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint where a dragged object would be dropped."""
        super().paintEvent(event)
        if self.drop_line is None:
            return
        last = self._model.rowCount() - 1
        y = self.rowViewportPosition(min(self.drop_line, last)) + (ROW_H if self.drop_line > last else 0)
        painter = QPainter(self.viewport())
        painter.fillRect(4, y - 1, self.viewport().width() - 8, 2, colour_of(self._model.theme.accent))
        painter.end()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove, hide, set and move the selected objects; Escape leaves, or ends a drag."""
        key, line = event.key(), self.currentIndex().row()
        one = self._model.object_at(line)
        is_step = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Escape:
            if self._dragged is not None:
                self._end_drag()
            else:
                self.left.emit()
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.remove_requested.emit(self.selected_objects())
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down} and is_step and line >= 0:
            self.stepped.emit(line, -1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_F2 and one is not None and one.rename is not None:
            self.begin_renaming(line)
        elif key == Qt.Key.Key_Space and one is not None:
            self.toggled.emit(one)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and one is not None:
            self.settings_requested.emit(one)
        else:
            super().keyPressEvent(event)
            if key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
                self.chosen.emit(self.selected_objects())

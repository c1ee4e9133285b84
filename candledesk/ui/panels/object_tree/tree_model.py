"""The rows of the object tree for Qt: headings of panes, and their objects with an eye and a cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPen, QPixmap

from candledesk.ui.plain_text import plain_tip
from candledesk.ui.theme.themes import chart_font
from candledesk.ui.tree_objects import PaneHeading, TreeObject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.theme.themes import Theme
    from candledesk.ui.tree_objects import Line

ModelIndex = QModelIndex | QPersistentModelIndex
NAME, LOCK, EYE, CROSS = range(4)
_FONT_PX = 12
_SIDE, _SWATCH = 16, 10
INDENT = 20  # of the members of a group
_FAINT = 0.55  # of the open locks: locked ones stand out


class TreeModel(QAbstractTableModel):
    """The lines of one chart; ``renamed`` carries an object and the name that was typed for it.

    ``closed``: the keys of the groups that are shown without their members.
    """

    renamed = Signal(object, str)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.theme = theme
        self.lines: list[Line] = []
        self.closed: set[str] = set()

    def show_lines(self, lines: Sequence[Line]) -> bool:
        """Show other lines; return whether they differ from those that were shown."""
        if list(lines) == self.lines:
            self.lines = list(lines)  # what can be done may be another call
            return False
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()
        return True

    def object_at(self, line: int) -> TreeObject | None:
        """Return the object of a line, ``None`` for a heading and outside."""
        found = self.lines[line] if 0 <= line < len(self.lines) else None
        return found if isinstance(found, TreeObject) else None

    # -- what Qt reads

    def rowCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of columns: name, lock, eye, cross."""
        return 0 if parent is not None and parent.isValid() else CROSS + 1

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return a cell's text, tooltip, font, colour or picture."""
        line, column = self.lines[index.row()], index.column()
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return _words(line, role) if column == NAME else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(line, column))
        if role == Qt.ItemDataRole.FontRole:
            return chart_font(_FONT_PX, is_bold=isinstance(line, PaneHeading))
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._colour_of(line))
        return self._picture(line, column) if role == Qt.ItemDataRole.DecorationRole else None

    def _colour_of(self, line: Line) -> str:
        if isinstance(line, TreeObject) and line.is_selected:
            return self.theme.accent
        is_muted = isinstance(line, TreeObject) and not line.is_shown
        return self.theme.text_muted if is_muted else self.theme.text

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """Return what can be done with a cell: a name of an object that has ``rename`` can be edited."""
        flags, one = super().flags(index), self.object_at(index.row())
        is_editable = index.column() == NAME and one is not None and one.rename is not None
        return flags | Qt.ItemFlag.ItemIsEditable if is_editable else flags

    def setData(self, index: ModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ANN401
        """Ask for another name of an object."""
        one = self.object_at(index.row())
        if role != Qt.ItemDataRole.EditRole or one is None or one.rename is None:
            return False
        self.renamed.emit(one, str(value))
        return True

    def _picture(self, line: Line, column: int) -> QPixmap | None:
        if isinstance(line, PaneHeading):
            return None
        colour = self.theme.text_muted
        if column == NAME and line.is_group:
            return _draw(_draw_closed_group if line.key in self.closed else _draw_open_group, colour)
        if column == NAME:
            return _swatch(line.colour, INDENT if line.group else 0)
        if column == LOCK and line.lock is not None:
            return _draw(_draw_lock if line.is_locked else _draw_open_lock, colour)
        if column == EYE and line.toggle is not None:
            return _draw(_draw_eye if line.is_shown else _draw_closed_eye, colour)
        return _draw(_draw_cross, colour) if column == CROSS and line.remove is not None else None


def _tip(line: Line, column: int) -> str:
    if isinstance(line, PaneHeading):
        return line.title
    if column == NAME:
        return f"{line.title}\n{line.note}" if line.note else line.title
    if column == LOCK:
        return "" if line.lock is None else "Unlock" if line.is_locked else "Lock"
    if column == EYE:
        return "" if line.toggle is None else "Hide" if line.is_shown else "Show"
    return "" if line.remove is None else "Remove"


def _words(line: Line, role: int) -> str:
    """Return the name of a line; a group shows how many members it has, which are no part of its name."""
    is_counted = isinstance(line, TreeObject) and line.is_group and role == Qt.ItemDataRole.DisplayRole
    return f"{line.title}  ({line.n_members})" if is_counted and isinstance(line, TreeObject) else line.title


def _swatch(colour: str, indent: int) -> QPixmap:
    """Return a square in the colour of a line; an empty one keeps the room, so that all names begin at one place."""
    pixmap = QPixmap(indent + _SWATCH, _SWATCH)
    pixmap.fill(Qt.GlobalColor.transparent)
    if colour:
        painter = QPainter(pixmap)
        painter.fillRect(indent + 1, 1, _SWATCH - 2, _SWATCH - 2, QColor(colour))
        painter.end()
    return pixmap


def _draw(draw: Any, colour: str) -> QPixmap:  # noqa: ANN401 - one of the functions below
    """Return a picture of ``_SIDE`` logical pixels, sharp on the screen."""
    dpr = QGuiApplication.primaryScreen().devicePixelRatio()
    pixmap = QPixmap(round(_SIDE * dpr), round(_SIDE * dpr))
    pixmap.setDevicePixelRatio(dpr)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 1.3))
    draw(painter)
    painter.end()
    return pixmap


def _draw_eye(painter: QPainter) -> None:
    middle = _SIDE / 2
    painter.drawArc(QRectF(1, middle - 4, _SIDE - 2, 12), 25 * 16, 130 * 16)
    painter.drawArc(QRectF(1, middle - 8, _SIDE - 2, 12), 205 * 16, 130 * 16)
    painter.drawEllipse(QPointF(middle, middle), 2, 2)


def _draw_closed_eye(painter: QPainter) -> None:
    _draw_eye(painter)
    painter.drawLine(QPointF(3, _SIDE - 2), QPointF(_SIDE - 3, 2))


def _draw_lock(painter: QPainter) -> None:
    painter.drawRect(QRectF(3.5, 7.5, _SIDE - 7, 6))
    painter.drawArc(QRectF(5.5, 3, 5, 8), 0, 180 * 16)


def _draw_open_lock(painter: QPainter) -> None:
    painter.setOpacity(_FAINT)
    painter.drawRect(QRectF(3.5, 7.5, _SIDE - 7, 6))
    painter.drawArc(QRectF(5.5, 3, 5, 8), 30 * 16, 150 * 16)


def _draw_open_group(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(4, 6), QPointF(8, 10), QPointF(12, 6)])


def _draw_closed_group(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(6, 4), QPointF(10, 8), QPointF(6, 12)])


def _draw_cross(painter: QPainter) -> None:
    painter.drawLine(QPointF(4, 4), QPointF(_SIDE - 4, _SIDE - 4))
    painter.drawLine(QPointF(4, _SIDE - 4), QPointF(_SIDE - 4, 4))

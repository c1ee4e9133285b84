"""The dot in the corner of a cell: its link colour, and the menu that changes it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton

from candledesk.workspace.links import ASPECTS, LINK_COLOURS, NO_LINK

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

    from candledesk.workspace.links import LinkSwitches

COLOURS = {
    "blue": "#4d85ff", "green": "#2fa866", "orange": "#d9822b", "red": "#e5484d", "purple": "#9d6ff0",
    "teal": "#1a9c9c",
}  # fmt: skip
_NO_COLOUR = "#868b98"
_TEXTS = {"symbol": "Same symbol", "interval": "Same interval", "crosshair": "Same crosshair", "range": "Same time"}
_SIZE, _DOT, _ICON = 14, 8, 12  # logical pixels


class LinkDot(QToolButton):
    """``colour_chosen`` carries a colour; ``switch_chosen`` an aspect and whether the group follows in it."""

    colour_chosen = Signal(str)
    switch_chosen = Signal(str, bool)
    menu_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Stand in the corner of ``parent``, hidden at first."""
        super().__init__(parent)
        self.colour = NO_LINK
        self.setFixedSize(_SIZE, _SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self.menu_requested)
        self.show_colour(NO_LINK)
        self.hide()

    def show_colour(self, colour: str) -> None:
        """Show the colour of the cell."""
        self.colour = colour
        text = "Not linked" if colour == NO_LINK else f"Linked: {colour}"
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def open_menu(self, switches: LinkSwitches) -> QMenu:
        """Open the menu of colours, and of what the cells of this one have in common."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for colour in (NO_LINK, *LINK_COLOURS):
            text = "No link" if colour == NO_LINK else colour.capitalize()
            action = menu.addAction(_dot_icon(colour), text, partial(self.colour_chosen.emit, colour))
            action.setCheckable(True)
            action.setChecked(colour == self.colour)
        menu.addSeparator()
        for aspect in ASPECTS:
            action = menu.addAction(_TEXTS[aspect])
            action.setCheckable(True)
            action.setChecked(getattr(switches, aspect) and self.colour != NO_LINK)
            action.setEnabled(self.colour != NO_LINK)
            action.toggled.connect(partial(self.switch_chosen.emit, aspect))
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        return menu

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the dot, or a ring for no link."""
        painter = QPainter(self)
        _paint_dot(painter, self.colour, _SIZE)
        painter.end()


def _paint_dot(painter: QPainter, colour: str, size: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(_NO_COLOUR), 1.5) if colour == NO_LINK else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if colour == NO_LINK else QColor(COLOURS[colour]))
    at = (size - _DOT) // 2
    painter.drawEllipse(at, at, _DOT, _DOT)


def _dot_icon(colour: str) -> QIcon:
    pixmap = QPixmap(_ICON, _ICON)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _paint_dot(painter, colour, _ICON)
    painter.end()
    return QIcon(pixmap)

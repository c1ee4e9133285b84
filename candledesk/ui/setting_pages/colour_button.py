"""A button that shows a colour and opens the menu of colours."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton

from candledesk.ui.setting_pages.colour_menu import ColourMenu
from candledesk.ui.setting_pages.colours import join_colour, qt_colour, split_colour

_WIDTH, _INSET, _SQUARE = 104, 5, 4


class ColourButton(QPushButton):
    """``colour``: ``#rrggbb`` or ``#rrggbbaa``, empty where several colours differ.

    ``previewed`` carries a colour while the slider of its opacity is dragged, ``picked`` the one that was chosen.
    """

    picked = Signal(str)
    previewed = Signal(str)

    def __init__(self, colour: str, name: str, *, has_opacity: bool = True) -> None:
        """``name``: what has the colour, for screen readers."""
        super().__init__()
        self.colour = colour
        self._has_opacity = has_opacity
        self._menu: ColourMenu | None = None
        self.setFixedWidth(_WIDTH)
        self.setAutoDefault(False)
        self.setAccessibleName(f"Colour of {name}")
        self.clicked.connect(self._open_menu)

    def sizeHint(self) -> QSize:
        """Return the size of other inputs."""
        return QSize(_WIDTH, super().sizeHint().height())

    def show_colour(self, colour: str) -> None:
        """Show another colour."""
        self.colour = colour
        self.update()

    def menu_of_colours(self) -> ColourMenu:
        """Return the menu, made at its first use."""
        if self._menu is None:
            self._menu = ColourMenu(self, has_opacity=self._has_opacity)
            self._menu.picked.connect(self._on_picked)
            self._menu.opacity_moved.connect(self._on_opacity_moved)
            self._menu.opacity_set.connect(self._on_opacity_set)
        return self._menu

    def _open_menu(self) -> None:
        menu = self.menu_of_colours()
        menu.show_colour(self.colour or "#ffffff")
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _on_picked(self, plain: str) -> None:
        opacity = split_colour(self.colour)[1] if self._has_opacity else 1.0
        self.show_colour(join_colour(plain, opacity or 1.0))
        self.picked.emit(self.colour)

    def _on_opacity_moved(self, opacity: float) -> None:
        self.show_colour(join_colour(self.colour or "#ffffff", opacity))
        self.previewed.emit(self.colour)

    def _on_opacity_set(self, opacity: float) -> None:
        self.show_colour(join_colour(self.colour or "#ffffff", opacity))
        self.picked.emit(self.colour)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame of a button, and the colour on squares that are seen through it."""
        painter, option = QPainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        option.text = "Mixed" if not self.colour else ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        if self.colour:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_swatch(painter, QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET), self.colour)
        painter.end()


def paint_swatch(painter: QPainter, box: QRectF, colour: str) -> None:
    """Paint a colour; behind one that is not opaque there are squares."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    if split_colour(colour)[1] < 1:
        painter.setClipRect(box)
        painter.fillRect(box, Qt.GlobalColor.white)
        for row in range(int(box.height()) // _SQUARE + 1):
            for column in range(row % 2, int(box.width()) // _SQUARE + 1, 2):
                at = box.left() + column * _SQUARE, box.top() + row * _SQUARE
                painter.fillRect(QRectF(*at, _SQUARE, _SQUARE), Qt.GlobalColor.lightGray)
        painter.fillRect(box, qt_colour(colour))
    else:
        painter.setBrush(qt_colour(colour))
        painter.drawRoundedRect(box, 2, 2)
    painter.setClipping(False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(Qt.GlobalColor.gray, 1))
    painter.setOpacity(0.5)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    painter.restore()

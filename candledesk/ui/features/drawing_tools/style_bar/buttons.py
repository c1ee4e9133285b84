"""The buttons of the style bar: a picture, a colour under a picture, a choice of lines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from candledesk.drawings.looks.shared import MIXED
from candledesk.ui.setting_pages.colour_button import paint_swatch
from candledesk.ui.setting_pages.colour_menu import ColourMenu
from candledesk.ui.setting_pages.line_icons import line_icon
from candledesk.ui.theme.icons import ICON_PX, themed_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.theme.themes import Theme

BUTTON_PX = 28
_WIDTH_PX = 52  # of the button of widths, which has words
_BAR = QRectF(5.0, 21.0, 18.0, 4.0)  # the colour under a picture


class BarButton(QToolButton):
    """A button with a picture of ``resources/icons`` in the colours of the theme."""

    def __init__(self, icon: str, tip: str, parent: QWidget | None = None) -> None:
        """``tip``: what it does."""
        super().__init__(parent)
        self._icon = icon
        self.setFixedSize(BUTTON_PX, BUTTON_PX)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_tip(tip)

    def show_tip(self, tip: str) -> None:
        """Say what it does, also to screen readers."""
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def set_picture(self, icon: str, theme: Theme) -> None:
        """Show another picture."""
        self._icon = icon
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.setIcon(themed_icon(self._icon, theme))

    def open_menu(self, menu: QMenu) -> None:
        """Open a menu under the button."""
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 6)))


class ColourBarButton(BarButton):
    """A colour under a picture; signals as those of ``ColourMenu``."""

    picked = Signal(str)
    opacity_moved = Signal(float)
    opacity_set = Signal(float)

    def __init__(self, icon: str, tip: str, parent: QWidget | None = None) -> None:
        """Start without a colour."""
        super().__init__(icon, tip, parent)
        self._value: object = ""
        self._opacity: float | None = None
        self._menu: ColourMenu | None = None
        self.clicked.connect(self._on_clicked)

    def show_value(self, colour: object, opacity: object = None) -> None:
        """Show a colour or ``MIXED``; ``opacity``: of what it fills, kept apart from the colour."""
        self._value, self._opacity = colour, opacity if isinstance(opacity, float | int) else None
        self.update()

    def menu_of_colours(self) -> ColourMenu:
        """Return the menu, made at its first use."""
        if self._menu is None:
            self._menu = ColourMenu(self)
            self._menu.picked.connect(self.picked)
            self._menu.opacity_moved.connect(self.opacity_moved)
            self._menu.opacity_set.connect(self.opacity_set)
        return self._menu

    def _on_clicked(self) -> None:
        menu = self.menu_of_colours()
        menu.show_colour(self._value if isinstance(self._value, str) else "#ffffff", self._opacity)
        self.open_menu(menu)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the colour under the picture, a broken line for several."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(self._value, str):
            paint_swatch(painter, _BAR, self._value)
        else:
            pen = QPen(self.palette().text().color(), _BAR.height() - 1)
            pen.setDashPattern([1.2, 1.0])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            y = _BAR.center().y()
            painter.drawLine(QPointF(_BAR.left(), y), QPointF(_BAR.right(), y))
        painter.end()


class ChoiceBarButton(BarButton):
    """One of several values, in a menu; ``key``: of its field, ``picked`` carries a value."""

    picked = Signal(object)

    def __init__(
        self, key: str, icon: str, tip: str, choices: Sequence[tuple[Any, str]], parent: QWidget | None = None
    ) -> None:
        """``choices``: each value with its words."""
        super().__init__(icon, tip, parent)
        self._key, self._choices = key, choices
        self._value: object = MIXED
        self.clicked.connect(self._on_clicked)

    def show_value(self, value: object, theme: Theme) -> None:
        """Show a value or ``MIXED``."""
        self._value = value
        if self._key == "width":  # with words: else it would look like the button of dashes
            beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
            self.setText(f"{value}px")
            self.setToolButtonStyle(alone if value is MIXED else beside)
            self.setFixedWidth(BUTTON_PX if value is MIXED else _WIDTH_PX)
        if self._key in {"width", "dash"} and value is not MIXED:
            self.setIcon(self._picture(value, theme.text))
        else:
            self.set_theme(theme)

    def _picture(self, value: Any, colour: str) -> QIcon:  # noqa: ANN401 - a width or a dash
        return line_icon(value, "solid", colour) if self._key == "width" else line_icon(2, value, colour)

    def menu_of_choices(self) -> QMenu:
        """Return a menu in which the value is checked."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        colour = self.palette().text().color().name()
        for value, words in self._choices:
            action = menu.addAction(words, partial(self.picked.emit, value))
            if self._key in {"width", "dash"}:
                action.setIcon(self._picture(value, colour))
                action.setIconVisibleInMenu(True)
            action.setCheckable(True)
            action.setChecked(value == self._value)
        return menu

    def _on_clicked(self) -> None:
        self.open_menu(self.menu_of_choices())

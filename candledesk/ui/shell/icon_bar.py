"""A bar of buttons whose pictures have the colours of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolBar, QToolButton

from candledesk.ui.theme.icons import ICON_PX, themed_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from candledesk.ui.shell.actions import ActionTable, BarButton
    from candledesk.ui.theme.themes import Theme

WORDS_GAP = 6  # beside a picture that has words, in logical pixels


class IconBar(QToolBar):
    """A bar that no one moves, whose buttons have pictures in the colours of the theme."""

    def __init__(self, name: str, table: ActionTable, theme: Theme) -> None:
        """``name``: of the object, for the style sheet and the stored state; ``table`` is built already."""
        super().__init__(name.replace("_", " ").capitalize())
        self.setObjectName(name)
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self._table, self._theme = table, theme
        self._worded: list[QToolButton] = []
        self._pictured: list[tuple[QAction | QToolButton, str]] = []

    def add_button(self, action: QAction, button: BarButton) -> QToolButton:
        """Add the button of an action."""
        self.addAction(action)
        if button.icon:
            self.set_picture(action, button.icon)
        action.setIconVisibleInMenu(False)
        made = self.widgetForAction(action)
        if not isinstance(made, QToolButton):
            raise TypeError(action.text())
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if button.menu:
            made.setMenu(self._table.submenus[button.menu])
            made.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        return made

    def set_picture(self, owner: QAction | QToolButton, icon: str) -> None:
        """Show a picture of ``resources/icons``, and keep its colours those of the theme."""
        self._pictured = [(one, name) for one, name in self._pictured if one is not owner] + [(owner, icon)]
        owner.setIcon(themed_icon(icon, self._theme))

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme to the pictures."""
        self._theme = theme
        for owner, icon in self._pictured:
            owner.setIcon(themed_icon(icon, theme))

    def add_worded(self, button: QToolButton) -> None:
        """Show the words of a button that has a picture while there is room for them."""
        button.setIconSize(QSize(ICON_PX + WORDS_GAP, ICON_PX))
        self._worded.append(button)

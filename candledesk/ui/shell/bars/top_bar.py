"""The bar at the top: the button of all menus, the widgets of features, and the actions that deserve a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from candledesk.ui.shell.actions import Bar
from candledesk.ui.shell.icon_bar import WORDS_GAP, IconBar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QResizeEvent

    from candledesk.ui.shell.actions import ActionTable, KeyRow
    from candledesk.ui.shell.feature import Feature
    from candledesk.ui.theme.themes import Theme

MENU_KEYS: tuple[KeyRow, ...] = (("View", "Open the menu", "F10"),)
BAR_PX = 40
_SLACK = 24  # so much more room than it needs brings the words back, so that they do not come and go


class TopBar(IconBar):
    """Rendered once from the features; a thin line stands between two of them. ``open_menu``: the action behind F10."""

    def __init__(self, table: ActionTable, features: Iterable[Feature], theme: Theme) -> None:
        """Add what the features have for it, in their order."""
        super().__init__("top_bar", table, theme)
        self.setFixedHeight(BAR_PX)
        self._add_menu_button()
        features = list(features)
        for feature in features:
            rows = [row for row in feature.actions if row.button is not None and row.button.bar is Bar.TOP]
            if feature.toolbar is None and not rows:
                continue
            self._add_line()
            if feature.toolbar is not None:
                feature.toolbar(self)
            self._add_buttons(row.id for row in rows)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self._add_end(features)
        self._show_words(are_shown=True)
        overflow = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if isinstance(overflow, QToolButton):  # its own icon is black on dark
            overflow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            overflow.setText("»")
        self.installEventFilter(self)

    def _add_end(self, features: list[Feature]) -> None:
        has_any = False
        for feature in features:
            rows = [row for row in feature.actions if row.button is not None and row.button.bar is Bar.TOP_END]
            if feature.toolbar_end is None and not rows:
                continue
            if has_any:
                self._add_line()
            has_any = True
            self._add_buttons(row.id for row in rows)
            if feature.toolbar_end is not None:
                feature.toolbar_end(self)

    def _add_menu_button(self) -> None:
        self.menu_button = button = QToolButton()
        button.setObjectName("menu_button")
        button.setToolTip("Menu (F10)")
        button.setAccessibleName("Menu")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self._table.menu)
        self.set_picture(button, "menu")
        self.addWidget(button)
        self.open_menu = QAction("Open the menu", self)
        self.open_menu.setShortcut("F10")
        self.open_menu.triggered.connect(self._on_menu_requested)

    def _on_menu_requested(self) -> None:
        """Open the menu where its button opens it."""
        menu = self._table.menu
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    def _add_buttons(self, ids: Iterable[str]) -> None:
        for name in ids:
            row = next(row for row in self._table.rows if row.id == name)
            if row.button is not None:
                button = self.add_button(self._table.actions[name], row.button)
                if row.button.words:
                    self.add_worded(button)

    def _fits_with_words(self, width: int) -> bool:
        """Return whether the bar with all of its words has room in ``width`` pixels."""
        hidden = [one for one in self._worded if one.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly]
        missing = sum(one.fontMetrics().horizontalAdvance(f"{one.text()}  ") + WORDS_GAP for one in hidden)
        return self.sizeHint().width() + missing + (_SLACK if hidden else 0) <= width

    def _show_words(self, *, are_shown: bool) -> None:
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._worded:
            if (button.toolButtonStyle() == beside) is not are_shown:
                button.setToolButtonStyle(beside if are_shown else alone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words out of a narrow bar."""
        self._show_words(are_shown=self._fits_with_words(event.size().width()))
        super().resizeEvent(event)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Leave the words out when a button has become wider; a filter for the reason at ``ShortcutFilter``."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._show_words(are_shown=self._fits_with_words(self.width()))
        return False

    def _add_line(self) -> None:
        line = self.widgetForAction(self.addSeparator())
        line.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # else it grows in a narrow window

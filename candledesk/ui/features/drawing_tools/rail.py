"""Drawing in the rail at the left: a button for each group of tools, the favourites, and the switches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from candledesk.drawings.placing.magnet import Magnet
from candledesk.ui.features.drawing_tools.book import MOST_FAVOURITES
from candledesk.ui.features.drawing_tools.rows import MAGNET_MENU, tool_action
from candledesk.ui.features.drawing_tools.tool_groups import GROUPS, icon_of
from candledesk.ui.features.drawing_tools.tool_menu import ToolMenu
from candledesk.ui.shell.actions import BarButton
from candledesk.ui.shell.bars.rails import BUTTON_PX, RAIL_PX, LeftRail
from candledesk.ui.theme.key_menu import KeyMenu

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QMouseEvent

    from candledesk.ui.features.drawing_tools.book import DrawingBook
    from candledesk.ui.features.drawing_tools.tool_groups import ToolGroup
    from candledesk.ui.features.drawings.editor import DrawingEditor
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.shell.icon_bar import IconBar
    from candledesk.ui.theme.themes import Theme

_CORNER_PX = 12  # of the arrow that opens the menu of a group


class RailButton(QToolButton):
    """A button with a menu that a long press, a right click, or a click on its corner opens."""

    def __init__(self) -> None:
        """Start without a menu."""
        super().__init__()
        self.setCheckable(True)
        self.setFixedSize(BUTTON_PX, BUTTON_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the menu from the corner and by the right button."""
        at = event.position()
        is_corner = at.x() > self.width() - _CORNER_PX and at.y() > self.height() - _CORNER_PX
        menu = self.menu()
        if menu is not None and (is_corner or event.button() == Qt.MouseButton.RightButton):
            menu.popup(self.mapToGlobal(QPoint(self.width() + 4, 0)))
        else:
            super().mousePressEvent(event)


class DrawingRail(QObject):
    """The buttons of drawing; ``groups``: by the id of their group, ``favourites``: the shown ones, by their tool."""

    def __init__(self, context: WindowContext, editor: DrawingEditor, book: DrawingBook, bar: IconBar) -> None:
        """Add the buttons to the rail ``bar``; they run the actions of the window."""
        super().__init__(bar)
        if not isinstance(bar, LeftRail):
            raise TypeError(bar.objectName())
        self._context, self._table, self._editor, self._book, self._bar = context, context.table, editor, book, bar
        self.groups: dict[str, RailButton] = {}
        self.favourites: dict[str, RailButton] = {}
        self._slots: list[tuple[RailButton, QAction]] = []
        for group in GROUPS:
            self.groups[group.id] = self._add_group(group)
        bar.add_square("measure", BarButton("measure"))
        self._line = bar.addSeparator()
        for _ in range(MOST_FAVOURITES):
            button = RailButton()
            button.clicked.connect(partial(self._on_clicked, button))
            self._slots.append((button, bar.addWidget(_centred(button))))
        bar.addSeparator()
        self._add_switches(bar)
        book.changed.connect(self.show_state)
        editor.switches_changed.connect(self.show_state)
        context.charts.front_changed.connect(self.show_state)
        self.show_state()

    def _add_group(self, group: ToolGroup) -> RailButton:
        button = RailButton()
        button.setAccessibleName(group.title)
        button.setMenu(ToolMenu(group.tools, self._table, self._book, self._theme, button))
        button.clicked.connect(partial(self._on_clicked, button))
        self._bar.addWidget(_centred(button))
        return button

    def _theme(self) -> Theme:
        return self._context.theme_choice.theme

    def _add_switches(self, bar: LeftRail) -> None:
        bar.add_square("drawing_magnet", BarButton("magnet", menu=MAGNET_MENU))
        bar.add_square("stay_in_drawing", BarButton("pencil-stay"))
        bar.add_square("lock_drawings", BarButton("lock"))
        hide = bar.add_square("hide_drawings", BarButton("eye-off"))
        hide.setMenu(self._menu(hide, "hide_drawings", "hide_indicators", "hide_everything"))
        remove = bar.add_square("remove_drawings", BarButton("bin"))
        remove.setMenu(self._menu(remove, "remove_drawings", "remove_indicators", "drawing_bin"))

    def _menu(self, parent: QToolButton, *names: str) -> KeyMenu:
        menu = KeyMenu(parent=parent)
        menu.addActions([self._table.actions[name] for name in names if name in self._table.actions])
        menu.aboutToShow.connect(self._table.refresh)
        parent.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        return menu

    def _on_clicked(self, button: RailButton, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        self._table.actions[tool_action(str(button.property("tool")))].trigger()
        self.show_state()

    def show_state(self) -> None:
        """Show the tools that stand in front, the favourites, and the tool in use."""
        has_target = self._context.charts.has_target()
        for group in GROUPS:
            self._show(self.groups[group.id], self._book.last_used(group.tools), is_enabled=has_target)
        self.favourites = {}
        for at, (button, slot) in enumerate(self._slots):
            is_used = at < len(self._book.favourites)
            if is_used:
                self.favourites[self._book.favourites[at]] = button
                self._show(button, self._book.favourites[at], is_enabled=has_target)
            slot.setVisible(is_used)
        self._line.setVisible(bool(self.favourites))
        is_strong = self._editor.magnet is Magnet.STRONG
        self._bar.set_picture(self._table.actions["drawing_magnet"], "magnet-strong" if is_strong else "magnet")

    def _show(self, button: RailButton, tool: str, *, is_enabled: bool) -> None:
        action = self._table.actions[tool_action(tool)]
        button.setProperty("tool", tool)
        button.setToolTip(action.toolTip())
        button.setChecked(self._editor.tool == tool)
        button.setEnabled(is_enabled)
        self._bar.set_picture(button, icon_of(tool))


def _centred(button: RailButton) -> QWidget:
    """Return a button in the middle of the rail, where those of actions are."""
    holder = QWidget()
    holder.setFixedWidth(RAIL_PX - 1)  # the edge of the rail
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(button)
    return holder

"""The object tree as a panel: follows the active chart and does to its objects what a person asks for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from candledesk.ui.filter_line import FilterLine
from candledesk.ui.panels.object_tree.providers import list_objects, list_panes
from candledesk.ui.panels.object_tree.tree_model import TreeModel
from candledesk.ui.panels.object_tree.tree_view import TreeView
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.tree_objects import PaneHeading, arrange_lines, behind_of, group_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent

    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.theme.themes import Theme
    from candledesk.ui.tree_objects import TreeObject

_FOOT = ("drawing_bin",)
_UPDATE_MS = 60  # a chart that is panned changes for every frame, its objects hardly ever


class ObjectTree(QDockWidget):
    """Lists the objects of the active chart; while it is hidden it does nothing."""

    def __init__(self, context: WindowContext) -> None:
        """Follow the charts of a window."""
        super().__init__("Object tree", context.window)
        self.setObjectName("object_tree")
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self._context, self._charts = context, context.charts
        self.model = TreeModel(context.theme_choice.theme, self)
        self.tree = TreeView(self.model)
        self.filter = FilterLine("Filter objects")
        self._timer = single_shot_timer(self, _UPDATE_MS, self._update)
        self._build()
        self._charts.chart_added.connect(self._on_chart_added)
        self._charts.front_changed.connect(self._update_soon)
        for page in self._charts.pages():
            self._on_chart_added(page)

    def _build(self) -> None:
        self.filter.textChanged.connect(self._update)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(10, 6, 10, 6)
        head.addWidget(self.filter)
        column.addLayout(head)
        column.addWidget(self.tree, 1)
        column.addLayout(self._foot())
        self.setWidget(body)
        self.setFocusProxy(self.tree)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.tree.toggled.connect(self._on_toggled)
        self.tree.locked.connect(self._on_locked)
        self.tree.chosen.connect(self._on_selected)
        self.model.renamed.connect(self._on_renamed)
        self.tree.settings_requested.connect(self._on_settings_requested)
        self.tree.remove_requested.connect(self._on_remove_requested)
        self.tree.moved.connect(self._on_moved)
        self.tree.stepped.connect(self._on_stepped)
        self.tree.left.connect(self._charts.focus)
        self.filter.left.connect(self._charts.focus)

    def _foot(self) -> QHBoxLayout:
        """Return the buttons of the rows of the menus that belong to the objects."""
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 6, 10, 8)
        for name in _FOOT:
            if name in self._context.table.actions:
                button = QPushButton(self._context.table.actions[name].text())
                button.setAutoDefault(False)
                button.clicked.connect(self._context.table.actions[name].trigger)
                foot.addWidget(button)
        return foot

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.model.theme = theme
        self.tree.viewport().update()

    # -- following

    def _on_chart_added(self, page: ChartPage) -> None:
        page.model.changed.connect(self._update_soon)

    def _update_soon(self) -> None:
        if not self._timer.isActive() and self.isVisible():
            self._timer.start()

    def _update(self) -> None:
        self._timer.stop()
        page = self._charts.page
        headings = [] if page is None else list_panes(page)
        objects = [] if page is None else list_objects(self._context, page)
        self.model.show_lines(arrange_lines(headings, objects, self.filter.text()))

    def showEvent(self, event: QShowEvent) -> None:
        """Show the objects of now."""
        super().showEvent(event)
        self._update()

    # -- what a person asks for

    def _on_toggled(self, one: TreeObject) -> None:
        if one.toggle is not None:
            one.toggle()
            self._update()

    def _on_locked(self, one: TreeObject) -> None:
        if one.lock is not None:
            one.lock()
            self._update()

    def _on_renamed(self, one: TreeObject, name: str) -> None:
        if one.rename is not None and name.strip() != one.title:
            one.rename(name.strip())
            self._update()

    def _on_selected(self, objects: Sequence[TreeObject]) -> None:
        """Select in the chart what is selected here."""
        for select, keys in group_calls(objects, lambda one: one.select):
            select(*keys)

    def _on_settings_requested(self, one: TreeObject) -> None:
        if one.settings is not None:
            one.settings()

    def _on_remove_requested(self, objects: Sequence[TreeObject]) -> None:
        for remove, keys in group_calls(objects, lambda one: one.remove):
            remove(*keys)
        self._update()

    def _on_moved(self, line: int, above: int) -> None:
        """Draw the object of a line where it was dropped."""
        one = self.model.object_at(line)
        target = None if one is None else behind_of(self.model.lines, above, one.key, one.kind)
        if one is not None and one.place is not None and target is not None:
            one.place(one.key, *target)
            self._update()

    def _on_stepped(self, line: int, by: int) -> None:
        """Move an object over the next one of its pane, or a pane over the next pane."""
        found = self.model.lines[line]
        if isinstance(found, PaneHeading):
            if found.move is not None:
                found.move(by)
                self._update()
            return
        other = self.model.object_at(line + by)
        is_near = other is not None and other.pane == found.pane and other.kind == found.kind
        if is_near and other is not None and other.place is not None:
            self._on_moved(line, line - 1 if by < 0 else line + 2)

    def _open_menu(self, at: QPoint) -> None:
        line = self.tree.rowAt(at.y())
        if line < 0:
            return
        menu = self.menu_of(line)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def menu_of(self, line: int) -> QMenu:
        """Return the menu of a line: only what can be done."""
        menu, one = QMenu(self), self.model.object_at(line)
        if one is not None:
            if one.settings is not None:
                menu.addAction("Settings…", one.settings)
            if one.toggle is not None:
                menu.addAction("Hide" if one.is_shown else "Show", partial(self._on_toggled, one))
            if one.lock is not None:
                menu.addAction("Unlock" if one.is_locked else "Lock", partial(self._on_locked, one))
            if one.rename is not None:
                menu.addAction("Rename", partial(self.tree.begin_renaming, line))
            if one.remove is not None:
                menu.addAction("Remove", partial(self._on_remove_requested, [one]))
        if one is None or one.place is not None:
            menu.addSeparator()
            menu.addAction("Move up", partial(self._on_stepped, line, -1))
            menu.addAction("Move down", partial(self._on_stepped, line, 1))
        if one is not None and one.place is not None and not one.kind:
            menu.addAction("Move to a pane of its own", partial(one.place, one.key, "", ""))
        return menu

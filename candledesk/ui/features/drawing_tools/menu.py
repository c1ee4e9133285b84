"""The menus of drawings: of the selected ones, of their templates, and what they add to the menu of a chart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit

from candledesk.drawings.drawing import BUCKETS
from candledesk.drawings.figures import Point
from candledesk.drawings.hit import hit_drawing
from candledesk.drawings.looks.shared import all_locked, all_visible, name_of
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.drawings.shown import drawings_at
from candledesk.ui.chart.core.panes import Zone
from candledesk.ui.features.drawing_tools.commands import is_on_kind
from candledesk.ui.theme.key_menu import KeyMenu, set_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QMenu, QWidget

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.features.drawing_tools.commands import DrawingCommands
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.shell.menu_spot import MenuSpot

_NAME_CHARS = 64


class DrawingMenus(QObject):
    """Fills menus with what can be done to the selected drawings."""

    def __init__(self, context: WindowContext, commands: DrawingCommands) -> None:
        """``commands`` does it."""
        super().__init__(commands)
        self._window, self._commands = context.window, commands
        self._editor, self._book = commands.editor, commands.book

    # -- the menu of a place in the chart

    def add_menu(self, menu: QMenu, spot: MenuSpot) -> bool:
        """Select the drawing at a place, and add what can be done to all that is selected with it.

        Returns whether there is one.
        """
        found = self._at(spot)
        if not found:
            return False
        symbol = spot.page.model.series.symbol
        if found not in self._editor.selection.ids:
            self._editor.select(symbol, [found])
        self.fill(menu)
        return True

    def _at(self, spot: MenuSpot) -> str:
        model, at = spot.page.model, Point(spot.at.x(), spot.at.y())
        is_plot = spot.hit.zone is Zone.PLOT
        hit = hit_drawing(drawings_at(model.scene, model.frame(), at), at) if is_plot else None
        return hit.drawing_id if hit is not None else ""

    # -- the selected drawings

    def menu_of_chosen(self, parent: QWidget) -> QMenu:
        """Return the menu of the selected drawings."""
        menu = KeyMenu(parent=parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        return menu

    def fill(self, menu: QMenu) -> None:
        """Add what can be done to the selected drawings."""
        commands, chosen = self._commands, self._commands.chosen()
        if not chosen:
            return
        if any(one.type in TOOLS for one in chosen):
            menu.addAction("Settings…", commands.show_settings)
            self._add_templates(menu.addMenu("Template"), chosen)
        if len(chosen) == 1:
            menu.addAction("Rename…", partial(self.ask_name, chosen[0]))
        menu.addSeparator()
        menu.addAction("Clone", commands.clone)
        menu.addAction("Unlock" if all_locked(chosen) else "Lock", commands.toggle_locked)
        menu.addAction("Hide" if all_visible(chosen) else "Show", commands.toggle_visible)
        menu.addSeparator()
        self._add_order(menu.addMenu("Order"))
        self._add_intervals(menu.addMenu("Show on"), chosen)
        only = menu.addAction("This chart only", commands.toggle_this_chart_only)
        only.setCheckable(True)
        only.setChecked(commands.is_on_this_chart_only())
        self._add_groups(menu, chosen)
        menu.addSeparator()
        set_keys(menu.addAction("Remove", commands.remove), "Del")

    def _add_order(self, menu: QMenu) -> None:
        commands = self._commands
        menu.addAction("Bring to front", partial(commands.raise_all, is_to_front=True))
        menu.addAction("Bring forward", partial(commands.step, is_up=True))
        menu.addAction("Send backward", partial(commands.step, is_up=False))
        menu.addAction("Send to back", partial(commands.raise_all, is_to_front=False))

    def _add_intervals(self, menu: QMenu, chosen: Sequence[Drawing]) -> None:
        for kind in BUCKETS:
            action = menu.addAction(kind.capitalize(), partial(self._commands.toggle_kind, kind))
            action.setCheckable(True)
            action.setChecked(all(is_on_kind(one, kind) for one in chosen))

    def _add_groups(self, menu: QMenu, chosen: Sequence[Drawing]) -> None:
        groups = {one.group for one in chosen}
        if len(chosen) > 1 and (len(groups) > 1 or groups == {""}):
            group = menu.addAction("Group", partial(self._commands.group, is_group=True))
            group.setEnabled(len({one.pane for one in chosen}) == 1)
        if groups - {""}:
            menu.addAction("Ungroup", partial(self._commands.group, is_group=False))

    # -- templates

    def template_menu(self, parent: QWidget) -> QMenu:
        """Return the menu of the templates of the selected drawings."""
        menu = KeyMenu(parent=parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_templates(menu, self._commands.chosen())
        return menu

    def _add_templates(self, menu: QMenu, chosen: Sequence[Drawing]) -> None:
        tools = {one.type for one in chosen}
        if len(tools) != 1:
            menu.setEnabled(False)
            return
        self._fill_templates(menu, chosen[0])

    def _fill_templates(self, menu: QMenu, drawing: Drawing) -> None:
        commands, book, tool = self._commands, self._book, drawing.type
        for template in book.templates(tool).values():
            menu.addAction(template.name.replace("&", "&&"), partial(commands.apply_style, template.style))
        menu.addSeparator()
        menu.addAction("Save as a template…", partial(self._ask_template, tool, drawing))
        menu.addAction("Save as default", partial(book.save_default, drawing))
        menu.addAction("Reset the style", partial(commands.apply_style, {}))
        if book.templates(tool):
            delete = menu.addMenu("Delete a template")
            for name in book.templates(tool):
                delete.addAction(name.replace("&", "&&"), partial(book.delete_template, tool, name))

    def _ask_template(self, tool: str, drawing: Drawing) -> None:
        self._ask("Save as a template", "Name of the template", "", partial(self._save_template, tool, drawing))

    def _save_template(self, tool: str, drawing: Drawing, name: str) -> None:
        self._book.save_template(tool, name.strip(), drawing.style)

    # -- names

    def ask_name(self, drawing: Drawing) -> None:
        """Ask for the name of a drawing."""
        rename = partial(self._commands.rename, drawing)
        self._ask("Rename", "Name of the drawing", name_of(drawing), rename)

    def _ask(self, title: str, label: str, text: str, take: Callable[[str], object]) -> None:
        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(text)
        dialog.textValueSelected.connect(take)
        line = dialog.findChild(QLineEdit)
        if isinstance(line, QLineEdit):
            line.setMaxLength(_NAME_CHARS)
        dialog.open()

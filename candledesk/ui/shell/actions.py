"""Actions are rows: menus, the toolbar, shortcuts and the sheet of shortcuts are rendered from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QMainWindow, QMenu


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing that a user can do. ``is_checked`` makes it a toggle and tells its present state.

    ``submenu``: within ``menu``; its toggles exclude each other, where ``is_exclusive``. ``title_now`` tells what it
    would do at this moment, where ``title`` is not enough.
    """

    id: str
    menu: str
    title: str
    shortcuts: tuple[str, ...]
    callback: Callable[[], object]
    is_enabled: Callable[[], bool] = _always
    is_checked: Callable[[], bool] | None = None
    has_separator: bool = False
    submenu: str = ""
    is_exclusive: bool = True
    title_now: Callable[[], str] | None = None


class ActionTable:
    """The rows as Qt actions of one window."""

    def __init__(self, window: QMainWindow, rows: Iterable[ActionRow]) -> None:
        """Create the actions and the menus in the order of the rows."""
        self.rows = list(rows)
        self.actions: dict[str, QAction] = {}
        self.menus = {
            name: window.menuBar().addMenu(f"&{name}") for name in dict.fromkeys(row.menu for row in self.rows)
        }
        self.submenus: dict[str, QMenu] = {}
        self._groups: dict[str, QActionGroup] = {}
        for row in self.rows:
            self._add(window, row)
        for menu in (*self.menus.values(), *self.submenus.values()):
            menu.aboutToShow.connect(self.refresh)
        self.refresh()

    def _add(self, window: QMainWindow, row: ActionRow) -> None:
        action = QAction(row.title, window)
        action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
        action.setCheckable(row.is_checked is not None)
        action.setStatusTip(row.title)
        action.triggered.connect(partial(self._run, row))
        menu = self.menus[row.menu]
        if row.submenu:
            if row.submenu not in self.submenus:
                self.submenus[row.submenu] = menu.addMenu(row.submenu)
                self._groups[row.submenu] = QActionGroup(window)
            menu = self.submenus[row.submenu]
            if row.is_checked is not None and row.is_exclusive:
                self._groups[row.submenu].addAction(action)
        if row.has_separator:
            menu.addSeparator()
        menu.addAction(action)
        window.addAction(action)
        self.actions[row.id] = action

    def refresh(self) -> None:
        """Ask every row whether it is enabled and checked."""
        for row in self.rows:
            action = self.actions[row.id]
            action.setEnabled(row.is_enabled())
            if row.title_now is not None:
                action.setText(row.title_now())
            if row.is_checked is not None:
                action.setChecked(row.is_checked())

    def _run(self, row: ActionRow, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        row.callback()
        self.refresh()

    def shortcut_sheet(self) -> list[tuple[str, str, str]]:
        """Return ``(menu, title, keys)`` of every row that has a shortcut."""
        native = QKeySequence.SequenceFormat.NativeText
        return [
            (row.menu, row.title, "  or  ".join(QKeySequence(keys).toString(native) for keys in row.shortcuts))
            for row in self.rows
            if row.shortcuts
        ]

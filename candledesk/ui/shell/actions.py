"""Actions are rows: menus, the toolbar, shortcuts and the sheet of shortcuts are rendered from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PySide6.QtWidgets import QMainWindow, QMenu


KeyRow = tuple[str, str, str]
"""A row of the sheet of shortcuts: group, what is done, keys."""
MENUS = ("File", "Data", "Chart", "View", "Help")  # in this order; others come before Help


OR = "  or  "
"""Stands between the keys of a row of the sheet."""


NO_CHART = "No chart is open"
"""Why what is done to the active chart cannot be done while it is empty."""


def shortcut_texts(row: ActionRow) -> list[str]:
    """Return the shortcuts of a row as people read them: ``Ctrl+K``."""
    native = QKeySequence.SequenceFormat.NativeText
    return [QKeySequence(keys).toString(native) for keys in row.shortcuts]


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing that a user can do. ``is_checked`` makes it a toggle and returns its present state.

    ``submenu``: within ``menu``; its toggles exclude each other, where ``is_exclusive``. ``title_now`` returns what it
    would do at this moment, where ``title`` is not enough. ``place``: rows of a menu with a higher one come after the
    others. ``is_in_toolbar``: it has a button in the toolbar too. ``why_disabled``: the sentence that says why it
    cannot be done while ``is_enabled`` is false, for its tooltip and for the palette.
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
    place: int = 0
    is_in_toolbar: bool = False
    why_disabled: str = ""

    @property
    def path(self) -> str:
        """Where it stands in the menus: ``Chart → Price scale``."""
        return f"{self.menu} → {self.submenu}" if self.submenu else self.menu


def _order(row: ActionRow) -> tuple[float, int]:
    return MENUS.index(row.menu) if row.menu in MENUS else len(MENUS) - 1.5, row.place


class ActionTable:
    """The rows as Qt actions of one window; empty until ``build``."""

    def __init__(self, window: QMainWindow) -> None:
        """Take the window whose menus the rows will fill."""
        self._window = window
        self.rows: list[ActionRow] = []
        self.actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self.submenus: dict[str, QMenu] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._keys: Sequence[KeyRow] = ()

    def build(self, rows: Iterable[ActionRow], keys: Sequence[KeyRow] = ()) -> None:
        """Create the actions and menus, once; ``keys``: what the sheet of shortcuts names besides the rows.

        The menus stand in the order of ``MENUS``, the rows of a menu by ``place`` and then as given.
        """
        self.rows, self._keys = sorted(rows, key=_order), keys
        for name in dict.fromkeys(row.menu for row in self.rows):
            self.menus[name] = self._window.menuBar().addMenu(f"&{name}")
        for row in self.rows:
            self._add(self._window, row)
        for menu in (*self.menus.values(), *self.submenus.values()):
            menu.aboutToShow.connect(self.refresh)
            menu.setToolTipsVisible(True)
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
        """Set whether each action is enabled and checked, as its row says now."""
        for row in self.rows:
            action = self.actions[row.id]
            is_enabled = row.is_enabled()
            action.setEnabled(is_enabled)
            action.setToolTip("" if is_enabled else row.why_disabled)
            if row.title_now is not None:
                action.setText(row.title_now())
            if row.is_checked is not None:
                action.setChecked(row.is_checked())

    def _run(self, row: ActionRow, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        row.callback()
        self.refresh()

    def shortcut_sheet(self) -> list[KeyRow]:
        """Return every row that has a shortcut, and the keys that are no actions."""
        shortcuts = [(row.menu, row.title, OR.join(shortcut_texts(row))) for row in self.rows if row.shortcuts]
        return [*shortcuts, *self._keys]

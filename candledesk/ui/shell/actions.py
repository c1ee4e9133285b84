"""Actions are rows: menus, the toolbar, shortcuts and the sheet of shortcuts are rendered from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from candledesk.ui.theme.key_menu import KeyMenu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PySide6.QtWidgets import QMainWindow, QMenu


KeyRow = tuple[str, str, str]
"""A row of the sheet of shortcuts: group, what is done, keys."""
MENUS = ("File", "Data", "Chart", "Draw", "View", "Help")  # in this order; others come before Help


OR = "  or  "
"""Stands between the keys of a row of the sheet."""


NO_CHART = "No chart is open"
"""Why what is done to the active chart cannot be done while it is empty."""
SYMBOL_FIRST = f"{NO_CHART}: type a symbol first"
"""What an empty chart says when something is done that needs a symbol."""


def shortcut_texts(row: ActionRow) -> list[str]:
    """Return the shortcuts of a row as people read them: ``Ctrl+K``."""
    native = QKeySequence.SequenceFormat.NativeText
    return [QKeySequence(keys).toString(native) for keys in row.shortcuts]


def _always() -> bool:
    return True


class Bar(Enum):
    """Where an action has a button: in the top bar at the left or at the right, or in the rail at the left."""

    TOP = auto()
    TOP_END = auto()
    RAIL = auto()


@dataclass(frozen=True, slots=True)
class BarButton:
    """A button of an action. ``icon``: the name of its picture in ``resources/icons``.

    ``words``: what stands beside the picture while the window is wide, empty for the picture alone. ``menu``: the
    submenu that a long press opens, empty for none.
    """

    icon: str
    words: str = ""
    bar: Bar = Bar.TOP
    menu: str = ""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing that a user can do. ``is_checked`` makes it a toggle and returns its present state.

    ``submenu``: within ``menu``; its toggles exclude each other, where ``is_exclusive``. ``title_now`` returns what it
    would do at this moment, where ``title`` is not enough. ``place``: rows of a menu with a higher one come after the
    others. ``button``: the button that it has besides. ``why_disabled``: the sentence that says why it cannot be done
    while ``is_enabled`` is false, for its tooltip and for the palette.
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
    button: BarButton | None = None
    why_disabled: str = ""

    @property
    def path(self) -> str:
        """Where it stands in the menus: ``Chart → Price scale``."""
        return f"{self.menu} → {self.submenu}" if self.submenu else self.menu


def _order(row: ActionRow) -> tuple[float, int]:
    return MENUS.index(row.menu) if row.menu in MENUS else len(MENUS) - 1.5, row.place


def _show_tip(action: QAction, why_disabled: str = "") -> None:
    """Name the action, its first shortcut, and why it cannot be done, in the tooltip of its buttons and its row."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    named = f"{action.text()} ({keys})" if keys else action.text()
    action.setToolTip(f"{named}: {why_disabled}" if why_disabled else named)


class ActionTable:
    """The rows as Qt actions of one window; empty until ``build``."""

    def __init__(self, window: QMainWindow) -> None:
        """Take the window that the shortcuts work in; ``menu`` will hold all menus."""
        self._window = window
        self.menu = KeyMenu(parent=window)
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
            self.menus[name] = KeyMenu(name, self._window)
            self.menu.addMenu(self.menus[name])
        for row in self.rows:
            self._add(self._window, row)
        for menu in (*self.menus.values(), *self.submenus.values()):
            menu.aboutToShow.connect(self.refresh)
        self.refresh()

    def _add(self, window: QMainWindow, row: ActionRow) -> None:
        action = QAction(row.title, window)
        action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
        action.setCheckable(row.is_checked is not None)
        if row.button is not None:
            action.setIconText(row.button.words or row.title)
        _show_tip(action)
        action.triggered.connect(partial(self._run, row))
        menu = self.menus[row.menu]
        if row.submenu:
            if row.submenu not in self.submenus:
                self.submenus[row.submenu] = KeyMenu(row.submenu, self._window)
                menu.addMenu(self.submenus[row.submenu])
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
            if row.title_now is not None:
                action.setText(row.title_now())
            _show_tip(action, "" if is_enabled else row.why_disabled)
            if row.is_checked is not None:
                action.setChecked(row.is_checked())

    def _run(self, row: ActionRow, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        row.callback()
        self.refresh()

    def shortcut_sheet(self) -> list[KeyRow]:
        """Return every row that has a shortcut, and the keys that are no actions."""
        shortcuts = [(row.menu, row.title, OR.join(shortcut_texts(row))) for row in self.rows if row.shortcuts]
        return [*shortcuts, *self._keys]

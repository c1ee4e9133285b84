"""The menus of the panel: of the lists, of the shown list, and of rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from candledesk.ui.panels.watchlist.rows.delegate import FLAGS
from candledesk.ui.theme.key_menu import KeyMenu, set_keys
from candledesk.workspace.watchlists.watchlist import FLAG_COLOURS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QMenu, QWidget

    from candledesk.ui.panels.watchlist.list_book import WatchlistBook
    from candledesk.ui.panels.watchlist.list_commands import ListCommands
    from candledesk.ui.theme.themes import Theme

_FLAG_PX = 16


def add_row(
    menu: QMenu, title: str, callback: Callable[[], object], keys: str = "", *, is_enabled: bool = True
) -> None:
    """Add a row to a menu; ``keys`` are shown at its right."""

    def run(_is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        callback()

    action = menu.addAction(title)
    set_keys(action, keys)
    action.setEnabled(is_enabled)
    action.triggered.connect(run)


def fill_lists(menu: QMenu, book: WatchlistBook, commands: ListCommands) -> None:
    """Offer the lists, the shown one checked, and a new one."""
    for name in book.names:
        action = menu.addAction(name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(name == book.shown_name)
        action.triggered.connect(partial(_show, book, name))
    menu.addSeparator()
    add_row(menu, "New list…", commands.new_list)


def _show(book: WatchlistBook, name: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
    book.show(name)


def fill_flags(menu: QMenu, theme: Theme, flag: Callable[[str], object]) -> None:
    """Offer the colours of flags, and none."""
    for colour in FLAG_COLOURS:
        action = menu.addAction(_flag_icon(FLAGS[theme.name][colour]), colour.title())
        action.triggered.connect(partial(_flag, flag, colour))
    menu.addSeparator()
    add_row(menu, "No flag", partial(flag, ""))


def _flag(flag: Callable[[str], object], colour: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
    flag(colour)


def _flag_icon(colour: str) -> QIcon:
    picture = QPixmap(QRect(0, 0, _FLAG_PX, _FLAG_PX).size())
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(_FLAG_PX / 2, _FLAG_PX / 2), 4.5, 4.5)
    painter.end()
    return QIcon(picture)


def popup_menu(parent: QWidget) -> QMenu:
    """Return a menu that is destroyed when it closes."""
    menu = KeyMenu(parent=parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def section_menu(
    parent: QWidget, commands: ListCommands, section: int, *, is_folded: bool, selected: Sequence[str]
) -> QMenu:
    """Return the menu of a section's title."""
    menu = popup_menu(parent)
    add_row(menu, "Unfold" if is_folded else "Fold", partial(commands.fold, section, is_folded=not is_folded))
    add_row(menu, "Rename…", partial(commands.rename_section, section), "F2")
    menu.addSeparator()
    add_row(menu, "Remove the title", partial(commands.remove_section, section, has_symbols=False))
    add_row(menu, "Remove with its symbols", partial(commands.remove_section, section, has_symbols=True), "Del")
    menu.addSeparator()
    add_row(menu, "New section…", partial(commands.new_section, selected))
    return menu

"""The list of indicators and the templates: Enter or a click adds one and the list stays open, Esc closes it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QTabWidget, QVBoxLayout, QWidget

from candledesk.indicators.declaration import Pane
from candledesk.indicators.registry import all_indicators
from candledesk.ui.chart.core.studies.looks import Group, look_of
from candledesk.ui.features.indicators.templates_page import TemplatesPage
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.icons import themed_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.indicators.declaration import Indicator
    from candledesk.ui.features.indicators.book import IndicatorBook
    from candledesk.ui.features.indicators.own_files import OwnFilesStrip
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.theme.themes import Theme

_SIZE = (540, 600)
_ID = Qt.ItemDataRole.UserRole
_STAR_W, _STAR_PX = 34, 16  # logical pixels of a row that are its star, and the size of that
_MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
FAVOURITES, RECENT = "Favourites", "Used last"


def matching(
    text: str, favourites: Sequence[str] = (), recent: Sequence[str] = ()
) -> list[tuple[str, list[Indicator]]]:
    """Return the indicators that hold every word of a text in title, short title, id or group; by group.

    The favourites come first, and without a text those that were used last; the groups hold the others.
    """
    words = text.lower().split()
    known = {row.id: row for row in all_indicators()}
    groups = [
        (FAVOURITES, list(favourites)),
        (RECENT, [] if words else [row for row in recent if row not in favourites]),
    ]
    groups += [(group, [row.id for row in known.values() if look_of(row).group is group]) for group in Group]
    found: list[tuple[str, list[Indicator]]] = []
    seen: set[str] = set()
    for title, ids in groups:
        rows = [known[row] for row in ids if row in known and row not in seen]
        rows = [row for row in rows if all(word in _searched(row) for word in words)]
        seen.update(row.id for row in rows)
        if rows:
            found.append((str(title), rows))
    return found


def _searched(row: Indicator) -> str:
    look = look_of(row)
    return f"{row.title} {look.short} {row.id} {look.group}".lower()


class AddDialog(QDialog):
    """Adds indicators to one chart; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, page: ChartPage, book: IndicatorBook, own: OwnFilesStrip, theme: Theme, parent: QWidget) -> None:
        """Offer all indicators and templates for the chart of ``page``; ``own``: the files that could be allowed."""
        super().__init__(parent)
        self._page, self._book, self.own = page, book, own
        self._stars = themed_icon("star", theme), themed_icon("star-filled", theme)
        self.setWindowTitle("Indicators")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Search: rsi, average, volume…")
        self.line.setAccessibleName("Search indicators")
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Indicators")
        self.list.setIconSize(QSize(_STAR_PX, _STAR_PX))
        self.templates = TemplatesPage(page, book)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self._list_page(), "Indicators")
        self.tabs.addTab(self.templates, "Templates")
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 10, 16, 12)
        box.addWidget(self.tabs)
        self.line.installEventFilter(self)
        self.list.viewport().installEventFilter(self)
        self.line.textChanged.connect(self._show)
        self.list.itemClicked.connect(self._add)
        page.model.studies_changed.connect(self._on_studies_changed)
        book.changed.connect(self._list_anew)
        self._show("")
        own.changed.connect(self._list_anew)
        self.line.setFocus()

    def _list_page(self) -> QWidget:
        page = QWidget()
        hint = PlainLabel("Enter or a click adds an indicator, the star or Ctrl+D makes it a favourite. Esc closes.")
        hint.setEnabled(False)
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 10, 0, 0)
        box.setSpacing(10)
        for widget in (self.line, self.list, self.own, hint):
            box.addWidget(widget)
        return page

    def _show(self, text: str) -> None:
        """List what matches, with the first indicator selected."""
        self.list.clear()
        for group, rows in matching(text, self._book.favourites, self._book.recent):
            heading = QListWidgetItem(group.upper())
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(heading)
            for row in rows:
                item = QListWidgetItem(self._stars[row.id in self._book.favourites], "")
                item.setData(_ID, row.id)
                self.list.addItem(item)
        if not self.list.count():
            nothing = QListWidgetItem(f"No indicator is called “{text}”")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self._on_studies_changed()
        self.list.setCurrentRow(next((at for at in range(self.list.count()) if self._id(at)), -1))

    def _id(self, at: int) -> str:
        item = self.list.item(at)
        return (item.data(_ID) or "") if item is not None else ""

    def _on_studies_changed(self) -> None:
        """Write each row, with how often it is on the chart."""
        counts = Counter(one.study.id for one in self._page.model.scene.studies)
        known = {row.id: row for row in all_indicators()}
        for at in range(self.list.count()):
            name = self._id(at)
            if name in known:
                row, count = known[name], counts[name]
                short = row.id if row.version else look_of(row).short  # an own one has its title alone
                place = "on the prices" if row.pane is Pane.PRICE else "own pane"
                shown = "" if not count else "   ✓" if count == 1 else f"   ✓ {count}×"
                self.list.item(at).setText(f"{row.title}   ·   {short}   ·   {place}{shown}")

    def _list_anew(self) -> None:
        """List what matches now, with the same indicator selected at the same height."""
        selected, height = self._id(self.list.currentRow()), self.list.verticalScrollBar().value()
        self._show(self.line.text())
        at = next((at for at in range(self.list.count()) if self._id(at) == selected), -1)
        if selected and at >= 0:
            self.list.setCurrentRow(at)
        self.list.verticalScrollBar().setValue(height)

    def _add(self, item: QListWidgetItem | None) -> None:
        name = item.data(_ID) if item is not None else ""
        if name:
            self._book.add(self._page, name)

    def _star(self, item: QListWidgetItem | None) -> None:
        name = item.data(_ID) if item is not None else ""
        if name:
            self._book.toggle_favourite(name)

    def _move(self, by: int) -> None:
        """Select the next indicator in a direction; headings are passed over."""
        at = self.list.currentRow() + by
        while 0 <= at < self.list.count() and not self._id(at):
            at += 1 if by > 0 else -1
        if 0 <= at < self.list.count():
            self.list.setCurrentRow(at)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let keys of the search line move in the list, add and mark, and a click on a star mark a favourite."""
        if watched is self.line:
            return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._take_key(event)
        is_mouse = event.type() in {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease}
        if not is_mouse or not isinstance(event, QMouseEvent) or event.position().x() >= _STAR_W:
            return False
        item = self.list.itemAt(event.position().toPoint())
        if item is None or not item.data(_ID):
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            self._star(item)
        return True

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._add(self.list.currentItem())
        elif key == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._star(self.list.currentItem())
        elif key in _MOVES:
            step = 1 if key in {Qt.Key.Key_Up, Qt.Key.Key_Down} else 8
            self._move(step if key in {Qt.Key.Key_Down, Qt.Key.Key_PageDown} else -step)
        else:
            return False
        return True

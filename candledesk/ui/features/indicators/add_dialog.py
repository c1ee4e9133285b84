"""The list of indicators, searched by typing: Enter or a click adds one and the list stays open, Esc closes it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from candledesk.indicators.declaration import Pane
from candledesk.indicators.registry import all_indicators
from candledesk.ui.chart.core.studies.looks import Group, look_of
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from candledesk.indicators.declaration import Indicator
    from candledesk.ui.features.indicators.own_files import OwnFilesStrip
    from candledesk.ui.shell.chart_page import ChartPage

_SIZE = (520, 560)
_ID = Qt.ItemDataRole.UserRole
_MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


def matching(text: str) -> list[tuple[Group, list[Indicator]]]:
    """Return the indicators that hold every word of a text in title, short title, id or group; by group."""
    words = text.lower().split()
    found = []
    for group in Group:
        rows = [row for row in all_indicators() if look_of(row).group is group]
        rows = [row for row in rows if all(word in _searched(row) for word in words)]
        if rows:
            found.append((group, rows))
    return found


def _searched(row: Indicator) -> str:
    look = look_of(row)
    return f"{row.title} {look.short} {row.id} {look.group}".lower()


class AddDialog(QDialog):
    """Adds indicators to one chart; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, page: ChartPage, own: OwnFilesStrip, parent: QWidget) -> None:
        """Offer all indicators for the chart of ``page``; ``own``: the files that could be allowed."""
        super().__init__(parent)
        self._page, self.own = page, own
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
        hint = PlainLabel("Enter or a click adds an indicator. Esc closes the list.")
        hint.setEnabled(False)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 12)
        box.setSpacing(10)
        for widget in (self.line, self.list, own, hint):
            box.addWidget(widget)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._show)
        self.list.itemClicked.connect(self._add)
        page.model.studies_changed.connect(self._on_studies_changed)
        self._show("")
        own.changed.connect(self._on_own_changed)
        self.line.setFocus()

    def _on_own_changed(self) -> None:
        self._show(self.line.text())

    def _show(self, text: str) -> None:
        """List what matches, with the first indicator selected."""
        self.list.clear()
        for group, rows in matching(text):
            heading = QListWidgetItem(group.upper())
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(heading)
            for row in rows:
                item = QListWidgetItem()
                item.setData(_ID, row.id)
                self.list.addItem(item)
        if not self.list.count():
            nothing = QListWidgetItem(f"No indicator is called “{text}”")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self._on_studies_changed()
        self.list.setCurrentRow(next((at for at in range(self.list.count()) if self._id(at)), -1))

    def _id(self, at: int) -> str:
        return self.list.item(at).data(_ID) or ""

    def _on_studies_changed(self) -> None:
        """Write each row, with how often it is on the chart."""
        counts = Counter(one.study.id for one in self._page.model.scene.studies)
        titles = {row.id: row for row in all_indicators()}
        for at in range(self.list.count()):
            name = self._id(at)
            if name in titles:
                row, count = titles[name], counts[name]
                short = row.id if row.version else look_of(row).short  # an own one has its title alone
                place = "on the prices" if row.pane is Pane.PRICE else "own pane"
                shown = "" if not count else "   ✓" if count == 1 else f"   ✓ {count}×"
                self.list.item(at).setText(f"{row.title}   ·   {short}   ·   {place}{shown}")

    def _add(self, item: QListWidgetItem | None) -> None:
        name = item.data(_ID) if item is not None else ""
        if name:
            self._page.studies.add(name)

    def _move(self, by: int) -> None:
        """Select the next indicator in a direction; headings are passed over."""
        at = self.list.currentRow() + by
        while 0 <= at < self.list.count() and not self._id(at):
            at += 1 if by > 0 else -1
        if 0 <= at < self.list.count():
            self.list.setCurrentRow(at)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys of the search line move in the list, and Enter add."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._add(self.list.currentItem())
            return True
        if key in _MOVES:
            step = 1 if key in {Qt.Key.Key_Up, Qt.Key.Key_Down} else 8
            self._move(step if key in {Qt.Key.Key_Down, Qt.Key.Key_PageDown} else -step)
            return True
        return False

"""The bin: the drawings that were removed in the last 30 days, which can be brought back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.domain.texts import count_text
from candledesk.drawings.looks.shared import name_of
from candledesk.ui.filter_line import FilterLine
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.features.drawing_tools.commands import DrawingCommands
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.drawings.drawing_store import DeletedDrawing

_ROW = Qt.ItemDataRole.UserRole
_EMPTY = "Nothing was removed in the last 30 days"
_SIZE = (420, 420)
_JUST_S = 60


def age_text(seconds: float) -> str:
    """Return how long ago something was: ``just now``, ``5 minutes ago``, ``3 days ago``."""
    if seconds < _JUST_S:
        return "just now"
    for unit, name in ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute")):
        if seconds >= unit:
            return f"{count_text(int(seconds // unit), name)} ago"
    return ""


class BinDialog(QDialog):
    """Lists what was removed, the latest first; opened with ``open`` (DESIGN.md, measured traps)."""

    def __init__(self, commands: DrawingCommands, workspace: SubscribedWorkspace, parent: QWidget) -> None:
        """Read the bin of ``workspace``; ``commands`` brings drawings back."""
        super().__init__(parent)
        self.setWindowTitle("Deleted drawings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands, self._workspace = commands, workspace
        self._tasks = WidgetTasks(self, self._say)
        self._deleted: list[DeletedDrawing] = []
        self.filter = FilterLine("Filter by symbol or tool")
        self.list = QListWidget()
        self.list.setAccessibleName("Deleted drawings")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.note = PlainLabel("Drawings stay here for 30 days")
        self.note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.restore = buttons.addButton("Restore", QDialogButtonBox.ButtonRole.ActionRole)
        self.restore.clicked.connect(self._on_restore_requested)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 14, 16, 14)
        box.setSpacing(10)
        for widget in (self.filter, self.list, self.note, buttons):
            box.addWidget(widget)
        self.filter.textChanged.connect(self._show)
        self.filter.left.connect(self.reject)
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.itemActivated.connect(self._on_restore_requested)
        self.resize(*_SIZE)
        self._enable()
        self._tasks.start(self._load())

    async def _load(self) -> None:
        self._deleted = await result_of(self._workspace.list_deleted_drawings())
        self._show()

    def _say(self, text: str) -> None:
        self.note.setText(text)

    def _show(self) -> None:
        wanted, now = self.filter.text().strip().casefold(), time.time()
        self.list.clear()
        for row in self._deleted:
            text = f"{row.drawing.symbol}   ·   {name_of(row.drawing)}   ·   {age_text(now - row.deleted_at)}"
            if wanted in text.casefold():
                item = QListWidgetItem(text)
                item.setData(_ROW, row.drawing)
                self.list.addItem(item)
        if not self._deleted:
            empty = QListWidgetItem(_EMPTY)
            empty.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(empty)
        self._enable()

    def _chosen(self) -> list[Drawing]:
        return [item.data(_ROW) for item in self.list.selectedItems()]

    def _enable(self) -> None:
        self.restore.setEnabled(bool(self._chosen()))

    def _on_restore_requested(self) -> None:
        """Bring the selected drawings back, as one step of undo for each symbol."""
        chosen = self._chosen()
        for symbol in dict.fromkeys(one.symbol for one in chosen):
            self._commands.restore(symbol, [one for one in chosen if one.symbol == symbol])
        self._deleted = [row for row in self._deleted if row.drawing not in chosen]
        self._show()
        self._say(f"{_named(chosen)} restored")


def _named(drawings: Iterable[Drawing]) -> str:
    rows = list(drawings)
    return f"{name_of(rows[0])} of {rows[0].symbol} is" if len(rows) == 1 else f"{len(rows)} drawings are"

"""The list of named layouts: found by typing, opened by Enter, deleted after a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from candledesk.ui.features.layouts.named.layout_rows import LAYOUT_TITLES, layout_rows, matching
from candledesk.ui.features.layouts.named.text_table import TextTable
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.ui.features.layouts.named.layout_rows import LayoutRow
    from candledesk.workspace.named_layouts import NamedLayout

_SIZE = 640, 440
_WIDTHS = 190, 70, 0, 165
_NONE = "No layout has a name yet. Ctrl+S gives one to the layout in front, and keeps it."
_NO_MATCH = "No layout has this in its name or among its symbols."
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class OpenDialog(QDialog):
    """Opened with ``open``. ``chosen`` carries the name of the layout to open, ``delete_requested`` one to delete."""

    chosen = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        """Begin without rows."""
        super().__init__(parent)
        self.setWindowTitle("Open a layout")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Name or symbol")
        self.line.setAccessibleName("Search layouts")
        self.table = TextTable(LAYOUT_TITLES, _WIDTHS)
        self.table.setAccessibleName("Named layouts")
        self.hint = PlainLabel()
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.open_button = self.buttons.addButton("Open", QDialogButtonBox.ButtonRole.AcceptRole)
        self.delete_button = self.buttons.addButton("Delete…", QDialogButtonBox.ButtonRole.ActionRole)
        self.delete_button.setAutoDefault(False)
        self._all: list[LayoutRow] = []
        self._rows: list[LayoutRow] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        for widget in (self.line, self.table, self.hint, self.buttons):
            box.addWidget(widget)
        self.resize(*_SIZE)
        self.open_button.setDefault(True)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._show_rows)
        self.table.doubleClicked.connect(self._on_accepted)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.show_layouts(())

    def show_layouts(self, layouts: Iterable[NamedLayout]) -> None:
        """Show other layouts."""
        self._all = layout_rows(layouts)
        self._show_rows()

    def open(self) -> None:
        """Show the dialog, ready to type."""
        super().open()
        self.line.setFocus()

    def _show_rows(self) -> None:
        self._rows = matching(self._all, self.line.text())
        self.table.show_rows(self._rows)
        self.hint.setText("" if self._rows else _NO_MATCH if self._all else _NONE)
        self.hint.setVisible(not self._rows)
        for button in (self.open_button, self.delete_button):
            button.setEnabled(bool(self._rows))

    def _name(self) -> str:
        at = self.table.chosen
        return self._rows[at].name if 0 <= at < len(self._rows) else ""

    def _on_accepted(self) -> None:
        name = self._name()
        if name:
            self.accept()
            self.chosen.emit(name)

    def _on_delete_clicked(self) -> None:
        if self._name():
            self.delete_requested.emit(self._name())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys of the line choose a row."""
        step = _STEPS.get(Qt.Key(event.key())) if isinstance(event, QKeyEvent) else None
        if step is None or event.type() != QEvent.Type.KeyPress:
            return False
        self.table.step(step)
        return True

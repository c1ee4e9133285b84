"""The earlier versions of a named layout, one of which can be brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from candledesk.ui.features.layouts.named.layout_rows import VERSION_TITLES, version_rows
from candledesk.ui.features.layouts.named.text_table import TextTable
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.workspace.layout_versions import LayoutVersion

_SIZE = 560, 420
_WIDTHS = 165, 0
_TEXT = "A version comes back in this tab; what is stored now becomes a version too."
_NONE = "There is no earlier version yet: one is kept with each save by hand, and now and then with the others."


class VersionsDialog(QDialog):
    """Opened with ``open``; ``chosen`` carries the number of the version to bring back."""

    chosen = Signal(int)

    def __init__(self, name: str, versions: Sequence[LayoutVersion], parent: QWidget) -> None:
        """Show ``versions``, the latest first."""
        super().__init__(parent)
        self.setWindowTitle(f"Versions of {name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._versions = versions
        self.table = TextTable(VERSION_TITLES, _WIDTHS)
        self.table.setAccessibleName("Versions")
        self.table.show_rows(version_rows(versions))
        text = PlainLabel(_TEXT if versions else _NONE)
        text.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.restore_button = self.buttons.addButton("Restore", QDialogButtonBox.ButtonRole.AcceptRole)
        self.restore_button.setEnabled(bool(versions))
        self.restore_button.setDefault(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        for widget in (text, self.table, self.buttons):
            box.addWidget(widget)
        self.resize(*_SIZE)
        self.table.doubleClicked.connect(self._on_accepted)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)

    def open(self) -> None:
        """Show the dialog; the arrow keys choose a version."""
        super().open()
        self.table.setFocus()

    def _on_accepted(self) -> None:
        if 0 <= self.table.chosen < len(self._versions):
            self.accept()
            self.chosen.emit(self._versions[self.table.chosen].version_id)

"""The head of the page: what all files take, of what it is made, and the actions on the whole database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from candledesk.ui.panels.storage.texts import size_text, summary_text, total_bytes, usage_parts
from candledesk.ui.panels.storage.usage_bar import UsageBar
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from candledesk.cache.maintenance_messages import StorageReport
    from candledesk.ui.theme.themes import Theme


class Summary(QWidget):
    """``backup_requested``, ``check_requested``, ``compact_requested``: a button was pressed."""

    backup_requested = Signal()
    check_requested = Signal()
    compact_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a report."""
        super().__init__(parent)
        self.total, self.facts = PlainLabel(), PlainLabel()
        self.total.setFont(chart_font(22, is_bold=True))
        self.facts.setEnabled(False)
        self.usage = UsageBar()
        self.compact_button = _button("Co&mpact", self.compact_requested.emit)
        self.check_button = _button("C&heck now", self.check_requested.emit)
        self.check_button.setToolTip("Compare every stored bar with its checksum and its second copy")
        self.backup_button = _button("&Back up now", self.backup_requested.emit)
        self.backup_button.setObjectName("primary")
        self.backup_button.setToolTip("Make a backup in the home; bars, drawings and layouts are in it")
        row = QHBoxLayout()
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.total)
        words.addWidget(self.facts)
        row.addLayout(words, 1)
        for button in (self.compact_button, self.check_button, self.backup_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 14)
        box.setSpacing(14)
        box.addLayout(row)
        box.addWidget(self.usage)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.usage.set_theme(theme)

    def show_report(self, report: StorageReport) -> None:
        """Show what takes how much room."""
        self.total.setText(size_text(total_bytes(report)))
        self.facts.setText(summary_text(report))
        self.usage.show_parts(usage_parts(report))
        n_bytes = report.reclaimable_bytes
        self.compact_button.setToolTip(
            f"Give {size_text(n_bytes)} of unused room in the database back to the disk"
            if n_bytes
            else "There is no unused room in the database"
        )

    def show_waiting(self, text: str) -> None:
        """Show ``text`` while there is no report."""
        self.total.setText("Storage")
        self.facts.setText(text)


def _button(title: str, slot: object) -> QPushButton:
    button = QPushButton(title)
    button.setAutoDefault(False)
    button.clicked.connect(slot)
    return button

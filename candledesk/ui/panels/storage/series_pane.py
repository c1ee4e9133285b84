"""The stored series with a filter, and forgetting them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from candledesk.ui.panels.storage.empty_note import EmptyNote
from candledesk.ui.panels.storage.tables.pane_layout import lay_out_pane
from candledesk.ui.panels.storage.tables.series_model import SeriesModel
from candledesk.ui.panels.storage.tables.series_view import SeriesView
from candledesk.ui.panels.storage.texts import chosen_text
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance_messages import SeriesStorage
    from candledesk.ui.theme.themes import Theme


class SeriesPane(QWidget):
    """``forget_requested`` carries the chosen series."""

    forget_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.model = SeriesModel(self)
        self.table = SeriesView(self.model)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Filter symbols")
        self.search.setAccessibleName("Filter symbols")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(180)
        self.chosen = PlainLabel()
        self.chosen.setEnabled(False)
        self.forget_button = QPushButton("&Forget…")
        self.forget_button.setToolTip("Delete the chosen series; asks first, and makes a backup (Del)")
        self.forget_button.setAutoDefault(False)
        self.empty = EmptyNote()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.search)
        row.addStretch(1)
        row.addWidget(self.chosen)
        row.addWidget(self.forget_button)
        self.pages = lay_out_pane(self, row, self.table, self.empty)
        self.search.textChanged.connect(self._on_filter_changed)
        self.forget_button.clicked.connect(self._on_forget_requested)
        self.table.forget_requested.connect(self._on_forget_requested)
        self.table.chosen.connect(self._refresh)
        self._refresh()

    def take_focus(self) -> None:
        """Give the keyboard to the table, or to what stands in its place."""
        is_table = self.pages.currentWidget() is self.table
        (self.table if is_table else self.search).setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.table.set_theme(theme)

    def show_series(self, rows: Sequence[SeriesStorage]) -> None:
        """Show the stored series."""
        self.model.take(rows)
        self._refresh()

    def _on_filter_changed(self, text: str) -> None:
        self.model.show_text(text)
        self._refresh()

    def _on_forget_requested(self) -> None:
        rows = self.table.selected_series()
        if rows:
            self.forget_requested.emit(rows)

    def _refresh(self) -> None:
        rows = self.table.selected_series()
        self.forget_button.setEnabled(bool(rows))
        self.table.forget_action.setEnabled(bool(rows))
        self.chosen.setText(chosen_text(rows))
        if len(self.model):
            self.empty.show_words("No series matches", "Clear the filter to see all of them.")
        else:
            self.empty.show_words(
                "Nothing is stored yet",
                "Open a symbol, or start a backfill (Ctrl+B): every bar that arrives is kept here.",
            )
        self.pages.setCurrentWidget(self.table if self.model.rows else self.empty)
        self.search.setEnabled(bool(len(self.model)))

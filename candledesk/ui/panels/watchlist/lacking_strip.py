"""The line under the rows that says how many have no price, with a button that fetches their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from candledesk.cache.quote_messages import Quote


def lacking_symbols(symbols: Iterable[str], quotes: Mapping[str, Quote]) -> list[str]:
    """Return the symbols whose quote was read and has no price, in their order."""
    return [symbol for symbol in symbols if symbol in quotes and quotes[symbol].price is None]


class LackingStrip(QFrame):
    """Shown while rows have no price; ``fetch_requested`` carries their symbols."""

    fetch_requested = Signal(object)  # list of symbols

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__()
        self.setObjectName("task_strip")
        self._symbols: list[str] = []
        self.text, self.button = PlainLabel(), QPushButton("Fetch…")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setToolTip("Backfill the symbols without a price")
        self.button.clicked.connect(self._on_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.hide()

    def show_symbols(self, symbols: list[str]) -> None:
        """Say how many symbols have no price; none hides the line."""
        self._symbols = symbols
        n = len(symbols)
        self.text.setText(f"{n:,} {'has' if n == 1 else 'have'} no price yet")
        self.setVisible(n > 0)

    def _on_clicked(self) -> None:
        self.fetch_requested.emit(self._symbols)

"""The search for a symbol to compare: Enter adds it as chosen above the line, Esc closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QRadioButton, QVBoxLayout, QWidget

from candledesk.ui.chart.core.compares.compare import Place
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.symbol_entry import SymbolEntry

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi

_WIDTH = 420


class CompareDialog(QDialog):
    """``chosen`` carries a symbol and the ``Place`` for it. Opened with ``open``, never with ``exec``."""

    chosen = Signal(str, object)

    def __init__(self, cache: CacheApi, parent: QWidget) -> None:
        """Offer symbols of ``cache``."""
        super().__init__(parent)
        self.setWindowTitle("Compare")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.entry = SymbolEntry(cache)
        self.entry.setMinimumWidth(0)
        self.entry.setMaximumWidth(16_777_215)
        self.entry.setToolTip("")
        self.entry.setPlaceholderText("Symbol or ratio: SPY, BTC-USD, QQQ/SPY")
        self.entry.setAccessibleName("Symbol to compare")
        self.places = QButtonGroup(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 12)
        box.setSpacing(10)
        for at, place in enumerate(Place):  # above the line: what is offered while typing covers what is below it
            button = QRadioButton(place.words)
            button.setChecked(place is Place.PERCENT)
            self.places.addButton(button, at)
            box.addWidget(button)
        box.addWidget(self.entry)
        hint = PlainLabel("Enter compares the symbol with the chart. Esc closes.")
        hint.setEnabled(False)
        box.addWidget(hint)
        self.entry.symbol_entered.connect(self._on_symbol_entered)
        self.entry.left.connect(self.reject)
        self.entry.setFocus()

    def _on_symbol_entered(self, symbol: str) -> None:
        if self.isVisible():  # the line reports an offered symbol that is taken by Enter twice
            self.accept()
            self.chosen.emit(symbol, list(Place)[self.places.checkedId()])

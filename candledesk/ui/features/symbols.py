"""What is typed opens charts: the symbol entry in the toolbar, and the box for intervals over the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.ui.symbol_entry import IntervalPopup, SymbolEntry

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext


class _TypedEntries(QObject):
    """Leads what is typed on a chart to the entry or the popup, and what is entered there to the chart."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._charts = charts = context.charts
        self.entry = SymbolEntry(context.cache)
        self._popup = IntervalPopup(charts.tabs)
        charts.typed.connect(self._on_typed)
        charts.symbol_requested.connect(self.focus_entry)
        charts.series_changed.connect(self._on_series_changed)
        charts.focused.connect(self._show_symbol)
        self.entry.symbol_entered.connect(charts.enter_symbol)
        self.entry.left.connect(charts.focus)
        self._popup.interval_entered.connect(charts.set_interval)
        self._popup.symbol_entered.connect(charts.enter_symbol)
        self._popup.left.connect(charts.focus)

    def focus_entry(self) -> None:
        """Go to the symbol entry."""
        self.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.entry.selectAll()

    def _on_typed(self, text: str) -> None:
        if text.isdigit():
            self._popup.begin(text)
        else:
            self.entry.begin(text)

    def _on_series_changed(self) -> None:
        if not self.entry.hasFocus():
            self._show_symbol()

    def _show_symbol(self) -> None:
        if self._charts.page is not None:
            self.entry.show_symbol(self._charts.page.symbol)


def symbols_feature(context: WindowContext) -> Feature:
    """Return the entry in the toolbar and the action that goes there."""
    typed = _TypedEntries(context)
    return Feature(
        "symbols",
        (ActionRow("symbol", "File", "Open symbol…", ("Ctrl+K",), typed.focus_entry),),
        toolbar=lambda toolbar: toolbar.addWidget(typed.entry),
        keys=(("Chart", "Open a symbol", "Any letter"), ("Chart", "Change the interval", "1 … 9")),
    )

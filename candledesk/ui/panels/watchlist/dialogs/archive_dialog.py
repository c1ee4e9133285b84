"""Asks in which interval all symbols of a list are archived, and says first what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from candledesk.domain.interval import INTERVALS
from candledesk.domain.texts import count_text
from candledesk.ui.panels.interval_button import interval_button
from candledesk.ui.panels.jobs.texts import estimate_text
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.api import CacheApi
    from candledesk.domain.interval import Interval

_WIDTH = 520
_FIRST = "1d"


class ArchiveDialog(QDialog):
    """Opened with ``open``; ``chosen`` carries the interval."""

    chosen = Signal(object)

    def __init__(self, cache: CacheApi, name: str, symbols: Sequence[str], parent: QWidget) -> None:
        """Ask about the ``symbols`` of the list ``name``."""
        super().__init__(parent)
        self.setWindowTitle("Archive a watchlist")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._cache, self._symbols = cache, tuple(symbols)
        self._tasks = WidgetTasks(self, self._show_cost)
        title = PlainLabel(f"Archive the {count_text(len(symbols), 'symbol')} of {name}")
        title.setFont(chart_font(15, is_bold=True))
        title.setWordWrap(True)
        text = PlainLabel(
            "Their bars are fetched now as far back as they exist, and after every close from then on, so that nothing "
            "is lost that the provider deletes later. The Data menu ends it for each symbol."
        )
        text.setWordWrap(True)
        self.cost = PlainLabel()
        self.cost.setObjectName("cost")
        self.cost.setWordWrap(True)
        self.cost.setMinimumHeight(self.cost.fontMetrics().lineSpacing() * 2 + 16)
        self.interval_buttons = {row.name: interval_button(row) for row in INTERVALS.values() if row.base is row}
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.verb_button = self.buttons.addButton("Archive", QDialogButtonBox.ButtonRole.AcceptRole)
        row = QHBoxLayout()
        row.setSpacing(6)
        group = QButtonGroup(self)
        for button in self.interval_buttons.values():
            group.addButton(button)
            row.addWidget(button)
            button.toggled.connect(self._on_interval_changed)
        row.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        box.addWidget(title)
        box.addWidget(text)
        box.addLayout(row)
        box.addWidget(self.cost)
        box.addWidget(self.buttons)
        self.setFixedWidth(_WIDTH)
        self.verb_button.setDefault(True)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.interval_buttons[_FIRST].setChecked(True)
        self.verb_button.setFocus()

    def interval(self) -> Interval:
        """Return the chosen interval."""
        names = [name for name, button in self.interval_buttons.items() if button.isChecked()]
        return INTERVALS[names[0] if names else _FIRST]

    def _on_interval_changed(self) -> None:
        self._show_cost("Estimating…")
        self._tasks.replace(self._estimate())

    async def _estimate(self) -> None:
        series = [(symbol, self.interval()) for symbol in self._symbols]
        estimate = await result_of(self._cache.estimate_backfill(series, None))
        self._show_cost(f"{count_text(len(series), 'series', 'series')}. {estimate_text(estimate)}")

    def _show_cost(self, text: str) -> None:
        self.cost.setText(text)

    def _on_accepted(self) -> None:
        self.chosen.emit(self.interval())
        self.accept()

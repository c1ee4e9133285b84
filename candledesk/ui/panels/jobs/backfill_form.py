"""The form that starts backfills for many symbols and intervals at once, and shows their cost first."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from candledesk.domain.compare.ratio import symbols_of
from candledesk.domain.errors import CandleDeskError, UnknownSymbolError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.texts import count_text
from candledesk.ui.panels.interval_button import interval_button
from candledesk.ui.panels.jobs.backfill_series import BackfillOrder, day_span, find_mistake, read_symbols
from candledesk.ui.panels.jobs.texts import estimate_text, names_text
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from datetime import date

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import Job
    from candledesk.domain.interval import Interval

_PAUSE_S = 0.25  # after the last change, before the cost is estimated
_PER_ROW = 6


class BackfillForm(QDialog):
    """Opened with ``open``. ``starting`` carries the future of the start, which may outlive the form.

    ``started`` carries the number of jobs, after which the form closes itself.
    """

    starting = Signal(object)
    started = Signal(int)

    def __init__(self, cache: CacheApi, parent: QWidget, target: tuple[str, Interval] | None = None) -> None:
        """Begin with the series that is on screen."""
        super().__init__(parent)
        self.setWindowTitle("New backfill")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._cache = cache
        self._estimates = WidgetTasks(self, partial(self._show_message, is_error=True))
        self._starts = WidgetTasks(self, partial(self._show_message, is_error=True))
        self._is_starting = False
        self.symbols = QPlainTextEdit("\n".join(symbols_of(target[0])) if target else "")
        self.interval_buttons = {interval.name: interval_button(interval) for interval in INTERVALS.values()}
        for button in self.interval_buttons.values():
            button.setMinimumWidth(72)
        shown = target[1] if target else INTERVALS["1d"]
        self.interval_buttons.get(shown.name, self.interval_buttons[shown.base.name]).setChecked(True)
        self.everything = QRadioButton("&Everything available")
        self.from_to = QRadioButton("&From")
        self.first, self.last = _date_edit(QDate.currentDate().addYears(-1)), _date_edit(QDate.currentDate())
        self.found, self.refused, self.cost = PlainLabel(), PlainLabel(), PlainLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start_button = self.buttons.addButton("&Start", QDialogButtonBox.ButtonRole.AcceptRole)
        self._build()
        self._connect()
        self._on_changed()

    # -- building

    def _build(self) -> None:
        self.symbols.setPlaceholderText("AAPL, MSFT, 7203.T …")
        self.symbols.setTabChangesFocus(True)
        self.symbols.setAccessibleName("Symbols")
        self.symbols.setFixedHeight(96)
        self.everything.setChecked(True)
        self.refused.setObjectName("refused")
        self.cost.setObjectName("cost")
        for label in (self.found, self.refused, self.cost):
            label.setWordWrap(True)
        self.cost.setMinimumHeight(self.cost.fontMetrics().lineSpacing() * 3 + 20)
        self.cost.setAlignment(Qt.AlignmentFlag.AlignTop)
        title = PlainLabel("S&ymbols, separated by commas, spaces or lines")
        title.setBuddy(self.symbols)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(8)
        for widget in (title, self.symbols, self.found, self.refused):
            box.addWidget(widget)
        box.addSpacing(6)
        box.addWidget(PlainLabel("Intervals"))
        box.addLayout(self._interval_grid())
        box.addSpacing(6)
        box.addWidget(PlainLabel("Span"))
        box.addLayout(self._span_row())
        box.addSpacing(6)
        box.addWidget(self.cost)
        box.addWidget(self.buttons)
        self.setFixedWidth(520)
        self.symbols.selectAll()
        self.start_button.setDefault(True)  # once it is in the dialog, else the box chooses for itself
        for keys in ("Ctrl+Return", "Ctrl+Enter"):  # Return alone is a new line among the symbols
            QShortcut(QKeySequence(keys), self).activated.connect(self._on_start_clicked)

    def _interval_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        for at, button in enumerate(self.interval_buttons.values()):
            grid.addWidget(button, at // _PER_ROW, at % _PER_ROW)
        return grid

    def _span_row(self) -> QVBoxLayout:
        group = QButtonGroup(self)
        group.addButton(self.everything)
        group.addButton(self.from_to)
        until = PlainLabel("t&o")
        until.setBuddy(self.last)
        row = QHBoxLayout()
        for widget in (self.from_to, self.first, until, self.last, PlainLabel("inclusive")):
            row.addWidget(widget)
        row.addStretch(1)
        self.first.setAccessibleName("First day")
        self.last.setAccessibleName("Last day")
        column = QVBoxLayout()
        column.addWidget(self.everything)
        column.addLayout(row)
        return column

    def _connect(self) -> None:
        self.symbols.textChanged.connect(self._on_changed)
        for button in self.interval_buttons.values():
            button.toggled.connect(self._on_changed)
        self.from_to.toggled.connect(self._on_changed)
        for edit in (self.first, self.last):
            edit.dateChanged.connect(self._on_date_changed)
        self.start_button.clicked.connect(self._on_start_clicked)
        self.buttons.rejected.connect(self.reject)

    # -- the input

    def _days(self) -> tuple[date, date] | None:
        if self.everything.isChecked():
            return None
        return _python_date(self.first.date()), _python_date(self.last.date())

    def _intervals(self) -> tuple[Interval, ...]:
        return tuple(INTERVALS[name] for name, button in self.interval_buttons.items() if button.isChecked())

    def order(self) -> BackfillOrder:
        """Return the series and the span to backfill."""
        days = self._days()
        return BackfillOrder(
            read_symbols(self.symbols.toPlainText())[0], self._intervals(), None if days is None else day_span(*days)
        )

    def mistake(self) -> str:
        """Return what is missing before a start is possible, empty when nothing is."""
        return find_mistake(read_symbols(self.symbols.toPlainText())[0], self._intervals(), self._days())

    # -- slots

    def _on_date_changed(self) -> None:
        if self.everything.isChecked():
            self.from_to.setChecked(True)  # which emits the change
        else:
            self._on_changed()

    def _on_changed(self) -> None:
        symbols, refused = read_symbols(self.symbols.toPlainText())
        self.found.setText(count_text(len(symbols), "symbol"))
        self.refused.setText(f"Ignored (not valid symbols): {names_text(refused)}" if refused else "")
        self.refused.setVisible(bool(refused))
        mistake = self.mistake()
        n_series = len(symbols) * len(self._intervals())
        self.start_button.setEnabled(not mistake and not self._is_starting)
        self.start_button.setText("&Start" if mistake else f"&Start {count_text(n_series, 'backfill')}")
        self._show_message(mistake or "Estimating…")
        if mistake:
            self._estimates.cancel()
        else:
            self._estimates.replace(self._estimate())

    def _show_message(self, text: str, *, is_error: bool = False) -> None:
        self.cost.setText(text)
        self.cost.setProperty("tone", "warning" if is_error else "")
        self.cost.style().unpolish(self.cost)
        self.cost.style().polish(self.cost)

    async def _estimate(self) -> None:
        """Show the cost once nothing is changed any more."""
        await asyncio.sleep(_PAUSE_S)
        order = self.order()
        estimate = await result_of(self._cache.estimate_backfill(order.series, order.span))
        if self._is_starting:
            return
        text = estimate_text(estimate)
        has_work = estimate.n_requests > 0 or bool(estimate.unknown)
        self.start_button.setEnabled(has_work)  # a default button never starts what would do nothing
        if estimate.unknown:
            text += f"\nNew symbols, will be looked up: {names_text(estimate.unknown)}."
        self._show_message(text)

    def _on_start_clicked(self) -> None:
        if not self.start_button.isEnabled():
            return
        order = self.order()
        self._is_starting = True
        self.start_button.setEnabled(False)
        self._show_message("Starting. New symbols are looked up first. You can close this window.")
        future = self._cache.start_backfills(order.series, order.span)
        self._starts.start(self._finish(future))
        self.starting.emit(future)

    async def _finish(self, future: Future[list[Job]]) -> None:
        """Close the form when everything is started; else say what is not."""
        try:
            jobs = await result_of(future)
        except UnknownSymbolError as error:
            self._is_starting = False
            await self._keep_unknown(error)
        except CandleDeskError as error:
            self._is_starting = False
            self.start_button.setEnabled(not self.mistake())
            self._show_message(str(error), is_error=True)
        else:
            self.started.emit(len(jobs))
            self.accept()

    async def _keep_unknown(self, error: UnknownSymbolError) -> None:
        """Leave the symbols that are not known to be corrected: the others are started."""
        order = self.order()
        estimate = await result_of(self._cache.estimate_backfill(order.series, order.span))
        self.symbols.setPlainText("\n".join(estimate.unknown or (error.symbol,)))
        self._estimates.cancel()
        others = [symbol for symbol in estimate.unknown if symbol != error.symbol]
        either = f" Not known either: {names_text(others)}." if others else ""
        self._show_message(f"{error}{either} The others are started.", is_error=True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("Close")
        self.symbols.setFocus()
        self.symbols.selectAll()


def _python_date(day: QDate) -> date:
    found: Callable[[], date] = day.toPython  # type: ignore[assignment] # typed as an object
    return found()


def _date_edit(day: QDate) -> QDateEdit:
    edit = QDateEdit(day)
    edit.setDisplayFormat("yyyy-MM-dd")
    edit.setCalendarPopup(True)
    edit.setMinimumWidth(130)
    return edit

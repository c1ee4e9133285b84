"""Shows what a file of bars has before anything is stored; what it leaves open is asked, not guessed."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from candledesk.bar_files.messages import ReadOptions
from candledesk.cache.messages import Listing
from candledesk.cache.runtime.file_reads import start_file_read
from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import count_text
from candledesk.ui.features.bar_files.preview import PreviewPane
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from candledesk.bar_files.messages import BarFile
    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import ImportReport
    from candledesk.domain.interval import Interval

_SIZE, _FRAME = QSize(720, 620), QSize(16, 60)  # and what a desktop takes of a small screen
_ZONES = (
    "UTC",
    "America/New_York",
    "America/Chicago",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Tokyo",
    "Asia/Hong_Kong",
)
_ORDERS = (("As the file shows", ""), ("Day before month", "dmy"), ("Month before day", "mdy"))
_MARKS = (("As the file shows", ""), ("1,234.50", "."), ("1.234,50", ","))
_ENDS = (("As is usual", ""), ("The bar's beginning", "open"), ("The bar's end", "close"))
_FIELDS = {  # the option of the command that each field stands for, in sentences about a file
    "--interval": "Interval",
    "--zone": "Zone of times",
    "--date-format": "Dates",
    "--decimal": "Prices",
    "--times": "A time is",
    "--symbol": "Symbol",
}
_FEWEST_CODES = 3  # of a pattern: a day, a month and a year
_OPTION = re.compile(r"by (--[a-z-]+)(?: (?:dmy|open|[.,])(?: or \1 \S+)?)?")
_STEM = re.compile(r"[A-Za-z0-9^][A-Za-z0-9.\-=^]*")


class ImportDialog(QDialog):
    """Opened with ``open``; it reads the file again when an option changes.

    ``imported`` carries the symbol and the interval that are stored, ``reported`` a sentence about them.
    """

    imported = Signal(str, object)
    reported = Signal(str)

    def __init__(self, cache: CacheApi, path: Path, parent: QWidget) -> None:
        """Read ``path`` as it shows itself."""
        super().__init__(parent)
        self.setWindowTitle(f"Import {path.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._cache, self._path = cache, path
        self._found: BarFile | None = None
        self._asked = ReadOptions()
        self._is_storing = False
        self._tasks = WidgetTasks(self, self._show_error)
        self.symbol = QLineEdit(_symbol_in(path))
        self.interval = _choice([("As the file shows", None), *_stored_intervals()])
        self.zone = _choice([("As the file says", ""), *((zone, zone) for zone in _ZONES)])
        self.zone.setEditable(True)
        self.order, self.decimal, self.times = _choice(_ORDERS), _choice(_MARKS), _choice(_ENDS)
        self.order.setEditable(True)
        self.order.setToolTip("Or a pattern: %d.%m.%y, %d/%m/%Y %H:%M …")
        self.exchange, self.currency = QLineEdit(), QLineEdit()
        self.preview = PreviewPane(self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.import_button = self.buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self._build()
        self._connect()
        self._read()

    def _build(self) -> None:
        self.symbol.setPlaceholderText("What the bars are of")
        self.exchange.setPlaceholderText("XNYS, XETR …")
        self.currency.setPlaceholderText("USD, EUR …")
        for edit in (self.exchange, self.currency):
            edit.setToolTip("Only of a symbol that no provider knows: it becomes a local instrument")
        left, right = QFormLayout(), QFormLayout()
        for form, rows in (
            (left, (("Symbol", self.symbol), ("Interval", self.interval), ("Exchange", self.exchange))),
            (right, (("Dates", self.order), ("Zone of times", self.zone), ("Currency", self.currency))),
        ):
            form.setVerticalSpacing(10)
            for title, widget in rows:
                form.addRow(title, widget)
                widget.setAccessibleName(title)
        left.addRow("Prices", self.decimal)
        right.addRow("A time is", self.times)
        forms = QHBoxLayout()
        forms.setSpacing(24)
        forms.addLayout(left, 1)
        forms.addLayout(right, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(12)
        box.addLayout(forms)
        box.addWidget(self.preview, 1)
        box.addWidget(self.buttons)
        self.import_button.setDefault(True)
        self.resize(_SIZE.boundedTo(self.screen().availableSize() - _FRAME))

    def _connect(self) -> None:
        for choice in (self.interval, self.decimal, self.times):
            choice.currentIndexChanged.connect(self._read)
        for edit in (self.zone, self.order):
            edit.currentTextChanged.connect(self._read_if_whole)
        self.symbol.editingFinished.connect(self._read_if_changed)
        self.symbol.textChanged.connect(self._show_state)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)

    def options(self) -> ReadOptions:
        """Return what is said of the file."""
        return ReadOptions(
            interval=self.interval.currentData(),
            zone=_value(self.zone),
            date_format=_value(self.order),
            decimal=self.decimal.currentData(),
            times=self.times.currentData(),
            symbol=self.symbol.text().strip().upper(),
        )

    def _read_if_whole(self, text: str) -> None:
        """Read again once the text is one of those offered, or can be a zone or a pattern of dates."""
        is_offered = any(box.findText(text) >= 0 for box in (self.zone, self.order))
        if is_offered or "/" in text.strip("/ ") or text.count("%") >= _FEWEST_CODES:
            self._read_if_changed()

    def _read_if_changed(self) -> None:
        if self.options() != self._asked:
            self._read()

    def _read(self) -> None:
        self._found, self._asked = None, self.options()
        self.preview.show_waiting()
        self._show_state()
        self._tasks.replace(self._show_file(self._asked))

    async def _show_file(self, options: ReadOptions) -> None:
        from candledesk.bar_files.reading import read_bar_file

        self._found = await result_of(start_file_read(partial(read_bar_file, self._path, options)))
        self.preview.show_file(self._found, [in_words_of_window(note) for note in self._found.notes])
        self._show_state()

    def _show_error(self, text: str) -> None:
        self._is_storing = False
        self.preview.show_error(in_words_of_window(text))
        self._show_state()

    def _show_state(self) -> None:
        found = self._found
        is_stored = found is not None and found.interval.base is found.interval and len(found.bars) > 0
        n_bars = 0 if found is None else len(found.bars)
        self.import_button.setText(f"Import {count_text(n_bars, 'bar')}" if is_stored else "Import")
        self.import_button.setEnabled(is_stored and bool(self._symbol()) and not self._is_storing)

    def _symbol(self) -> str:
        """Return the symbol that is named, empty for a text that is none."""
        try:
            return parse_symbol(self.symbol.text())
        except InputError:
            return ""

    def _on_accepted(self) -> None:
        symbol, found = self._symbol(), self._found
        if symbol and found is not None and not self._is_storing:
            self._is_storing = True
            self._show_state()
            self._tasks.start(self._store(symbol, found))

    async def _store(self, symbol: str, found: BarFile) -> None:
        listing = Listing(self.exchange.text().strip().upper(), self.currency.text().strip().upper() or None)
        try:
            report = await result_of(self._cache.import_bars(symbol, found.interval, found.bars, listing))
        except CandleDeskError as error:
            self._show_error(str(error))
            return
        self.reported.emit(_sentence(report, found))
        if report.n_stored:
            self.imported.emit(report.symbol, found.interval)
        self.accept()


def in_words_of_window(text: str) -> str:
    """Return a sentence about a file with the fields of the dialog in the place of the command's options."""
    return _OPTION.sub(lambda match: f"at “{_FIELDS.get(match[1], match[1])}”", text)


def _value(box: QComboBox) -> str:
    """Return the value of the row that is chosen, or the text that is typed."""
    at = box.findText(box.currentText())
    return str(box.itemData(at)) if at >= 0 else box.currentText().strip()


def _sentence(report: ImportReport, found: BarFile) -> str:
    n_refused = sum(report.refused.values()) + sum(row.is_dropped for row in found.refused)
    end = (
        f"; {n_refused:,} refused ({', '.join(sorted(report.refused)) or found.refused[0].reason})" if n_refused else ""
    )
    return (
        f"{report.symbol} {found.interval.name}: {count_text(report.n_stored, 'bar')} imported, "
        f"{report.n_changed:,} of them new or changed{end}"
    )


def _symbol_in(path: Path) -> str:
    """Return what the name of a file begins with if it can be a symbol: AAPL of ``AAPL_1d.csv``, else nothing."""
    match = _STEM.match(path.stem)
    try:
        return "" if match is None else parse_symbol(match[0])
    except InputError:
        return ""


def _stored_intervals() -> list[tuple[str, Interval]]:
    return [(name, row) for name, row in INTERVALS.items() if row.base is row]


def _choice(rows: Iterable[tuple[str, object]]) -> QComboBox:
    box = QComboBox()
    for words, value in rows:
        box.addItem(words, value)
    return box

"""The inputs of an indicator in its settings: numbers, choices, and the line that it reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QSpinBox, QWidget

from candledesk.domain.errors import InputError
from candledesk.indicators.declaration import ParamType
from candledesk.indicators.primitives.prices import PRICES
from candledesk.indicators.studies import StudyLine, line_text, make_study
from candledesk.ui.chart.core.studies.sources import circle_text, lines_of, parse_follows
from candledesk.ui.chart.core.studies.words import words_of
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.indicators.declaration import Parameter, Value
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy

_DECIMALS = 4
_TEXT_LEFT = 6  # logical pixels: the style sheet's padding does not reach the text of a number


class InputsPage(QWidget):
    """``editors``: a widget for each input, by its name; ``changed`` after a person changed one."""

    changed = Signal()

    def __init__(self, one: ChartStudy, studies: Sequence[ChartStudy]) -> None:
        """Show the inputs of ``one``; ``studies``: all of its chart, whose lines can be its source."""
        super().__init__()
        self._studies, self._key = tuple(studies), one.key
        self._source = self._follows_of(one)
        self.editors: dict[str, QWidget] = {}
        form = QFormLayout(self)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(8)
        for row in one.study.indicator.params:
            editor = self._editor(row, one)
            label = PlainLabel(words_of(row.name))
            label.setBuddy(editor)
            editor.setAccessibleName(words_of(row.name))
            self.editors[row.name] = editor
            form.addRow(label, editor)
        if not self.editors:
            form.addRow(PlainLabel("This indicator has no inputs"))

    @staticmethod
    def _follows_of(one: ChartStudy) -> str:
        return f"@{one.follows}" if one.follows else str(dict(one.study.params.items).get("source", ""))

    def _editor(self, row: Parameter, one: ChartStudy) -> QWidget:
        value = one.study.params.value(row.name)
        if row.type is ParamType.INTEGER:
            whole = QSpinBox()
            whole.setRange(int(row.minimum or 0), int(row.maximum or 0))
            whole.setValue(int(value))
            whole.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
            whole.valueChanged.connect(self.changed)
            return whole
        if row.type is ParamType.NUMBER:
            number = QDoubleSpinBox()
            number.setDecimals(_DECIMALS)
            number.setRange(row.minimum or 0.0, row.maximum or 0.0)
            number.setSingleStep(max(float(row.default) / 10, 10.0**-_DECIMALS))
            number.setValue(float(value))
            number.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
            number.valueChanged.connect(self.changed)
            return number
        combo = QComboBox()
        if row.type is ParamType.SOURCE:
            self._add_sources(combo, one)
        else:
            for text in row.choices:
                combo.addItem(words_of(text), text)
            combo.setCurrentIndex(combo.findData(str(value)))
        combo.currentIndexChanged.connect(self.changed)
        return combo

    def _add_sources(self, combo: QComboBox, one: ChartStudy) -> None:
        """Offer the prices, the lines of the other indicators of the chart, and the source that is neither."""
        rows = [(price, price) for price in PRICES]
        rows += [(line.words, f"@{line.follows}") for line in lines_of(self._studies, one.key)]
        if all(data != self._source for _, data in rows):
            rows.append((self._source, self._source))
        for text, data in rows:
            combo.addItem(text, data)
        combo.setCurrentIndex(combo.findData(self._source))

    def apply(self, one: ChartStudy) -> ChartStudy:
        """Return ``one`` with the inputs as they are now; ``InputError`` for a source that cannot be read."""
        values: dict[str, Value] = {}
        for name, editor in self.editors.items():
            if isinstance(editor, QSpinBox | QDoubleSpinBox):
                values[name] = editor.value()
            elif isinstance(editor, QComboBox):
                values[name] = str(editor.currentData())
        source, follows = str(values.get("source", "")), ""
        if source.startswith("@"):
            follows = source[1:]
            key, output = parse_follows(follows)
            refusal = circle_text(self._studies, one.key, follows)
            if refusal:
                self._select_source()
                raise InputError("source", refusal)
            other = next(row for row in self._studies if row.key == key)
            values["source"] = line_text(StudyLine(other.study, output))
        made = replace(one, study=make_study(one.study.id, values), follows=follows)
        self._source = self._follows_of(made)
        return made

    def _select_source(self) -> None:
        """Select the source again that was selected before."""
        combo = self.editors["source"]
        if isinstance(combo, QComboBox):
            combo.blockSignals(True)
            combo.setCurrentIndex(combo.findData(self._source))
            combo.blockSignals(False)

    def reset(self, one: ChartStudy) -> None:
        """Set every input to what the indicator declares."""
        for row in one.study.indicator.params:
            editor = self.editors[row.name]
            editor.blockSignals(True)
            if isinstance(editor, QSpinBox):
                editor.setValue(int(row.default))
            elif isinstance(editor, QDoubleSpinBox):
                editor.setValue(float(row.default))
            elif isinstance(editor, QComboBox):
                editor.setCurrentIndex(editor.findData(str(row.default)))
            editor.blockSignals(False)

"""The settings of one indicator: its inputs and its style, seen at once; Esc takes them back, OK is one undo step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from candledesk.domain.errors import InputError
from candledesk.indicators.declaration import ParamType, Plot
from candledesk.indicators.primitives.prices import PRICES
from candledesk.indicators.studies import StudyLine, line_text, make_study
from candledesk.ui.chart.core.studies.chart_study import WIDTHS
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from candledesk.indicators.declaration import Parameter, Value
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.shell.chart_page import ChartPage

_DECIMALS = 4
_BUTTON_W = 104


def words_of(name: str) -> str:
    """Return the words of a parameter or an output: ``Smooth k`` of ``smooth_k``."""
    return name.replace("_", " ").capitalize()


class SettingsDialog(QDialog):
    """Changes one indicator; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, page: ChartPage, one: ChartStudy, parent: QWidget) -> None:
        """Show the settings of ``one``, an indicator of the chart of ``page``."""
        super().__init__(parent)
        self._page, self._one = page, one
        self._before = page.model.arrangement()
        self.setWindowTitle(one.study.indicator.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.editors: dict[str, QWidget] = {}
        self.checks: dict[str, QCheckBox] = {}
        self.colours: dict[str, QPushButton] = {}
        self.note = PlainLabel()
        self.note.setObjectName("refused")
        self.note.setWordWrap(True)
        self.note.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(12)
        if one.study.indicator.params:
            self._add_form(box, "Inputs", self._inputs())
        self._add_form(box, "Style", self._style())
        box.addWidget(self.note)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.RestoreDefaults
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.Ok
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.defaults = buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        self.defaults.clicked.connect(self._on_defaults_requested)
        box.addWidget(buttons)

    def _add_form(self, box: QVBoxLayout, title: str, form: QFormLayout) -> None:
        heading = PlainLabel(title)
        heading.setFont(chart_font(14, is_bold=True))
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(8)
        box.addWidget(heading)
        box.addLayout(form)

    # -- inputs

    def _inputs(self) -> QFormLayout:
        form = QFormLayout()
        for row in self._one.study.indicator.params:
            editor = self._editor(row, self._one.study.params.value(row.name))
            label = PlainLabel(words_of(row.name))
            label.setBuddy(editor)
            editor.setAccessibleName(words_of(row.name))
            self.editors[row.name] = editor
            form.addRow(label, editor)
        return form

    def _editor(self, row: Parameter, value: Value) -> QWidget:
        if row.type is ParamType.INTEGER:
            whole = QSpinBox()
            whole.setRange(int(row.minimum or 0), int(row.maximum or 0))
            whole.setValue(int(value))
            whole.valueChanged.connect(self._on_input_changed)
            return whole
        if row.type is ParamType.NUMBER:
            number = QDoubleSpinBox()
            number.setDecimals(_DECIMALS)
            number.setRange(row.minimum or 0.0, row.maximum or 0.0)
            number.setSingleStep(max(float(row.default) / 10, 10.0**-_DECIMALS))
            number.setValue(float(value))
            number.valueChanged.connect(self._on_input_changed)
            return number
        combo = QComboBox()
        texts = row.choices if row.type is ParamType.CHOICE else self._sources(str(value))
        combo.addItems(texts)
        combo.setCurrentText(str(value))
        combo.currentTextChanged.connect(self._on_input_changed)
        return combo

    def _sources(self, present: str) -> list[str]:
        """Return the prices, and the lines of the other indicators of the chart."""
        others = [one.study for one in self._page.model.scene.studies if one.key != self._one.key]
        lines = [
            line_text(StudyLine(study, output.name))
            for study in others
            for output in study.indicator.outputs
            if output.plot in {Plot.LINE, Plot.COLUMNS}
        ]
        return list(dict.fromkeys((*PRICES, *lines, present)))

    def _values(self) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, editor in self.editors.items():
            if isinstance(editor, QSpinBox | QDoubleSpinBox):
                values[name] = editor.value()
            elif isinstance(editor, QComboBox):
                values[name] = editor.currentText()
        return values

    def _on_input_changed(self) -> None:
        try:
            study = make_study(self._one.study.id, self._values())
        except InputError as error:
            self.note.setText(str(error))
            self.note.show()
            return
        self.note.hide()
        self._preview(replace(self._one, study=study))

    # -- style

    def _style(self) -> QFormLayout:
        form = QFormLayout()
        for output in self._one.study.indicator.outputs:
            if output.plot is Plot.NONE:
                continue
            check, button = QCheckBox(words_of(output.name)), QPushButton()
            check.setChecked(output.name not in self._one.off)
            check.clicked.connect(self._on_outputs_changed)
            button.setFixedWidth(_BUTTON_W)
            button.setAccessibleName(f"Colour of {words_of(output.name)}")
            button.clicked.connect(partial(self._on_colour_requested, output.name))
            self.checks[output.name], self.colours[output.name] = check, button
            side = QHBoxLayout()
            side.addStretch()
            side.addWidget(button)
            form.addRow(check, side)
        self.width_choice = QComboBox()
        self.width_choice.addItems([f"{width} px" for width in WIDTHS])
        self.width_choice.setCurrentIndex(WIDTHS.index(self._one.width))
        self.width_choice.activated.connect(self._on_width_chosen)
        label = PlainLabel("Line width")
        label.setBuddy(self.width_choice)
        form.addRow(label, self.width_choice)
        self._show_colours()
        return form

    def _show_colours(self) -> None:
        for name, button in self.colours.items():
            colour = self._one.colour(name)
            shade = "#000000" if QColor(colour).lightnessF() > 0.5 else "#ffffff"  # noqa: PLR2004
            button.setText(colour)
            button.setStyleSheet(f"background: {colour}; color: {shade};")

    def _on_outputs_changed(self) -> None:
        off = tuple(name for name, check in self.checks.items() if not check.isChecked())
        self._preview(replace(self._one, off=off))

    def _on_width_chosen(self, index: int) -> None:
        self._preview(replace(self._one, width=WIDTHS[index]))

    def _on_colour_requested(self, output: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        dialog = QColorDialog(QColor(self._one.colour(output)), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(f"Colour of {words_of(output)}")
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(partial(self.set_colour, output))
        dialog.open()

    def set_colour(self, output: str, colour: QColor) -> None:
        """Show a line in a colour."""
        colours = {**dict(self._one.colours), output: colour.name()}
        self._preview(replace(self._one, colours=tuple(colours.items())))
        self._show_colours()

    # -- all of it

    def _preview(self, one: ChartStudy) -> None:
        self._one = one
        self._page.studies.preview(one)

    def _on_defaults_requested(self) -> None:
        """Set every input and the style to what a new indicator has."""
        for row in self._one.study.indicator.params:
            editor = self.editors[row.name]
            editor.blockSignals(True)
            if isinstance(editor, QSpinBox):
                editor.setValue(int(row.default))
            elif isinstance(editor, QDoubleSpinBox):
                editor.setValue(float(row.default))
            elif isinstance(editor, QComboBox):
                editor.setCurrentText(str(row.default))
            editor.blockSignals(False)
        for name, check in self.checks.items():
            check.setChecked(name not in self._one.look.off)
        self.width_choice.setCurrentIndex(0)
        study = make_study(self._one.study.id)
        self._preview(replace(self._one, study=study, colours=(), off=self._one.look.off, width=WIDTHS[0]))
        self._show_colours()

    def accept(self) -> None:
        """Keep the settings, as one command that can be undone."""
        command = self._page.model.command_since(self._before, f"change {self._one.look.short}")
        if command is not None:
            self._page.model.command_done.emit(command)
        super().accept()

    def reject(self) -> None:
        """Take the settings back."""
        command = self._page.model.command_since(self._before, "")
        if command is not None:
            command.undo()
        super().reject()

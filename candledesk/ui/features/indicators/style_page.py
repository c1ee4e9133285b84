"""The style of an indicator in its settings: which lines are drawn, in which colours, how wide."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QWidget

from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.studies.chart_study import WIDTHS
from candledesk.ui.chart.core.studies.words import words_of
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.setting_pages.colour_button import ColourButton

if TYPE_CHECKING:
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy


class StylePage(QWidget):
    """``one``: the indicator with the style as it is now; ``changed`` after a person changed it."""

    changed = Signal()

    def __init__(self, one: ChartStudy) -> None:
        """Show the style of ``one``."""
        super().__init__()
        self.one = one
        self.checks: dict[str, QCheckBox] = {}
        self.colours: dict[str, ColourButton] = {}
        form = QFormLayout(self)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(8)
        for output in one.study.indicator.outputs:
            if output.plot is not Plot.NONE:
                self._add_output(form, output.name)
        self.width_choice = QComboBox()
        self.width_choice.addItems([f"{width} px" for width in WIDTHS])
        self.width_choice.setCurrentIndex(WIDTHS.index(one.width))
        self.width_choice.activated.connect(self._on_width_chosen)
        label = PlainLabel("Line width")
        label.setBuddy(self.width_choice)
        form.addRow(label, self.width_choice)
        self._show_colours()

    def _add_output(self, form: QFormLayout, name: str) -> None:
        check, button = QCheckBox(words_of(name)), ColourButton("", words_of(name), has_opacity=False)
        check.setChecked(name not in self.one.off)
        check.clicked.connect(self._on_outputs_changed)
        button.picked.connect(partial(self.set_colour, name))
        check.setMinimumHeight(button.sizeHint().height())
        self.checks[name], self.colours[name] = check, button
        side = QHBoxLayout()
        side.addStretch()
        side.addWidget(button)
        form.addRow(check, side)

    def _show_colours(self) -> None:
        for name, button in self.colours.items():
            button.show_colour(self.one.colour(name))

    def _change(self, **changes: object) -> None:
        self.one = replace(self.one, **changes)  # type: ignore[arg-type]
        self.changed.emit()

    def _on_outputs_changed(self) -> None:
        self._change(off=tuple(name for name, check in self.checks.items() if not check.isChecked()))

    def _on_width_chosen(self, index: int) -> None:
        self._change(width=WIDTHS[index])

    def set_colour(self, output: str, colour: str) -> None:
        """Show a line in a colour, ``#rrggbb``."""
        self._change(colours=tuple({**dict(self.one.colours), output: colour}.items()))
        self._show_colours()

    def apply(self, one: ChartStudy) -> ChartStudy:
        """Return ``one`` with the style as it is now."""
        return replace(one, off=self.one.off, colours=self.one.colours, width=self.one.width)

    def reset(self) -> None:
        """Set the style to the indicator's own; the owner shows it."""
        self.one = replace(self.one, colours=(), off=self.one.look.off, width=WIDTHS[0])
        for name, check in self.checks.items():
            check.setChecked(name not in self.one.off)
        self.width_choice.setCurrentIndex(0)
        self._show_colours()

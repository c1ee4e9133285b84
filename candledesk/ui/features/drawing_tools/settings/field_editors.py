"""Editors of the values of a style: a switch, a choice, a number, a share, a colour.

Each has a method ``show_value`` and a signal ``edited`` with the new value; a value that differs between several
drawings is shown as such until it is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox

from candledesk.drawings.looks.shared import MIXED
from candledesk.drawings.looks.style_fields import FieldKind, StyleField
from candledesk.ui.setting_pages.colour_button import ColourButton
from candledesk.ui.setting_pages.line_icons import line_icon

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXT_LEFT = 6  # logical pixels: the style sheet's padding does not reach the text of a number
_ICON_W = 44
_COLOUR_W = 64
_NUMBER_W = 140
_PERCENT = 100


class SwitchEditor(QCheckBox):
    """True or false."""

    edited = Signal(object)

    def __init__(self, field: StyleField) -> None:
        """Show no value yet."""
        super().__init__(field.title)
        self.clicked.connect(self._on_clicked)

    def show_value(self, value: object) -> None:
        """Show a value, half a check for several."""
        self.setTristate(value is MIXED)
        self.setCheckState(
            Qt.CheckState.PartiallyChecked
            if value is MIXED
            else Qt.CheckState.Checked
            if value
            else Qt.CheckState.Unchecked
        )

    def _on_clicked(self) -> None:
        self.setTristate(False)
        self.edited.emit(self.isChecked())


class ChoiceEditor(QComboBox):
    """One of several values; widths and dashes as pictures."""

    edited = Signal(object)

    def __init__(self, field: StyleField) -> None:
        """Show no value yet."""
        super().__init__()
        self._values = [value for value, _words in field.choices]
        self.setAccessibleName(field.title)
        text_colour = self.palette().text().color().name()
        self.setIconSize(QSize(_ICON_W, 20))
        for at, (value, words) in enumerate(field.choices):
            if field.key in {"width", "dash"}:
                width, dash = (value, "solid") if field.key == "width" else (2, value)
                self.addItem(line_icon(width, dash, text_colour, _ICON_W), "")
                self.setItemData(at, words, Qt.ItemDataRole.AccessibleTextRole)
                self.setItemData(at, words, Qt.ItemDataRole.ToolTipRole)
            else:
                self.addItem(words)
        self.activated.connect(self._on_activated)

    def show_value(self, value: object) -> None:
        """Show a value; none for several, and a new line for one that is not among the choices."""
        if value is not MIXED and value not in self._values:
            self._values.append(value)
            self.addItem(str(value))
        self.setPlaceholderText("Mixed" if value is MIXED else "")
        self.setCurrentIndex(-1 if value is MIXED else self._values.index(value))

    def _on_activated(self, index: int) -> None:
        self.edited.emit(self._values[index])


class NumberEditor(QDoubleSpinBox):
    """A number, or a share in percent."""

    edited = Signal(object)

    def __init__(self, field: StyleField) -> None:
        """Show no value yet."""
        super().__init__()
        self._is_share, self._is_whole = field.kind is FieldKind.SHARE, field.decimals == 0
        factor = _PERCENT if self._is_share else 1
        self.setRange(field.low * factor, field.high * factor)
        self.setDecimals(field.decimals)
        self.setSuffix(" %" if self._is_share else "")
        self.setSpecialValueText(field.zero)
        self.setSingleStep(5 if self._is_share else 1)
        self.setGroupSeparatorShown(True)
        self.setStepType(
            self.StepType.DefaultStepType if self._is_share or self._is_whole else self.StepType.AdaptiveDecimalStepType
        )
        self.setFixedWidth(_NUMBER_W)
        self.setAccessibleName(field.title)
        self.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
        self.valueChanged.connect(self._on_value_changed)

    def show_value(self, value: object) -> None:
        """Show a value, an empty line for several."""
        self.blockSignals(True)
        if isinstance(value, int | float):
            self.setValue(value * (_PERCENT if self._is_share else 1))
        else:
            self.lineEdit().clear()
        self.blockSignals(False)

    def textFromValue(self, value: float) -> str:
        """Return ``10,000`` and ``0.25``: without zeros at the end."""
        text, point = super().textFromValue(value), self.locale().decimalPoint()
        return text.rstrip("0").rstrip(point) if point in text else text

    def _on_value_changed(self, value: float) -> None:
        if self._is_share:
            self.edited.emit(value / _PERCENT)
        else:
            self.edited.emit(int(value) if self._is_whole else value)


class ColourEditor(ColourButton):
    """A colour with its opacity."""

    edited = Signal(object)

    def __init__(self, field: StyleField) -> None:
        """Show no value yet."""
        super().__init__("", field.title)
        self.setFixedWidth(_COLOUR_W)
        self.picked.connect(self._on_colour)
        self.previewed.connect(self._on_colour)

    def _on_colour(self, colour: str) -> None:
        self.edited.emit(colour)

    def show_value(self, value: object) -> None:
        """Show a colour, none for several."""
        self.show_colour(value if isinstance(value, str) else "")


Editor = SwitchEditor | ChoiceEditor | NumberEditor | ColourEditor
_EDITORS: dict[FieldKind, Callable[[StyleField], Editor]] = {
    FieldKind.SWITCH: SwitchEditor,
    FieldKind.CHOICE: ChoiceEditor,
    FieldKind.NUMBER: NumberEditor,
    FieldKind.SHARE: NumberEditor,
    FieldKind.COLOUR: ColourEditor,
}


def new_editor(field: StyleField) -> Editor:
    """Return the editor of a field, without a value yet."""
    return _EDITORS[field.kind](field)

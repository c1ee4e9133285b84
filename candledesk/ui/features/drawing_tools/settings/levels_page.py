"""The levels of a Fibonacci tool: which are shown, where they lie, and in which colours."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from candledesk.ui.setting_pages.colour_button import ColourButton

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_N_COLUMNS = 3
_LEAST, _MOST, _DECIMALS, _STEP = -1_000.0, 1_000.0, 3, 0.1  # as the format has them
_VALUE_W, _COLOUR_W = 70, 34
_TEXT_LEFT = 6


class LevelSpin(QDoubleSpinBox):
    """The value of one level, without zeros at its end."""

    def __init__(self, name: str) -> None:
        """``name``: for screen readers."""
        super().__init__()
        self.setObjectName("number")
        self.setRange(_LEAST, _MOST)
        self.setDecimals(_DECIMALS)
        self.setSingleStep(_STEP)
        self.setFixedWidth(_VALUE_W)
        self.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
        self.setAccessibleName(f"Value of {name}")

    def textFromValue(self, value: float) -> str:
        """Return ``0.5``."""
        return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")


class LevelsPage(QWidget):
    """``changed`` carries all levels, as a style has them, after a person changed one."""

    changed = Signal(object)  # list[dict[str, object]]

    def __init__(self, levels: Sequence[Mapping[str, Any]], colour: str) -> None:
        """Show levels; ``colour``: of those that have none."""
        super().__init__()
        self.checks: list[QCheckBox] = []
        self.values: list[LevelSpin] = []
        self.colours: list[ColourButton] = []
        self._colour = colour
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(6)
        box = QVBoxLayout(self)
        box.addLayout(self._grid)
        box.addLayout(self._buttons())
        box.addStretch()
        self._grid.setColumnStretch(_N_COLUMNS * 4, 1)
        n_rows = -(-len(levels) // _N_COLUMNS)
        for at in range(len(levels)):
            self._add(at % n_rows, at // n_rows)
        self.show_levels(levels)

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        for text, is_shown in (("Show all", True), ("Hide all", False)):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._show_all, is_shown))
            line.addWidget(button)
        line.addStretch()
        return line

    def _add(self, row: int, column: int) -> None:
        name = f"level {len(self.checks) + 1}"
        check, value, colour = QCheckBox(), LevelSpin(name), ColourButton("", name)
        check.setAccessibleName(f"Show {name}")
        colour.setFixedWidth(_COLOUR_W)
        check.clicked.connect(self._report)
        value.valueChanged.connect(self._report)
        colour.picked.connect(self._report)
        colour.previewed.connect(self._report)
        for at, editor in enumerate((check, value, colour)):
            self._grid.addWidget(editor, row, column * 4 + at)
        self._grid.setColumnMinimumWidth(column * 4 + 3, 20)
        self.checks.append(check)
        self.values.append(value)
        self.colours.append(colour)

    def show_levels(self, levels: Sequence[Mapping[str, Any]]) -> None:
        """Show other levels, as many as before."""
        for level, check, value, colour in zip(levels, self.checks, self.values, self.colours, strict=True):
            check.setChecked(level.get("visible", True))
            value.blockSignals(True)
            value.setValue(level["value"])
            value.blockSignals(False)
            colour.show_colour(level.get("color", self._colour))
        self._levels = [dict(level) for level in levels]

    def _show_all(self, is_shown: bool, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        for check in self.checks:
            check.setChecked(is_shown)
        self._report()

    def _report(self) -> None:
        for level, check, value, colour in zip(self._levels, self.checks, self.values, self.colours, strict=True):
            level |= {"value": value.value(), "color": colour.colour, "visible": check.isChecked()}
        self.changed.emit([dict(level) for level in self._levels])

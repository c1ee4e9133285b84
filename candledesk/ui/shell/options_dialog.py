"""The dialog of the chart options, built from their declarations; every change is seen at once."""

from __future__ import annotations

from dataclasses import fields
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
    QFormLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from candledesk.ui.chart.core.options import ChartOptions, Choice, PaletteName, option_text
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from candledesk.ui.shell.option_store import OptionStore


class OptionsDialog(QDialog):
    """One row per option; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, store: OptionStore, parent: QWidget) -> None:
        """Show and change what ``store`` holds."""
        super().__init__(parent)
        self.setWindowTitle("Chart options")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._store = store
        self.editors: dict[str, QWidget] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(10)
        for row in fields(ChartOptions):
            editor = self._editor(row.name, row.default, option_text(row))
            self.editors[row.name] = editor
            if isinstance(editor, QCheckBox):
                form.addRow(editor)
            else:
                label = PlainLabel(option_text(row))
                label.setBuddy(editor)
                form.addRow(label, editor)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.RestoreDefaults | QDialogButtonBox.StandardButton.Close
        )
        buttons.rejected.connect(self.close)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self._on_defaults_wanted)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(20)
        box.addLayout(form)
        box.addWidget(buttons)
        store.changed.connect(self._on_changed)
        self._on_changed()

    def _editor(self, name: str, default: object, text: str) -> QWidget:
        if isinstance(default, Choice):
            combo = QComboBox()
            for choice in type(default):
                combo.addItem(choice.words)
            combo.activated.connect(partial(self._on_chosen, name, tuple(type(default))))
            return combo
        if isinstance(default, bool):
            check = QCheckBox(text)
            check.clicked.connect(partial(self._on_checked, name))
            return check
        button = QPushButton()
        button.setFixedWidth(104)
        button.setAccessibleName(text)
        button.clicked.connect(partial(self._on_colour_wanted, name, text))
        return button

    def _on_chosen(self, name: str, choices: tuple[Choice, ...], index: int) -> None:
        self._store.update(**{name: choices[index]})  # an item's own data would come back as plain text

    def _on_checked(self, name: str, is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        self._store.update(**{name: is_checked})

    def _on_colour_wanted(self, name: str, text: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        dialog = QColorDialog(QColor(getattr(self._store.value, name)), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(text)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(partial(self._on_colour_chosen, name))
        dialog.open()

    def _on_colour_chosen(self, name: str, colour: QColor) -> None:
        self._store.update(**{name: colour.name(), "palette": PaletteName.CUSTOM})

    def _on_defaults_wanted(self) -> None:
        self._store.take(ChartOptions())

    def _on_changed(self) -> None:
        options = self._store.value
        for name, editor in self.editors.items():
            value = getattr(options, name)
            if isinstance(editor, QComboBox):
                editor.setCurrentText(value.words)
            elif isinstance(editor, QCheckBox):
                editor.setChecked(value)
            elif isinstance(editor, QPushButton):
                editor.setText(value)
                shade = "#000000" if QColor(value).lightnessF() > 0.5 else "#ffffff"  # noqa: PLR2004
                editor.setStyleSheet(f"background: {value}; color: {shade};")

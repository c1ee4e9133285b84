"""The dialog of options, built from their declarations; every change is seen at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

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

from candledesk.ui.declared_options import Choice, implied_options, option_text, shared_fields
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Sequence
    from dataclasses import Field

    from candledesk.ui.shell.option_store import OptionStore


class OptionsForm(QFormLayout):
    """One row per option of a store, with an editor that changes it."""

    def __init__(self, store: OptionStore[Any], parent: QWidget) -> None:
        """Show what ``store`` holds; ``parent``: of the dialogs for colours."""
        super().__init__()
        self.store, self._window = store, parent
        self.editors: dict[str, QWidget] = {}
        self.setHorizontalSpacing(24)
        self.setVerticalSpacing(10)
        for row in shared_fields(store.value):
            editor = self._editor(row)
            self.editors[row.name] = editor
            if isinstance(editor, QCheckBox):
                self.addRow(editor)
            else:
                label = PlainLabel(option_text(row))
                label.setBuddy(editor)
                self.addRow(label, editor)
        store.changed.connect(self._on_changed)
        self._on_changed()

    def _editor(self, row: Field[Any]) -> QWidget:
        if isinstance(row.default, Choice):
            combo = QComboBox()
            for choice in type(row.default):
                combo.addItem(choice.words)
            combo.activated.connect(partial(self._on_chosen, row.name, tuple(type(row.default))))
            return combo
        if isinstance(row.default, bool):
            check = QCheckBox(option_text(row))
            check.clicked.connect(partial(self._on_clicked, row.name, check))
            return check
        button = QPushButton()
        button.setFixedWidth(104)
        button.setAutoDefault(False)
        button.setAccessibleName(option_text(row))
        button.clicked.connect(partial(self._on_colour_requested, row))
        return button

    def _on_chosen(self, name: str, choices: tuple[Choice, ...], index: int) -> None:
        self.store.update(**{name: choices[index]})  # an item's own data would come back as plain text

    def _on_clicked(self, name: str, check: QCheckBox, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        self.store.update(**{name: check.isChecked()})  # PySide gives a partial no argument of the signal

    def _on_colour_requested(self, row: Field[Any], _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        dialog = QColorDialog(QColor(getattr(self.store.value, row.name)), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(option_text(row))
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(partial(self._on_colour_chosen, row))
        dialog.open()

    def _on_colour_chosen(self, row: Field[Any], colour: QColor) -> None:
        self.store.update(**{row.name: colour.name()}, **implied_options(row))

    def _on_changed(self) -> None:
        options = self.store.value
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


class OptionsDialog(QDialog):
    """One form per store; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, stores: Sequence[OptionStore[Any]], parent: QWidget) -> None:
        """Show and change what ``stores`` hold; each has a heading when there are several."""
        super().__init__(parent)
        self.setWindowTitle("Chart options")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(20)
        self.forms = [OptionsForm(store, self) for store in stores]
        for form in self.forms:
            if len(stores) > 1:
                heading = PlainLabel(form.store.title)
                heading.setFont(chart_font(14, is_bold=True))
                box.addWidget(heading)
            box.addLayout(form)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.RestoreDefaults | QDialogButtonBox.StandardButton.Close
        )
        buttons.rejected.connect(self.close)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self._on_defaults_requested)
        box.addWidget(buttons)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        close.setFocus()

    def _on_defaults_requested(self) -> None:
        for form in self.forms:
            form.store.reset()

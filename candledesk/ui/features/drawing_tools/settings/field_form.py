"""The values of a style as a form: what belongs together stands in one line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QWidget

from candledesk.drawings.looks.shared import MIXED
from candledesk.drawings.looks.style_fields import FieldKind
from candledesk.ui.features.drawing_tools.settings.field_editors import SwitchEditor, new_editor
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.setting_pages.colours import join_colour, split_colour

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.looks.style_fields import StyleField
    from candledesk.ui.features.drawing_tools.settings.field_editors import Editor

_BESIDE = {"width": "color", "dash": "color", "font_size": "text_color", "fill_color": "fill", "risk_unit": "risk"}
_GROUND = {"fill_color": "background"}  # of a text
_LINE_PX = 30  # so that words stand at the middle of the editors beside them
_FILL, _OPACITY = "fill_color", "fill_opacity"


class FieldForm(QWidget):
    """``editors``: by the key of their field; ``changed`` carries the values that a person set, by their keys."""

    changed = Signal(object)  # dict[str, object]

    def __init__(self, fields: Sequence[StyleField], values: Mapping[str, Any]) -> None:
        """Show the values of fields; those of levels have a page of their own."""
        super().__init__()
        self._fields = {field.key: field for field in fields if field.kind is not FieldKind.LEVELS}
        self._has_fill = _FILL in self._fields and _OPACITY in self._fields
        self.editors: dict[str, Editor] = {}
        self._form = QFormLayout(self)
        self._form.setHorizontalSpacing(24)
        self._form.setVerticalSpacing(8)
        self._lines: dict[str, QHBoxLayout] = {}
        for field in sorted(self._fields.values(), key=lambda one: self._first_of(one.key) in self._fields):
            if field.key != _OPACITY or not self._has_fill:
                self._add(field)
        self.show_values(values)

    def _add(self, field: StyleField) -> None:
        editor = self.editors[field.key] = new_editor(field)
        editor.edited.connect(partial(self._on_edited, field.key))
        first = self._first_of(field.key)
        if first in self._lines:
            self._lines[first].insertWidget(self._lines[first].count() - 1, editor)
            return
        line = self._lines[field.key] = QHBoxLayout()
        line.setSpacing(8)
        if isinstance(editor, SwitchEditor):
            line.addStretch()
            self._form.addRow(editor, line)
            editor.setMinimumHeight(_LINE_PX)
            return
        line.addWidget(editor)
        line.addStretch()
        label = PlainLabel(field.title)
        label.setBuddy(editor)
        label.setMinimumHeight(_LINE_PX)
        self._form.addRow(label, line)

    def _first_of(self, key: str) -> str:
        """Return the key of the field in whose line a field stands."""
        first = _BESIDE.get(key, "")
        return first if first in self._fields else _GROUND.get(key, "")

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show other values."""
        self._values = dict(values)
        for key, editor in self.editors.items():
            value = values.get(key, MIXED)
            if key == _FILL and self._has_fill and MIXED not in {value, values[_OPACITY]}:
                value = join_colour(value, values[_OPACITY])
            editor.show_value(value)
        self._enable()

    def _enable(self) -> None:
        """Enable what has an effect now."""
        for key, editor in self.editors.items():
            needs = self._fields[key].needs
            editor.setEnabled(not needs or self._values.get(needs, True) is not False)

    def _on_edited(self, key: str, value: object) -> None:
        changes = {key: value}
        if key == _FILL and self._has_fill:
            changes[_FILL], changes[_OPACITY] = split_colour(str(value))
        self._values |= changes
        self._enable()
        self.changed.emit(changes)

"""Templates of indicators: save those of the chart, apply, delete, import and export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from candledesk.domain.errors import DocumentError
from candledesk.domain.texts import count_text
from candledesk.ui.chart.core.studies.looks import LOOKS
from candledesk.ui.plain_text import PlainLabel
from candledesk.workspace.templates.indicator_templates import (
    MAX_FILE_BYTES,
    read_template_file,
    write_template_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.ui.features.indicators.book import IndicatorBook
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.workspace.templates.indicator_templates import IndicatorTemplate

_NAME = Qt.ItemDataRole.UserRole
_FILTER = "Templates of indicators (*.json);;All files (*)"
_EMPTY = "No templates yet: give the indicators of the chart a name above, and save them."


class TemplatesPage(QWidget):
    """The templates of the book, for one chart."""

    def __init__(self, page: ChartPage, book: IndicatorBook) -> None:
        """Offer them for the chart of ``page``."""
        super().__init__()
        self._page, self._book = page, book
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name of a template")
        self.name.setAccessibleName("Name of a template")
        self.list = QListWidget()
        self.list.setAccessibleName("Templates")
        self.note = PlainLabel()
        self.note.setWordWrap(True)
        self.save = self._button("Save the chart's indicators", self._on_save_requested)
        self.replace = self._button("Replace the chart's", self._on_replace_requested)
        self.add = self._button("Add to the chart", self._on_add_requested)
        self.delete = self._button("Delete", self._on_delete_requested)
        self.export = self._button("Export…", self._on_export_requested)
        self.bring = self._button("Import…", self._on_import_requested)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 10, 0, 0)
        box.setSpacing(10)
        box.addLayout(_row(self.name, self.save))
        box.addWidget(self.list)
        box.addWidget(self.note)
        box.addLayout(_row(self.replace, self.add, None, self.delete, self.export, self.bring))
        self.name.returnPressed.connect(self._on_save_requested)
        self.name.textChanged.connect(self._update)
        self.list.currentRowChanged.connect(self._update)
        book.changed.connect(self._show)
        book.failed.connect(self._say)
        page.model.studies_changed.connect(self._update)
        self._show()

    @staticmethod
    def _button(text: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _show(self) -> None:
        """List the templates, with the same one selected."""
        selected = self._selected
        self.list.clear()
        for name, template in self._book.templates.items():
            shorts = ", ".join(_short(row["id"]) for row in template.contents["indicators"])
            item = QListWidgetItem(f"{name}   ·   {shorts}")
            item.setData(_NAME, name)
            self.list.addItem(item)
        names = list(self._book.templates)
        if names:
            self.list.setCurrentRow(names.index(selected) if selected in names else 0)
        else:
            empty = QListWidgetItem(_EMPTY)
            empty.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(empty)
        self._update()

    @property
    def _selected(self) -> str:
        item = self.list.currentItem()
        return (item.data(_NAME) or "") if item is not None else ""

    def _template(self) -> IndicatorTemplate | None:
        return self._book.templates.get(self._selected)

    def _update(self) -> None:
        """Enable what can be done now."""
        has_studies = bool(self._page.model.scene.studies)
        self.save.setEnabled(has_studies and bool(self.name.text().strip()))
        self.replace.setEnabled(self._template() is not None)
        self.replace.setText("Replace the chart's" if has_studies else "Apply")
        self.add.setVisible(has_studies)
        for button in (self.add, self.delete, self.export):
            button.setEnabled(self._template() is not None)

    def _say(self, text: str) -> None:
        self.note.setText(text)

    # -- what a person asks for

    def _on_save_requested(self) -> None:
        name, contents = self.name.text().strip(), self._page.studies.template()
        if not self.save.isEnabled():
            return
        was_there = name in self._book.templates
        if self._book.save_template(name, contents):
            n = count_text(len(contents["indicators"]), "indicator")
            self._say(f"{name} {'now has' if was_there else 'is saved with'} {n}")
            self.name.clear()

    def _on_replace_requested(self) -> None:
        self._apply(replaces=True)

    def _on_add_requested(self) -> None:
        self._apply(replaces=False)

    def _apply(self, *, replaces: bool) -> None:
        template = self._template()
        if template is not None:
            self._page.studies.apply(template.contents, replaces=replaces)
            self._say(f"{template.name} is applied; Ctrl+Z takes it back")

    def _on_delete_requested(self) -> None:
        name = self._selected
        self._book.delete_template(name)
        self._say(f"{name} is deleted")

    def _on_export_requested(self) -> None:
        template = self._template()
        if template is None:
            return
        dialog = QFileDialog(self, "Export a template", f"{template.name}.json", _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(self.write_path)
        dialog.open()

    def _on_import_requested(self) -> None:
        dialog = QFileDialog(self, "Import a template", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.read_path)
        dialog.open()

    def write_path(self, path: str) -> None:
        """Write the selected template into a file."""
        template, file = self._template(), Path(path)
        if template is None:
            return
        try:
            file.write_bytes(write_template_file(template))
        except OSError as error:
            self._say(f"{file.name} cannot be written: {error.strerror or error}.")
        else:
            self._say(f"{template.name} is written into {file.name}")

    def read_path(self, path: str) -> None:
        """Store the template of a file, under a free name."""
        file = Path(path)
        try:
            with file.open("rb") as stream:
                template = read_template_file(stream.read(MAX_FILE_BYTES + 1))
        except OSError as error:
            self._say(f"{file.name} cannot be read: {error.strerror or error}.")
        except DocumentError as error:
            self._say(f"{file.name}: {error}")
        else:
            name = self._book.free_name(template.name)
            if self._book.save_template(name, template.contents):
                self._say(f"{name} is imported")


def _short(indicator_id: str) -> str:
    """Return the short title of an indicator; an own one, whose file may not be allowed now, has its id."""
    return LOOKS[indicator_id].short if indicator_id in LOOKS else indicator_id


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Return widgets side by side; ``None`` takes the room that is left."""
    row = QHBoxLayout()
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return row

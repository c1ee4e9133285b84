"""Own indicators in the window: files that wait to be allowed, and the dialog in which a person reads one first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from candledesk.cache.own_messages import OwnState
from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.indicators.studies import make_study
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.api import OwnIndicatorsApi
    from candledesk.cache.own_messages import OwnFile
    from candledesk.indicators.studies import Study
    from candledesk.ui.shell.chart_page import ChartPage

_SIZE = (720, 560)
_MOST_ROWS = 3
_STATES = {OwnState.NEW: "is a new file of an own indicator", OwnState.CHANGED: "has changed since you allowed it"}
_WARNING = (
    "It runs in a process of its own with limits of time and memory, but with your rights: allow only what you have "
    "read. You are asked again when the file changes."
)


class OwnFilesStrip(QWidget):
    """Lists the files that are not allowed as they are, each with a button; hidden while there is none."""

    changed = Signal()
    """The files were listed, or one was allowed: other indicators may be declared now."""

    def __init__(self, own: OwnIndicatorsApi, pages: Iterable[ChartPage]) -> None:
        """List the files; ``pages``: whose charts use a file anew when it is allowed."""
        super().__init__()
        self._own, self._pages = own, tuple(pages)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._tasks = WidgetTasks(self, lambda _text: None)  # a folder that cannot be read has no files
        self.buttons: dict[str, QPushButton] = {}
        self.hide()
        self._tasks.start(self._list())

    async def _list(self) -> None:
        self._show(await result_of(self._own.list_files()))

    def _show(self, files: list[OwnFile]) -> None:
        while (item := self._box.takeAt(0)) is not None:
            row = item.widget()
            if row is not None:
                row.deleteLater()
        self.buttons = {}
        waiting = [one for one in files if one.state is not OwnState.ALLOWED]
        for one in waiting[:_MOST_ROWS]:
            self._box.addWidget(self._row(one))
        if len(waiting) > _MOST_ROWS:
            self._box.addWidget(PlainLabel(f"and {len(waiting) - _MOST_ROWS} more"))
        self.setVisible(bool(waiting))
        self.changed.emit()

    def _row(self, one: OwnFile) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(PlainLabel(f"{one.name} {_STATES[one.state]}."), 1)
        button = QPushButton("Read and allow…")
        button.setAutoDefault(False)
        button.setAccessibleName(f"Read and allow {one.name}")
        button.clicked.connect(lambda: self._open(one))  # ends with the button
        self.buttons[one.name] = button
        line.addWidget(button)
        return row

    def _open(self, one: OwnFile) -> None:
        dialog = AllowDialog(self._own, one, self.window())
        dialog.accepted.connect(self._on_allowed)
        dialog.open()

    def _on_allowed(self) -> None:
        for page in self._pages:
            use_new_versions(page)
        self._tasks.start(self._list())


def use_new_versions(page: ChartPage) -> None:
    """Let the own indicators of a chart be those that are allowed now."""
    for one in page.model.scene.studies:
        study = _newest(one.study)
        if study != one.study:
            page.studies.preview(replace(one, study=study))


def _newest(study: Study) -> Study:
    """Return a study as its indicator is declared now, with the parameters that it still has."""
    if not study.version:
        return study
    try:
        fresh = make_study(study.id)
    except CandleDeskError:  # it is no longer allowed
        return study
    try:
        names = {row.name for row in fresh.indicator.params}
        given = {name: value for name, value in study.params.items if name in names}
        return make_study(study.id, given)
    except InputError:
        return fresh


class AllowDialog(QDialog):
    """Shows one file as it is; ``accepted`` once it is allowed. Opened with ``open``."""

    def __init__(self, own: OwnIndicatorsApi, one: OwnFile, parent: QWidget) -> None:
        """Show ``one``."""
        super().__init__(parent)
        self._own, self._one = own, one
        self._tasks = WidgetTasks(self, self._on_refused)
        self.setWindowTitle("Allow an own indicator")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        title = PlainLabel(one.name)
        title.setFont(chart_font(15, is_bold=True))
        where = PlainLabel(f"{one.path}\nSHA-256 {one.sha256}")
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        where.setWordWrap(True)
        self.text = QPlainTextEdit(one.text)
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(f"Text of {one.name}")
        warning = PlainLabel(_WARNING)
        warning.setWordWrap(True)
        self.note = PlainLabel()
        self.note.setObjectName("refused")
        self.note.setWordWrap(True)
        self.note.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.allow_button = self.buttons.addButton("Allow", QDialogButtonBox.ButtonRole.ActionRole)
        self.allow_button.setAutoDefault(False)
        self.allow_button.clicked.connect(self._allow)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        for widget in (title, where, self.text, warning, self.note, self.buttons):
            box.addWidget(widget)
        box.setStretchFactor(self.text, 1)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setFocus()

    def _allow(self) -> None:
        self.allow_button.setEnabled(False)
        self._tasks.start(self._wait())

    async def _wait(self) -> None:
        await result_of(self._own.allow(self._one.name, self._one.sha256))
        self.accept()

    def _on_refused(self, text: str) -> None:
        self.note.setText(text)
        self.note.show()
        self.allow_button.setEnabled(True)

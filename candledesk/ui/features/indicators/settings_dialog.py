"""The settings of one indicator, seen in the chart at once; Esc takes them back, OK is one undo step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from candledesk.domain.errors import InputError, UnknownIndicatorError
from candledesk.domain.interval import INTERVAL_KINDS
from candledesk.ui.features.indicators.inputs_page import InputsPage
from candledesk.ui.features.indicators.style_page import StylePage
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.setting_pages.interval_kinds_page import IntervalKindsPage
from candledesk.ui.setting_pages.scrolled import scrolled
from candledesk.ui.setting_pages.settings_buttons import SettingsButtons

if TYPE_CHECKING:
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.features.indicators.book import IndicatorBook
    from candledesk.ui.shell.chart_page import ChartPage

_WIDTH, _MOST_HEIGHT = 440, 460
_SAVED = "New indicators of this kind begin like this"


class SettingsDialog(QDialog):
    """Changes one indicator; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, page: ChartPage, one: ChartStudy, book: IndicatorBook, parent: QWidget) -> None:
        """Show the settings of ``one``, an indicator of the chart of ``page``."""
        super().__init__(parent)
        self._page, self._one, self._book = page, one, book
        self._before = page.model.arrangement()
        self.setWindowTitle(one.study.indicator.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.inputs = InputsPage(one, page.model.scene.studies)
        self.style_page = StylePage(one)
        self.visibility = IntervalKindsPage([kind for kind in INTERVAL_KINDS if kind not in one.hidden_on])
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for title, part in (("Inputs", self.inputs), ("Style", self.style_page), ("Visibility", self.visibility)):
            self.tabs.addTab(scrolled(part), title)
            part.changed.connect(self._on_changed)
        if not self.inputs.editors:
            self.tabs.setCurrentIndex(1)
        self.note = PlainLabel()
        self.note.setObjectName("refused")
        self.note.setWordWrap(True)
        self.note.hide()
        self.saved = PlainLabel(_SAVED)
        self.saved.hide()
        self.buttons = self._make_buttons()
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 12, 16, 14)
        box.setSpacing(12)
        for widget in (self.tabs, self.note, self.saved, self.buttons):
            box.addWidget(widget)
        self.resize(_WIDTH, min(_MOST_HEIGHT, self.sizeHint().height()))

    def _make_buttons(self) -> SettingsButtons:
        buttons = SettingsButtons("Inputs and style as CandleDesk has them", _SAVED)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.defaults.clicked.connect(self._on_defaults_requested)
        buttons.save_default.clicked.connect(self._on_save_requested)
        return buttons

    def _on_changed(self) -> None:
        try:
            one = self.inputs.apply(self._one)
        except (InputError, UnknownIndicatorError) as error:  # or its file is no longer allowed
            self._say(str(error))
            return
        self._say("")
        self._one = replace(self.style_page.apply(one), hidden_on=self.visibility.hidden())
        self._page.studies.preview(self._one)

    def _say(self, text: str) -> None:
        self.saved.hide()
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _on_defaults_requested(self) -> None:
        """Set inputs, style and visibility to what a new indicator has without a default of the person's."""
        self.inputs.reset(self._one)
        self.style_page.reset()
        self.visibility.reset()
        self._on_changed()

    def _on_save_requested(self) -> None:
        try:
            self._book.save_default(self._one)
        except UnknownIndicatorError as error:
            self._say(str(error))
            return
        self._say("")
        self.saved.show()

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

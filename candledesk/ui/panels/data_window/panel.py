"""The data window as a panel: follows the crosshair of the active chart and copies its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from candledesk.ui.panels.data_window.provenance_reader import ProvenanceReader
from candledesk.ui.panels.data_window.rows import DataPoint, as_tsv, row_span, rows_of
from candledesk.ui.panels.data_window.table import DataTable
from candledesk.ui.panels.data_window.table_model import DataModel
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

    from candledesk.cache.api import CacheApi
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.theme.themes import Theme

_UPDATE_MS = 33  # thirty times a second: more cannot be read, and frames of the chart have priority


class DataWindow(QDockWidget):
    """Shows the values of the bar under the crosshair, else of the latest bar. ``copied``: they are on the clipboard.

    ``left``: the keyboard goes back to the chart. While it is hidden it does nothing.
    """

    copied = Signal()
    left = Signal()

    def __init__(
        self, cache: CacheApi, bridge: Bridge, charts: ChartController, theme: Theme, parent: QWidget | None = None
    ) -> None:
        """Follow ``charts``."""
        super().__init__("Data window", parent)
        self.setObjectName("data_window")
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self._charts = charts
        self._provenance = ProvenanceReader(cache, bridge, self)
        self.model = DataModel(theme, self)
        self.table = DataTable(self.model)
        self.empty = PlainLabel("No bar to show yet")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setEnabled(False)
        self.pages = QStackedWidget()
        self.copy_button = QToolButton()
        self.n_updates = 0
        self._timer = single_shot_timer(self, _UPDATE_MS, self._update)
        self._build()
        charts.chart_added.connect(self._on_chart_added)
        charts.front_changed.connect(self._update_soon)
        self._provenance.arrived.connect(self._update_soon)
        for page in charts.pages():
            self._on_chart_added(page)

    def _build(self) -> None:
        self.copy_button.setText("Copy")
        self.copy_button.setToolTip("Copy all values for a spreadsheet (Ctrl+C)")
        self.copy_button.clicked.connect(self.copy)
        action = QAction("Copy all values", self.table)
        action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self.copy)
        self.table.addAction(action)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.empty)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 4, 8, 4)
        foot.addStretch(1)
        foot.addWidget(self.copy_button)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.pages, 1)
        column.addLayout(foot)
        self.setWidget(body)
        self.setFocusProxy(self.table)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.model.theme = theme
        self.table.viewport().update()

    def copy(self) -> None:
        """Copy all values as lines of tab-separated cells."""
        self._update()
        if self.model.rows:
            QGuiApplication.clipboard().setText(as_tsv(self.model.rows))
            self.copied.emit()

    # -- following

    def _on_chart_added(self, page: ChartPage) -> None:
        page.model.changed.connect(self._update_soon)
        page.view.pointer_moved.connect(self._update_soon)

    def _update_soon(self, _at: object = None) -> None:
        if not self._timer.isActive() and self.isVisible():
            self._timer.start()

    def _update(self) -> None:
        self._timer.stop()
        page = self._charts.page
        n_rows = 0 if page is None else len(page.model.series.bars)
        self.pages.setCurrentWidget(self.table if n_rows else self.empty)
        if page is None or not n_rows:
            self.model.show_rows(())
            self._provenance.stop()
            return
        self.n_updates += 1
        model, crosshair = page.model, page.view.point
        row = n_rows - 1 if crosshair is None else min(crosshair.row, n_rows - 1)
        known = self._provenance.ask(row_span(model.series, row))
        self.model.show_rows(rows_of(DataPoint(model.scene, model.frame(), row, page.view.theme, known)))
        self.table.fit_texts()

    # -- Qt events

    def showEvent(self, event: QShowEvent) -> None:
        """Show the values of now."""
        super().showEvent(event)
        self._update()

    def hideEvent(self, event: QHideEvent) -> None:
        """Follow nothing while hidden."""
        super().hideEvent(event)
        self._timer.stop()
        self._provenance.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chart on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

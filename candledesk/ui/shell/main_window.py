"""The window: charts in tabs, and the menus, toolbar, panels and status bar that are rendered from features."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow

from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.chart.paint.snapshot import SOURCE
from candledesk.ui.shell.actions import ActionRow, ActionTable
from candledesk.ui.shell.chart_controller import ChartController
from candledesk.ui.shell.feature import WindowContext
from candledesk.ui.shell.option_store import OptionStore
from candledesk.ui.shell.status_bar import StatusBar
from candledesk.ui.shell.toolbar import ToolBar
from candledesk.ui.theme.choice import ThemeChoice
from candledesk.ui.theme.themes import apply_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent

    from candledesk.cache.api import CacheApi
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.shell.feature import Feature, FeatureFactory, Panel

SETTINGS_FILE = "window.ini"
_STATE_VERSION = 1
_SIZE = 1280, 800
_AFTER_OTHERS = 1  # the place of the rows that show panels, within their menus


class MainWindow(QMainWindow):
    """The desktop window. ``on_closed`` is called once, after the window is hidden."""

    def __init__(
        self,
        cache: CacheApi,
        bridge: Bridge,
        *,
        home: Path,
        features: Iterable[FeatureFactory],
        theme: str = "",
        source: str = SOURCE,
        open_browser: Callable[[], None] | None = None,
        on_closed: Callable[[], None] | None = None,
    ) -> None:
        """Build everything; ``charts.open_charts`` brings the first charts.

        ``theme``: the option, empty when not given; ``source``: where the data are from, for pictures.
        """
        super().__init__()
        self._on_closed = on_closed
        self._settings = QSettings(str(home / SETTINGS_FILE), QSettings.Format.IniFormat)
        self.theme_choice = ThemeChoice(self._settings, theme, self)
        self._apply_theme()  # first: a widget that exists already keeps its smaller font
        self.theme_choice.changed.connect(self._apply_theme)
        self.options = OptionStore(ChartOptions, self._settings, "chart", "Charts", self)
        self.charts = ChartController(
            cache,
            bridge,
            settings=self._settings,
            options=self.options,
            theme_choice=self.theme_choice,
            parent=self,
        )
        self.setCentralWidget(self.charts.tabs)
        self.status = StatusBar(cache.limiter_state())
        self.setStatusBar(self.status)
        self.table = ActionTable(self)
        context = WindowContext(
            self, cache, bridge, home, source, self.charts, self.options, self.theme_choice, self.table, self.status,
            open_browser,
        )  # fmt: skip
        for create in features:
            context.features.append(create(context))
        self._render(context.features)
        self._restore()
        self._connect()
        self.charts.add_chart()
        self.charts.tabs.keep(self._settings)

    # -- building

    def _render(self, features: list[Feature]) -> None:
        rows = [row for feature in features for row in feature.actions]
        rows += [self._add_panel(feature.panel) for feature in features if feature.panel is not None]
        self.table.build(rows, [key for feature in features for key in feature.keys])
        self.toolbar = ToolBar(self.table, [feature.toolbar for feature in features if feature.toolbar is not None])
        self.addToolBar(self.toolbar)
        for feature in features:
            for widget in feature.status:
                self.status.addPermanentWidget(widget)

    def _add_panel(self, panel: Panel) -> ActionRow:
        """Add a panel, hidden; return the row that shows and hides it."""
        self.addDockWidget(panel.area, panel.dock)
        panel.dock.hide()
        panel.dock.visibilityChanged.connect(self._on_state_changed)
        return ActionRow(
            panel.id,
            panel.menu,
            panel.dock.windowTitle(),
            panel.shortcuts,
            partial(self._toggle_panel, panel),
            is_checked=partial(panel.dock.isVisibleTo, self),
            place=_AFTER_OTHERS,
            is_in_toolbar=True,
        )

    def _connect(self) -> None:
        self.charts.front_changed.connect(self._on_state_changed)
        self.charts.series_changed.connect(self._on_series_changed)
        self.charts.waiting_changed.connect(self.status.show_waiting)
        self.charts.last_closed.connect(self.close)
        self.options.changed.connect(self._on_state_changed)

    def _toggle_panel(self, panel: Panel) -> None:
        """Show a panel and give it the keyboard, or hide it."""
        panel.dock.setVisible(not panel.dock.isVisibleTo(self))
        if panel.dock.isVisibleTo(self):
            panel.dock.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.charts.focus()

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self.theme_choice.theme)

    # -- slots

    def _on_state_changed(self) -> None:
        self.table.refresh()

    def _on_series_changed(self) -> None:
        title = self.charts.page.title() if self.charts.page is not None else ""
        self.setWindowTitle(f"{title} — CandleDesk" if title else "CandleDesk")

    # -- state and end

    def _restore(self) -> None:
        geometry, state = self._settings.value("geometry"), self._settings.value("state")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(*_SIZE)
        if state is not None:
            self.restoreState(state, _STATE_VERSION)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the state, hide at once, then start the shutdown of the application."""
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("state", self.saveState(_STATE_VERSION))
        self.charts.close_feeds()
        self._settings.sync()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self.hide()
        event.accept()
        if self._on_closed is not None:
            QTimer.singleShot(0, self._on_closed)
            self._on_closed = None

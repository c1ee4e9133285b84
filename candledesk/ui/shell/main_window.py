"""The window: charts in tabs, and the menus, toolbar, panels and status bar that are rendered from features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow

from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.declared_options import option_values
from candledesk.ui.shell.actions import ActionTable
from candledesk.ui.shell.bars.panel_area import PanelArea
from candledesk.ui.shell.bars.top_bar import MENU_KEYS
from candledesk.ui.shell.bars.window_bars import WindowBars
from candledesk.ui.shell.chart_controller import ChartController
from candledesk.ui.shell.feature import DataOrigin, WindowContext
from candledesk.ui.shell.layout_autosave import LayoutAutosave
from candledesk.ui.shell.option_store import OptionStore
from candledesk.ui.shell.requests import WindowRequests
from candledesk.ui.shell.status_bar import StatusBar
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.theme.choice import ThemeChoice
from candledesk.ui.theme.style_sheet import apply_theme
from candledesk.ui.workspace_bridge import WorkspaceBridge
from candledesk.workspace.window_layout import WindowLayout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QMoveEvent, QResizeEvent

    from candledesk.cache.api import CacheApi
    from candledesk.domain.interval import Interval
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.shell.feature import Feature, FeatureFactory
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.layouts import AutosavedLayout

SETTINGS_FILE = "window.ini"
_STATE_VERSION = 2  # 1 had one toolbar
_STATE_MS = 1_000  # changes of the window's place and panels within it are stored once
_SIZE = 1280, 800
_DECORATION = 8, 48  # what a desktop's frame and title may take of the screen


class MainWindow(QMainWindow):
    """The desktop window. ``on_closed`` is called once, after the window is hidden."""

    def __init__(  # noqa: PLR0913 - each is one thing that a window needs
        self,
        cache: CacheApi,
        bridge: Bridge,
        *,
        home: Path,
        features: Iterable[FeatureFactory],
        theme: str = "",
        origin: DataOrigin | None = None,
        layout: AutosavedLayout | None = None,
        workspace: SubscribedWorkspace | None = None,
        open_browser: Callable[[], None] | None = None,
        on_closed: Callable[[], None] | None = None,
    ) -> None:
        """Build everything; ``open_charts`` brings the first charts.

        ``theme``: the option, empty when not given; ``layout``: where the charts are stored, ``workspace``: where
        watchlists and named layouts are, ``None`` for nowhere.
        """
        super().__init__()
        self._on_closed = on_closed
        self._state_timer = single_shot_timer(self, _STATE_MS, self._save_state)
        self._settings = QSettings(str(home / SETTINGS_FILE), QSettings.Format.IniFormat)
        self.theme_choice = ThemeChoice(self._settings, theme, self)
        self._apply_theme()  # first: a widget that exists already keeps its smaller font
        self.theme_choice.changed.connect(self._on_theme_changed)
        self.autosave = LayoutAutosave(layout, self._settings, self)
        self.options = OptionStore(ChartOptions, "Charts", self.autosave.layout.options, self)
        self.charts = ChartController(
            cache,
            bridge,
            options=self.options,
            theme_choice=self.theme_choice,
            parent=self,
        )
        self.setCentralWidget(self.charts.tabs)
        self.status = StatusBar(cache.limiter_state())
        self.setStatusBar(self.status)
        self.table = ActionTable(self)
        self._requests = WindowRequests(self)
        self.panels = PanelArea(self, self._settings)
        self._workspace_bridge = WorkspaceBridge(workspace, self) if workspace is not None else None
        context = WindowContext(
            self, cache, bridge, home, origin or DataOrigin(), self.charts, self.options, self.theme_choice,
            self.table, self.status, self._requests, self._settings, workspace, self._workspace_bridge,
            open_browser,
        )  # fmt: skip
        self.features = context.features
        for create in features:
            feature = create(context)
            self.features[feature.id] = feature
        self._render(list(self.features.values()))
        self._restore()
        self._connect()
        self.charts.add_chart()

    def open_charts(self, symbols: Iterable[str], interval: Interval) -> None:
        """Show the charts of the last time, and then one per symbol; store the layout from now on."""
        self.charts.open_layouts(self.autosave.layout, symbols, interval)
        self.autosave.start(self._collect_layout)

    def finish_start(self) -> None:
        """Do what the first picture of the window does not need."""
        for feature in self.features.values():
            if feature.after_start is not None:
                feature.after_start()
        self.table.refresh()

    # -- building

    def _render(self, features: list[Feature]) -> None:
        rows = [row for feature in features for row in feature.actions]
        rows += [self.panels.add(feature.panel) for feature in features if feature.panel is not None]
        self.table.build(rows, [*MENU_KEYS, *(key for feature in features for key in feature.keys)])
        self.bars = WindowBars(self, self.table, features, self.panels.panels, self.theme_choice.theme)
        for feature in features:
            for widget in feature.status:
                self.status.addPermanentWidget(widget)

    def _connect(self) -> None:
        self.charts.front_changed.connect(self._on_state_changed)
        self.panels.changed.connect(self._on_state_changed)
        self.panels.changed.connect(self._state_timer.start)
        self.panels.left.connect(self.charts.focus)
        self.charts.series_changed.connect(self._on_series_changed)
        self.charts.waiting_changed.connect(self.status.show_waiting)
        self.charts.last_closed.connect(self.close)
        self.charts.arranged.connect(self.autosave.save_soon)
        self.charts.moved.connect(self.autosave.save_view_soon)
        self.charts.type_changed.connect(self._on_state_changed)
        self.charts.type_changed.connect(self.autosave.save_soon)
        self.charts.command_done.connect(self.autosave.save_soon)
        self.options.changed.connect(self._on_state_changed)
        self.options.changed.connect(self.autosave.save_soon)
        self.autosave.failed.connect(self.status.show_notice)

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self.theme_choice.theme)

    def _on_theme_changed(self) -> None:
        self._apply_theme()
        self.bars.set_theme(self.theme_choice.theme)

    # -- slots

    def _on_state_changed(self) -> None:
        self.table.refresh()

    def _on_series_changed(self) -> None:
        title = self.charts.page.title() if self.charts.page is not None else ""
        self.setWindowTitle(f"{title} — CandleDesk" if title else "CandleDesk")

    # -- state and end

    def _collect_layout(self) -> WindowLayout:
        tabs = self.charts.tabs
        layouts = tuple(grid.layout_document() for grid in tabs.grids())
        return WindowLayout(layouts, max(0, tabs.currentIndex()), option_values(self.options.value))

    def _restore(self) -> None:
        geometry, state = self._settings.value("geometry"), self._settings.value("state")
        if geometry is None or not self.restoreGeometry(geometry):
            room = self.screen().availableSize()
            self.resize(
                *(
                    min(side, least - frame)
                    for side, least, frame in zip(_SIZE, (room.width(), room.height()), _DECORATION, strict=True)
                )
            )
        if state is not None:
            self.panels.prepare_restoring()
            self.restoreState(state, _STATE_VERSION)
        self.panels.finish_restoring()

    def _save_state(self) -> None:
        """Store where the window and its panels are: now, as a process may be killed at any time."""
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("state", self.saveState(_STATE_VERSION))
        self.panels.save()
        self._settings.sync()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Store the size soon."""
        super().resizeEvent(event)
        self._state_timer.start()

    def moveEvent(self, event: QMoveEvent) -> None:
        """Store the place soon."""
        super().moveEvent(event)
        self._state_timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the state, hide at once, then start the shutdown of the application."""
        self._state_timer.stop()
        self._save_state()
        self.autosave.finish()
        self._requests.closing.emit()
        self.charts.close_feeds()
        if self._workspace_bridge is not None:
            self._workspace_bridge.close()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self.hide()
        event.accept()
        if self._on_closed is not None:
            QTimer.singleShot(0, self._on_closed)
            self._on_closed = None

"""The window: menus, toolbar, charts in tabs, job panel, status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QMainWindow,
)

from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import INTERVALS, Interval
from candledesk.ui.chart.core.options import option_values
from candledesk.ui.chart.paint.snapshot import SOURCE, shot_of
from candledesk.ui.panels.jobs.backfill_form import BackfillForm
from candledesk.ui.panels.jobs.panel import JobsPanel
from candledesk.ui.shell.actions import ActionTable
from candledesk.ui.shell.archive_controller import ArchiveController
from candledesk.ui.shell.chart_actions import menu_at
from candledesk.ui.shell.chart_page import ChartPage
from candledesk.ui.shell.chart_tabs import ChartTabs
from candledesk.ui.shell.layout_autosave import LayoutAutosave
from candledesk.ui.shell.option_store import OptionStore
from candledesk.ui.shell.options_dialog import OptionsDialog
from candledesk.ui.shell.picture_dialog import PictureDialog, copy_picture
from candledesk.ui.shell.shortcut_sheet import ShortcutSheet
from candledesk.ui.shell.status_bar import StatusBar
from candledesk.ui.shell.window_actions import WindowToolBar, window_rows
from candledesk.ui.symbol_entry import IntervalPopup, SymbolEntry
from candledesk.ui.theme.choice import ThemeChoice
from candledesk.ui.theme.themes import apply_theme
from candledesk.workspace.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future
    from pathlib import Path

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QCloseEvent

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import Job, WindowRequested
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.paint.snapshot import Shot
    from candledesk.ui.chart.widget.chart_view import ChartView
    from candledesk.workspace.layouts import AutosavedLayout

SETTINGS_FILE = "window.ini"
_STATE_VERSION = 1


class MainWindow(QMainWindow):
    """The desktop door. ``on_closed`` is called once, after the window is hidden."""

    def __init__(
        self,
        cache: CacheApi,
        bridge: Bridge,
        *,
        home: Path,
        theme: str = "",
        source: str = SOURCE,
        layout: AutosavedLayout | None = None,
        open_browser: Callable[[], None] | None = None,
        on_closed: Callable[[], None] | None = None,
    ) -> None:
        """Build everything; ``open_chart`` brings the first chart.

        ``theme``: the option, empty when not given; ``source``: where the data are from, for pictures; ``layout``:
        where the charts are kept, ``None`` for nowhere.
        """
        super().__init__()
        self._cache, self._bridge = cache, bridge
        self._open_browser, self._on_closed = open_browser, on_closed
        self.home, self.source = home, source
        self._settings = QSettings(str(home / SETTINGS_FILE), QSettings.Format.IniFormat)
        self.theme_choice = ThemeChoice(self._settings, theme, self)
        self._apply_application_theme()  # first: a widget that is there already keeps its smaller font
        self.autosave = LayoutAutosave(layout, bridge, self._settings, self)
        self.options = OptionStore(self.autosave.layout.options, self)
        self.options.changed.connect(self._on_options_changed)
        self._n_views = 0
        self.tabs = ChartTabs()
        self.setCentralWidget(self.tabs)
        self.symbol_entry = SymbolEntry(cache, bridge)
        self.interval_popup = IntervalPopup(self.tabs)
        self.status = StatusBar(cache.limiter_state())
        self.setStatusBar(self.status)
        self.jobs_panel = JobsPanel(cache, bridge, self)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.jobs_panel)
        self.jobs_panel.hide()
        self.archive_controller = ArchiveController(cache, bridge, lambda: self.target, self)
        self.table = ActionTable(self, window_rows(self))
        self.toolbar = WindowToolBar(self, self.symbol_entry, self.table, self.set_interval)
        self.addToolBar(self.toolbar)
        self._connect()
        self._restore()
        self.add_chart()

    # -- building

    def _connect(self) -> None:
        self.theme_choice.changed.connect(self._apply_theme)
        self.symbol_entry.symbol_entered.connect(self._on_symbol_entered)
        self.symbol_entry.left.connect(self._focus_chart)
        self.interval_popup.interval_entered.connect(self.set_interval)
        self.interval_popup.symbol_entered.connect(self._on_symbol_entered)
        self.interval_popup.left.connect(self._focus_chart)
        self.tabs.currentChanged.connect(self._on_page_changed)
        self.tabs.close_requested.connect(self._close_page)
        self.tabs.stepped.connect(self._focus_chart)
        self.tabs.arranged.connect(self.autosave.save_soon)
        self.options.changed.connect(self.autosave.save_soon)
        self.autosave.failed.connect(self.status.show_notice)
        self.jobs_panel.live_changed.connect(self.status.show_live)
        self.jobs_panel.failed.connect(self._show_notice)
        self.jobs_panel.left.connect(self._focus_chart)
        self.jobs_panel.backfill_requested.connect(self.new_backfill)
        self.jobs_panel.visibilityChanged.connect(self._on_jobs_visibility_changed)
        self.archive_controller.failed.connect(self._show_notice)
        self.archive_controller.changed.connect(self._on_archive_changed)
        self._bridge.limiter_changed.connect(self.status.show_limiter)
        self._bridge.fault_raised.connect(self.status.show_fault)
        self._bridge.symbol_reused.connect(self.status.show_notice)
        self._bridge.window_requested.connect(self._on_window_requested)

    # -- charts

    @property
    def page(self) -> ChartPage | None:
        """The chart in front."""
        page = self.tabs.currentWidget()
        return page if isinstance(page, ChartPage) else None

    @property
    def target(self) -> tuple[str, Interval] | None:
        """The series of the chart in front."""
        return self.page.target if self.page is not None else None

    def current_view(self) -> ChartView | None:
        """Return the drawing of the chart in front."""
        page = self.page
        return page.view if page is not None else None

    def add_chart(self) -> ChartPage:
        """Add an empty chart and bring it to the front."""
        self._n_views += 1
        page = ChartPage(self._cache, self._bridge, self._n_views, self.theme_choice.theme)
        page.model.set_options(self.options.value)
        page.view.typed.connect(self._on_typed)
        page.view.customContextMenuRequested.connect(self._on_menu_requested)
        page.opened.connect(self._on_page_changed)
        page.changed.connect(self._on_series_changed)
        page.waiting_changed.connect(self.status.show_waiting)
        page.feed.failed.connect(self._on_page_changed)
        self.tabs.add_page(page)
        return page

    def open_chart(self, symbol: str, interval: Interval) -> None:
        """Show a series in the chart in front; words when the symbol cannot be one."""
        page = self.page or self.add_chart()
        try:
            page.feed.open(parse_symbol(symbol), interval)
            page.feed.show_loading()
        except InputError as error:
            page.show_toast(str(error))
        self.table.refresh()

    def open_charts(self, symbols: Iterable[str], interval: Interval) -> None:
        """Show the charts of the last time, and then one per symbol, the first of them in front."""
        front = self.autosave.layout.front
        for at, series in enumerate(self.autosave.layout.charts):
            if at:
                self.add_chart()
            self.open_chart(*series)
        for at, symbol in enumerate(symbols):
            self.show_series(symbol, interval)
            front = front if at else self.tabs.currentIndex()
        self.tabs.setCurrentIndex(front)
        self.autosave.start(self._collect_layout)

    def show_series(self, symbol: str, interval: Interval) -> None:
        """Go to the chart that shows a series, else open it in a chart of its own: no other chart is lost."""
        for page in self.tabs.pages():
            if page.target in {(symbol, interval), None}:
                self.tabs.setCurrentWidget(page)
                break
        else:
            self.add_chart()
        if self.target != (symbol, interval):
            self.open_chart(symbol, interval)
        self._focus_chart()

    def bring_to_front(self) -> None:
        """Show the window before all others; where the desktop forbids that, its entry asks for attention."""
        self.setWindowState((self.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    def new_chart(self) -> None:
        """Add a chart and ask for its symbol."""
        self.add_chart()
        self.focus_symbol()

    def close_chart(self) -> None:
        """Close the chart in front; the last one closes the window."""
        self._close_page(self.page)

    def _close_page(self, page: ChartPage | None) -> None:
        if self.tabs.count() <= 1 or page is None:
            self.close()
            return
        page.close_feed()
        self.tabs.removeTab(self.tabs.indexOf(page))
        page.deleteLater()
        self._focus_chart()

    def set_interval(self, interval: Interval, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        """Show the same symbol in another interval."""
        if self.target is not None:
            self.open_chart(self.target[0], interval)
        self._show_interval()
        self._focus_chart()

    # -- actions

    def focus_symbol(self) -> None:
        """Go to the symbol entry."""
        self.symbol_entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.symbol_entry.selectAll()

    def refresh_bars(self) -> None:
        """Fetch the latest bars of the chart in front."""
        if self.target is not None:
            self._bridge.deliver(self._cache.start_update([self.target]), self._on_job_started)
        if self.page is not None:
            self.page.feed.try_again()

    def backfill(self) -> None:
        """Fetch the whole history of the chart in front, and show the panel in which it can be followed."""
        if self.target is not None:
            symbol, interval = self.target
            self.jobs_panel.show()
            self._bridge.deliver(self._cache.start_backfill(symbol, interval, None), self._on_job_started)

    def new_backfill(self) -> None:
        """Ask what to backfill, beginning with the chart in front."""
        form = BackfillForm(self._cache, self._bridge, self, self.target)
        form.asked.connect(self.jobs_panel.follow_start)
        form.started.connect(self.jobs_panel.show_started)
        form.open()

    def toggle_jobs(self) -> None:
        """Show the job panel and go there, or hide it."""
        self.jobs_panel.setVisible(not self.is_jobs_shown())
        if self.is_jobs_shown():
            self.jobs_panel.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._focus_chart()

    def is_jobs_shown(self) -> bool:
        """Tell whether the job panel is shown."""
        return self.jobs_panel.isVisibleTo(self)

    def has_browser(self) -> bool:
        """Tell whether the web chart can be opened."""
        return self._open_browser is not None

    def open_in_browser(self) -> None:
        """Open the web chart of the same cache."""
        if self._open_browser is not None:
            self._open_browser()

    def is_dark(self) -> bool:
        """Tell which theme is worn."""
        return self.theme_choice.is_dark

    def toggle_theme(self) -> None:
        """Switch between dark and light."""
        self.theme_choice.toggle()

    def _apply_application_theme(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self.theme_choice.theme)

    def _apply_theme(self) -> None:
        self._apply_application_theme()
        self.jobs_panel.set_theme(self.theme_choice.theme)
        for page in self.tabs.pages():
            page.set_theme(self.theme_choice.theme)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_options(self) -> None:
        """Show the dialog of how charts look."""
        OptionsDialog(self.options, self).open()

    def _on_options_changed(self) -> None:
        for page in self.tabs.pages():
            page.model.set_options(self.options.value)
        self.table.refresh()

    # -- pictures

    def _shot(self) -> Shot | None:
        view = self.current_view()
        if view is None:
            return None
        return shot_of(view.model.scene, self.theme_choice.theme, view.size(), view.devicePixelRatioF(), self.source)

    def save_picture(self) -> None:
        """Ask where a picture of the chart goes."""
        shot = self._shot()
        if shot is not None:
            dialog = PictureDialog(shot, self)
            dialog.saved.connect(self._on_picture_saved)
            dialog.failed.connect(self._show_notice)
            dialog.open()

    def copy_picture(self) -> None:
        """Put a picture of the chart on the clipboard."""
        shot = self._shot()
        if shot is not None:
            copy_picture(shot)
            self._show_notice("The picture is on the clipboard")

    def _on_picture_saved(self, path: str) -> None:
        self._show_notice(f"Saved {path}")

    def show_shortcuts(self) -> None:
        """Show the sheet of all shortcuts."""
        ShortcutSheet(self.table.shortcut_sheet(), self).open()

    # -- slots

    def _on_menu_requested(self, at: QPoint) -> None:
        view = self.current_view()
        if view is not None:
            menu_at(self.table, view.hit_at(at)).popup(view.mapToGlobal(at))

    def _on_typed(self, text: str) -> None:
        if text.isdigit():
            self.interval_popup.begin(text)
        else:
            self.symbol_entry.begin(text)

    def _on_symbol_entered(self, text: str) -> None:
        self.open_chart(text, self.target[1] if self.target else INTERVALS["1d"])
        self._focus_chart()

    def _on_job_started(self, future: Future[Job]) -> None:
        try:
            future.result()
        except CandleDeskError as error:
            self._show_notice(str(error))

    def _on_window_requested(self, wish: WindowRequested) -> None:
        self.bring_to_front()
        if wish.symbol is not None:
            self.show_series(wish.symbol, wish.interval or INTERVALS["1d"])
        elif wish.interval is not None:
            self.set_interval(wish.interval)

    def _show_notice(self, text: str) -> None:
        if self.page is not None:
            self.page.show_toast(text)

    def _on_archive_changed(self) -> None:
        self.status.show_archive(self.archive_controller.words())
        self.table.refresh()

    def _on_page_changed(self) -> None:
        self._cache.set_in_front([self.target] if self.target else [])
        self._on_series_changed()
        self.status.show_archive(self.archive_controller.words())
        self._show_interval()
        self.table.refresh()

    def _on_series_changed(self) -> None:
        self.tabs.show_titles()
        if self.page is None:
            return
        title = self.page.title()
        self.setWindowTitle(f"{title} — CandleDesk" if title else "CandleDesk")
        if not self.symbol_entry.hasFocus():
            self.symbol_entry.show_symbol(self.page.symbol)
        self.status.show_series(self.page.model.series)

    def _show_interval(self) -> None:
        self.toolbar.show_interval(self.target[1] if self.target else INTERVALS["1d"])

    def _on_jobs_visibility_changed(self) -> None:
        self.table.refresh()

    def _focus_chart(self) -> None:
        if self.page is not None:
            self.page.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.symbol_entry.show_symbol(self.page.symbol)

    # -- state and end

    def _collect_layout(self) -> Layout:
        return Layout(*self.tabs.shown_series(), option_values(self.options.value))

    def _restore(self) -> None:
        self.jobs_panel.set_theme(self.theme_choice.theme)
        geometry, state = self._settings.value("geometry"), self._settings.value("state")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1280, 800)
        if state is not None:
            self.restoreState(state, _STATE_VERSION)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save, hide at once, then let the application shut down."""
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("state", self.saveState(_STATE_VERSION))
        self.autosave.finish()
        self._settings.sync()
        for page in self.tabs.pages():
            page.feed.close()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self.hide()
        event.accept()
        if self._on_closed is not None:
            QTimer.singleShot(0, self._on_closed)
            self._on_closed = None

"""The charts of a window: opens, shows and closes them, and knows which one is active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, Interval
from candledesk.ui.chart.widget.chart_view import ChartView
from candledesk.ui.shell.actions import SYMBOL_FIRST
from candledesk.ui.shell.cells.cell_grid import CellGrid
from candledesk.ui.shell.chart_page import ChartPage
from candledesk.ui.shell.chart_tabs import ChartTabs
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.api import CacheApi
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.shell.option_store import OptionStore
    from candledesk.ui.theme.choice import ThemeChoice
    from candledesk.workspace.layout import Layout
    from candledesk.workspace.window_layout import WindowLayout


class ChartController(QObject):
    """The layouts in ``tabs``, their charts, and what is done to the active chart: that of the layout in front.

    ``front_changed``: another chart is active, it opened another series, or one was refused. ``series_changed``:
    a chart shows another series or other bars. ``waiting_changed`` carries what the active chart waits for, empty for
    nothing. ``focused``: the active chart took the keyboard. ``typed`` carries text typed on a chart,
    ``menu_requested`` a place on the active view. ``symbol_requested``: a new chart needs a symbol. ``last_closed``:
    the only layout was asked to close. ``command_done`` carries a command on a chart that can be undone,
    ``chart_closed`` the model of a chart that no longer exists. ``arranged``: layouts or the looks of charts changed;
    ``moved``: the view of a chart did. ``study_settings_requested`` carries the key of an indicator of the active
    chart. ``chart_added`` carries a new chart. ``type_changed``: the type of a chart changed. ``layout_closing``
    carries a layout that a person closes.
    """

    front_changed = Signal()
    series_changed = Signal()
    waiting_changed = Signal(str)
    focused = Signal()
    typed = Signal(str)
    symbol_requested = Signal()
    menu_requested = Signal(QPoint)
    last_closed = Signal()
    command_done = Signal(object)
    chart_added = Signal(object)
    chart_closed = Signal(object)
    arranged = Signal()
    moved = Signal()
    type_changed = Signal()
    study_settings_requested = Signal(str)
    layout_closing = Signal(object)

    def __init__(
        self,
        cache: CacheApi,
        bridge: Bridge,
        *,
        options: OptionStore[ChartOptions],
        theme_choice: ThemeChoice,
        parent: QObject,
    ) -> None:
        """Start without a chart."""
        super().__init__(parent)
        self._cache, self._bridge = cache, bridge
        self._tasks = WidgetTasks(self, self.show_message)
        self._options, self._theme_choice = options, theme_choice
        self._n_views = 0
        self._is_opening = False
        self.tabs = ChartTabs()
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.tabs.close_requested.connect(self._close_grid)
        self.tabs.new_requested.connect(self.new_chart)
        self.tabs.stepped.connect(self.focus)
        self.tabs.arranged.connect(self.arranged)
        options.changed.connect(self._on_options_changed)
        theme_choice.changed.connect(self._on_theme_changed)

    @property
    def page(self) -> ChartPage | None:
        """The active chart."""
        return self.tabs.grid.page if self.tabs.grid is not None else None

    @property
    def grid(self) -> CellGrid | None:
        """The layout in front."""
        return self.tabs.grid

    @property
    def target(self) -> tuple[str, Interval] | None:
        """The series of the chart in front, shown or on its way."""
        return self.page.target if self.page is not None else None

    def has_target(self) -> bool:
        """Return whether the chart in front has a series."""
        return self.target is not None

    def current_view(self) -> ChartView | None:
        """Return the drawing of the chart in front."""
        page = self.page
        return page.view if page is not None else None

    def pages(self) -> list[ChartPage]:
        """Return all charts of the window: those of the cells of all layouts."""
        return self.tabs.pages()

    def visible_pages(self) -> list[ChartPage]:
        """Return the charts that are to be seen, the active one first."""
        return self.tabs.grid.visible_pages() if self.tabs.grid is not None else []

    # -- opening and closing

    def add_chart(self, at: int = -1) -> ChartPage:
        """Add a layout of one empty chart at the end, or in the place ``at`` of the tabs; bring it to the front."""
        grid = CellGrid(self._make_page, self._drop_page, self._theme_choice.theme)
        grid.active_changed.connect(self._on_page_changed)
        grid.arranged.connect(self.tabs.show_titles)
        grid.stepped.connect(self.focus)
        self.tabs.add_grid(grid, at)
        return grid.page

    def _make_page(self) -> ChartPage:
        self._n_views += 1
        page = ChartPage(self._cache, self._bridge, self._n_views, self._theme_choice.theme)
        page.set_options(self._options.value)
        page.feed.set_active(is_active=False)  # until it is seen
        page.view.typed.connect(self.typed)
        page.view.customContextMenuRequested.connect(self.menu_requested)
        page.opened.connect(self._on_page_changed)
        page.changed.connect(self._on_series_changed)
        page.waiting_changed.connect(self._on_waiting_changed)
        page.feed.failed.connect(self._on_page_changed)
        page.type_changed.connect(self.type_changed)
        page.model.command_done.connect(self.command_done)
        page.model.studies_changed.connect(self.arranged)
        page.model.compares_changed.connect(self.arranged)
        page.model.viewport_changed.connect(self.moved)
        page.study_settings_requested.connect(self.study_settings_requested)
        self.chart_added.emit(page)
        return page

    def _drop_page(self, page: ChartPage) -> None:
        page.close_feed()
        self.chart_closed.emit(page.model)

    def new_chart(self) -> None:
        """Add a layout of one empty chart and ask for its symbol."""
        self.add_chart()
        self.symbol_requested.emit()

    def open_chart(self, symbol: str, interval: Interval) -> None:
        """Show a series in the active chart; a message there when ``symbol`` cannot be one."""
        page = self.page or self.add_chart()
        try:
            page.feed.open(parse_charted(symbol), interval)
            page.feed.show_loading()
        except InputError as error:
            page.show_toast(str(error))
        self.front_changed.emit()

    def open_layouts(self, window: WindowLayout, symbols: Iterable[str], interval: Interval) -> None:
        """Show the layouts of the last time, and then a chart per symbol, the first of them in front."""
        front = window.front
        self._is_opening = True  # only what is in front at the end is loaded
        for page in self.pages():
            page.feed.set_active(is_active=False)
        try:
            for at, layout in enumerate(window.layouts):
                if at or self.tabs.grid is None:
                    self.add_chart()
                if self.tabs.grid is not None:
                    self.tabs.grid.restore(layout)
            for at, symbol in enumerate(symbols):
                self.show_series(symbol, interval)
                front = front if at else self.tabs.currentIndex()
            self.tabs.setCurrentIndex(front)
        finally:
            self._is_opening = False
        self._on_page_changed()

    def open_layout(self, layout: Layout, instead: CellGrid | None = None) -> CellGrid:
        """Show a layout in a tab of its own, in the place of ``instead`` where that is given; return it."""
        at = self.tabs.indexOf(instead) if instead is not None else -1
        self._is_opening = True  # an empty chart asks for nothing
        try:
            self.add_chart(at)
            grid = self.tabs.grids()[at]
            grid.restore(layout)
            if instead is not None:
                self._remove_grid(instead)
        finally:
            self._is_opening = False
        self._on_page_changed()
        self.focus()
        return grid

    def show_page(self, page: ChartPage) -> None:
        """Bring the layout of a chart to the front and make the chart the active one."""
        for grid in self.tabs.grids():
            if page in grid.pages():
                self.tabs.setCurrentWidget(grid)
                grid.activate(page)

    def show_series(self, symbol: str, interval: Interval) -> None:
        """Go to the chart that shows a series, else open it in an empty layout or one of its own: no chart is lost."""
        shown = [page for page in self.pages() if page.target == (symbol, interval)]
        empty = [grid.page for grid in self.tabs.grids() if not any(page.target for page in grid.pages())]
        page = next(iter(shown + empty), None)
        if page is None:
            self.add_chart()
        else:
            self.show_page(page)
        if self.target != (symbol, interval):
            self.open_chart(symbol, interval)
        self.focus()

    def enter_symbol(self, text: str) -> None:
        """Show the symbol that a person entered, in the interval of the chart in front."""
        self.open_chart(text, self.target[1] if self.target else INTERVALS["1d"])
        self.focus()

    def set_interval(self, interval: Interval) -> None:
        """Show the same symbol in another interval."""
        if self.target is not None:
            self.open_chart(self.target[0], interval)
        else:
            self.front_changed.emit()  # the buttons of the intervals go back to the previous one
            self.show_message(SYMBOL_FIRST)
        self.focus()

    def close_chart(self) -> None:
        """Close the layout in front; the only one stays, and ``last_closed`` is emitted."""
        self._close_grid(self.tabs.grid)

    def _close_grid(self, grid: CellGrid | None) -> None:
        if self.tabs.count() <= 1 or grid is None:
            self.last_closed.emit()
            return
        self.layout_closing.emit(grid)
        self._remove_grid(grid)
        self.focus()

    def _remove_grid(self, grid: CellGrid) -> None:
        self.tabs.removeTab(self.tabs.indexOf(grid))
        for page in grid.pages():
            self._drop_page(page)
        grid.deleteLater()

    def close_feeds(self) -> None:
        """Stop asking the cache for bars: the window ends."""
        for page in self.tabs.pages():
            page.feed.close()
            page.compare_feed.close()

    # -- the active chart

    def focus(self) -> None:
        """Give the keyboard to the active chart."""
        if self.page is not None:
            self.page.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.focused.emit()

    def show_message(self, text: str) -> None:
        """Show a message over the active chart for a few seconds."""
        if self.page is not None:
            self.page.show_toast(text)

    def update_front(self) -> None:
        """Fetch the latest bars of the charts that are seen."""
        pages = self.visible_pages()
        series = list(dict.fromkeys(page.target for page in pages if page.target is not None))
        if series:
            self._tasks.start(result_of(self._cache.start_update(series)))
        for page in pages:
            page.feed.try_again()

    def set_grid(self, grid: str) -> None:
        """Show the layout in front in another grid (``workspace.grids``); its charts stay."""
        if self.tabs.grid is not None:
            self.tabs.grid.set_grid(grid)
            self.focus()

    def toggle_maximised(self) -> None:
        """Give the active cell all of the room, or show the others again."""
        if self.tabs.grid is not None:
            self.tabs.grid.toggle_maximised()
            self.focus()

    # -- slots

    def _on_tab_changed(self) -> None:
        self._on_page_changed()
        focused = QApplication.focusWidget()
        if self.page is not None and isinstance(focused, ChartView) and self.tabs.isAncestorOf(focused):
            self.focus()  # Qt gives it to the first chart of the tab

    def _on_page_changed(self) -> None:
        if self._is_opening:
            return
        seen = self.visible_pages()
        for page in self.tabs.pages():
            page.feed.set_active(is_active=page in seen)
        self._cache.set_in_front(list(dict.fromkeys(page.target for page in seen if page.target is not None)))
        self._on_series_changed()
        self.waiting_changed.emit(self.page.waiting if self.page is not None else "")
        self.front_changed.emit()

    def _on_waiting_changed(self, text: str) -> None:
        if self.page is not None and self.sender() is self.page:
            self.waiting_changed.emit(text)

    def _on_series_changed(self) -> None:
        self.tabs.show_titles()
        if self.page is not None:
            self.series_changed.emit()

    def _on_options_changed(self) -> None:
        for page in self.tabs.pages():
            page.set_options(self._options.value)

    def _on_theme_changed(self) -> None:
        for grid in self.tabs.grids():
            grid.set_theme(self._theme_choice.theme)

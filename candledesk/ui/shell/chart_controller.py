"""The charts of a window: opens, shows and closes them, and knows which one is in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, Interval
from candledesk.ui.shell.chart_page import ChartPage
from candledesk.ui.shell.chart_tabs import ChartTabs
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.api import CacheApi
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.widget.chart_view import ChartView
    from candledesk.ui.shell.option_store import OptionStore
    from candledesk.ui.theme.choice import ThemeChoice
    from candledesk.workspace.layout import Layout


class ChartController(QObject):
    """The charts in ``tabs`` and what is done to the one in front.

    ``front_changed``: another chart is in front, it opened another series, or one was refused. ``series_changed``:
    a chart shows another series or other bars. ``waiting_changed`` carries what a chart waits for, empty for nothing.
    ``focused``: the chart in front took the keyboard. ``typed`` carries text typed on a chart,
    ``menu_requested`` a place on the view in front. ``symbol_requested``: a new chart needs a symbol. ``last_closed``:
    the only chart was asked to close. ``command_done`` carries a command on a chart that can be undone,
    ``chart_closed`` the model of a chart that no longer exists. ``arranged``: the indicators of a chart changed;
    ``study_settings_requested`` carries the key of one in the chart in front. ``chart_added`` carries a new chart.
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
    study_settings_requested = Signal(str)

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
        self.tabs = ChartTabs()
        self.tabs.currentChanged.connect(self._on_page_changed)
        self.tabs.close_requested.connect(self._close_page)
        self.tabs.stepped.connect(self.focus)
        options.changed.connect(self._on_options_changed)
        theme_choice.changed.connect(self._on_theme_changed)

    @property
    def page(self) -> ChartPage | None:
        """The chart in front."""
        page = self.tabs.currentWidget()
        return page if isinstance(page, ChartPage) else None

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
        """Return all charts of the window."""
        return self.tabs.pages()

    # -- opening and closing

    def add_chart(self) -> ChartPage:
        """Add an empty chart and bring it to the front."""
        self._n_views += 1
        page = ChartPage(self._cache, self._bridge, self._n_views, self._theme_choice.theme)
        page.model.set_options(self._options.value)
        page.view.typed.connect(self.typed)
        page.view.customContextMenuRequested.connect(self.menu_requested)
        page.opened.connect(self._on_page_changed)
        page.changed.connect(self._on_series_changed)
        page.waiting_changed.connect(self.waiting_changed)
        page.feed.failed.connect(self._on_page_changed)
        page.model.command_done.connect(self.command_done)
        page.model.studies_changed.connect(self.arranged)
        page.model.compares_changed.connect(self.arranged)
        page.study_settings_requested.connect(self.study_settings_requested)
        self.tabs.add_page(page)
        self.chart_added.emit(page)
        return page

    def new_chart(self) -> None:
        """Add an empty chart and ask for its symbol."""
        self.add_chart()
        self.symbol_requested.emit()

    def open_chart(self, symbol: str, interval: Interval) -> None:
        """Show a series in the chart in front; a message there when ``symbol`` cannot be one."""
        page = self.page or self.add_chart()
        try:
            page.feed.open(parse_charted(symbol), interval)
            page.feed.show_loading()
        except InputError as error:
            page.show_toast(str(error))
        self.front_changed.emit()

    def open_charts(self, layout: Layout, symbols: Iterable[str], interval: Interval) -> None:
        """Show the charts of a layout, and then one per symbol, the first of them in front."""
        front = layout.front
        for at, series in enumerate(layout.charts):
            if at:
                self.add_chart()
            if self.page is not None:
                self.page.studies.restore(layout.content(at))
            self.open_chart(*series)
        for at, symbol in enumerate(symbols):
            self.show_series(symbol, interval)
            front = front if at else self.tabs.currentIndex()
        self.tabs.setCurrentIndex(front)

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
        self.focus()

    def close_chart(self) -> None:
        """Close the chart in front; the only one stays, and ``last_closed`` is emitted."""
        self._close_page(self.page)

    def _close_page(self, page: ChartPage | None) -> None:
        if self.tabs.count() <= 1 or page is None:
            self.last_closed.emit()
            return
        page.close_feed()
        self.tabs.removeTab(self.tabs.indexOf(page))
        self.chart_closed.emit(page.model)
        page.deleteLater()
        self.focus()

    def close_feeds(self) -> None:
        """Stop asking the cache for bars: the window ends."""
        for page in self.tabs.pages():
            page.feed.close()
            page.compare_feed.close()

    # -- the chart in front

    def focus(self) -> None:
        """Give the keyboard to the chart in front."""
        if self.page is not None:
            self.page.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.focused.emit()

    def show_message(self, text: str) -> None:
        """Show a message over the chart in front for a few seconds."""
        if self.page is not None:
            self.page.show_toast(text)

    def update_front(self) -> None:
        """Fetch the latest bars of the chart in front."""
        if self.target is not None:
            self._tasks.start(result_of(self._cache.start_update([self.target])))
        if self.page is not None:
            self.page.feed.try_again()

    # -- slots

    def _on_page_changed(self) -> None:
        self._cache.set_in_front([self.target] if self.target else [])
        self._on_series_changed()
        self.front_changed.emit()

    def _on_series_changed(self) -> None:
        self.tabs.show_titles()
        if self.page is not None:
            self.series_changed.emit()

    def _on_options_changed(self) -> None:
        for page in self.tabs.pages():
            page.model.set_options(self._options.value)

    def _on_theme_changed(self) -> None:
        for page in self.tabs.pages():
            page.set_theme(self._theme_choice.theme)

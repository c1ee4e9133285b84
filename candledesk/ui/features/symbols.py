"""What is typed opens charts: the symbol search, and the box for intervals over the chart."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, QObject, QPoint, QRect, QSettings, Qt

from candledesk.ui.features.interval_entry.offer import IntervalOffer
from candledesk.ui.features.search.entry import SymbolEntry
from candledesk.ui.features.search.recent_symbols import RecentSymbols
from candledesk.ui.features.search.slow_look_up import SlowLookUp
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.ui.shell.main_window import SETTINGS_FILE

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.ui.features.interval_entry.popup import IntervalPopup
    from candledesk.ui.features.search.popup import SymbolPopup
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext

_GAP = 6  # between the entry and the search below it
_OVER_CHART = 48  # from the chart's top


class _TypedEntries(QObject):
    """Leads what is typed on a chart to the search or the box, and what is entered there to the chart."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context, self._charts = context, context.charts
        settings = QSettings(str(context.home / SETTINGS_FILE), QSettings.Format.IniFormat, self)
        self._recent = RecentSymbols(settings)
        self.entry = SymbolEntry()
        SlowLookUp(context.charts, self)
        self._connect()

    def _connect(self) -> None:
        charts, requests = self._charts, self._context.requests
        charts.typed.connect(self._on_typed)
        charts.symbol_requested.connect(self.open_search)
        charts.series_changed.connect(self._on_series_changed)
        charts.front_changed.connect(self._show_symbol)
        charts.chart_added.connect(self._on_chart_added)
        self.entry.clicked.connect(self._on_entry_clicked)
        requests.compare_search_requested.connect(self._on_compare_search_requested)

    @cached_property
    def _popup(self) -> SymbolPopup:
        """The search, created when it is first needed."""
        from candledesk.ui.features.search.known_symbols import KnownSymbols
        from candledesk.ui.features.search.popup import SymbolPopup
        from candledesk.ui.features.search.provider_search import ProviderSearch

        charts, context, requests = self._charts, self._context, self._context.requests
        known = KnownSymbols(context.cache, context.bridge, self)
        requests.closing.connect(known.close)
        search = ProviderSearch(context.cache, self)
        popup = SymbolPopup(known, search, self._recent, context.theme_choice.theme, context.window)
        popup.symbol_entered.connect(charts.enter_symbol)
        popup.compare_entered.connect(requests.compare_requested)
        popup.compare_entered.connect(charts.focus)
        popup.watchlist_entered.connect(requests.watchlist_requested)
        popup.left.connect(charts.focus)
        context.theme_choice.changed.connect(self._on_theme_changed)
        context.bridge.limiter_changed.connect(popup.show_reach)
        return popup

    @cached_property
    def _intervals(self) -> IntervalPopup:
        """The box for intervals, created when it is first needed."""
        from candledesk.ui.features.interval_entry.popup import IntervalPopup

        box = IntervalPopup(self._context.window)
        box.interval_entered.connect(self._charts.set_interval)
        box.symbol_begun.connect(self._search_over_chart)
        box.left.connect(self._charts.focus)
        return box

    def prepare(self) -> None:
        """Create the search and the box, so that the first key need not wait for them."""
        self._popup.hide()
        self._intervals.hide()

    def open_search(self) -> None:
        """Open the search below the entry."""
        corner = self.entry.mapTo(self._context.window, QPoint(0, self.entry.height() + _GAP))
        self._begin("", corner)

    def open_intervals(self, text: str = "") -> None:
        """Open the box for an interval over the chart."""
        self._intervals.begin(text, self._chart_area())

    def _on_compare_search_requested(self) -> None:
        self._search_over_chart("", is_comparing=True)

    def _begin(self, text: str, at: QPoint, *, is_comparing: bool = False) -> None:
        requests = self._context.requests
        self._popup.begin(
            text,
            at,
            can_compare=_is_handled(requests, "compare_requested"),
            can_add=_is_handled(requests, "watchlist_requested") and not is_comparing,
            is_comparing=is_comparing,
        )

    def _chart_area(self) -> QRect:
        """Return where the chart in front is in the window."""
        page, window = self._charts.page, self._context.window
        return QRect(page.mapTo(window, QPoint(0, 0)), page.size()) if page is not None else window.rect()

    def _search_over_chart(self, text: str, *, is_comparing: bool = False) -> None:
        from candledesk.ui.features.search.popup import WIDTH

        area = self._chart_area()
        at = QPoint(area.center().x() - WIDTH // 2, area.top() + _OVER_CHART)
        self._begin(text, at, is_comparing=is_comparing)

    def _on_typed(self, text: str) -> None:
        if text.isdigit():
            self.open_intervals(text)
        else:
            self._search_over_chart(text)

    def _on_entry_clicked(self) -> None:
        if self._popup.isVisible():
            self._popup.leave()
            self._charts.focus()
        else:
            self.open_search()

    def _on_chart_added(self, page: ChartPage) -> None:
        offer = IntervalOffer(self._context.cache, self._context.bridge, page.view)
        offer.interval_chosen.connect(partial(self._on_interval_chosen, page))

    def _on_interval_chosen(self, page: ChartPage, interval: Interval) -> None:
        page.view.setFocus(Qt.FocusReason.MouseFocusReason)
        if page is self._charts.page:
            self._charts.set_interval(interval)
        else:
            page.feed.open(page.symbol, interval)

    def _on_series_changed(self) -> None:
        self._show_symbol()
        page = self._charts.page
        if page is not None and len(page.model.series.bars):
            self._recent.note(page.model.series.symbol)

    def _show_symbol(self) -> None:
        """Name what the chart in front shows, as its title does; while it shows nothing, what it waits for."""
        page = self._charts.page
        self.entry.show_symbol("" if page is None else page.model.series.symbol or page.symbol)

    def _on_theme_changed(self) -> None:
        self._popup.set_theme(self._context.theme_choice.theme)


def _is_handled(sender: QObject, signal: str) -> bool:
    return bool(sender.isSignalConnected(QMetaMethod.fromSignal(getattr(sender, signal))))


def symbols_feature(context: WindowContext) -> Feature:
    """Return the entry in the toolbar and the actions that open the search and the box."""
    typed = _TypedEntries(context)
    return Feature(
        "symbols",
        (
            ActionRow("symbol", "File", "Open symbol…", ("Ctrl+K",), typed.open_search),
            ActionRow("interval", "Chart", "Change interval…", (",",), typed.open_intervals, place=1),
        ),
        toolbar=lambda toolbar: toolbar.addWidget(typed.entry),
        keys=(
            ("Chart", "Open a symbol", "Any letter"),
            ("Chart", "Change the interval", "1 … 9"),
            ("Search", "Open what is typed, or the row that is selected", "Enter"),
            ("Search", "Add the symbol to the watchlist", "Ctrl+Enter"),
            ("Search", "Compare the symbol with the chart", "Shift+Enter"),
            ("Search", "Next type of symbols", "Tab"),
        ),
        after_start=typed.prepare,
    )

"""Shows a span of dates in the chart in front, in the interval that suits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

from candledesk.domain.interval import INTERVALS
from candledesk.ui.features.dates.date_ranges import is_loaded_from, range_start, view_from
from candledesk.ui.shell.actions import SYMBOL_FIRST

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.features.dates.date_ranges import DateRange
    from candledesk.ui.shell.chart_controller import ChartController


class _Wish(NamedTuple):
    model: ChartModel
    target: tuple[str, Interval]
    chosen: DateRange


class RangeView(QObject):
    """Changes the interval at once and the view as soon as bars of it are there.

    Bars that are loaded after that are shown too, until the span is complete or the view was moved.
    """

    def __init__(self, charts: ChartController) -> None:
        """Act on the chart in front."""
        super().__init__(charts)
        self._charts = charts
        self._wish: _Wish | None = None
        self._spacing = 0.0  # that was set, 0 before it was
        charts.series_changed.connect(self._on_series_changed)
        charts.front_changed.connect(self._on_front_changed)

    def show(self, chosen: DateRange) -> None:
        """Show a span that ends with the latest bar."""
        page, target = self._charts.page, self._charts.target
        if page is None or target is None:
            self._charts.show_message(SYMBOL_FIRST)
            return
        interval = INTERVALS[chosen.interval]
        self._wish, self._spacing = _Wish(page.model, (target[0], interval), chosen), 0.0
        if target[1] is not interval:
            self._charts.set_interval(interval)
        else:
            self._on_series_changed()
        self._charts.focus()

    def _on_front_changed(self) -> None:
        if self._wish is not None and self._charts.target != self._wish.target:
            self._wish = None

    def _on_series_changed(self) -> None:
        wish, page = self._wish, self._charts.page
        if wish is None or page is None or page.model is not wish.model:
            return
        model, series = wish.model, wish.model.series
        if (series.symbol, series.interval) != wish.target or not len(series.bars):
            return
        if not series.at_latest:
            model.go_latest()
            return
        if self._spacing and self._is_moved(model):
            self._wish = None
            return
        self._apply(wish)

    def _is_moved(self, model: ChartModel) -> bool:
        return model.scene.viewport.spacing != self._spacing or not model.is_latest_visible()

    def _apply(self, wish: _Wish) -> None:
        model, series = wish.model, wish.model.series
        if wish.chosen.is_all:
            self._wish = None
            model.fit()
            return
        start = range_start(wish.chosen, series)
        if is_loaded_from(series, start):
            self._wish = None
        model.show_view(view_from(model.placed, start))
        self._spacing = model.scene.viewport.spacing

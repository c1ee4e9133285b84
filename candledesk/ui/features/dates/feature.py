"""The bar under the charts: spans of dates, the way to a date, the zone of the times, and the price scale."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.options import ZoneName
from candledesk.ui.chart.widget.time_zones import zone_of
from candledesk.ui.features.dates.date_ranges import RANGES, DateRange
from candledesk.ui.features.dates.range_view import RangeView
from candledesk.ui.interval_text import interval_text
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from PySide6.QtWidgets import QToolBar

    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.shell.feature import WindowContext

ZONE_MENU = "Time zone"
_SCALES = (("autoscale", "A"), ("price_log", "L"), ("price_percent", "%"))
_MINUTE_S = 60


def zone_text(series: Series, zone: ZoneName, exchange_zone: str) -> str:
    """Return whose time a chart shows and how far it is from UTC at the latest bar: ``New York · UTC−5``.

    Empty without bars; ``exchange_zone``: the IANA name of the zone that the times are shown in.
    """
    if not len(series.bars):
        return ""
    if zone is ZoneName.UTC or exchange_zone in {"UTC", "Etc/UTC"}:
        return "UTC"
    when = datetime.fromtimestamp(int(series.bars.open_time[-1]), ZoneInfo(exchange_zone))
    offset = when.utcoffset()
    minutes = 0 if offset is None else round(offset.total_seconds()) // _MINUTE_S
    hours, rest = divmod(abs(minutes), _MINUTE_S)
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    city = exchange_zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")
    return f"{city} · UTC" + (f"{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "")


class DateBar(QObject):
    """The widgets of the bar, which follow the chart in front."""

    def __init__(self, context: WindowContext) -> None:
        """Widgets are added by ``fill``."""
        super().__init__(context.window)
        self._context = context
        self._ranges = RangeView(context.charts)
        self.by_name: dict[str, QToolButton] = {}
        self.zone_button = QToolButton()
        context.charts.series_changed.connect(self._show_zone)
        context.charts.front_changed.connect(self._show_zone)
        context.options.changed.connect(self._show_zone)

    def fill(self, bar: QToolBar) -> None:
        """Add everything to the bar under the charts."""
        for chosen in RANGES:
            bar.addWidget(self._range_button(chosen))
        bar.addSeparator()
        self._add_action(bar, "go_to_date", "Go to date…")
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self._add_zone_button(bar)
        bar.addSeparator()
        for name, words in _SCALES:
            self._add_action(bar, name, words)

    def _range_button(self, chosen: DateRange) -> QToolButton:
        button = QToolButton()
        button.setText(chosen.name)
        button.setToolTip(f"{chosen.words}, in bars of {interval_text(INTERVALS[chosen.interval])}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(partial(self._on_range_clicked, chosen))
        self.by_name[chosen.name] = button
        return button

    def _on_range_clicked(self, chosen: DateRange, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        self._ranges.show(chosen)

    def _add_action(self, bar: QToolBar, name: str, words: str) -> None:
        action = self._context.table.actions[name]
        action.setIconText(words)
        bar.addAction(action)
        bar.widgetForAction(action).setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _add_zone_button(self, bar: QToolBar) -> None:
        button = self.zone_button
        button.setToolTip("Time zone of the chart")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self._context.table.submenus[ZONE_MENU])
        bar.addWidget(button)

    def _show_zone(self) -> None:
        page = self._context.charts.page
        if page is not None:
            zone, series = self._context.options.value.zone, page.model.series
            self.zone_button.setText(zone_text(series, zone, zone_of(series, zone)))


def dates_feature(context: WindowContext) -> Feature:
    """Return the bar's widgets."""
    return Feature("dates", range_bar=DateBar(context).fill)

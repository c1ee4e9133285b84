"""The chart as a feature: the Chart menu, the chart type in the toolbar, facts in the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QToolBar, QToolButton

from candledesk.ui.chart.core.options import ChartType
from candledesk.ui.features.chart_actions import CHART_TYPE_MENU, chart_rows
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.feature import WindowContext

_KEYS = (
    ("Mouse", "Zoom at the cursor", "Wheel"),
    ("Mouse", "Zoom at the right edge", "Ctrl + wheel"),
    ("Mouse", "Move through time", "Drag  or  Shift + wheel"),
    ("Mouse", "Scale an axis", "Drag the axis"),
    ("Mouse", "Reset an axis", "Double-click the axis"),
    ("Mouse", "Resize two panes", "Drag the line between them"),
    ("Mouse", "Enlarge a pane", "Double-click"),
    ("Mouse", "Menu of what is under the pointer", "Right click"),
    ("Mouse", "Close a chart", "Middle button on its tab"),
)


def facts_text(series: Series) -> str:
    """Return how many bars a chart has and the zone of its exchange; empty while there is no chart."""
    if not series.symbol or series.instrument is None:
        return ""
    zone = series.instrument.tz.replace("_", " ")
    return f"{series.axis.n_bars:,} bars on this chart   ·   Exchange in {zone}"


class FactsLabel(PlainLabel):
    """What is known of the chart in front, in the status bar."""

    def __init__(self, charts: ChartController) -> None:
        """Follow the chart in front."""
        super().__init__()
        self._charts = charts
        charts.series_changed.connect(self._on_series_changed)

    def _on_series_changed(self) -> None:
        if self._charts.page is not None:
            self.setText(facts_text(self._charts.page.model.series))


class _ChartPieces(QObject):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._charts, self._table = context.charts, context.table
        self._type_button = QToolButton()
        context.charts.type_changed.connect(self._show_type)
        context.charts.front_changed.connect(self._show_type)

    def add_type_button(self, toolbar: QToolBar) -> None:
        """Add the button that names the chart type and opens the menu of types."""
        button = self._type_button
        button.setToolTip("Chart type")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self._table.submenus[CHART_TYPE_MENU])
        self._show_type()
        toolbar.addWidget(button)

    def _show_type(self) -> None:
        page = self._charts.page
        self._type_button.setText((page.chart_type if page is not None else ChartType.CANDLES).words)


def chart_feature(context: WindowContext) -> Feature:
    """Return the Chart menu, the button of the chart type, the facts and the options of charts."""
    pieces = _ChartPieces(context)
    return Feature(
        "chart",
        chart_rows(context.charts.current_view, context.options),
        toolbar=pieces.add_type_button,
        status=(FactsLabel(context.charts),),
        settings=context.options,
        keys=_KEYS,
    )

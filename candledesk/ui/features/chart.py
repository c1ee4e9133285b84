"""The chart as a feature: the Chart menu, the chart type in the toolbar, facts in the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QToolButton

from candledesk.ui.chart.core.options import ChartType
from candledesk.ui.features.chart_actions import CHART_TYPE_MENU, chart_rows
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.feature import Feature
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.shell.icon_bar import IconBar

_KEYS = (
    ("Mouse", "Zoom at the latest bar, else at the cursor", "Wheel"),
    ("Mouse", "Zoom at the cursor", "Ctrl + wheel"),
    ("Mouse", "Move through time", "Drag  or  Shift + wheel"),
    ("Mouse", "Scale an axis", "Drag the axis"),
    ("Mouse", "Reset an axis", "Double-click the axis"),
    ("Mouse", "Resize two panes", "Drag the line between them"),
    ("Mouse", "Enlarge a pane", "Double-click"),
    ("Mouse", "Menu of what is under the pointer", "Right click"),
    ("Mouse", "Close a chart", "Middle button on its tab"),
)
_FACTS_MS = 100  # a moving chart changes its facts no more often


def facts_text(model: ChartModel) -> str:
    """Return how many bars are on screen, of how many that are stored; empty while there is no chart."""
    series, axis = model.series, model.series.axis
    if not series.symbol or series.instrument is None or not axis.n_rows:
        return ""
    lo, hi = model.placed.visible()
    n_shown = axis.start_of(hi) - axis.start_of(lo) if hi > lo else 0
    return f"{n_shown:,} of {axis.n_stored:,} bars"


class FactsLabel(PlainLabel):
    """What is known of the chart in front, in the status bar."""

    def __init__(self, charts: ChartController) -> None:
        """Follow the chart in front."""
        super().__init__()
        self._charts = charts
        self._soon = single_shot_timer(self, _FACTS_MS, self.show_facts)
        charts.chart_added.connect(self._on_chart_added)
        charts.series_changed.connect(self.show_facts)
        charts.front_changed.connect(self.show_facts)

    def _on_chart_added(self, page: ChartPage) -> None:
        page.model.viewport_changed.connect(self._on_viewport_changed)

    def _on_viewport_changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def show_facts(self) -> None:
        """Show the facts of the chart in front as they are now."""
        if self._charts.page is not None:
            self.setText(facts_text(self._charts.page.model))


class _ChartPieces(QObject):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._charts, self._table = context.charts, context.table
        self._type_button = QToolButton()
        self._bar: IconBar | None = None
        context.charts.type_changed.connect(self._show_type)
        context.charts.front_changed.connect(self._show_type)

    def add_type_button(self, toolbar: IconBar) -> None:
        """Add the button that names the chart type and opens the menu of types."""
        button, self._bar = self._type_button, toolbar
        button.setToolTip("Chart type")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self._table.submenus[CHART_TYPE_MENU])
        toolbar.addWidget(button)
        toolbar.add_worded(button)
        self._show_type()

    def _show_type(self) -> None:
        page = self._charts.page
        chart_type = page.chart_type if page is not None else ChartType.CANDLES
        self._type_button.setText(chart_type.words)
        if self._bar is not None:
            self._bar.set_picture(self._type_button, f"chart-{chart_type}")


class _CrosshairMessage(QObject):
    """Says what the crosshair snaps to when that was changed: it is seen only where the mouse is."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._charts, self._options = context.charts, context.options
        self._shown = context.options.value.magnet
        context.options.changed.connect(self._on_options_changed)

    def _on_options_changed(self) -> None:
        magnet = self._options.value.magnet
        if magnet is not self._shown:
            self._shown = magnet
            self._charts.show_message(f"Crosshair: {magnet.words.lower()}")


def chart_feature(context: WindowContext) -> Feature:
    """Return the Chart menu, the button of the chart type, the facts and the options of charts."""
    pieces = _ChartPieces(context)
    _CrosshairMessage(context)
    return Feature(
        "chart",
        chart_rows(context.charts.current_view, context.options),
        toolbar=pieces.add_type_button,
        status=(FactsLabel(context.charts),),
        settings=context.options,
        keys=_KEYS,
    )

"""The tools of the chart in the rail at the left: the cursor, and measuring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.ui.chart.widget.tools.measure_tool import MeasureTool
from candledesk.ui.shell.actions import NO_CHART, ActionRow, Bar, BarButton
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext

_AFTER_OTHERS = 1
_KEYS = (("Mouse", "Measure", "Shift + click"), ("Chart", "End a tool", "Esc"))


class ChartTools(QObject):
    """Which tool the chart in front has."""

    def __init__(self, context: WindowContext) -> None:
        """Follow the charts of a window."""
        super().__init__(context.window)
        self._charts, self._table = context.charts, context.table
        context.charts.chart_added.connect(self._on_chart_added)

    def _on_chart_added(self, page: ChartPage) -> None:
        page.model.tool_changed.connect(self._table.refresh)
        page.opened.connect(partial(self._on_opened, page))

    def _on_opened(self, page: ChartPage) -> None:
        """Leave measuring: what was measured on another series means nothing on this one."""
        if isinstance(page.model.tool, MeasureTool):
            page.model.use_tool(None)

    def use_cursor(self) -> None:
        """Leave the tool of the chart in front."""
        if self._charts.page is not None:
            self._charts.page.model.use_tool(None)
            self._charts.focus()

    def toggle_measuring(self) -> None:
        """Measure with the next clicks on the chart in front, or leave that."""
        if self._charts.page is not None:
            model = self._charts.page.model
            model.use_tool(None if self.is_measuring() else MeasureTool(model))
            self._charts.focus()

    def has_cursor(self) -> bool:
        """Return whether the chart in front has no tool."""
        return self._charts.page is None or self._charts.page.model.tool is None

    def is_measuring(self) -> bool:
        """Return whether the chart in front is measured."""
        return self._charts.page is not None and isinstance(self._charts.page.model.tool, MeasureTool)


def chart_tools_feature(context: WindowContext) -> Feature:
    """Return the tools."""
    tools = ChartTools(context)
    return Feature(
        "chart_tools",
        (
            ActionRow(
                "cursor", "Chart", "Cursor", (), tools.use_cursor, is_checked=tools.has_cursor,
                button=BarButton("cursor-cross", bar=Bar.RAIL), submenu="Tools", place=_AFTER_OTHERS,
            ),
            ActionRow(
                "measure", "Chart", "Measure", (), tools.toggle_measuring, context.charts.has_target,
                tools.is_measuring, submenu="Tools", place=_AFTER_OTHERS, why_disabled=NO_CHART,
            ),
        ),
        keys=_KEYS,
    )  # fmt: skip

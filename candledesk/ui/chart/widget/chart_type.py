"""Choosing how the prices of one chart are drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.interaction.undo import Change

if TYPE_CHECKING:
    from candledesk.ui.chart.core.options import ChartType
    from candledesk.ui.chart.widget.chart_model import ChartModel


def choose_chart_type(model: ChartModel, chart_type: ChartType) -> None:
    """Draw the prices of a chart in another way, as one command that can be undone."""
    before = model.scene.options.chart_type
    if chart_type is not before:
        _set_chart_type(model, chart_type)
        model.command_done.emit(Change("chart type", model, partial(_set_chart_type, model), before, chart_type))


def _set_chart_type(model: ChartModel, chart_type: ChartType) -> None:
    model.set_options(replace(model.scene.options, chart_type=chart_type))

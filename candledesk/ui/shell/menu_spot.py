"""What lies under the pointer when a menu is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.crosshair import snap_crosshair

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.core.studies.legend_rows import LegendTarget
    from candledesk.ui.shell.chart_page import ChartPage


@dataclass(frozen=True, slots=True)
class MenuSpot:
    """A place in the view of ``page``.

    ``hit``: the part of the chart there; ``legend``: the indicator whose row is there; ``line``: the key of the one
    whose line is there, empty for none. ``value``: the price, or what else the pane shows, that the crosshair has
    there, on the axis the one at that height; ``None`` outside of the panes. ``open_time``: of the bar there, UTC
    seconds, ``None`` where there is no bar.
    """

    page: ChartPage
    at: QPoint
    hit: Hit
    legend: LegendTarget | None
    value: float | None
    open_time: int | None
    line: str = ""


def spot_at(page: ChartPage, at: QPoint) -> MenuSpot:
    """Return what lies at logical pixels of the view of a chart."""
    frame, series = page.model.frame(), page.model.series
    device_y, hit = at.y() * frame.dpr, page.view.hit_at(at)
    value, open_time = None, None
    point = snap_crosshair(frame, series, at.x(), at.y(), page.model.scene.options.magnet)
    if point is not None:
        value = point.value
    elif device_y < frame.panes.time_top:
        value = frame.scales[frame.panes.box_at(device_y).pane.id].value_at(device_y)
    index, axis = frame.placed.logical_at(at.x()), series.axis
    if at.x() * frame.dpr < frame.panes.plot_w and 0 <= round(index) < axis.n_bars:
        open_time = int(series.bars.open_time[axis.row_at(index)])
    return MenuSpot(page, at, hit, page.view.legend_at(at), value, open_time, page.view.line_at(at))

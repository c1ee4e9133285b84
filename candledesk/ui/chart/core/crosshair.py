"""Where the crosshair is: the bar and the value that a position in a chart snaps to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.prices.oddity import odd_text
from candledesk.ui.chart.core.options import Magnet
from candledesk.ui.chart.core.panes import PRICE

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import Series


@dataclass(frozen=True, slots=True)
class CrosshairPoint:
    """Where the crosshair is, in device pixels.

    ``slot``: the bar it snaps to, behind the latest one a bar to come, whether the calendar names it or not; ``row``:
    the bar whose values are shown, then the latest one. ``value``: the price, or what else the pane shows, at that
    height. ``flag_text``: why that bar is flagged, empty for an ordinary one. ``has_line``: the line across is drawn;
    that of a linked chart of another symbol has none.
    """

    slot: int
    row: int
    x: int
    y: int
    value: float
    value_text: str
    flag_text: str = ""
    has_line: bool = True


def snap_crosshair(frame: Frame, series: Series, x: float, y: float, magnet: Magnet) -> CrosshairPoint | None:
    """Snap logical pixels to a bar's centre and, as the magnet says, to one of its prices while that is on screen.

    In other panes than that of prices, and where no bar has come yet, the value is the one under the cursor.
    """
    panes, axis, device_y = frame.panes, series.axis, round(y * frame.dpr)
    if not axis.n_rows or not (0 <= x * frame.dpr < panes.plot_w and 0 <= device_y < panes.time_top):
        return None
    index = frame.placed.logical_at(x)
    beyond = round(index) - axis.start_of(axis.n_slots)
    slot = axis.n_slots + beyond if beyond >= 0 and series.at_latest else axis.slot_at(index)
    row = min(slot, axis.n_rows - 1)
    pane, has_come = panes.box_at(device_y).pane.id, slot == row
    value = _snap(frame, series, row, device_y, magnet) if pane == PRICE and has_come else None
    scale = frame.scales[pane]
    device_y = device_y if value is None else round(float(scale.y_of(value)))
    value = scale.value_at(device_y) if value is None else value
    flags = series.flags.get(int(series.bars.open_time[row]), 0) if has_come and series.flags else 0
    device_x = frame.row_x(row) if has_come else frame.device_x(axis.start_of(slot))
    return CrosshairPoint(
        slot, row, int(np.rint(device_x)), device_y, value, scale.label(value), odd_text(flags) if flags else ""
    )


def _snap(frame: Frame, series: Series, row: int, device_y: int, magnet: Magnet) -> float | None:
    """Return the bar's price that the magnet takes, or ``None`` for the price under the cursor."""
    bars, box = series.bars, frame.panes.box(PRICE)
    if magnet is Magnet.FREE:
        return None
    columns = (bars.close,) if magnet is Magnet.CLOSE else (series.drawn.open, bars.high, bars.low, bars.close)
    ends = [(float(frame.price.y_of(price)), price) for price in (float(column[row]) for column in columns)]
    y, price = min(ends, key=lambda end: abs(end[0] - device_y))
    return price if box.top <= y < box.bottom else None

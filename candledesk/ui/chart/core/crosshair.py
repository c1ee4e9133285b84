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
    """Where the crosshair is: the bar it snaps to, its device pixels, and why that bar is flagged (or nothing)."""

    row: int
    x: int
    y: int
    value_text: str
    flag_text: str = ""


def snap_crosshair(frame: Frame, series: Series, x: float, y: float, magnet: Magnet) -> CrosshairPoint | None:
    """Snap logical pixels to a bar's centre and, as the magnet says, to one of its prices while that is on screen.

    In other panes than that of prices the value is the one under the cursor.
    """
    row = frame.placed.bar_at(x)
    panes, device_y = frame.panes, round(y * frame.dpr)
    if row is None or not (0 <= x * frame.dpr < panes.plot_w and 0 <= device_y < panes.time_top):
        return None
    pane = panes.box_at(device_y).pane.id
    scale, value = frame.scales[pane], _snap(frame, series, row, device_y, magnet) if pane == PRICE else None
    device_y = device_y if value is None else round(float(scale.y_of(value)))
    text = scale.label(scale.value_at(device_y) if value is None else value)
    flag_text = odd_text(series.flags.get(int(series.bars.open_time[row]), 0)) if series.flags else ""
    return CrosshairPoint(row, int(np.rint(frame.row_x(row))), device_y, text, flag_text)


def _snap(frame: Frame, series: Series, row: int, device_y: int, magnet: Magnet) -> float | None:
    """Return the bar's price that the magnet takes, or ``None`` for the price under the cursor."""
    bars, box = series.bars, frame.panes.box(PRICE)
    if magnet is Magnet.FREE:
        return None
    columns = (bars.close,) if magnet is Magnet.CLOSE else (series.drawn.open, bars.high, bars.low, bars.close)
    ends = [(float(frame.price.y_of(price)), price) for price in (float(column[row]) for column in columns)]
    y, price = min(ends, key=lambda end: abs(end[0] - device_y))
    return price if box.top <= y < box.bottom else None

"""Where the crosshair of another chart is in this one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.ui.chart.core.crosshair import CrosshairPoint
from candledesk.ui.chart.core.links.moments import slot_of
from candledesk.ui.chart.core.panes import PRICE

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.links.moments import Moment
    from candledesk.ui.chart.core.scene import Series

_OFF_SCREEN = -1_000  # device pixels: no tag is painted there


def linked_point(frame: Frame, series: Series, moment: Moment, price: float | None) -> CrosshairPoint | None:
    """Return the crosshair at the bar that holds ``moment``, ``None`` when it is not on screen.

    ``price``: that of the other crosshair, in a chart of the same symbol; without one the value is the bar's close,
    and there is no line across.
    """
    axis, slot = series.axis, slot_of(series, moment)
    if slot is None or not axis.n_rows:
        return None
    row = min(slot, axis.n_rows - 1)
    x = int(np.rint(frame.row_x(row) if slot == row else frame.device_x(axis.start_of(slot))))
    if not 0 <= x < frame.panes.plot_w:
        return None
    value = price if price is not None else float(series.bars.close[row]) if slot == row else None
    box, y, text = frame.panes.box(PRICE), _OFF_SCREEN, ""
    if value is not None and box.height:
        at = round(float(frame.price.y_of(value)))
        if box.top <= at < box.bottom:
            y, text = at, frame.price.label(value)
    shown = float("nan") if value is None else value
    return CrosshairPoint(slot, row, x, y, shown, text, has_line=price is not None and bool(text))

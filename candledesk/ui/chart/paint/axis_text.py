"""Text on the value axes: its pen, its place, the round levels of a scale, and tags in filled boxes."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.panes import Unit
from candledesk.ui.chart.core.scales import format_volume
from candledesk.ui.chart.paint.pixels import fill
from candledesk.ui.chart.paint.text_painter import Pen, draw_figures
from candledesk.ui.theme.contrast import away_from
from candledesk.ui.theme.themes import FONT_PX

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scales import PaneScale

TAG_H = 20.0  # logical pixels
_PRICE_GAP = 44.0  # logical pixels between labels
_OTHER_GAPS = (30.0, 22.0, 16.0)  # closer only where there would not be two labels
LABEL_HALF = 9.0  # logical pixels: a label closer to the edge of its pane is left out


@lru_cache(maxsize=16)
def levels_of(scale: PaneScale, dpr: float) -> tuple[tuple[float, str], ...]:
    """Return the device pixel and the label of a scale's round values; while panning many a frame has the former's."""
    if scale.unit is Unit.PRICE:
        return scale.levels(_PRICE_GAP * dpr)
    top, bottom = scale.top + LABEL_HALF * dpr, scale.bottom - LABEL_HALF * dpr
    tried = [scale.levels(gap * dpr) for gap in _OTHER_GAPS]
    found = next((levels for levels in tried if sum(top <= y <= bottom for y, _ in levels) > 1), None)
    if found is None and scale.unit is Unit.VOLUME and bottom - top >= _OTHER_GAPS[-1] * dpr:
        return _outer_levels(scale, top, bottom)
    return tried[0] if found is None else found


def _outer_levels(scale: PaneScale, top: float, bottom: float) -> tuple[tuple[float, str], ...]:
    """Return a label near the top and one near the bottom of a low pane, of two digits: round values lie elsewhere."""
    high, low = scale.value_at(top), scale.value_at(bottom)
    unit = 10.0 ** (math.floor(math.log10(high)) - 1)
    values = math.ceil(low / unit) * unit, math.floor(high / unit) * unit
    return tuple((float(scale.y_of(value)), format_volume(value, is_short=True)) for value in values)


def axis_pen(frame: Frame, colour: str, *, is_bold: bool = False) -> Pen:
    """Return the pen of axis labels and of the legend."""
    return Pen(round(FONT_PX * frame.dpr), colour, is_bold)


def axis_x(frame: Frame) -> int:
    """Return where the text of a value axis begins, in device pixels."""
    return frame.panes.plot_w + round(8 * frame.dpr)


def paint_tag(painter: QPainter, frame: Frame, y: float, text: str, colours: tuple[str, str]) -> None:
    """Write a label on a value axis in a filled box; ``colours``: box, text. A box that hides it is darkened."""
    panes, height = frame.panes, round(TAG_H * frame.dpr)
    fill(painter, panes.plot_w, round(y) - height // 2, panes.width - panes.plot_w, height, away_from(*colours))
    draw_figures(painter, axis_x(frame), round(y), text, axis_pen(frame, colours[1]))

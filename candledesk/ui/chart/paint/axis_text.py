"""Text on the value axes: its pen, its place, the round levels of a scale, and tags in filled boxes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.panes import Unit
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
_OTHER_GAP = 30.0


@lru_cache(maxsize=16)
def levels_of(scale: PaneScale, dpr: float) -> tuple[tuple[float, str], ...]:
    """Return the device pixel and the label of a scale's round values; while panning many a frame has the former's."""
    return scale.levels((_PRICE_GAP if scale.unit is Unit.PRICE else _OTHER_GAP) * dpr)


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

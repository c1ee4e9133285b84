"""Where a dragged pane or indicator lands: a bar between two panes, or a tint over the pane that takes it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.chart.core.geometry.pane_drop import Side
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import fill
from candledesk.ui.chart.paint.studies.study_paint import faint

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.paint.layer import Picture

_TINT = 40  # of 255
_LINE = 3.0  # logical pixels


def _paint(painter: QPainter, picture: Picture) -> None:
    drop, panes, accent = picture.scene.drop, picture.frame.panes, picture.theme.accent
    if drop is None:
        return
    box, line = panes.box(drop.pane), round(_LINE * picture.frame.dpr)
    if drop.side is Side.INTO:
        fill(painter, 0, box.top, panes.plot_w, box.height, faint(accent, _TINT))
        for top in (box.top, box.bottom - line):
            fill(painter, 0, top, panes.plot_w, line, accent)
    else:
        middle = box.top if drop.side is Side.ABOVE else box.bottom
        top = max(0, min(middle - line // 2, panes.time_top - line))
        fill(painter, 0, top, panes.width, line, accent)


PANE_DROP = Layer("pane_drop", 205, _paint)

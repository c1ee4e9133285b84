"""The layer of drawings: their figures in the order of painting, above series and indicators, each in its pane."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.paint.drawings.handles import paint_handles
from candledesk.ui.chart.paint.drawings.recording import calls_of
from candledesk.ui.chart.paint.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.drawings.figures import Figure
    from candledesk.drawings.hit import ShownDrawing
    from candledesk.ui.chart.paint.drawings.recording import Call
    from candledesk.ui.chart.paint.layer import Picture

_Place = tuple[float, tuple[float, float]]
"""The device pixels of a logical one, and the top and the bottom of a pane in logical ones."""


def _paint(painter: QPainter, picture: Picture) -> None:
    frame, dpr = picture.frame, picture.frame.dpr
    painter.save()
    painter.scale(dpr, dpr)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pane, shown in groupby(show_drawings(picture.scene, frame), itemgetter(0)):
        box = frame.panes.box(pane)
        painter.setClipRect(QRectF(0, box.top / dpr, frame.panes.plot_w / dpr, box.height / dpr))
        place = dpr, (box.top / dpr, box.bottom / dpr)
        for _, one in shown:
            _paint_drawing(painter, one, place)
            if one.is_selected:
                paint_handles(painter, one.handles, picture.theme)
    painter.restore()


def _paint_drawing(painter: QPainter, one: ShownDrawing, place: _Place) -> None:
    if one.origin is None:
        _play(painter, calls_of(one.drawn, *place))
        return
    calls = one.painted.get(place)
    if calls is None:
        one.painted.clear()
        calls = one.painted[place] = calls_of(one.drawn, *place)
    if calls:
        painter.translate(one.dx, 0.0)
        _play(painter, calls)
        painter.translate(-one.dx, 0.0)


def _play(painter: QPainter, calls: Iterable[Call]) -> None:
    for call, arguments in calls:
        call(painter, *arguments)


def paint_figure(painter: QPainter, figure: Figure) -> None:
    """Paint one figure with a painter of logical pixels."""
    _play(painter, calls_of((figure,), painter.deviceTransform().m22()))


DRAWINGS = Layer("drawings", 48, _paint)

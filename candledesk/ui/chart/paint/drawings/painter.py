"""The layer of drawings: their figures in the order of painting, above series and indicators, each in its pane."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

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

_KEPT: WeakKeyDictionary[ShownDrawing, tuple[float, tuple[Call, ...]]] = WeakKeyDictionary()
"""The calls of drawings whose figures stay, as long as these, each with the device pixels of a logical one."""


def _paint(painter: QPainter, picture: Picture) -> None:
    frame, dpr = picture.frame, picture.frame.dpr
    painter.save()
    painter.scale(dpr, dpr)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pane, shown in groupby(show_drawings(picture.scene, frame), itemgetter(0)):
        box = frame.panes.box(pane)
        painter.setClipRect(QRectF(0, box.top / dpr, frame.panes.plot_w / dpr, box.height / dpr))
        for _, one in shown:
            _paint_drawing(painter, one, dpr)
            if one.is_selected:
                paint_handles(painter, one.handles, picture.theme)
    painter.restore()


def _paint_drawing(painter: QPainter, one: ShownDrawing, dpr: float) -> None:
    if one.origin is None:
        _play(painter, calls_of(one.drawn, dpr))
    else:
        painter.translate(one.dx, 0.0)
        _play(painter, _kept_calls(one.origin, dpr))
        painter.translate(-one.dx, 0.0)


def _kept_calls(one: ShownDrawing, dpr: float) -> tuple[Call, ...]:
    if one not in _KEPT or _KEPT[one][0] != dpr:
        _KEPT[one] = dpr, calls_of(one.drawn, dpr)
    return _KEPT[one][1]


def _play(painter: QPainter, calls: Iterable[Call]) -> None:
    for call, arguments in calls:
        call(painter, *arguments)


def paint_figure(painter: QPainter, figure: Figure) -> None:
    """Paint one figure with a painter of logical pixels."""
    _play(painter, calls_of((figure,), painter.deviceTransform().m22()))


DRAWINGS = Layer("drawings", 48, _paint)

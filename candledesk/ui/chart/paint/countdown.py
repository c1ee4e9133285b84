"""The countdown to the close of the forming bar, under the last price's tag; each second repaints it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.interval import DAY_S
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.paint.axis_text import axis_pen, axis_x
from candledesk.ui.chart.paint.last_price import countdown_rect, last_colour
from candledesk.ui.chart.paint.layer import Cover, Layer
from candledesk.ui.chart.paint.pixels import fill, logical_rect
from candledesk.ui.chart.paint.text_painter import draw_figures
from candledesk.ui.theme.contrast import away_from

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.paint.layer import Picture

_MINUTE_S, _HOUR_S = 60, 3_600


def countdown_text(seconds: int) -> str:
    """Return ``04:59``, ``1:04:59`` or ``2d 03h``."""
    if seconds >= DAY_S:
        return f"{seconds // DAY_S}d {seconds % DAY_S // _HOUR_S:02}h"
    minutes, rest = f"{seconds % _HOUR_S // _MINUTE_S:02}", f"{seconds % _MINUTE_S:02}"
    return f"{seconds // _HOUR_S}:{minutes}:{rest}" if seconds >= _HOUR_S else f"{minutes}:{rest}"


def _cover(picture: Picture) -> tuple[Cover, ...]:
    place = countdown_rect(picture.frame, picture.series) if picture.countdown else None
    return () if place is None else (Cover(logical_rect(place, picture.frame.dpr), picture.countdown),)


def _paint(painter: QPainter, picture: Picture) -> None:
    """Write the figures in the colour of the tag."""
    frame, theme = picture.frame, picture.theme
    place = countdown_rect(frame, picture.series) if picture.countdown else None
    if place is None or not all(picture.are_within([logical_rect(place, frame.dpr)])):
        return
    left, top, width, height = place
    fill(painter, left, top, width, height, away_from(last_colour(picture.series, theme), theme.accent_text))
    middle = top + height // 2 - max(1, round(frame.dpr))
    draw_figures(painter, axis_x(frame), middle, picture.countdown, axis_pen(frame, theme.accent_text))


COUNTDOWN = Layer("countdown", 200, _paint, PRICE, cover=_cover)

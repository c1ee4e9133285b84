"""The axes: labels of the values of every pane, labels of time, and the lines that separate axes and panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.chart.core.panes import PRICE, hit_axes
from candledesk.ui.chart.core.time_ticks import zone_label
from candledesk.ui.chart.paint.axis_text import LABEL_HALF, axis_pen, axis_x
from candledesk.ui.chart.paint.last_price import tag_room
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import fill
from candledesk.ui.chart.paint.studies.tags import tags_of
from candledesk.ui.chart.paint.text_painter import Align, draw_lines

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.paint.layer import Picture

_TAG_CLEAR = 17.0  # from a tag's middle to the nearest label's: half of each


def _paint_values(painter: QPainter, picture: Picture) -> None:
    """Write the values of every pane; what a tag would half cover is left out."""
    if not picture.has_bars:
        return
    frame = picture.frame
    tags, clear = tags_of(picture), _TAG_CLEAR * frame.dpr
    half, x, (covered_from, covered_to) = LABEL_HALF * frame.dpr, axis_x(frame), tag_room(frame, picture.scene)
    lines = [
        (x, round(y), text)
        for box in frame.panes.boxes
        for y, text in picture.levels[box.pane.id]
        if box.top + half <= y <= box.bottom - half
        and not (box.pane.id == PRICE and covered_from < y < covered_to)
        and all(abs(y - tag.y) >= clear for tag in tags.get(box.pane.id, ()))
    ]
    draw_lines(painter, lines, axis_pen(frame, picture.theme.text_muted))


def _paint_lines(painter: QPainter, picture: Picture) -> None:
    panes, line, colour = picture.frame.panes, max(1, round(picture.frame.dpr)), picture.theme.separator
    fill(painter, panes.plot_w, 0, line, panes.height, colour)
    fill(painter, 0, panes.time_top, panes.width, line, colour)
    for upper, lower in panes.separators():
        fill(painter, 0, upper.bottom, panes.width, lower.top - upper.bottom, colour)


def _hit_lines(frame: Frame, x: float, y: float) -> Hit | None:
    return hit_axes(frame.panes, x, y, frame.dpr)


def _paint_times(painter: QPainter, picture: Picture) -> None:
    """Write the labels of time, and the name of the zone under the value axes."""
    frame, theme = picture.frame, picture.theme
    panes = frame.panes
    middle = (panes.time_top + panes.height) // 2
    painter.save()
    painter.setClipRect(0, panes.time_top, panes.plot_w, panes.height - panes.time_top)
    minor, major = axis_pen(frame, theme.text_muted), axis_pen(frame, theme.text, is_bold=True)
    for is_major, pen in ((False, minor), (True, major)):
        lines = [(x, middle, tick.text) for tick, x in picture.time_labels if tick.is_major is is_major]
        draw_lines(painter, lines, pen, Align.AlignHCenter)
    painter.restore()
    if picture.has_bars:
        zone = zone_label(picture.series.calendar, int(picture.series.bars.open_time[frame.hi - 1]))
        draw_lines(painter, [(axis_x(frame), middle, zone)], minor)


VALUES = Layer("values", 60, _paint_values)
LINES = Layer("axis_lines", 90, _paint_lines, hit=_hit_lines)
TIMES = Layer("times", 100, _paint_times)

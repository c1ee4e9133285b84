"""The legend's rows of indicators in the top left of each pane, with an eye, a gear and a cross under the mouse."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from candledesk.ui.chart.core.panes import PRICE, Hit, Zone
from candledesk.ui.chart.core.studies.legend_rows import (
    PANE_TOP,
    ROW_H,
    LegendPart,
    LegendTarget,
    is_settled_at,
    legend_height,
    legend_note,
    legend_outputs,
    legend_value,
    reserved_chars,
    value_text,
)
from candledesk.ui.chart.paint.layer import Cover, Layer
from candledesk.ui.chart.paint.pixels import colour_of, fill
from candledesk.ui.chart.paint.studies.study_paint import backing, lasting_colour, value_colour
from candledesk.ui.chart.paint.text_painter import Pen, draw_line, figures_width, shortened, static_text, write_figures
from candledesk.ui.theme.themes import FONT_PX

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.indicators.declaration import Output
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.core.studies.columns import ShownStudy
    from candledesk.ui.chart.paint.layer import Picture

_LEFT = 12.0
_GAP = 8.0
_ICON = 20.0
_PARTS = (LegendPart.EYE, LegendPart.GEAR, LegendPart.REMOVE)


class LegendRow(NamedTuple):
    """A row in its place, in device pixels: ``icons``: where the first icon begins.

    ``outputs``: those whose values stand in it, each with its colour, empty for one that changes from bar to bar;
    ``n_chars``: the digits to reserve for a value.
    """

    shown: ShownStudy
    title: str
    top: int
    left: int
    icons: int
    outputs: tuple[tuple[Output, str], ...]
    n_chars: int


class Figure(NamedTuple):
    """A value or note in a row: its left device pixel, its text and its colour."""

    left: int
    text: str
    colour: str


@lru_cache(maxsize=4)
def n_price_rows(frame: Frame) -> int:
    """Return how many rows of indicators and compared series stand in the pane of prices."""
    n_compared = sum(one.compare.pane == PRICE for one in frame.compares)
    return n_compared + sum(row.shown.study.pane == PRICE for row in legend_rows(frame))


def rows_top(box: PaneBox, dpr: float) -> int:
    """Return the device pixel at which the first row of a pane begins."""
    return box.top + round((legend_height(0) if box.pane.id == PRICE else PANE_TOP) * dpr)


def icon_size(dpr: float) -> int:
    """Return the width of an icon in device pixels."""
    return round(_ICON * dpr)


@lru_cache(maxsize=4)
def legend_rows(frame: Frame) -> tuple[LegendRow, ...]:
    """Return the rows that have room in their panes, from the top."""
    dpr, pen = frame.dpr, Pen(round(FONT_PX * frame.dpr), "")
    height, left, rows = round(ROW_H * dpr), round(_LEFT * dpr), []
    for box in frame.panes.boxes:
        n_compared = sum(one.compare.pane == box.pane.id for one in frame.compares)
        top = rows_top(box, dpr) + n_compared * height
        for one in (one for one in frame.studies if one.study.pane == box.pane.id):
            if top + height <= box.bottom:
                title = one.study.title
                icons = left + static_text(title, pen.pixels, pen.is_bold)[1] + round(_GAP * dpr)
                outputs = tuple((output, lasting_colour(one, output)) for output in legend_outputs(one))
                n_chars = reserved_chars(frame.scales[one.study.pane]) if outputs else 0
                rows.append(LegendRow(one, title, top, left, icons, outputs, n_chars))
                top += height
    return tuple(rows)


def legend_target(frame: Frame, x: float, y: float) -> LegendTarget | None:
    """Return the part of a row under a device pixel, ``None`` beside the rows."""
    height, icon = round(ROW_H * frame.dpr), round(_ICON * frame.dpr)
    for row in legend_rows(frame):
        if row.top <= y < row.top + height and row.left <= x < row.icons + len(_PARTS) * icon:
            at = math.floor((x - row.icons) / icon)
            return LegendTarget(row.shown.study.key, _PARTS[at] if at >= 0 else LegendPart.TITLE)
    return None


def _hit(frame: Frame, x: float, y: float) -> Hit | None:
    target = legend_target(frame, x, y)
    return None if target is None else Hit(Zone.LEGEND, frame.panes.box_at(y).pane.id)


@lru_cache(maxsize=2)
def figures_of(picture: Picture) -> tuple[tuple[tuple[Figure, ...], str], ...]:
    """Return the values and the note of each row, at the bar under the crosshair, else at the latest one."""
    series, frame, theme = picture.series, picture.frame, picture.theme
    at = picture.point.row if picture.point is not None else len(series.bars) - 1
    slot = picture.point.slot if picture.point is not None else None if series.at_latest else at
    pen = Pen(round(FONT_PX * frame.dpr), theme.text_muted)
    is_bar = 0 <= at < len(series.bars)
    time = int(series.bars.open_time[at]) if is_bar else 0
    is_up = is_bar and bool(series.bars.close[at] >= series.bars.open[at])
    digit, gap, room = figures_width("0", pen), round(_GAP * frame.dpr), frame.panes.plot_w
    out = []
    for row in legend_rows(frame):
        one, x, figures = row.shown, row.icons, []
        scale = frame.scales[one.study.pane]
        for output, lasting in row.outputs if len(series.bars) else ():
            value = legend_value(one, output.name, series.bars.open_time, slot)
            text = value_text(value, scale)
            width = max(row.n_chars * digit, figures_width(text, pen))
            if x + width <= room:
                figures.append(Figure(x, text, lasting or value_colour(one, output, time, theme, is_up=is_up)))
            x += width + gap
        settled = not is_bar or is_settled_at(one, time)
        note = legend_note(one, series.interval.kind, is_settled=settled)
        fitting = note if figures_width(note, pen) <= room - x else shortened(note, pen, room - x)
        if fitting:
            figures.append(Figure(x, fitting, theme.text_muted))
        out.append((tuple(figures), fitting))
    return tuple(out)


def study_legend_text(picture: Picture) -> str:
    """Return what the rows say, for screen readers and tests: a line each."""
    rows = zip(legend_rows(picture.frame), figures_of(picture), strict=True)
    return "\n".join("  ".join((row.title, *(figure.text for figure in figures))) for row, (figures, _) in rows)


@lru_cache(maxsize=2)
def _cover(picture: Picture) -> tuple[Cover, ...]:
    frame, hovered = picture.frame, picture.hovered
    dpr, height = frame.dpr, round(ROW_H * frame.dpr)
    pen = Pen(round(FONT_PX * dpr), "")
    covers = []
    for row, (figures, _) in zip(legend_rows(frame), figures_of(picture), strict=True):
        own = hovered if hovered is not None and hovered.key == row.shown.study.key else None
        end = row.icons + len(_PARTS) * round(_ICON * dpr)
        if figures:
            end = max(end, figures[-1].left + figures_width(figures[-1].text, pen))
        top = math.floor(row.top / dpr)
        rect = QRect(0, top, math.ceil(min(end, frame.panes.plot_w) / dpr), math.ceil((row.top + height) / dpr) - top)
        covers.append(Cover(rect, (figures, own)))
    return tuple(covers)


def _paint(painter: QPainter, picture: Picture) -> None:
    frame, theme = picture.frame, picture.theme
    rows = legend_rows(frame)
    if not rows:
        return
    dpr, height = frame.dpr, round(ROW_H * frame.dpr)
    shown = picture.are_within(cover.rect for cover in _cover(picture))
    for row, (figures, _), is_within in zip(rows, figures_of(picture), shown, strict=True):
        if not is_within:
            continue
        end = (
            figures[-1].left + figures_width(figures[-1].text, Pen(round(FONT_PX * dpr), "")) if figures else row.icons
        )
        left, top = row.left - round(4 * dpr), row.top + 1
        fill(painter, left, top, end - left, height - 1, backing(theme))
        study, middle = row.shown.study, row.top + height // 2
        is_own = picture.hovered is not None and picture.hovered.key == study.key
        colour = theme.text if is_own else theme.text_muted if row.shown.is_on else theme.crosshair
        draw_line(painter, row.left, middle, row.title, Pen(round(FONT_PX * dpr), colour))
        if is_own and picture.hovered is not None:
            paint_icons(painter, picture, (row.icons, row.top), picture.hovered.part, is_shown=study.is_shown)
            continue
        for left, text, own in figures:
            write_figures(painter, [(left, text)], middle, Pen(round(FONT_PX * dpr), own))


def paint_icons(
    painter: QPainter, picture: Picture, corner: tuple[int, int], hovered: LegendPart, *, is_shown: bool
) -> None:
    """Draw the icons of a row from its left top corner in device pixels; ``hovered``: the part under the mouse."""
    dpr, theme = picture.frame.dpr, picture.theme
    icon, height = round(_ICON * dpr), round(ROW_H * dpr)
    painter.save()
    for at, part in enumerate(_PARTS):
        left = corner[0] + at * icon
        if part is hovered:
            fill(painter, left, corner[1], icon, height, theme.hover)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour_of(theme.text if part is hovered else theme.text_muted), 1.2 * dpr))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        centre = QPointF(left + icon / 2, corner[1] + height / 2)
        _ICONS[part](painter, centre, dpr, is_shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.restore()


def _draw_eye(painter: QPainter, at: QPointF, dpr: float, is_shown: bool) -> None:  # noqa: FBT001 - as the others
    painter.drawChord(QRectF(at.x() - 6 * dpr, at.y() - 4 * dpr, 12 * dpr, 12 * dpr), 30 * 16, 120 * 16)
    painter.drawChord(QRectF(at.x() - 6 * dpr, at.y() - 8 * dpr, 12 * dpr, 12 * dpr), 210 * 16, 120 * 16)
    painter.drawEllipse(at, 1.6 * dpr, 1.6 * dpr)
    if not is_shown:
        painter.drawLine(at + QPointF(-5, 5) * dpr, at + QPointF(5, -5) * dpr)


def _draw_gear(painter: QPainter, at: QPointF, dpr: float, _is_shown: bool) -> None:  # noqa: FBT001 - as the others
    painter.drawEllipse(at, 3.2 * dpr, 3.2 * dpr)
    for turn in range(8):
        way = QPointF(math.cos(turn * math.pi / 4), math.sin(turn * math.pi / 4))
        painter.drawLine(at + way * (3.8 * dpr), at + way * (5.6 * dpr))


def _draw_cross(painter: QPainter, at: QPointF, dpr: float, _is_shown: bool) -> None:  # noqa: FBT001 - as the others
    half = 4 * dpr
    painter.drawLine(at + QPointF(-half, -half), at + QPointF(half, half))
    painter.drawLine(at + QPointF(-half, half), at + QPointF(half, -half))


_ICONS: dict[LegendPart, Callable[[QPainter, QPointF, float, bool], None]] = {
    LegendPart.EYE: _draw_eye,
    LegendPart.GEAR: _draw_gear,
    LegendPart.REMOVE: _draw_cross,
}

STUDY_LEGEND = Layer("study_legend", 211, _paint, hit=_hit, cover=_cover)

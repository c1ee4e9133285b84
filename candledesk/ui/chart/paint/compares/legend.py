"""The legend's rows of compared series: colour, symbol, value, change, and the time of the other's own bar."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect

from candledesk.ui.chart.core.compares.texts import compare_text
from candledesk.ui.chart.core.panes import Hit, Zone
from candledesk.ui.chart.core.studies.legend_rows import ROW_H, LegendPart, LegendTarget
from candledesk.ui.chart.paint.layer import Cover, Layer
from candledesk.ui.chart.paint.pixels import fill
from candledesk.ui.chart.paint.studies.legend import icon_size, paint_icons, rows_top
from candledesk.ui.chart.paint.studies.study_paint import faint
from candledesk.ui.chart.paint.text_painter import Pen, draw_line, figures_width, shortened, static_text, write_figures
from candledesk.ui.theme.themes import FONT_PX

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.compares.columns import ShownCompare
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.paint.layer import Picture

_LEFT = 12.0
_SWATCH = 10.0
_GAP = 8.0
_BACKING = 220  # of 255
_PARTS = (LegendPart.EYE, LegendPart.GEAR, LegendPart.REMOVE)


class CompareRow(NamedTuple):
    """A row in its place, in device pixels: ``name``: where the symbol begins, ``icons``: where the first icon does."""

    shown: ShownCompare
    top: int
    name: int
    icons: int


class _Run(NamedTuple):
    left: int
    text: str
    colour: str


@lru_cache(maxsize=4)
def compare_rows(frame: Frame) -> tuple[CompareRow, ...]:
    """Return the rows that have room in their panes, from the top."""
    dpr, rows = frame.dpr, []
    height, name = round(ROW_H * dpr), round((_LEFT + _SWATCH + _GAP) * dpr)
    for box in frame.panes.boxes:
        top = rows_top(box, dpr)
        for one in (one for one in frame.compares if one.compare.pane == box.pane.id):
            if top + height <= box.bottom:
                width = static_text(one.title, round(FONT_PX * dpr), is_bold=True)[1]
                rows.append(CompareRow(one, top, name, name + width + round(_GAP * dpr)))
                top += height
    return tuple(rows)


def compare_target(frame: Frame, x: float, y: float) -> LegendTarget | None:
    """Return the part of a row under a device pixel, ``None`` beside the rows."""
    height, icon = round(ROW_H * frame.dpr), icon_size(frame.dpr)
    for row in compare_rows(frame):
        if row.top <= y < row.top + height and round(_LEFT * frame.dpr) <= x < row.icons + len(_PARTS) * icon:
            at = math.floor((x - row.icons) / icon)
            return LegendTarget(row.shown.compare.key, _PARTS[at] if at >= 0 else LegendPart.TITLE)
    return None


@lru_cache(maxsize=2)
def _runs(picture: Picture) -> tuple[tuple[_Run, ...], ...]:
    """Return the words of each row, at the bar under the crosshair, else at the latest one."""
    series, frame, theme = picture.series, picture.frame, picture.theme
    at = picture.point.row if picture.point is not None else len(series.bars) - 1
    pen = Pen(round(FONT_PX * frame.dpr), theme.text_muted)
    digit, gap, room = figures_width("0", pen), round(_GAP * frame.dpr), frame.panes.plot_w
    out = []
    for row in compare_rows(frame):
        value, change, change_text, note = compare_text(
            row.shown, series.bars.open_time, at, is_daily=series.interval.is_daily
        )
        tone = theme.up if change >= 0 else theme.down
        runs, x = [], row.icons
        for text, colour, n_chars in (
            (value, theme.text, len(value)),
            (change_text, tone, 8),
            (note, theme.text_muted, 0),
        ):
            fitting = text if n_chars or figures_width(text, pen) <= room - x else shortened(text, pen, room - x)
            width = max(n_chars * digit, figures_width(fitting, pen))
            if fitting and x + width <= room:
                runs.append(_Run(x, fitting, colour))
                x += width + gap
        out.append(tuple(runs))
    return tuple(out)


def compare_legend_text(picture: Picture) -> str:
    """Return what the rows say, for screen readers and tests: a line each."""
    rows = zip(compare_rows(picture.frame), _runs(picture), strict=True)
    return "\n".join("  ".join((row.shown.title, *(run.text for run in runs))) for row, runs in rows)


def _hit(frame: Frame, x: float, y: float) -> Hit | None:
    target = compare_target(frame, x, y)
    return None if target is None else Hit(Zone.LEGEND, frame.panes.box_at(y).pane.id)


def _cover(picture: Picture) -> tuple[Cover, ...]:
    frame, hovered = picture.frame, picture.hovered
    dpr, height = frame.dpr, round(ROW_H * frame.dpr)
    covers = []
    for row, runs in zip(compare_rows(frame), _runs(picture), strict=True):
        own = hovered if hovered is not None and hovered.key == row.shown.compare.key else None
        end, top = max(_end(row, runs, dpr), row.icons + len(_PARTS) * icon_size(dpr)), math.floor(row.top / dpr)
        rect = QRect(0, top, math.ceil(min(end, frame.panes.plot_w) / dpr), math.ceil((row.top + height) / dpr) - top)
        covers.append(Cover(rect, (row.shown.title, row.shown.compare, runs, own)))
    return tuple(covers)


def _end(row: CompareRow, runs: tuple[_Run, ...], dpr: float) -> int:
    return runs[-1].left + figures_width(runs[-1].text, Pen(round(FONT_PX * dpr), "")) if runs else row.icons


def _paint(painter: QPainter, picture: Picture) -> None:
    frame, theme = picture.frame, picture.theme
    rows = compare_rows(frame)
    if not rows:
        return
    dpr, height, swatch = frame.dpr, round(ROW_H * frame.dpr), round(_SWATCH * frame.dpr)
    shown = picture.are_within(cover.rect for cover in _cover(picture))
    for row, runs, is_within in zip(rows, _runs(picture), shown, strict=True):
        if not is_within:
            continue
        one, left, middle = row.shown.compare, round(_LEFT * dpr), row.top + height // 2
        backing = left - round(4 * dpr)
        fill(
            painter, backing, row.top + 1, _end(row, runs, dpr) - backing, height - 1, faint(theme.background, _BACKING)
        )
        fill(painter, left, middle - swatch // 2, swatch, swatch, one.colour if one.is_shown else theme.crosshair)
        colour = theme.text if one.is_shown else theme.text_muted
        draw_line(painter, row.name, middle, row.shown.title, Pen(round(FONT_PX * dpr), colour, is_bold=True))
        if picture.hovered is not None and picture.hovered.key == one.key:
            paint_icons(painter, picture, (row.icons, row.top), picture.hovered.part, is_shown=one.is_shown)
            continue
        for x, text, own in runs:
            write_figures(painter, [(x, text)], middle, Pen(round(FONT_PX * dpr), own))


COMPARE_LEGEND = Layer("compare_legend", 212, _paint, hit=_hit, cover=_cover)

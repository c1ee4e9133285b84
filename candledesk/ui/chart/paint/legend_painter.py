"""The legend in the chart's top left: what is shown, the values of one bar, and why that bar is flagged."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect

from candledesk.ui.chart.core.legend_text import Part, Tone, flag_part, title_parts, value_parts
from candledesk.ui.chart.core.studies.legend_rows import LEGEND_TOP, N_HEAD_ROWS, ROW_H
from candledesk.ui.chart.paint.layer import Cover, Layer
from candledesk.ui.chart.paint.pixels import fill
from candledesk.ui.chart.paint.studies.legend import n_price_rows
from candledesk.ui.chart.paint.studies.study_paint import backing
from candledesk.ui.chart.paint.text_painter import (
    Pen,
    draw_line,
    draw_lines,
    figures_width,
    shortened,
    static_text,
    write_figures,
)
from candledesk.ui.theme.contrast import away_from
from candledesk.ui.theme.themes import FONT_PX, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.paint.layer import Picture

_LEFT = 12.0
_PAD = 4.0  # of the backing beside the words
_TITLE_PX = 15.0
_PRICE_PX = 16.0  # price and change lead (WINDOW.md, look)
_CHANGE_PX = 15.0
_TITLE_GAP = 10.0
_VALUE_GAP = 4.0
_FIGURE_GAP = 12.0


class _Word(NamedTuple):
    """Text in its place: from ``left`` to ``right`` in device pixels."""

    left: int
    right: int
    text: str
    pen: Pen


def _place_title(parts: list[Part], theme: Theme, dpr: float, room: int) -> list[_Word]:
    """Place the parts one behind the other; the longest is shortened where all do not fit into ``room`` pixels."""
    left, gap = round(_LEFT * dpr), round(_TITLE_GAP * dpr)
    pens = [
        Pen(round(_TITLE_PX * dpr), theme.text, is_bold=True)
        if part.tone is Tone.TITLE
        else Pen(round(FONT_PX * dpr), theme.text_muted)
        for part in parts
    ]
    texts = [part.text for part in parts]
    widths = [static_text(text, pen.pixels, pen.is_bold)[1] for text, pen in zip(texts, pens, strict=True)]
    missing = left + sum(widths) + gap * len(widths) - room
    if missing > 0 and len(texts) > 1:
        at = widths.index(max(widths[1:]), 1)
        texts[at] = shortened(texts[at], pens[at], widths[at] - missing)
        widths[at] = static_text(texts[at], pens[at].pixels, pens[at].is_bold)[1]
    words, x = [], left
    for text, pen, width in zip(texts, pens, widths, strict=True):
        if text:
            words.append(_Word(x, x + width, text, pen))
            x += width + gap
    return words


def _place_values(parts: list[Part], theme: Theme, dpr: float, room: int) -> list[_Word]:
    """Place the values so that they do not jump: figures have room reserved, no figure is wider than a digit.

    What does not fit into ``room`` pixels is left out, with its name.
    """
    words: list[_Word] = []
    x = round(_LEFT * dpr)
    pens = _pens(theme, dpr)
    gap, figure_gap = round(_VALUE_GAP * dpr), round(_FIGURE_GAP * dpr)
    for text, tone, n_chars in parts:
        pen = pens[tone]
        right = x + (figures_width(text, pen) if len(text) > n_chars else n_chars * figures_width("0", pen))
        if right > room:
            return words[:-1] if words and words[-1].text.isalpha() else words
        words.append(_Word(x, right, text, pen))
        x = right + (figure_gap if n_chars else gap)
    return words


def _place_flag(parts: list[Part], theme: Theme, dpr: float, room: int) -> list[_Word]:
    """Place the text that says why a bar is flagged, shortened to ``room`` pixels."""
    left, pen = round(_LEFT * dpr), _pens(theme, dpr)[Tone.MUTED]
    texts = [(text, static_text(text, pen.pixels, pen.is_bold)[1]) for text, _, _ in parts]
    fitting = [text if width <= room - left else shortened(text, pen, room - left) for text, width in texts]
    return [_Word(left, left + static_text(text, pen.pixels, pen.is_bold)[1], text, pen) for text in fitting if text]


@lru_cache(maxsize=8)
def _pens(theme: Theme, dpr: float) -> dict[Tone, Pen]:
    change = round(_CHANGE_PX * dpr)
    up, down = (away_from(colour, theme.background) for colour in (theme.up, theme.down))
    return {
        Tone.MUTED: Pen(round(FONT_PX * dpr), theme.text_muted),
        Tone.PRICE: Pen(round(_PRICE_PX * dpr), theme.text, is_bold=True),
        Tone.UP: Pen(change, up),
        Tone.DOWN: Pen(change, down),
    }


_Lines = tuple[tuple[_Word, ...], tuple[_Word, ...], tuple[_Word, ...]]


@lru_cache(maxsize=2)
def lines_of(picture: Picture) -> _Lines:
    """Return the words of the title, and of values and flag of the bar under the crosshair, else of the last bar."""
    series, frame, n = picture.series, picture.frame, len(picture.series.bars)
    row = picture.point.row if picture.point is not None else n - 1
    room, dpr, theme = frame.panes.plot_w, frame.dpr, picture.theme
    values, flag = _bar_lines(series, row, room, dpr, theme) if 0 <= row < n else ((), ())
    return _title_line(series, room, dpr, theme), values, flag


@lru_cache(maxsize=4)
def _title_line(series: Series, room: int, dpr: float, theme: Theme) -> tuple[_Word, ...]:
    return tuple(_place_title(title_parts(series), theme, dpr, room)) if series.symbol else ()


@lru_cache(maxsize=4)
def _bar_lines(series: Series, row: int, room: int, dpr: float, theme: Theme) -> tuple[tuple[_Word, ...], ...]:
    values = _place_values(value_parts(series, row), theme, dpr, room)
    return tuple(values), tuple(_place_flag(flag_part(series, row), theme, dpr, room))


def legend_text(picture: Picture) -> str:
    """Return what the legend says, for screen readers and tests."""
    return "  ".join(word.text for line in lines_of(picture) for word in line)


def _top_of(at: int, picture: Picture) -> float:
    """Return the top of a line in logical pixels; the third one, the flag, stands below the rows of indicators."""
    rows = n_price_rows(picture.frame) * ROW_H if at == N_HEAD_ROWS else 0.0
    return LEGEND_TOP + at * ROW_H + rows


def _cover(picture: Picture) -> tuple[Cover, ...]:
    """Return the lines, each up to where its backing ends."""
    dpr = picture.frame.dpr
    covers = []
    for at, line in enumerate(lines_of(picture)):
        end = math.ceil(_end_of(line, picture) / dpr) if line else 0
        covers.append(Cover(QRect(0, round(_top_of(at, picture)), end, round(ROW_H)), line))
    return tuple(covers)


def _end_of(line: tuple[_Word, ...], picture: Picture) -> int:
    """Return where the backing of a line ends, in device pixels."""
    return min(line[-1].right + round(_PAD * picture.frame.dpr), picture.frame.panes.plot_w)


def _paint(painter: QPainter, picture: Picture) -> None:
    """Write the words that are to be painted."""
    within, dpr, room = picture.within, picture.frame.dpr, picture.frame.panes.plot_w
    is_all = within.isEmpty()
    if not is_all and within.top() >= _top_of(N_HEAD_ROWS, picture) + ROW_H:
        return
    left, right = (0.0, math.inf) if is_all else (within.left() * dpr, (within.right() + 1) * dpr)
    for at, line in enumerate(lines_of(picture)):
        top = _top_of(at, picture)
        if not line or not (is_all or (within.top() < top + ROW_H and within.bottom() >= top)):
            continue
        start, upper, lower = round((_LEFT - _PAD) * dpr), round(top * dpr), round((top + ROW_H) * dpr)
        fill(painter, start, upper, _end_of(line, picture) - start, lower - upper, backing(picture.theme))
        seen = [word for word in line if word.left < right and word.right > left]
        if seen:
            _write(painter, seen, (upper + lower) // 2, (room, lower), has_figures=at == 1)


def _write(painter: QPainter, words: list[_Word], middle: int, room: tuple[int, int], *, has_figures: bool) -> None:
    """Write words on a line, cut at ``room`` (width and height); ``has_figures``: its numbers change often."""
    is_cut = words[-1].right > room[0]
    if is_cut:
        painter.save()
        painter.setClipRect(0, 0, *room)
    if not has_figures:
        for word in words:
            draw_line(painter, word.left, middle, word.text, word.pen)
    else:
        runs: dict[Pen, list[_Word]] = {}
        for word in words:
            runs.setdefault(word.pen, []).append(word)
        for pen, run in runs.items():
            names = [word for word in run if word.text.isalpha()]
            draw_lines(painter, [(word.left, middle, word.text) for word in names], pen)
            figures = [(word.left, word.text) for word in run if word not in names]
            write_figures(painter, figures, middle, pen)
    if is_cut:
        painter.restore()


LEGEND = Layer("legend", 210, _paint, cover=_cover)

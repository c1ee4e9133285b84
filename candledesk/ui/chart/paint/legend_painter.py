"""The legend in the chart's top left: what is shown, the values of one bar, and why that bar is flagged."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect

from candledesk.ui.chart.core.legend_text import Part, Tone, flag_part, title_parts, value_parts
from candledesk.ui.chart.paint.text_painter import (
    Pen,
    draw_line,
    draw_lines,
    figures_width,
    shortened,
    static_text,
    write_figures,
)
from candledesk.ui.theme.themes import FONT_PX, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import Series

_LEFT = 12.0
_TOP = 10.0
_ROW = 21.0
_N_ROWS = 3
_TITLE_PX = 15.0
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
    pens = _pens(theme, round(FONT_PX * dpr))
    digit_w = figures_width("0", pens[Tone.MUTED])
    gap, figure_gap = round(_VALUE_GAP * dpr), round(_FIGURE_GAP * dpr)
    for text, tone, n_chars in parts:
        pen = pens[tone]
        right = x + (figures_width(text, pen) if len(text) > n_chars else n_chars * digit_w)
        if right > room:
            return words[:-1] if words and words[-1].text.isalpha() else words
        words.append(_Word(x, right, text, pen))
        x = right + (figure_gap if n_chars else gap)
    return words


def _place_flag(parts: list[Part], theme: Theme, dpr: float, room: int) -> list[_Word]:
    """Place why a bar is flagged, shortened to ``room`` pixels."""
    left, pen = round(_LEFT * dpr), _pens(theme, round(FONT_PX * dpr))[Tone.MUTED]
    texts = [(text, static_text(text, pen.pixels, pen.is_bold)[1]) for text, _, _ in parts]
    fitting = [text if width <= room - left else shortened(text, pen, room - left) for text, width in texts]
    return [_Word(left, left + static_text(text, pen.pixels, pen.is_bold)[1], text, pen) for text in fitting if text]


@lru_cache(maxsize=8)
def _pens(theme: Theme, pixels: int) -> dict[Tone, Pen]:
    colours = {Tone.MUTED: theme.text_muted, Tone.UP: theme.up, Tone.DOWN: theme.down}
    return {tone: Pen(pixels, colour) for tone, colour in colours.items()}


class Legend:
    """In the overlay of a chart."""

    def __init__(self) -> None:
        """Start empty."""
        self._title: list[_Word] = []
        self._values: list[_Word] = []
        self._flag: list[_Word] = []
        self._width = 0
        self._dpr = 1.0
        self._shown: tuple[object, ...] = ()

    @property
    def text(self) -> str:
        """What it says, for screen readers and tests."""
        return "  ".join(word.text for word in (*self._title, *self._values, *self._flag))

    def show_bar(self, series: Series, row: int | None, frame: Frame, theme: Theme) -> list[QRect]:
        """Show a bar's values, ``None`` the title alone; return what to repaint, in logical pixels."""
        shown = series, row, frame.panes.plot_w, frame.dpr, theme
        if shown == self._shown:  # while panning
            return []
        is_title_new = not self._shown or (series, *shown[2:]) != (self._shown[0], *self._shown[2:])
        self._shown, previous, flag = shown, self._values, self._flag
        self._width, self._dpr = frame.panes.plot_w, frame.dpr
        if is_title_new:
            self._title = _place_title(title_parts(series) if series.symbol else [], theme, frame.dpr, self._width)
        has_bar = row is not None and row < len(series.bars)
        parts = value_parts(series, row) if has_bar and row is not None else []
        self._values = _place_values(parts, theme, frame.dpr, self._width)
        self._flag = _place_flag(
            flag_part(series, row) if parts and row is not None else [], theme, frame.dpr, self._width
        )
        if is_title_new:
            return [QRect(0, round(_TOP), round(self._width / self._dpr), round(_N_ROWS * _ROW))]
        lines = ((1, previous, self._values), (2, flag, self._flag))
        return [self._room_of(at, (*old[-1:], *new[-1:])) for at, old, new in lines if old != new]

    def _room_of(self, at: int, words: tuple[_Word, ...]) -> QRect:
        """Return the logical pixels of a line up to where the last of some words ends."""
        end = max((word.right for word in words), default=0)
        return QRect(0, round(_TOP + at * _ROW), math.ceil(min(end, self._width) / self._dpr), round(_ROW))

    def draw(self, painter: QPainter, within: QRect) -> None:
        """Write what lies within a rectangle of logical pixels, on device pixels."""
        if within.top() >= _TOP + _N_ROWS * _ROW:
            return
        left, right = within.left() * self._dpr, (within.right() + 1) * self._dpr
        for at, words in enumerate((self._title, self._values, self._flag)):
            top = _TOP + at * _ROW
            intersects = within.top() < top + _ROW and within.bottom() >= top
            seen = [word for word in words if word.left < right and word.right > left] if intersects else []
            if seen:
                self._write(painter, seen, round((top + _ROW / 2) * self._dpr), has_figures=at == 1)

    def _write(self, painter: QPainter, words: list[_Word], middle: int, *, has_figures: bool) -> None:
        is_cut = words[-1].right > self._width
        if is_cut:
            painter.save()
            painter.setClipRect(0, 0, self._width, round(100 * self._dpr))
        if not has_figures:
            for word in words:
                draw_line(painter, word.left, middle, word.text, word.pen)
        else:
            runs: dict[Pen, list[_Word]] = {}
            for word in words:
                runs.setdefault(word.pen, []).append(word)
            for pen, run in runs.items():
                names = [word for word in run if word.text.isalpha()]  # they stay, their figures do not
                draw_lines(painter, [(word.left, middle, word.text) for word in names], pen)
                figures = [(word.left, word.text) for word in run if word not in names]
                write_figures(painter, figures, middle, pen)
        if is_cut:
            painter.restore()

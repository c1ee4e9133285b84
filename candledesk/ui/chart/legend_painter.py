"""The legend: two lines of text in the chart's top left, what is shown and the values of one bar."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from candledesk.ui.chart.legend import Part, Tone, title_parts, value_parts
from candledesk.ui.chart.texts import Pen, draw_line, figures_width, write_figures
from candledesk.ui.theme import FONT_PX, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.frame import Frame
    from candledesk.ui.chart.scene import Series

_LEFT = 12.0
_TOP = 10.0
_ROW = 21.0
_TITLE_PX = 15.0
_TITLE_GAP = 10.0
_VALUE_GAP = 4.0
_FIGURE_GAP = 12.0


class Legend:
    """In the overlay of a chart."""

    def __init__(self) -> None:
        """Start empty."""
        self._title: list[Part] = []
        self._values: list[Part] = []
        self._width = 0
        self._dpr = 1.0
        self._theme: Theme | None = None
        self._shown: tuple[object, ...] = ()
        self._ends = [math.inf, math.inf]  # where each line ends, in logical pixels, once it was written

    @property
    def text(self) -> str:
        """What it says, for screen readers and tests."""
        return "  ".join(part.text for part in (*self._title, *self._values))

    def show_bar(self, series: Series, row: int | None, frame: Frame, theme: Theme) -> list[QRect]:
        """Show a bar's values, ``None`` the title alone; return what to repaint, in logical pixels."""
        shown = series, row, frame.panes.plot_w, frame.dpr, theme
        if shown == self._shown:  # while panning
            return []
        is_title_new = not self._shown or (series, *shown[2:]) != (self._shown[0], *self._shown[2:])
        self._shown, former = shown, self._values
        self._width, self._dpr, self._theme = frame.panes.plot_w, frame.dpr, theme
        if is_title_new:
            self._title = title_parts(series) if series.symbol else []
        has_bar = row is not None and row < len(series.bars)
        self._values = value_parts(series, row) if has_bar and row is not None else []
        whole = round(self._width / self._dpr)
        if is_title_new:
            self._ends = [math.inf, math.inf]
            return [QRect(0, round(_TOP), whole, round(2 * _ROW))]
        if former == self._values:
            return []
        width = math.ceil(min(self._ends[1] + _ROW, whole)) if len(former) == len(self._values) else whole
        self._ends[1] = math.inf
        return [QRect(0, round(_TOP + _ROW), width, round(_ROW))]

    def draw(self, painter: QPainter, within: QRect) -> None:
        """Write the lines that lie within a rectangle of logical pixels, on device pixels."""
        if self._theme is None:
            return
        painter.save()
        painter.setClipRect(0, 0, self._width, round(100 * self._dpr))
        for at, draw in enumerate((self._draw_title, self._draw_values)):
            top = _TOP + at * _ROW
            if within.top() < top + _ROW and within.bottom() >= top and within.left() <= self._ends[at]:
                self._ends[at] = draw(painter, self._theme) / self._dpr
        painter.restore()

    def _draw_values(self, painter: QPainter, theme: Theme) -> int:
        """Write the second line with one call per colour: figures have room reserved, so every place is known."""
        colours = {Tone.MUTED: theme.text_muted, Tone.UP: theme.up, Tone.DOWN: theme.down}
        x, middle = round(_LEFT * self._dpr), round((_TOP + _ROW * 1.5) * self._dpr)
        pens = {tone: Pen(round(FONT_PX * self._dpr), colour) for tone, colour in colours.items()}
        runs: dict[Tone, list[tuple[int, str]]] = {}
        digit_w = figures_width("0", pens[Tone.MUTED])
        for part in self._values:
            runs.setdefault(part.tone, []).append((x, part.text))
            wide = (
                figures_width(part.text, pens[part.tone]) if len(part.text) > part.n_chars else part.n_chars * digit_w
            )
            x += round(wide) + round((_FIGURE_GAP if part.n_chars else _VALUE_GAP) * self._dpr)
        for tone, figures in runs.items():
            write_figures(painter, figures, middle, pens[tone])
        return x

    def _draw_title(self, painter: QPainter, theme: Theme) -> int:
        x, middle = round(_LEFT * self._dpr), round((_TOP + _ROW / 2) * self._dpr)
        for part in self._title:
            is_title = part.tone is Tone.TITLE
            pixels, colour = (_TITLE_PX, theme.text) if is_title else (FONT_PX, theme.text_muted)
            pen = Pen(round(pixels * self._dpr), colour, is_title)
            x += draw_line(painter, x, middle, part.text, pen) + round(_TITLE_GAP * self._dpr)
        return x

"""Painting text on whole device pixels: lasting text is laid out once, changing numbers are not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText

from candledesk.ui.chart.core.frame import TextMetrics
from candledesk.ui.chart.paint.pixels import colour_of
from candledesk.ui.theme.themes import FONT_PX, chart_font

Align = Qt.AlignmentFlag
_LEAST_CHARS = 3  # shorter text cannot be read


@lru_cache(maxsize=8)
def text_metrics(dpr: float) -> TextMetrics:
    """Measure the axis font at a scale factor; logical pixels."""
    metrics = QFontMetricsF(chart_font(FONT_PX * dpr))
    return TextMetrics(metrics.horizontalAdvance("0") / dpr, metrics.height() / dpr)


@lru_cache(maxsize=1024)
def static_text(text: str, pixels: int, is_bold: bool) -> tuple[QStaticText, int, int]:  # noqa: FBT001 - a cache key
    """Lay a line out once: the text, its width and its height (``drawText`` costs five times as much)."""
    laid = QStaticText(text)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    font = chart_font(pixels, is_bold=is_bold)
    laid.prepare(font=font)
    size = laid.size()
    return laid, math.ceil(size.width()), math.ceil(size.height())


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line of text is written; ``pixels``: device pixels of the font."""

    pixels: int
    colour: str
    is_bold: bool = False


def draw_line(painter: QPainter, x: int, middle: int, text: str, pen: Pen, align: Align = Align.AlignLeft) -> int:
    """Write one line at ``x``, vertically about ``middle``; return its width."""
    laid, width, height = static_text(text, pen.pixels, pen.is_bold)
    if align is Align.AlignHCenter:
        x -= width // 2
    elif align is Align.AlignRight:
        x -= width
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    painter.drawStaticText(x, middle - height // 2, laid)
    return width


def draw_lines(painter: QPainter, lines: list[tuple[int, int, str]], pen: Pen, align: Align = Align.AlignLeft) -> None:
    """Write many lines with one pen: each is its ``x``, the middle of its height, and its text."""
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    is_centred = align is Align.AlignHCenter
    for x, middle, text in lines:
        laid, width, height = static_text(text, pen.pixels, pen.is_bold)
        painter.drawStaticText(x - width // 2 if is_centred else x, middle - height // 2, laid)


@lru_cache(maxsize=64)
def _font_metrics(pixels: int, is_bold: bool) -> tuple[QFontMetricsF, int, int]:  # noqa: FBT001 - a cache key
    """Return a font's metrics, its ascent and its height in whole pixels, as a laid-out line has them."""
    metrics = QFontMetricsF(chart_font(pixels, is_bold=is_bold))
    return metrics, round(metrics.ascent()), math.ceil(metrics.height())


def write_figures(painter: QPainter, figures: list[tuple[int, str]], middle: int, pen: Pen) -> None:
    """Write changing numbers on one line, each with its ``x`` and its text, vertically about ``middle``.

    Not for words: kerned letters round their width differently. (A run of glyphs costs twice as much: its points.)
    """
    _, ascent, height = _font_metrics(pen.pixels, pen.is_bold)
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    baseline = middle - height // 2 + ascent
    for x, text in figures:
        painter.drawText(x, baseline, text)


@lru_cache(maxsize=1024)
def figures_width(text: str, pen: Pen) -> int:
    """Return how wide ``text`` is, in whole device pixels."""
    return math.ceil(_font_metrics(pen.pixels, pen.is_bold)[0].horizontalAdvance(text))


def shortened(text: str, pen: Pen, width: int) -> str:
    """Return the part of ``text`` that fits into ``width`` device pixels, with an ellipsis; empty without room."""
    if width < _LEAST_CHARS * pen.pixels:
        return ""
    metrics, _, _ = _font_metrics(pen.pixels, pen.is_bold)
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


def draw_figures(painter: QPainter, x: int, middle: int, text: str, pen: Pen, align: Align = Align.AlignLeft) -> None:
    """Write a changing number where ``draw_line`` would write it."""
    left = x - figures_width(text, pen) // 2 if align is Align.AlignHCenter else x
    write_figures(painter, [(left, text)], middle, pen)


def draw_paragraph(painter: QPainter, rect: QRect, text: str, pen: Pen, align: Align) -> None:
    """Write text that wraps inside ``rect``."""
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextWordWrap), text)

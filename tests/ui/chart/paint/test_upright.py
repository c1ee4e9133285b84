"""Translucent rectangles side by side: the fast way paints the pixels of the plain one."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter

from candledesk.ui.chart.core.geometry.rects import rects_of
from candledesk.ui.chart.paint.pixels import fill_rects, fill_upright

COLOURS = ("#40ff8000", "#8000c0ff")


def _image(paint):
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#131722"))
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setClipRect(5, 10, 280, 170)
    paint(painter)
    painter.end()
    return image


@pytest.mark.parametrize("seed", range(4))
def test_the_pixels_are_those_of_single_rectangles(qapp, seed):
    random = np.random.default_rng(seed)
    widths = random.integers(1, 4, 120)
    left = np.cumsum(widths + (random.random(120) < 0.1)) - widths  # with holes where nothing is to be painted
    top = random.integers(-60, 180, 120)
    rects = rects_of(left - 8, top, left - 8 + widths - 1, top + random.integers(0, 120, 120))
    is_first = random.random(120) < 0.5

    def plain(painter):
        fill_rects(painter, rects[is_first], COLOURS[0])
        fill_rects(painter, rects[~is_first], COLOURS[1])

    assert _image(lambda painter: fill_upright(painter, rects, COLOURS, is_first, 200)) == _image(plain)

"""What is copied as a picture on screen is, pixel by pixel, what a file gets as shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPicture

from candledesk.ui.chart.paint.pixels import device_pixels, draw_dashed, fill, fill_rects, fill_ruled, fill_standing

WIDTH, HEIGHT = 60, 80
GREEN, RED = "#1c5554", "#6b3138"
BOX = (4, 20, 50, 40)

pytestmark = pytest.mark.usefixtures("qapp")


def _image(paint):
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    paint(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(HEIGHT, WIDTH).copy()


def _by_shapes(paint):
    """Record on a device that holds shapes, and play them on an image."""
    picture = QPicture()
    painter = QPainter(picture)
    painter.setPen(Qt.PenStyle.NoPen)
    paint(painter)
    painter.end()
    return _image(picture.play)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, BOX[3]), st.booleans()), max_size=40),
    st.integers(0, 6),
    st.integers(-1, 40),
)
def test_what_standing_columns_share_is_filled_as_each_by_itself(columns, first, gap_at):
    widths = np.array([width for width, _, _ in columns], np.int32)
    right = first - 1 + np.cumsum(widths) + (np.arange(len(widths)) >= gap_at if gap_at >= 0 else 0)
    tops = BOX[1] + np.array([BOX[3] - height for _, height, _ in columns], np.int32)
    rects = np.stack((right - widths + 1, tops, right, np.full_like(tops, BOX[1] + BOX[3] - 1)), axis=1, dtype=np.int32)
    is_up = np.array([up for _, _, up in columns], np.bool_)

    def plainly(painter, parts=rects):
        painter.setClipRect(*BOX)
        fill_rects(painter, parts[is_up], GREEN)
        fill_rects(painter, parts[~is_up], RED)

    def together(painter):
        painter.setClipRect(*BOX)
        plainly(painter, fill_standing(painter, rects, is_up, (GREEN, RED), BOX))

    assert (_image(together) == _image(plainly)).all()
    assert (_by_shapes(together) == _image(plainly)).all()


def test_columns_from_edge_to_edge_share_one_picture():
    rects = np.array([[x, 30 + x % 3, x, 59] for x in range(4, 54)], np.int32)
    left = []
    _image(lambda painter: left.append(fill_standing(painter, rects, np.ones(50, np.bool_), (GREEN, RED), BOX)))
    assert left[0][:, 3].tolist() == [31] * 50  # above the highest row that all of them reach
    assert rects[:, 3].tolist() == [59] * 50


@given(st.lists(st.integers(-3, WIDTH + 3), max_size=8), st.integers(1, 3))
def test_lines_down_are_the_same_in_a_picture_and_in_shapes(columns, thick):
    def ruled(painter):
        fill_ruled(painter, BOX, "#131722", (columns, thick, "#ff0000"))

    image = _image(ruled)
    assert (image == _by_shapes(ruled)).all()
    left, top, width, height = BOX
    lined = {x + at for x in columns if left <= x < left + width for at in range(thick) if x + at < left + width}
    wanted = [0xFFFF0000 if x in lined else 0xFF131722 for x in range(left, left + width)]
    assert (image[top : top + height, left : left + width] == np.array(wanted, np.uint32)).all()
    assert not (image[:top] & 0xFFFFFF).any()
    assert not (image[:, left + width :] & 0xFFFFFF).any()


@given(st.integers(1, 50), st.integers(1, 6), st.integers(1, 3), st.booleans())
def test_dashes_are_the_same_in_a_picture_and_in_shapes(length, dash, line, is_down):
    def dashed(painter):
        draw_dashed(painter, 5, 7, length, (dash, line), GREEN, is_down=is_down)

    image = _image(dashed) & 0xFFFFFF
    assert (image == _by_shapes(dashed) & 0xFFFFFF).all()
    along = image[7 : 7 + length, 5] if is_down else image[7, 5 : 5 + length]
    assert (along > 0).tolist() == [at // dash % 2 == 0 for at in range(length)]
    assert np.count_nonzero(image) == line * np.count_nonzero(along)


@pytest.mark.parametrize("corner", [7.5, 8.5])
def test_a_corner_on_half_a_pixel_lies_where_qt_puts_it(corner):
    def at_the_corner(painter):
        painter.translate(corner, corner)
        with device_pixels(painter):
            fill(painter, 0, 0, 3, 3, GREEN)

    def by_qt(painter):
        painter.translate(corner, corner)
        painter.fillRect(0, 0, 3, 3, QColor(GREEN))

    assert (_image(at_the_corner) == _image(by_qt)).all()

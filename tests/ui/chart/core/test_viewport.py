import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.ui.chart.core.viewport import Logical, Viewport

TIMES = np.arange(0, 500 * 60, 60, dtype=np.int64)


def _view(right_edge=300.0, spacing=8.0, times=TIMES):
    return Viewport(width=800.0).place(times).moved(Logical(right_edge), spacing)


def _pixels(view, times):
    placed = view.place(times)
    lo, hi = placed.visible()
    return {int(times[row]): placed.x_of(row) for row in range(lo, hi)}


@given(st.floats(0, 800), st.floats(0.5, 2), st.floats(120, 450), st.floats(2, 40))
def test_zoom_keeps_what_is_under_the_pixel(x, factor, right_edge, spacing):
    placed = _view(right_edge, spacing).place(TIMES)
    under = placed.logical_at(x)
    zoomed = placed.zoom_at(x, factor).place(TIMES)
    wanted = under + (800 - x) / zoomed.view.spacing
    if zoomed.right_edge == pytest.approx(wanted):  # else the over-scroll limit decided
        assert zoomed.x_of(under) == pytest.approx(x, abs=1e-6)


def test_pan_is_one_to_one_in_pixels():
    placed = _view().place(TIMES)
    assert placed.pan(37.0).place(TIMES).x_of(280) == pytest.approx(placed.x_of(280) + 37.0)


@pytest.mark.parametrize(("dx", "kept"), [(1e7, [0, 1]), (-1e7, [498, 499])])
def test_over_scroll_leaves_two_bars(dx, kept):
    placed = _view().place(TIMES).pan(dx).place(TIMES)
    centres = [row for row in range(500) if 0 <= placed.x_of(row) <= 800]
    assert centres == kept


def test_prepending_moves_nothing():
    view = _view()
    older = np.concatenate((np.arange(-1_000 * 60, 0, 60, dtype=np.int64), TIMES))
    assert _pixels(view, TIMES) == _pixels(view.place(TIMES).followed(older), older)


def test_appending_moves_nothing_when_scrolled_back():
    view = _view(300)
    newer = np.append(TIMES, TIMES[-1] + 60)
    assert _pixels(view, TIMES) == _pixels(view.place(TIMES).followed(newer), newer)


def test_appending_shifts_by_one_bar_when_the_latest_is_visible():
    view = _view(505)
    newer = np.append(TIMES, TIMES[-1] + 60)
    placed = view.place(TIMES).followed(newer).place(newer)
    assert placed.x_of(500) == pytest.approx(view.place(TIMES).x_of(499))


def test_resize_keeps_right_edge_and_spacing():
    before = _view().place(TIMES)
    after = before.view.resized(500).place(TIMES)
    assert (after.right_edge, after.view.spacing, after.view.width) == (before.right_edge, before.view.spacing, 500)
    assert after.x_of(250) == before.x_of(250) - 300
    assert before.view.resized(0).width == 1.0


def test_a_wider_axis_moves_no_bar():
    before = _view().place(TIMES)
    after = before.view.resized_from_left(760).place(TIMES)
    assert after.x_of(250) == pytest.approx(before.x_of(250))


def test_no_bars_is_no_error():
    placed = Viewport().place(np.empty(0, np.int64))
    assert placed.visible() == (0, 0)
    assert placed.pan(10) == placed.view


def test_fit_shows_every_bar():
    placed = _view().place(TIMES).fit().place(TIMES)
    assert placed.x_of(0) > 0
    assert placed.x_of(499) < 800

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.geometry.heikin_ashi import average_columns
from candledesk.ui.chart.core.geometry.lines import area_points, line_points
from candledesk.ui.chart.core.geometry.lod import previous_closes, reduce_rows
from candledesk.ui.chart.core.geometry.rects import volume_rects
from candledesk.ui.chart.core.geometry.shapes import hollow_rects, ohlc_rects, place_strokes, wick_rects
from tests.fake_data import make_bars

UP = np.array([True, False, True, False])
# y grows downward: open, high, low, close of four columns
ENDS = np.array([[50.2, 20, 40, 30], [10, 10, 39.7, 10], [60, 60, 40, 60], [20, 50, 40, 50.4]])
X = np.array([10.0, 30.4, 50, 70])


def _strokes(spacing):
    return place_strokes(X, ENDS, spacing, 0, 100)


def _painted(rects):
    """Return the set of pixels of inclusive rectangles."""
    return {(x, y) for x1, y1, x2, y2 in rects.tolist() for x in range(x1, x2 + 1) for y in range(y1, y2 + 1)}


@pytest.mark.parametrize("spacing", [1.0, 2.0, 5.0, 8.0, 21.0])
def test_every_type_paints_every_pixel_from_low_to_high(spacing):
    strokes = _strokes(spacing)
    ohlc, wicks = ohlc_rects(strokes, UP), wick_rects(strokes)
    painted = _painted(np.concatenate((ohlc.up, ohlc.down)))
    assert painted >= _painted(wicks)
    for row, is_up in enumerate(UP.tolist()):
        x = round(X[row])
        mine = {pixel for pixel in _painted(ohlc.up if is_up else ohlc.down) if pixel[0] == x}
        assert {y for _, y in mine} == set(range(round(ENDS[1, row]), round(ENDS[2, row]) + 1))


def test_a_bar_has_its_open_left_and_its_close_right():
    strokes = _strokes(8.0)
    half = strokes.width // 2
    assert half > 0
    painted = _painted(ohlc_rects(strokes, UP).up)
    assert {y for x, y in painted if x == 10 - half} == {50}
    assert {y for x, y in painted if x == 10 + half} == {20}


def test_a_hollow_body_is_empty_and_a_filled_one_is_not():
    strokes = _strokes(12.0)
    half = strokes.width // 2
    is_filled = ENDS[3] > ENDS[0]
    rects = hollow_rects(strokes, UP, is_filled)
    inside_hollow = {(x, y) for x in range(10 - half + 1, 10 + half) for y in range(21, 50)}
    assert not _painted(rects.up) & inside_hollow
    assert {(10 - half, 35), (10 + half, 35), (10, 12), (10, 55), (10, 20), (10, 50)} <= _painted(rects.up)
    inside_filled = {(x, y) for x in range(30 - half, 30 + half + 1) for y in range(20, 51)}
    assert inside_filled <= _painted(rects.down)


def test_far_values_stay_within_what_a_painter_can_take():
    strokes = place_strokes(X, ENDS * 1e12, 8.0, 0, 100)
    assert np.abs(ohlc_rects(strokes, UP).up).max() < 200
    assert np.abs(line_points(X, ENDS[3] * 1e12, 0, 100)).max() < 5_000


def test_an_area_is_closed_at_its_floor():
    points = area_points(line_points(X, ENDS[3], 0, 100), 100.0)
    assert points[-2:].tolist() == [[70.5, 100.0], [10.5, 100.0]]
    assert len(area_points(np.empty((0, 2)), 1.0)) == 0


def _slow_average(columns):
    out, opening, closing = [], None, None
    rows = zip(columns.open, columns.high, columns.low, columns.close, strict=True)
    for o, h, l, c in rows:  # noqa: E741 - the letters of the formula
        opening = (o + c) / 2 if opening is None else (opening + closing) / 2
        closing = (o + h + l + c) / 4
        out.append((opening, max(h, opening, closing), min(l, opening, closing), closing))
    return np.array(out)


@given(st.integers(1, 400), st.integers(1, 40), st.sampled_from([1, 2, 8]))
def test_heikin_ashi_equals_its_definition(n, n_shown, block):
    bars = make_bars(n)
    columns = reduce_rows(bars, BarAxis(bars.open_time), 0, n, block)
    n_shown = min(n_shown, len(columns.open))
    shown = average_columns(columns, n_shown)
    wanted = _slow_average(columns)[-n_shown:]
    assert np.allclose(np.stack((shown.open, shown.high, shown.low, shown.close), axis=1), wanted, rtol=1e-12)
    assert (shown.high >= columns.high[-n_shown:]).all()
    assert (shown.low <= columns.low[-n_shown:]).all()
    assert shown.volume.tolist() == columns.volume[-n_shown:].tolist()


@given(st.integers(0, 90), st.sampled_from([1, 2, 4]), st.integers(0, 7))
def test_the_previous_close_is_that_of_the_bar_before(lo, block, origin):
    bars = make_bars(100)
    columns = reduce_rows(bars, BarAxis(bars.open_time, origin=origin), lo, 100, block)
    first = max(0, (lo + origin) // block * block - origin)
    starts = [first, *range((first + origin) // block * block + block - origin, 100, block)]
    wanted = [bars.close[at - 1] if at else bars.open[0] for at in starts]
    assert previous_closes(bars, columns).tolist() == wanted


def test_narrow_volume_columns_stand_side_by_side_without_stripes():
    spacing = 1.25
    x = 3 + spacing * np.arange(400)
    rects = volume_rects(x, np.ones(400), spacing=spacing, top=0, bottom=50, peak=1.0)
    assert (rects[1:, 0] == rects[:-1, 2] + 1).all()
    assert set((rects[:, 2] - rects[:, 0] + 1).tolist()) == {1, 2}

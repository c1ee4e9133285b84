"""Lines of indicators in columns: every extreme is kept, and nothing moves on prepend, append and other windows."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.indicators.studies import make_study
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.geometry.lod import block_size
from candledesk.ui.chart.core.studies.chart_study import new_study
from candledesk.ui.chart.core.studies.columns import Rows, StudyScene, n_each_of, show_studies, starts_on_screen
from candledesk.ui.chart.core.studies.study_values import StudyValues
from candledesk.ui.chart.core.viewport import Viewport

DAY = INTERVALS["1d"]
STEP = DAY.step_s
WIDTH = 800.0


def _line(n, first=0):
    """Return a line whose value at a bar depends on the bar alone, with a spike now and then."""
    bars = np.arange(first, first + n)
    return np.sin(bars / 7) * 10 + np.where(bars % 97 == 0, 1_000.0, 0.0) - np.where(bars % 89 == 0, 900.0, 0.0)


def _values(first, n, stride=1, shifts=None, study="sma"):
    times, line = np.arange(first, first + n, dtype=np.int64) * STEP, _line(n, first)
    if stride > 1:
        at = np.flatnonzero(np.append(True, np.diff(times // (STEP * stride)) > 0))
        ends = np.append(at[1:], n) - 1
        parts = np.minimum.reduceat(line, at), np.maximum.reduceat(line, at), line[ends]
        times = times[at]
    else:
        parts = line, line, line
    made = make_study(study)
    lines = [dict.fromkeys(made.indicator.output_names, part) for part in parts]
    return StudyValues(made, "AAPL", DAY, stride, times, *lines, np.ones(len(times), np.bool_), shifts or {})


def _axis(first, n, stride=1, **facts):
    times = np.arange(first, first + n, dtype=np.int64) * STEP
    if stride == 1:
        return BarAxis(times, step_s=STEP, **facts)
    at = np.flatnonzero(np.append(True, np.diff(times // (STEP * stride)) > 0))
    return BarAxis(times[at], np.append(at, n), stride=stride, step_s=STEP, **facts)


def _show(values, axis, view, dpr=1.0):
    one = new_study(values.study, ())
    placed = view.place(axis)
    return show_studies(
        StudyScene([one], {one.key: values}, INTERVALS["1d"]), placed, block_size(view.spacing * dpr), dpr
    )[0]


def _view(last, spacing):
    return Viewport(anchor_time=last * STEP, right=6.5, spacing=spacing, width=WIDTH)


@pytest.mark.parametrize(("spacing", "stride"), [(8.0, 1), (1.3, 1), (0.4, 1), (0.11, 1), (0.05, 8), (0.013, 8)])
def test_each_column_holds_the_extremes_of_its_bars_and_the_last_value(spacing, stride):
    n = 40_000
    shown = _show(_values(0, n, stride), _axis(0, n, stride), _view(n - 1, spacing))
    columns, view = shown.lines["value"], _view(n - 1, spacing).place(_axis(0, n, stride))
    block, line = block_size(spacing), _line(n)
    width = max(block, stride)
    for x, least, greatest, last in zip(columns.x, columns.least, columns.greatest, columns.last, strict=True):
        centre = view.logical_at(x)
        first = round(centre - (width - 1) / 2)
        part = line[max(first, 0) : first + width]
        assert (least, greatest, last) == (part.min(), part.max(), part[-1])
    assert columns.x[0] <= max(0.0, view.x_of(width))
    assert columns.x[-1] >= min(view.x_of(n - 1 - width), WIDTH)


@pytest.mark.parametrize("spacing", [8.0, 1.3, 0.3])
def test_older_bars_before_the_window_move_nothing_on_screen(spacing):
    n, older = 6_000, 1_717
    before_axis = _axis(older, n)
    after_axis = _axis(0, n + older).continuing(before_axis)
    view = _view(older + n - 1, spacing)
    before = _show(_values(older, n), before_axis, view).lines["value"]
    for values in (_values(older, n), _values(0, n + older)):  # before and after the values of the new window come
        after = _show(values, after_axis, view).lines["value"]
        on_screen = [(columns.x >= 0) & (columns.x <= WIDTH) for columns in (before, after)]
        for name in ("x", "least", "greatest", "last"):
            first, second = (getattr(part, name)[kept] for part, kept in zip((before, after), on_screen, strict=True))
            np.testing.assert_allclose(first, second, rtol=0, atol=1e-6)


def test_a_new_bar_leaves_the_line_until_its_value_comes():
    view = _view(900, 8.0)
    shown = _show(_values(0, 1_000), _axis(0, 1_003), view).lines["value"]
    assert shown.last[-1] == _line(1_000)[-1] or shown.x[-1] > WIDTH
    latest = _show(_values(0, 1_000), _axis(0, 1_003), _view(1_002, 8.0)).lines["value"]
    placed = _view(1_002, 8.0).place(_axis(0, 1_003))
    assert latest.x[-1] == pytest.approx(placed.x_of(999))


@pytest.mark.parametrize(("values_stride", "axis_stride", "spacing"), [(1, 8, 0.05), (8, 1, 0.3)])
def test_rows_of_another_zoom_keep_their_extremes_until_their_own_come(values_stride, axis_stride, spacing):
    n = 16_000
    shown = _show(_values(0, n, values_stride), _axis(0, n, axis_stride), _view(n - 1, spacing)).lines["value"]
    lo = max(0, round(n - 1 + 6.5 - WIDTH / spacing))
    assert shown.greatest.max() == _line(n)[lo:].max()
    assert shown.least.min() == _line(n)[lo:].min()


def test_a_shifted_line_is_drawn_so_many_bars_to_the_right():
    view, axis = replace(_view(999, 8.0), right=40.0), _axis(0, 1_000)
    placed = view.place(axis)
    shown = _show(_values(0, 1_000, shifts={"value": 25}), axis, view).lines["value"]
    assert shown.x[-1] == pytest.approx(placed.x_of(999 + 25))
    back = _show(_values(0, 1_000, shifts={"value": -25}), axis, view).lines["value"]
    assert back.x[-1] == pytest.approx(placed.x_of(999 - 25))


def test_the_scale_shows_what_is_on_screen_and_the_levels_of_an_own_pane():
    n = 2_000
    shown = _show(_values(0, n), _axis(0, n), _view(n - 1, 8.0))
    lo = n - 1 - round(WIDTH / 8 - 6.5)
    part = _line(n)[lo:]
    assert (shown.low, shown.high) == (part.min(), part.max())
    rsi = _show(_values(0, n, study="rsi"), _axis(0, n), _view(n - 1, 8.0))
    assert rsi.low <= 30
    assert rsi.high >= 70


def test_a_hidden_study_and_one_without_values_draw_nothing():
    one = new_study(make_study("sma"), ())
    placed = _view(99, 8.0).place(_axis(0, 100))
    shown = show_studies(StudyScene([one], {}, INTERVALS["1d"]), placed, 1, 1.0)[0]
    assert (shown.lines, shown.values) == ({}, None)
    assert np.isnan(shown.low)


def test_a_zig_zag_keeps_its_real_points_at_every_zoom():
    n = 4_000
    times = np.arange(n, dtype=np.int64) * STEP
    line = np.full(n, np.nan)
    points = np.arange(50, n, 111)
    line[points] = np.where(np.arange(len(points)) % 2, 90.0, 120.0)
    study = make_study("zigzag")
    lines = {"value": line, "known_time": line}
    values = StudyValues(study, "AAPL", DAY, 1, times, lines, lines, lines, np.ones(n, np.bool_))
    for spacing in (8.0, 1.0, 0.2):
        axis, view = _axis(0, n), _view(n - 1, spacing)
        shown, placed = _show(values, axis, view).lines["value"], view.place(axis)
        first = np.searchsorted(points, placed.left_edge) - 1
        kept = points[max(first, 0) :]
        np.testing.assert_allclose(shown.x, [placed.x_of(int(at)) for at in kept])
        np.testing.assert_array_equal(shown.last, line[kept])


def test_a_row_that_holds_two_turning_points_is_left_in_the_other_direction():
    study = make_study("zigzag")
    nan = np.nan
    least, greatest = np.array([100.0, nan, 90.0, nan]), np.array([100.0, nan, 130.0, nan])
    sides = [dict.fromkeys(study.indicator.output_names, side) for side in (least, greatest, least)]
    values = StudyValues(study, "AAPL", DAY, 8, np.arange(4, dtype=np.int64), *sides, np.ones(4, np.bool_))
    rows, prices = values.vertices
    assert (rows.tolist(), prices.tolist()) == ([0, 2, 2], [100.0, 130.0, 90.0])


@pytest.mark.parametrize("ufunc", [np.fmin, np.fmax])
@pytest.mark.parametrize(
    ("begins", "n_each"),
    [
        ([0, 3, 11, 19, 27], 8),
        ([0, 8, 16, 24], 8),
        ([0, 1, 5, 9, 13], 4),
        ([0, 3, 11, 19, 26], 0),  # one column is shorter
        ([0, 3, 6, 9], 0),  # no power of two
        ([0, 5], 0),
        ([0], 0),
    ],
)
def test_columns_are_reduced_as_their_rows_are_one_by_one(ufunc, begins, n_each):
    values = np.random.default_rng(3).normal(size=30)
    values[[0, 4, 12, 13, 19, 29]] = np.nan
    rows = Rows(0, len(values), np.zeros(len(begins)), np.array(begins), n_each_of(np.array(begins)))
    assert rows.n_each == n_each
    parts = np.split(values, begins[1:])
    np.testing.assert_array_equal(rows.reduced(ufunc, values), [ufunc.reduce(part) for part in parts])


@pytest.mark.parametrize("hole", [(20, 21), (960, 970), (998, 1_000)])
def test_values_with_other_holes_have_columns_of_their_own(hole):
    whole, other = _values(0, 1_001), _values(0, 1_001 + hole[1] - hole[0])
    is_kept = np.ones(len(other.open_time), np.bool_)
    is_kept[hole[0] : hole[1]] = False
    line = {name: values[is_kept] for name, values in other.last.items()}
    other = StudyValues(
        other.study, "AAPL", DAY, 1, other.open_time[is_kept], line, line, line, np.ones(1_001, np.bool_)
    )
    studies = new_study(whole.study, ()), new_study(whole.study, (new_study(whole.study, ()),))
    view = _view(1_000, 8.0)
    found = show_studies(
        StudyScene(studies, dict(zip((one.key for one in studies), (whole, other), strict=True)), DAY),
        view.place(_axis(0, 1_001)),
        1,
        1.0,
    )
    for shown, values in zip(found, (whole, other), strict=True):
        alone = _show(values, _axis(0, 1_001), view).lines["value"]
        np.testing.assert_array_equal(shown.lines["value"].x, alone.x)
        np.testing.assert_array_equal(shown.lines["value"].last, alone.last)


@pytest.mark.parametrize(("n_rows", "step"), [(40, 5), (200, 3)])
def test_times_are_placed_in_the_rows_that_hold_them(n_rows, step):
    at = np.unique(np.random.default_rng(4).integers(0, 2_000, n_rows)).astype(np.int64)
    axis = BarAxis(at * STEP, np.append(at, 2_000), stride=8, step_s=STEP)
    lo, hi = 5, len(at) - 5
    times = np.arange(at[lo], at[hi - 1] + 1, step * 7, dtype=np.int64) * STEP
    rows = np.searchsorted(axis.open_time, times, "right") - 1
    np.testing.assert_array_equal(starts_on_screen(axis, lo, hi, times), at[rows])
    few = times[:: max(1, len(times) // 3)]
    np.testing.assert_array_equal(
        starts_on_screen(axis, lo, hi, few), at[np.searchsorted(axis.open_time, few, "right") - 1]
    )

"""Rows of many bars: what is drawn is exact, and nothing on screen moves when rows become coarser or finer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.geometry.lod import STRIDES, reduce_rows, stride_for
from candledesk.ui.chart.core.viewport import Logical, Viewport
from candledesk.ui.theme.fonts import load_font
from tests.fake_data import in_rows, make_bars

FIVE = INTERVALS["5m"]
BARS = make_bars(9_000, FIVE)
N_LONG = 200_000


def rows_of(bars, stride):
    return in_rows(bars, FIVE.step_s * stride) if stride > 1 else (bars, None)


@given(
    st.sampled_from(STRIDES),
    st.integers(0, 12),
    st.integers(-5_000, 5_000),
    st.integers(0, 8_000),
    st.integers(1, 3_000),
    st.integers(0, 4_000),
)
def test_every_drawn_column_equals_brute_force(stride, power, origin, first, n_seen, n_cut):
    bars = BARS.take(slice(n_cut, None))
    rows, starts = rows_of(bars, stride)
    axis = BarAxis(rows.open_time, starts, stride=stride, origin=origin)
    lo = axis.row_at(min(first, len(bars) - 1))
    hi = axis.row_at(min(first + n_seen, len(bars) - 1)) + 1
    block = 2**power
    columns = reduce_rows(rows, axis, lo, hi, block)
    index = np.append(axis.starts_of(np.arange(axis.n_rows)), axis.n_bars)
    groups = {}
    for row in range(axis.n_rows):
        key = row if block <= stride and stride > 1 else (int(index[row]) + origin) // block
        groups.setdefault(key, []).append(row)
    wanted = [slice(int(index[g[0]]), int(index[g[-1] + 1])) for g in groups.values() if g[-1] >= lo and g[0] < hi]
    assert columns.open.tolist() == [bars.open[part][0] for part in wanted]
    assert columns.high.tolist() == [bars.high[part].max() for part in wanted]
    assert columns.low.tolist() == [bars.low[part].min() for part in wanted]
    assert columns.close.tolist() == [bars.close[part][-1] for part in wanted]
    assert columns.volume.tolist() == [bars.volume[part].sum() for part in wanted]
    assert len(columns.centre) == len(wanted)
    assert (np.diff(columns.centre) > 0).all()


@given(st.sampled_from(STRIDES), st.integers(0, 3_000), st.sampled_from(STRIDES), st.integers(0, 8_999))
def test_a_bar_keeps_its_index_from_window_to_window(stride, n_older, other, at):
    bars = BARS.take(slice(n_older, None))
    (rows, starts), (more, more_starts) = rows_of(bars, stride), rows_of(BARS, other)
    shift = BarAxis(more.open_time, more_starts).shift_from(BarAxis(rows.open_time, starts), int(BARS.open_time[at]))
    assert shift in (n_older, None)
    assert shift is not None or stride == other == 512 or n_older > 0


@given(st.floats(1e-4, 40))
def test_a_row_is_never_wider_than_half_a_column(device_spacing):
    stride = stride_for(device_spacing)
    assert stride == 1 or stride * device_spacing <= 0.5
    coarser = [s for s in STRIDES if s > stride]
    assert not coarser or coarser[0] * device_spacing > 0.5


@given(
    st.sampled_from(STRIDES), st.sampled_from(STRIDES), st.floats(500, 9_500), st.floats(0.01, 2), st.integers(0, 400)
)
def test_nothing_moves_when_rows_become_coarser_or_finer(stride, other, right_edge, spacing, n_older):
    (rows, starts), (new, new_starts) = rows_of(BARS.take(slice(n_older, None)), stride), rows_of(BARS, other)
    before = Viewport(width=800.0).place(BarAxis(rows.open_time, starts))
    before = before.moved(Logical(right_edge), spacing).place(before.axis)
    after = before.followed(BarAxis(new.open_time, new_starts), is_latest=False).place(
        BarAxis(new.open_time, new_starts)
    )
    assert after.x_of(1_000 + n_older) == pytest.approx(before.x_of(1_000), abs=1e-6)


def test_visible_rows_cover_the_screen():
    rows, starts = rows_of(BARS, 64)
    axis = BarAxis(rows.open_time, starts)
    for right in (3.0, 700.5, 4_444.0, 9_100.0):
        placed = Viewport(width=800.0).place(axis)
        placed = placed.moved(Logical(right), 1.5).place(axis)
        lo, hi = placed.visible()
        assert axis.start_of(lo) <= max(0, placed.left_edge + 0.5)
        assert starts[hi] >= min(axis.n_bars, placed.right_edge - 0.5)


def times_on_screen(chart):
    """The pixel of each bar on screen that starts a row, by its time."""
    placed = chart.model.placed
    lo, hi = placed.visible()
    return {int(placed.open_time[row]): placed.x_of(placed.axis.start_of(row)) for row in range(lo, hi)}


@pytest.fixture
def long(chart, cache):
    cache.add("LONG", "5m", make_bars(N_LONG, FIVE, seed=5))
    return chart.open("LONG", "5m")


def zoom_out_to(chart, stride):
    for _ in range(100):
        if chart.model.series.axis.stride >= stride:
            return
        chart.model.zoom_right(0.9)
        chart.settle()
    raise AssertionError("never so coarse")


@pytest.mark.parametrize(("stride", "factor"), [(1, 0.9), (8, 0.9), (8, 1.1), (64, 1.1)])
def test_the_bar_under_the_cursor_stays_through_a_change_of_rows(long, cache, stride, factor):
    zoom_out_to(long, stride)
    long.model.pan(300)
    long.settle()
    cache.is_holding = True
    asked = len(cache.requests)
    x = long.model.placed.view.width * 0.8  # so that what is right of it is never a third of the chart
    index = long.model.placed.logical_at(x)
    while long.model.stride_of(FIVE) == long.model.series.axis.stride:
        long.model.zoom(x, factor)
    assert long.model.placed.logical_at(x) == pytest.approx(index)
    before, drawn = times_on_screen(long), long.model.series
    assert drawn.axis.stride == stride
    cache.is_holding = False
    cache.release()
    long.settle()
    after = times_on_screen(long)
    shared = before.keys() & after.keys()
    assert len(shared) > 20
    assert {time: after[time] for time in shared} == pytest.approx({time: before[time] for time in shared}, abs=0.5)
    assert len(cache.requests) <= asked + 2


@pytest.mark.parametrize("stride", [8, 64])
def test_older_bars_move_nothing_when_a_row_is_many_bars(chart, cache, stride):
    load_font()  # with it a step of the scroll stands at the border of two windows
    cache.add("LONG", "5m", make_bars(N_LONG, FIVE, seed=5), n_stored=150_000)
    chart.open("LONG", "5m")
    zoom_out_to(chart, stride)
    for _ in range(40):
        chart.model.page(-1)
        chart.model.pan(3)
        chart.settle()
    before = times_on_screen(chart)
    n_before = chart.model.placed.n_bars
    assert chart.model.series.edge is EdgeState.LOADING
    cache.store_older("LONG", "5m", 20_000)
    chart.settle()
    after = times_on_screen(chart)
    assert chart.model.placed.n_bars > n_before
    shared = list(before)[1:]  # the oldest row was not whole
    assert {time: after[time] for time in shared} == pytest.approx({time: before[time] for time in shared}, abs=1e-6)


def test_fit_shows_the_whole_stored_series(long):
    long.model.fit()
    long.settle()
    placed = long.model.placed
    assert placed.n_bars == N_LONG
    assert len(long.model.series.bars) < 20_000
    assert placed.x_of(0) >= 0
    assert placed.x_of(N_LONG - 1) <= placed.view.width
    frame = long.model.frame()
    full = long.cache.bars["LONG", "5m"]
    assert frame.columns.high.max() == full.high.max()
    assert frame.columns.low.min() == full.low.min()
    assert frame.columns.volume.sum() == full.volume.sum()


def test_the_previous_rows_are_drawn_until_the_new_ones_come(long, cache):
    cache.is_holding = True
    for _ in range(40):
        long.model.zoom_right(0.8)
        long.settle()
        assert len(long.model.frame().columns.open) > 0
    assert len(cache.held) == 1
    cache.is_holding = False
    cache.release()
    long.settle()
    assert long.model.series.axis.stride == long.model.stride_of(FIVE) > 1
    cache.is_holding = True
    for _ in range(40):
        long.model.zoom_right(1.25)
        long.settle()
        assert len(long.model.frame().columns.open) > 0
    cache.release()


def test_zooming_out_stops_a_little_beyond_the_whole_history(long):
    for _ in range(120):
        long.model.zoom_right(0.8)
        long.settle()
    placed = long.model.placed
    assert placed.view.width / placed.view.spacing == pytest.approx(N_LONG * 1.25, rel=1e-6)
    assert long.model.series.edge is EdgeState.START


def test_another_symbol_is_not_a_sliver_after_a_wide_view(long):
    long.model.fit()
    long.settle()
    long.open("AAPL", "1d")
    assert long.model.placed.view.n_screen <= 20_001

"""How far a chart zooms out, and what of it is empty then."""

from dataclasses import replace

import pytest

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.options import WheelZoom
from candledesk.ui.chart.core.scene import Series
from candledesk.ui.chart.core.viewport import DEFAULT_SPACING, Logical, Viewport
from candledesk.ui.chart.core.zoom import is_at_right_edge, min_spacing, zoomed
from tests.fake_data import make_bars


def series_of(n, edge=EdgeState.START, n_older=0, **changes):
    bars = make_bars(n)
    return replace(Series.empty(), bars=bars, axis=BarAxis(bars.open_time, n_older=n_older), edge=edge, **changes)


@pytest.mark.parametrize(
    ("n", "edge", "n_older", "is_offline", "n_most"),
    [
        (1_000, EdgeState.START, 0, False, 1_250),
        (1_000, EdgeState.FAILED, 0, False, 1_250),
        (1_000, EdgeState.MORE, 0, False, 20_000),  # more may be looked at before it is stored
        (1_000, EdgeState.LOADING, 0, False, 20_000),
        (1_000, EdgeState.LOADING, 0, True, 1_250),
        (1_000, EdgeState.MORE, 99_000, False, 125_000),
        (1_000, EdgeState.MORE, 0, True, 20_000),
    ],
)
def test_the_view_is_not_wider_than_a_whole_history_and_a_quarter(n, edge, n_older, is_offline, n_most):
    series = series_of(n, edge, n_older)
    assert min_spacing(series, 1_000.0, is_offline=is_offline) == pytest.approx(1_000 / n_most)


def test_a_few_bars_keep_their_usual_spacing():
    assert min_spacing(series_of(10), 1_000.0) == DEFAULT_SPACING
    assert min_spacing(Series.empty(), 1_000.0) == pytest.approx(1_000 / 20_000)


def place(series, right_edge, spacing=8.0):
    return Viewport(spacing=spacing, width=800.0).place(series.axis).moved(Logical(right_edge), spacing)


def empty_shares(view, series):
    placed = view.place(series.axis)
    return placed.x_of(-0.5) / 800, 1 - placed.x_of(series.axis.n_bars - 0.5) / 800


@pytest.mark.parametrize("x", [10.0, 400.0, 790.0])
@pytest.mark.parametrize("right_edge", [100.0, 250.0, 510.0])
def test_neither_end_moves_further_in_than_a_third(x, right_edge):
    series = series_of(500)
    view = place(series, right_edge)
    for _ in range(40):
        view = zoomed(view.place(series.axis), series, x, 0.9)
        assert max(empty_shares(view, series)) <= 1 / 3 + 1e-9


def test_what_a_hand_moved_further_in_does_not_jump_back():
    series = series_of(500)
    view = place(series, 499.5 + 70)
    assert empty_shares(view, series)[1] == pytest.approx(0.7)
    out = zoomed(view.place(series.axis), series, 10.0, 0.9)
    assert empty_shares(out, series)[1] == pytest.approx(0.7)
    out = zoomed(view.place(series.axis), series, 800.0, 0.9)
    assert empty_shares(out, series)[1] == pytest.approx(0.63)


def test_zooming_in_and_older_bars_that_come_are_not_held_back():
    more = series_of(500, EdgeState.MORE)
    assert empty_shares(zoomed(place(more, 100.0).place(more.axis), more, 800.0, 0.5), more)[0] > 0.4
    series = series_of(500)
    view = place(series, 499.5 + 30)
    assert zoomed(view.place(series.axis), series, 100.0, 1.5) == view.place(series.axis).zoom_at(100.0, 1.5)


@pytest.mark.parametrize(
    ("wheel", "is_latest_visible", "has_ctrl", "expected"),
    [
        (WheelZoom.EDGE, True, False, True),
        (WheelZoom.EDGE, True, True, False),
        (WheelZoom.EDGE, False, False, False),
        (WheelZoom.EDGE, False, True, False),
        (WheelZoom.CURSOR, True, False, False),
        (WheelZoom.CURSOR, True, True, True),
        (WheelZoom.CURSOR, False, True, True),
    ],
)
def test_where_the_wheel_zooms(wheel, is_latest_visible, has_ctrl, expected):
    assert is_at_right_edge(wheel, is_latest_visible=is_latest_visible, has_ctrl=has_ctrl) is expected

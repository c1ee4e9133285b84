"""A solved frame: panes, the scales of panes, the columns on screen and which of them rise."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.ui.chart.core.autoscale import Extent, price_extent, volume_extent
from candledesk.ui.chart.core.frame import (
    TextMetrics,
    axis_width,
    number_decimals,
    plot_width,
    solve_frame,
    widest_price,
)
from candledesk.ui.chart.core.options import ChartOptions, ChartType, PriceMode, UpRule
from candledesk.ui.chart.core.panes import DEFAULT_PANES, PRICE, VOLUME, Pane, Unit
from candledesk.ui.chart.core.scales import ValueRange
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Viewport
from tests.fake_data import make_bars
from tests.ui.painting import series_of

METRICS = TextMetrics(digit_w=7.0, line_h=15.0)
WIDTH, HEIGHT = 1_000, 600
BARS = make_bars(300)
OTHER = "other"


class Layer:
    """What ``solve_frame`` needs of a layer."""

    def __init__(self, pane, autoscale):
        self.pane, self.autoscale = pane, autoscale


LAYERS = [Layer(PRICE, price_extent), Layer(VOLUME, volume_extent), Layer(PRICE, None)]


def scene_of(bars=BARS, *, spacing=8.0, **changes):
    return replace(ChartScene(series_of(bars), Viewport(spacing=spacing)), **changes)


def solve(scene, dpr=1.0, layers=LAYERS):
    return solve_frame(scene, round(WIDTH * dpr), round(HEIGHT * dpr), dpr, METRICS, layers)


def flat(price, n=50):
    column = np.full(n, price)
    return Bars(make_bars(n).open_time, column, column, column, column, column)


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_the_axes_have_room_for_their_text_at_every_scale(dpr):
    frame = solve(scene_of(), dpr)
    assert frame.panes.width - frame.panes.plot_w == round((9 * 7 + 14) * dpr)
    assert frame.panes.height - frame.panes.time_top == round((15 + 14) * dpr)
    assert frame.placed.view.width == frame.panes.plot_w / dpr


def test_the_axis_is_wider_for_prices_of_more_characters():
    long = series_of(flat(1_234_567_890.0))
    assert widest_price(long) == len("1,234,567,890.00")
    assert axis_width(long, METRICS) == 16 * 7 + 14
    assert plot_width(long, 500, METRICS) == 500 - axis_width(long, METRICS)
    assert plot_width(long, 10, METRICS) == 1.0


def test_columns_are_the_bars_on_screen_and_stand_at_their_pixels():
    frame = solve(scene_of())
    assert (frame.lo, frame.hi) == tuple(frame.placed.visible())
    assert frame.columns.close.tolist() == BARS.close[frame.lo : frame.hi].tolist()
    assert frame.x.tolist() == pytest.approx([frame.device_x(row) for row in range(frame.lo, frame.hi)])
    assert frame.device_xs([frame.lo, frame.hi - 1]) == pytest.approx([frame.x[0], frame.x[-1]])
    assert frame.row_x(frame.lo) == pytest.approx(frame.x[0])


@pytest.mark.parametrize(("spacing", "dpr", "block"), [(1.0, 1.0, 1), (0.5, 1.0, 2), (0.5, 2.0, 1), (0.26, 1.0, 4)])
def test_a_column_is_at_least_one_device_pixel_wide(spacing, dpr, block):
    frame = solve(scene_of(spacing=spacing), dpr)
    assert frame.columns.block == block
    assert frame.device_spacing == spacing * dpr * block >= 1


def test_a_line_comes_from_beyond_both_edges():
    line = ChartOptions(chart_type=ChartType.LINE)
    frame = solve(scene_of(viewport=Viewport(int(BARS.open_time[200]), 0.0), options=line))
    assert frame.x[0] < 0
    assert frame.x[-1] > frame.panes.plot_w
    assert (frame.lo, frame.hi) == tuple(frame.placed.visible())


def test_a_bar_rises_by_its_open_or_by_the_close_before():
    frame = solve(scene_of())
    seen = slice(frame.lo, frame.hi)
    assert frame.is_up.tolist() == (BARS.close[seen] >= BARS.open[seen]).tolist()
    other = solve(scene_of(options=ChartOptions(up_rule=UpRule.PREVIOUS)))
    before = BARS.close[frame.lo - 1 : frame.hi - 1]
    assert other.is_up.tolist() == (BARS.close[seen] >= before).tolist()
    hollow = solve(scene_of(options=ChartOptions(chart_type=ChartType.HOLLOW)))
    assert hollow.is_up.tolist() == other.is_up.tolist()


def test_the_price_scale_shows_every_bar_with_its_margins():
    frame = solve(scene_of())
    low, high = BARS.low[frame.lo : frame.hi].min(), BARS.high[frame.lo : frame.hi].max()
    box = frame.panes.box(PRICE)
    assert frame.price.y_of(float(high)) == pytest.approx(box.top + 0.2 * box.height)
    assert frame.price.y_of(float(low)) == pytest.approx(box.top + 0.9 * box.height)
    assert (frame.price.unit, frame.price.decimals) == (Unit.PRICE, 2)


def test_volumes_stand_on_the_bottom_with_room_above_them():
    frame = solve(scene_of())
    scale, box = frame.scales[VOLUME], frame.panes.box(VOLUME)
    assert scale.range == ValueRange(0.0, float(frame.columns.volume.max()) * 1.12)
    assert (scale.y_of(0.0), scale.unit) == (box.bottom, Unit.VOLUME)


def test_the_volume_pane_is_shown_only_with_volumes():
    mute = Bars(BARS.open_time, BARS.open, BARS.high, BARS.low, BARS.close, BARS.volume * 0)
    frame = solve(scene_of(mute))
    assert [box.pane.id for box in frame.panes.boxes] == [PRICE]
    assert [box.pane.id for box in solve(ChartScene()).panes.boxes] == [PRICE, VOLUME]  # it keeps its place
    assert frame.scales[VOLUME].range == ValueRange(0.0, 1.0)


def test_a_range_that_was_set_by_hand_stays():
    wanted = ValueRange(1.0, 2.0)
    assert solve(scene_of(price_range=wanted)).price.range == wanted


@pytest.mark.parametrize("mode", list(PriceMode))
def test_the_mode_of_prices_reaches_their_labels_alone(mode):
    frame = solve(scene_of(price_mode=mode))
    base = float(BARS.close[frame.lo])
    texts = {PriceMode.PERCENT: "0.00%", PriceMode.INDEXED: "100.00"}
    assert frame.price.label(base) == texts.get(mode, f"{base:,.2f}")
    assert frame.scales[VOLUME].label(2e6) == "2.00M"


def test_a_pane_of_numbers_is_scaled_by_its_layers_and_labelled_as_finely_as_they_need():
    panes = (*DEFAULT_PANES, Pane(OTHER, 0.3))
    calls = []

    def extent(shown):
        calls.append((shown.lo, shown.hi, len(shown.columns.close)))
        return Extent(0.001, 0.002)

    layers = [*LAYERS, Layer(OTHER, extent), Layer(OTHER, lambda _shown: None)]
    frame = solve(scene_of(panes=panes), layers=layers)
    scale = frame.scales[OTHER]
    assert calls == [(frame.lo, frame.hi, frame.hi - frame.lo)]
    assert scale.range.lo < 0.001
    assert scale.range.hi > 0.002
    assert scale.label(0.0015) == "0.00150"
    assert (scale.top, scale.bottom) == frame.panes.box(OTHER)[1:]


def test_a_pane_whose_layers_show_nothing_has_a_scale_all_the_same():
    frame = solve(scene_of(panes=(*DEFAULT_PANES, Pane(OTHER, 0.3))))
    assert frame.scales[OTHER].range.lo < 0
    assert frame.scales[OTHER].range.hi > 1


@pytest.mark.parametrize(("high", "decimals"), [(100, 2), (1.0, 3), (0.05, 4), (0.001, 6), (1e9, 2)])
def test_digits_tell_the_values_of_a_range_apart(high, decimals):
    assert number_decimals(ValueRange(0.0, high)) == decimals


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_places_are_device_pixels_at_every_scale(dpr):
    frame = solve(scene_of(), dpr)
    rows = [frame.lo, frame.hi - 1]
    wanted = [frame.placed.x_of(row) * dpr for row in rows]
    assert [frame.x[0], frame.x[-1]] == pytest.approx(wanted)
    assert [frame.device_x(row) for row in rows] == pytest.approx(wanted)
    assert [frame.row_x(row) for row in rows] == pytest.approx(wanted)
    assert frame.device_xs(rows) == pytest.approx(wanted)


def test_a_line_of_many_bars_a_column_comes_from_beyond_both_edges():
    bars = make_bars(9_000)
    line = ChartOptions(chart_type=ChartType.LINE)
    frame = solve(scene_of(bars, viewport=Viewport(int(bars.open_time[6_000]), 0.0, spacing=0.26), options=line))
    assert frame.columns.block == 4
    assert frame.x[0] < 0
    assert frame.x[-1] > frame.panes.plot_w


def test_without_bars_on_screen_nothing_is_drawn():
    for kind in ChartType:
        frame = solve(replace(ChartScene(), options=ChartOptions(chart_type=kind)))
        assert (frame.lo, frame.hi, len(frame.columns.close)) == (0, 0, 0)


def test_digits_follow_the_height_of_a_range_and_not_its_place():
    assert number_decimals(ValueRange(1_000.0, 1_000.05)) == 4

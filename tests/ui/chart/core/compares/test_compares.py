"""Compared series in a frame: where they count from, what their axes show, what the legend says, what is kept."""

import math
from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.compares.columns import NO_COMMON_BAR
from candledesk.ui.chart.core.compares.compare import (
    COLOURS,
    Compare,
    Place,
    compare_document,
    new_compare,
    panes_in_use,
    parse_compare_document,
)
from candledesk.ui.chart.core.compares.compare_values import CompareValues
from candledesk.ui.chart.core.compares.texts import compare_tag, compare_text
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.panes import DEFAULT_PANES, PRICE, VOLUME, Pane
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layers import lay_out
from candledesk.ui.chart.paint.studies.study_paint import contrast
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_data import make_bars
from tests.ui.compares import values_of, with_compare
from tests.ui.painting import series_of

W, H, N = 800, 500, 300
BARS = make_bars(N)


def scene_of(bars=BARS, interval="1d", spacing=8.0):
    return ChartScene(series_of(bars, interval), Viewport(spacing=spacing))


def frame_of(scene):
    return lay_out(scene, W, H, 1.0)


def line(seed, n=N):
    return 50 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, n)))


def percent_at(frame, shown, row):
    """Return what the axis says at the place where a compared line is drawn at a row of the chart."""
    at = int(np.argmin(np.abs(shown.columns.x - frame.row_x(row))))
    return (frame.price.value_at(float(frame.price.y_of(shown.columns.last[at]))) / frame.price.base - 1) * 100


def test_percent_counts_from_the_first_bar_on_screen(qapp):
    scene = with_compare(scene_of(), values_of(scene_of().series, close := line(1)))
    frame = frame_of(scene)
    shown = frame.compares[0]
    assert frame.price.base == BARS.close[frame.lo]
    assert shown.base == close[frame.lo]
    for row in (frame.lo, frame.lo + 20, frame.hi - 1):
        assert percent_at(frame, shown, row) == pytest.approx((close[row] / close[frame.lo] - 1) * 100, abs=1e-6)


def test_the_base_moves_with_the_view(qapp):
    scene = with_compare(scene_of(), values_of(scene_of().series, close := line(1)))
    moved = replace(scene, viewport=frame_of(scene).placed.pan(320.0))
    frames = frame_of(scene), frame_of(moved)
    assert frames[1].lo == frames[0].lo - 40
    for frame in frames:
        assert (frame.price.base, frame.compares[0].base) == (BARS.close[frame.lo], close[frame.lo])


def test_percent_counts_from_the_first_bar_that_all_have(qapp):
    scene = scene_of()
    lo = frame_of(scene).lo
    late = line(2)
    late[: lo + 30] = np.nan
    for close in (line(1), late):
        scene = with_compare(scene, values_of(scene.series, close, "SPY" if close is not late else "NEW"))
    frame = frame_of(scene)
    assert frame.price.base == BARS.close[lo + 30]
    assert [one.base for one in frame.compares] == [line(1)[lo + 30], late[lo + 30]]
    hidden = replace(scene, compares=(scene.compares[0], replace(scene.compares[1], is_shown=False)))
    assert frame_of(hidden).price.base == BARS.close[lo]


def test_without_a_common_bar_the_chart_says_so_and_draws_none(qapp):
    scene = scene_of()
    lo = frame_of(scene).lo
    one, other = line(1), line(2)
    one[lo + 10 :], other[: lo + 10] = np.nan, np.nan
    for name, close in (("AAA", one), ("BBB", other)):
        scene = with_compare(scene, values_of(scene.series, close, name))
    frame = frame_of(scene)
    assert NO_COMMON_BAR in frame.notes
    assert [shown.columns for shown in frame.compares] == [None, None]


def test_what_is_loading_moves_nothing(qapp):
    scene = scene_of()
    compares = (new_compare("SPY", ()),)
    frame = frame_of(replace(scene, compares=compares, price_mode=PriceMode.PERCENT))
    assert frame.price.base == BARS.close[frame.lo]
    assert frame.compares[0].columns is None
    assert not frame.notes


def test_the_price_axis_shows_all_of_a_percent_line_and_nothing_of_an_own_scale(qapp):
    scene = scene_of()
    alone = frame_of(replace(scene, price_mode=PriceMode.PERCENT)).price.range
    steep = np.linspace(1, 900, N)
    for place in Place:
        frame = frame_of(with_compare(scene, values_of(scene.series, steep), place))
        if place is Place.PERCENT:
            assert frame.price.range.hi > alone.hi
            box, y = frame.panes.box(PRICE), frame.price.y_of(frame.compares[0].columns.last)
            on_screen = (frame.compares[0].columns.x >= 0) & (frame.compares[0].columns.x < frame.panes.plot_w)
            assert ((y[on_screen] >= box.top) & (y[on_screen] < box.bottom)).all()
        else:
            assert (frame.price.range.lo, frame.price.range.hi) == (alone.lo, alone.hi)


@pytest.mark.parametrize("place", [Place.LEFT, Place.RIGHT])
def test_an_own_scale_is_fitted_to_the_line_on_screen(qapp, place):
    close = line(3)
    frame = frame_of(with_compare(scene_of(), values_of(scene_of().series, close), place, PriceMode.NORMAL))
    shown, box = frame.compares[0], frame.panes.box(PRICE)
    seen = close[frame.lo : frame.hi]
    tops = shown.scale.y_of(np.array([seen.max(), seen.min()]))
    assert box.top < tops[0] < tops[1] < box.bottom
    assert tops[1] - tops[0] > (box.bottom - box.top) * 0.6
    assert shown.scale.label(seen.max()) == f"{seen.max():,.2f}"


def test_an_own_pane_has_the_values_on_its_axis(qapp):
    close = line(4)
    frame = frame_of(with_compare(scene_of(), values_of(scene_of().series, close), Place.PANE, PriceMode.NORMAL))
    assert [box.pane.id for box in frame.panes.boxes] == [PRICE, VOLUME, "compare-1"]
    seen, scale = close[frame.lo : frame.hi], frame.scales["compare-1"]
    assert scale.range.lo < seen.min() < seen.max() < scale.range.hi


@pytest.mark.parametrize("spacing", [0.7, 0.2])
def test_no_extreme_of_a_line_is_lost_when_zoomed_out(qapp, spacing):
    bars = make_bars(4_000)
    scene = scene_of(bars, spacing=spacing)
    close = line(5, 4_000)
    close[3_777] *= 3
    frame = frame_of(with_compare(scene, values_of(scene.series, close), Place.PANE, PriceMode.NORMAL))
    shown = frame.compares[0]
    assert np.nanmax(shown.columns.greatest) == close[3_777]
    assert shown.high == close[max(frame.lo, 0) : frame.hi].max()
    seen = shown.columns.least[(shown.columns.x >= 0) & (shown.columns.x < frame.panes.plot_w)]
    assert seen.min() == pytest.approx(close[frame.lo : frame.hi].min(), rel=0.02)


def test_a_window_that_is_newer_than_the_values_does_not_stretch_them(qapp):
    scene = scene_of()
    older = series_of(BARS.take(slice(0, N - 20)))
    values = values_of(older, line(6)[: N - 20])
    frame = frame_of(with_compare(scene, values))
    assert not np.isfinite(values.last_of(BARS.open_time[N - 10 :])).any()
    assert frame.compares[0].columns.x[-1] == pytest.approx(frame.row_x(N - 21), abs=1)


def text_of(frame, scene, row):
    daily = scene.series.interval.is_daily
    return compare_text(frame.compares[0], scene.series.bars.open_time, row, is_daily=daily)


def test_the_legend_has_the_value_and_its_change_since_the_base(qapp):
    close = line(7)
    scene = with_compare(scene_of(), values_of(scene_of().series, close))
    frame = frame_of(scene)
    found = text_of(frame, scene, N - 1)
    assert found.value == f"{close[-1]:,.2f}"
    assert found.change == pytest.approx(close[-1] / close[frame.lo] - 1)
    assert found.change_text.endswith("%")
    assert found.note == ""


def test_a_carried_value_has_the_date_of_its_own_bar(qapp):
    scene, close = scene_of(), line(8)
    own = BARS.open_time.copy()
    own[-1] = own[-2]
    carried = np.zeros(N, np.bool_)
    carried[-1] = True
    scene = with_compare(scene, values_of(scene.series, close, own_time=own, carried=carried))
    assert text_of(frame_of(scene), scene, N - 1).note == "bar of 20 Nov 2025"
    assert text_of(frame_of(scene), scene, N - 2).note == ""


def test_an_intraday_value_has_the_time_at_its_own_venue(qapp):
    bars = make_bars(100, INTERVALS["1h"])
    scene = scene_of(bars, "1h")
    own = bars.open_time - 1_800
    scene = with_compare(scene, values_of(scene.series, line(9, 100), own_time=own, tz="Asia/Tokyo"))
    note = text_of(frame_of(scene), scene, 50).note
    assert note.startswith("bar of ")
    assert note.endswith(" Tokyo")


def test_another_currency_is_named_and_nothing_is_converted(qapp):
    scene = scene_of()
    titles = [
        frame_of(with_compare(scene, values_of(scene.series, line(1), currency=currency))).compares[0].title
        for currency in ("USD", "JPY")
    ]
    assert titles == ["SPY", "SPY JPY"]


def test_an_error_stands_in_the_legend(qapp):
    scene = scene_of()
    good = values_of(scene.series, line(1))
    scene = with_compare(scene, CompareValues.failed(good.request, "Yahoo knows no symbol 'SPY'."))
    assert text_of(frame_of(scene), scene, N - 1) == (
        "",
        pytest.approx(math.nan, nan_ok=True),
        "",
        "Yahoo knows no symbol 'SPY'.",
    )


def test_the_tag_says_percent_on_the_price_scale_and_the_price_elsewhere(qapp):
    close = line(10)
    for place in Place:
        frame = frame_of(with_compare(scene_of(), values_of(scene_of().series, close), place))
        shown = frame.compares[0]
        pane = shown.compare.pane
        tag = compare_tag(shown, shown.scale or frame.scales[pane], frame.panes.box(pane))
        assert tag.text.endswith("%") is (place is Place.PERCENT)


def test_each_series_has_a_colour_of_its_own_that_can_be_seen_in_both_themes():
    compares = ()
    for name in "ABCDEFG":
        compares = (*compares, new_compare(name, compares))
    assert [one.colour for one in compares[:6]] == list(COLOURS)
    assert compares[6].colour == COLOURS[0]
    assert len({one.key for one in compares}) == 7
    assert all(contrast(colour, theme.background) >= 3 for colour in COLOURS for theme in (DARK, LIGHT))


def test_a_document_round_trip_changes_nothing():
    one = Compare("compare-3", "AAPL/SPY", "#8f66d9", Place.LEFT, is_shown=False)
    assert parse_compare_document(compare_document(one)) == one


@pytest.mark.parametrize(
    "document",
    [{}, {"key": "", "symbol": "SPY"}, {"key": "a", "symbol": "no symbol"}, {"key": 1, "symbol": "SPY"}, {"key": "a"}],
)
def test_a_document_without_key_or_symbol_is_left_out(document):
    assert parse_compare_document(document) is None


def test_invalid_parts_of_a_document_have_defaults():
    made = parse_compare_document({"key": "a", "symbol": "spy", "colour": "red", "place": "moon", "shown": 1})
    assert made == Compare("a", "SPY", COLOURS[0])


def test_panes_come_and_go_with_what_is_drawn_there():
    own = Compare("compare-1", "SPY", COLOURS[0], Place.PANE)
    panes = (*DEFAULT_PANES, Pane("rsi-1", 0.2), Pane("old", 0.2))
    kept = panes_in_use(panes, {"rsi-1"}, (own,))
    assert [pane.id for pane in kept] == [PRICE, VOLUME, "rsi-1", "compare-1"]
    assert panes_in_use(kept, {"rsi-1"}, (own,)) == kept
    assert [pane.id for pane in panes_in_use(kept, (), ())] == [PRICE, VOLUME]

"""The pixels of indicators: every extreme is drawn, unsettled values are lighter, each in its own pane and colour."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter

from candledesk.cache.indicator_messages import ProfileRow
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.indicators.studies import make_study
from candledesk.ui.chart.core.crosshair import CrosshairPoint
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.studies.chart_study import ChartStudy
from candledesk.ui.chart.core.studies.legend_rows import LegendPart
from candledesk.ui.chart.core.studies.study_values import StudyValues
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import lay_out
from candledesk.ui.chart.paint.snapshot import with_studies
from candledesk.ui.chart.paint.studies.legend import figures_of, legend_rows, legend_target, study_legend_text
from candledesk.ui.chart.paint.studies.study_paint import unsettled_colour
from candledesk.ui.chart.paint.studies.tags import tags_of
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_data import make_bars
from tests.ui.painting import paint_chart, series_of

W, H = 640, 480


def _flat(n):
    """Return bars that are as good as invisible: one price, no volume."""
    flat = np.full(n, 100.0)
    return Bars(make_bars(n).open_time, flat, flat, flat, flat, np.zeros(n))


def _values(bars, study, settled=None, profile=(), **lines):
    none = np.full(len(bars), np.nan)
    every = {name: np.asarray(lines.get(name, none), np.float64) for name in study.indicator.output_names}
    settled = np.ones(len(bars), np.bool_) if settled is None else settled
    return StudyValues(
        study, "AAPL", INTERVALS["1d"], 1, bars.open_time, every, every, every, settled,
        study.indicator.shifts(study.params), profile,
    )  # fmt: skip


def _scene(bars, values, spacing=8.0):
    return with_studies(ChartScene(series_of(bars), Viewport(spacing=spacing)), values)


def _pixels(scene, theme=DARK, dpr=1.0):
    image = QImage(round(W * dpr), round(H * dpr), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    painter = QPainter(image)
    paint_chart(painter, QSizeF(W, H), scene, theme)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()] & 0xFFFFFF


def _frame(scene, dpr=1.0):
    return lay_out(scene, round(W * dpr), round(H * dpr), dpr)


def _colour(name):
    return int(name[1:], 16)


def _share(pixels, colour):
    """Return how many pixels are nearer to a colour than to the ground."""
    own = np.array([_colour(colour) >> shift & 255 for shift in (16, 8, 0)])
    parts = np.stack([pixels >> shift & 255 for shift in (16, 8, 0)], axis=-1).astype(int)
    return int((np.abs(parts - own).sum(axis=-1) < 40).sum())


@pytest.mark.parametrize("dpr", [1.0, 1.5])
@pytest.mark.parametrize("spacing", [8.0, 1.2, 0.13])
def test_a_single_spike_is_drawn_at_every_zoom(qapp, spacing, dpr):
    n = 4_000
    bars, line = _flat(n), np.full(4_000, 100.0)
    line[n - 40] = 160.0
    scene = _scene(bars, [_values(bars, make_study("sma"), value=line)], spacing)
    frame, pixels = _frame(scene, dpr), _pixels(scene, dpr=dpr)
    y = round(float(frame.price.y_of(159.0)))
    x = round(frame.device_x(n - 40))
    near = pixels[y - 2 : y + 3, max(x - 4, 0) : x + 5]
    assert _share(near, scene.studies[0].colour("value")) or (near != _colour(DARK.background)).any()
    others = np.delete(pixels[y, : frame.panes.plot_w], slice(max(x - 6, 0), x + 7))
    assert set(others.tolist()) <= {_colour(DARK.background), _colour(DARK.grid), _colour(DARK.separator)}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("spacing", [8.0, 1.2])
def test_unsettled_values_are_lighter_and_settled_ones_have_the_colour(qapp, theme, spacing):
    bars = _flat(400)
    settled = np.arange(400) >= 370
    line = np.full(400, 120.0)
    scene = _scene(bars, [_values(bars, make_study("sma"), settled, value=line)], spacing)
    frame, pixels = _frame(scene), _pixels(scene, theme)
    row = slice(round(float(frame.price.y_of(120.0))) - 1, round(float(frame.price.y_of(120.0))) + 2)
    edge, colour = round(frame.device_x(370)), scene.studies[0].colour("value")
    assert _share(pixels[row, edge + 12 : edge + 30], colour) >= 18
    assert _share(pixels[row, edge - 30 : edge - 10], colour) == 0
    assert _share(pixels[row, edge - 30 : edge - 10], unsettled_colour(colour, theme)) >= 20


def test_a_line_without_values_is_broken_not_joined(qapp):
    bars, line = _flat(100), np.full(100, 120.0)
    line[80:90] = np.nan
    scene = _scene(bars, [_values(bars, make_study("sma"), value=line)])
    frame, pixels = _frame(scene), _pixels(scene)
    y, colour = round(float(frame.price.y_of(120.0))), scene.studies[0].colour("value")
    hole = pixels[y - 2 : y + 3, round(frame.device_x(80)) : round(frame.device_x(89))]
    assert _share(hole, colour) == 0


def test_columns_of_macd_have_four_colours_in_their_pane(qapp):
    bars = _flat(100)
    histogram = np.tile([1.0, 2.0, 1.5, -1.0, -2.0, -1.5], 17)[:100]
    study = make_study("macd")
    scene = _scene(bars, [_values(bars, study, histogram=histogram)])
    frame, pixels = _frame(scene), _pixels(scene)
    box, scale = frame.panes.box("macd-1"), frame.scales["macd-1"]
    colours = set()
    for bar in range(90, 96):
        x, y = round(frame.device_x(bar)), round(float(scale.y_of(histogram[bar] / 2)))
        colours.add(int(pixels[y, x]))
        assert pixels[round(float(scale.y_of(-histogram[bar] / 2))), x] != pixels[y, x]
    assert len(colours) == 4
    assert {_colour(DARK.up), _colour(DARK.down)} < colours
    assert box.height >= 30


def test_supertrend_changes_its_colour_and_is_broken_at_the_flip(qapp):
    bars = _flat(100)
    line, direction = np.where(np.arange(100) < 80, 90.0, 110.0), np.where(np.arange(100) < 80, 1.0, -1.0)
    scene = _scene(bars, [_values(bars, make_study("supertrend"), line=line, direction=direction)])
    frame, pixels = _frame(scene), _pixels(scene)
    for bar, value, colour in ((70, 90.0, DARK.up), (90, 110.0, DARK.down)):
        x, y = round(frame.device_x(bar)), round(float(frame.price.y_of(value)))
        assert _share(pixels[y - 1 : y + 2, x - 3 : x + 4], colour) >= 7
    x = round((frame.device_x(79) + frame.device_x(80)) / 2)
    between = pixels[round(float(frame.price.y_of(108.0))) : round(float(frame.price.y_of(102.0))), x]
    assert set(between.tolist()) <= {_colour(DARK.background), _colour(DARK.grid)}


@pytest.mark.parametrize("spacing", [8.0, 1.2])
def test_a_cloud_has_the_colour_of_the_upper_line(qapp, spacing):
    bars = _flat(800)
    first = np.where(np.arange(800) % 40 < 20, 120.0, 80.0)
    study = make_study("ichimoku", {"displacement": 1})
    scene = _scene(bars, [_values(bars, study, span_a=first, span_b=200.0 - first)], spacing)
    frame, pixels = _frame(scene), _pixels(scene)
    y = round(float(frame.price.y_of(110.0)))
    tints = [int(pixels[y, round(frame.device_x(bar))]) for bar in (768, 788)]
    (green, ground), (orange, _) = ([tint >> shift & 255 for shift in (8, 0)] for tint in tints)
    assert tints[0] != tints[1]
    assert green > 0x17
    assert (tints[1] >> 16) > (tints[0] >> 16), "the other side is orange"
    assert orange
    assert ground


def test_rows_of_a_profile_stand_at_the_right_edge_as_wide_as_their_volume(qapp):
    bars = _flat(100)
    rows = tuple(ProfileRow(90.0 + n, 91.0 + n, 50.0 * (n + 1), 50.0 * (n + 1), n > 5) for n in range(20))
    study = make_study("volume_profile")
    scene = _scene(bars, [_values(bars, study, profile=rows, poc=np.full(100, 109.5))])
    scene = replace(scene, viewport=Viewport(spacing=2.0), price_range=None)
    frame, pixels = _frame(scene), _pixels(scene)
    y = round(float(frame.price.y_of(99.5)))
    right = pixels[y, frame.panes.plot_w - round(frame.panes.plot_w * 0.3) : frame.panes.plot_w]
    n_drawn = int(np.isin(right, [_colour(DARK.up_volume), _colour(DARK.down_volume)]).sum())
    assert n_drawn == pytest.approx(frame.panes.plot_w * 0.3 / 2, abs=2)


def test_tags_stand_beside_the_last_price_and_show_the_last_values(qapp):
    bars = make_bars(200)
    last = float(bars.close[-1])
    lines = [np.full(200, last + step) for step in (-0.02, 0.01, 0.02)]
    names = ("basis", "lower", "upper")
    values = [_values(bars, make_study("bollinger"), **dict(zip(names, lines, strict=True)))]
    scene = _scene(bars, values)
    frame = _frame(scene)
    tags = tags_of(Picture(frame, scene, DARK))[PRICE]
    assert sorted(tag.text for tag in tags) == sorted(f"{line[-1]:,.2f}" for line in lines)
    y = float(frame.price.y_of(last))
    assert all(abs(tag.y - y) >= 19 for tag in tags)
    by_place = [tag.text for tag in sorted(tags)]
    assert by_place == sorted(by_place, reverse=True), "a greater value stands above a lesser one"


def test_tags_are_left_out_while_the_latest_bar_is_not_loaded(qapp):
    bars = make_bars(200)
    scene = _scene(bars, [_values(bars, make_study("sma"), value=bars.close)])
    scene = replace(scene, series=replace(scene.series, at_latest=False))
    assert tags_of(Picture(_frame(scene), scene, DARK)) == {}


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_the_legend_has_a_row_for_each_study_in_its_pane_and_parts_to_click(qapp, dpr):
    bars = make_bars(200)
    studies = [make_study(name) for name in ("sma", "rsi", "ema")]
    scene = _scene(bars, [_values(bars, study, value=bars.close) for study in studies])
    frame = _frame(scene, dpr)
    rows = legend_rows(frame)
    assert [row.shown.study.study.id for row in rows] == ["sma", "ema", "rsi"]
    for row in rows:
        box = frame.panes.box(row.shown.study.pane)
        assert box.top <= row.top < box.bottom
        middle = row.top + 10 * dpr
        parts = [legend_target(frame, row.icons + (at + 0.5) * 20 * dpr, middle).part for at in range(3)]
        assert parts == [LegendPart.EYE, LegendPart.GEAR, LegendPart.REMOVE]
        assert legend_target(frame, row.left + 1, middle) == (row.shown.study.key, LegendPart.TITLE)
        assert legend_target(frame, row.icons + 61 * dpr, middle) is None
    text = study_legend_text(Picture(frame, scene, DARK)).splitlines()
    assert text[0] == f"SMA 9 close  {bars.close[-1]:,.2f}"


def test_the_legend_shows_where_shifted_lines_end_as_their_tags_do_and_under_the_crosshair_what_is_drawn_there(qapp):
    bars = make_bars(200)
    names = ("conversion", "base", "span_a", "span_b", "lagging")
    lines = {name: np.linspace(90 + at, 110 - 2 * at, 200) for at, name in enumerate(names)}
    scene = _scene(bars, [_values(bars, make_study("ichimoku"), **lines)])
    frame = _frame(scene)
    ends = [f"{line[-1]:,.2f}" for line in lines.values()]
    assert study_legend_text(Picture(frame, scene, DARK)).split("  ")[1:] == ends
    assert {tag.text for tag in tags_of(Picture(frame, scene, DARK))[PRICE]} <= set(ends)
    shifts = {"span_a": 25, "span_b": 25, "lagging": -25}
    for row in (199, 150, 224):
        drawn = [row - shifts.get(name, 0) for name in names]
        drawn[:2] = [min(row, 199)] * 2
        wanted = [f"{lines[name][at]:,.2f}" if 0 <= at < 200 else "∅" for name, at in zip(names, drawn, strict=True)]
        point = CrosshairPoint(row, min(row, 199), 100, 100, 100.0, "100.00")
        assert study_legend_text(Picture(frame, scene, DARK, point)).split("  ")[1:] == wanted


def test_a_value_that_can_still_change_is_said_in_the_legend(qapp):
    bars = make_bars(200)
    unsettled = np.zeros(200, np.bool_)
    scene = _scene(bars, [_values(bars, make_study("ema"), unsettled, value=bars.close)])
    assert study_legend_text(Picture(_frame(scene), scene, DARK)).endswith("needs older bars to settle")


def test_a_colour_that_a_person_chose_replaces_those_of_the_trend(qapp):
    bars = _flat(100)
    scene = _scene(bars, [_values(bars, make_study("supertrend"), line=np.full(100, 110.0), direction=np.ones(100))])
    own = replace(scene.studies[0], colours=(("line", "#ff00ff"),))
    scene = replace(scene, studies=(own,))
    frame, pixels = _frame(scene), _pixels(scene)
    x, y = round(frame.device_x(90)), round(float(frame.price.y_of(110.0)))
    assert _share(pixels[y - 1 : y + 2, x - 3 : x + 4], "#ff00ff") >= 7
    assert {tag.colour for tag in tags_of(Picture(frame, scene, DARK))[PRICE]} == {"#ff00ff"}


@pytest.mark.parametrize(
    ("name", "output", "line", "is_up", "colour"),
    [
        ("volume", "value", (1e6, 2e6), True, DARK.up),
        ("volume", "value", (1e6, 2e6), False, DARK.down),
        ("ao", "value", (-4.0, -3.0), False, DARK.up),
        ("ao", "value", (4.0, 3.0), True, DARK.down),
        ("macd", "histogram", (4.0, 3.0), False, DARK.up),
        ("macd", "histogram", (-4.0, -3.0), True, DARK.down),
        ("rsi", "value", (40.0, 30.0), True, "#8f66d9"),
    ],
)
def test_tag_and_legend_write_a_value_in_the_colour_of_its_line_or_its_column(qapp, name, output, line, is_up, colour):
    bars = make_bars(60)
    bars = replace(bars, open=bars.close - (0.1 if is_up else -0.1))
    scene = _scene(bars, [_values(bars, make_study(name), **{output: np.append(np.full(58, line[0]), line)})])
    picture = Picture(_frame(scene), scene, DARK)
    (tag,) = tags_of(picture)[scene.studies[0].pane]
    assert tag.colour == colour
    figures = figures_of(picture)[0][0]
    assert figures[-1].colour == colour


def test_a_title_writes_choices_as_the_settings_do():
    titles = [ChartStudy("a", make_study(name)).title for name in ("macd", "atr", "vwap", "pivot_points")]
    assert titles == ["MACD 12 26 9 close EMA EMA", "ATR 14 RMA", "VWAP Session hlc3 1", "Pivots Traditional Auto"]


def test_the_corners_of_a_thin_line_are_no_dots(qapp):
    bars = _flat(60)
    scene = _scene(bars, [_values(bars, make_study("sma"), value=np.linspace(100.0, 104.0, 60))])
    empty = replace(scene, studies=tuple(replace(one, is_shown=False) for one in scene.studies))
    frame, pixels, ground = _frame(scene), _pixels(scene), _pixels(empty)
    columns = slice(round(frame.device_x(20)), round(frame.device_x(50)))
    top, bottom = frame.panes.boxes[0].top + 80, frame.panes.boxes[0].bottom
    blue = [(image[top:bottom, columns] & 0xFF).astype(np.int64) for image in (pixels, ground)]
    painted = (blue[0] - blue[1]).sum(axis=0)
    assert painted.max() <= 1.2 * np.median(painted)


def test_a_level_run_of_a_thin_line_has_no_faint_pixels(qapp):
    bars = _flat(60)
    scene = _scene(bars, [_values(bars, make_study("sma"), value=np.full(60, 104.0))])
    frame, pixels = _frame(scene), _pixels(scene)
    y = round(float(frame.price.y_of(104.0)))
    row = pixels[y, round(frame.device_x(30)) : round(frame.device_x(50))]
    assert set(row.tolist()) == {0x3B7BF2}

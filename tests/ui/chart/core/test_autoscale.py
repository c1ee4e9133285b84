"""What the price axis is fitted to, what it counts from, and what it says that it cannot show."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.prices.oddity import Oddity
from candledesk.ui.chart.core.frame import TextMetrics, axis_width, solve_frame
from candledesk.ui.chart.core.legend_text import Tone, flag_part, value_parts
from candledesk.ui.chart.core.options import ChartOptions, ChartType, PriceMode
from candledesk.ui.chart.core.scales import ValueRange, autoscale
from candledesk.ui.chart.core.scene import ChartScene, Series
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layers import LAYERS
from candledesk.ui.theme.themes import DARK
from tests.fake_data import in_rows, make_bars, make_instrument, odd_in_rows
from tests.ui.painting import paint_chart

N = 60
SIZE = 640, 400


def spoil(bars, at, **prices):
    columns = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
    for name, price in prices.items():
        columns[name][at] = price
    return Bars(bars.open_time, *columns.values(), bars.volume)


def scene_of(bars, flags=None, width=0, interval="1d", **changes):
    """``width``: seconds of a row of many bars; 0: rows of one bar."""
    rows, starts = in_rows(bars, width) if width else (bars, None)
    odd, usual = odd_in_rows(bars, flags or {}, rows)
    stride = width // INTERVALS[interval].step_s or 1
    request = ViewportRequest(1, 1, "AAPL", INTERVALS[interval], None, 500, 0, stride)
    reply = ViewportReply(request, rows, make_instrument(), EdgeState.START, starts=starts, odd=odd, usual=usual)
    options = ChartOptions(chart_type=changes.pop("chart_type", ChartType.CANDLES))
    return replace(ChartScene(Series.from_reply(reply), Viewport(spacing=8.0)), options=options, **changes)


def solve(scene, spacing=8.0):
    scene = replace(scene, viewport=Viewport(spacing=spacing))
    return solve_frame(scene, *SIZE, 1.0, TextMetrics(), LAYERS)


def paint(scene):
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        paint_chart(painter, QSizeF(*SIZE), scene, DARK)
    finally:
        painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(SIZE[1], -1)[:, : SIZE[0]] & 0xFFFFFF


BARS = make_bars(N)
JUMP = {int(BARS.open_time[-20]): int(Oddity.JUMP)}
TICK = spoil(BARS, N - 20, high=1e6)
OIL = spoil(spoil(BARS, N - 20, low=-40.0, close=-37.63), N - 19, open=-14.0, low=-16.7)


@pytest.mark.parametrize("mode", list(PriceMode))
@pytest.mark.parametrize("kind", list(ChartType))
def test_one_absurd_tick_does_not_squash_the_chart_whatever_its_type(mode, kind):
    plain, spoilt = (scene_of(bars, JUMP, price_mode=mode, chart_type=kind) for bars in (BARS, TICK))
    assert solve(spoilt).price.range == solve(plain).price.range or kind is ChartType.HEIKIN_ASHI
    shown = solve(spoilt).price
    assert shown.value_at(shown.top) < 400
    assert solve(spoilt).notes == ("1 bar far from its neighbours is left out of the scale",)
    assert solve(plain).notes == ()


@pytest.mark.parametrize("width", [0, 8 * 60, 64 * 60])
def test_at_any_stride(width):
    bars = make_bars(2_000, INTERVALS["1m"])
    at = 1_900
    flags = {int(bars.open_time[at]): int(Oddity.JUMP)}
    spoilt = solve(scene_of(spoil(bars, at, high=1e9), flags, width, "1m"), 0.3)
    plain = solve(scene_of(bars, {}, width, "1m"), 0.3)
    assert spoilt.price.value_at(spoilt.price.top) == pytest.approx(plain.price.value_at(plain.price.top), rel=0.02)
    words = "Bars far from their neighbours are" if width else "1 bar far from its neighbours is"
    assert spoilt.notes == (f"{words} left out of the scale",)
    assert spoilt.columns.high.max() == 1e9


def test_several_are_counted_and_a_hand_set_range_says_nothing():
    bars = spoil(TICK, N - 10, low=0.001)
    flags = JUMP | {int(BARS.open_time[-10]): int(Oddity.JUMP)}
    assert solve(scene_of(bars, flags)).notes == ("2 bars far from their neighbours are left out of the scale",)
    assert solve(scene_of(bars, flags, price_range=ValueRange(1.0, 2.0))).notes == ()


def test_a_window_of_jumps_alone_is_fitted_to_them():
    flags = {int(time): int(Oddity.JUMP) for time in BARS.open_time}
    frame, plain = solve(scene_of(BARS, flags)), solve(scene_of(BARS))
    assert frame.price.range == plain.price.range
    assert frame.notes == ()


def test_the_axis_of_an_absurd_tick_is_no_wider():
    metrics = TextMetrics()
    assert axis_width(scene_of(spoil(BARS, 5, high=1e15), {int(BARS.open_time[5]): 64}).series, metrics) == axis_width(
        scene_of(BARS).series, metrics
    )


def test_negative_prices_are_drawn_on_a_normal_axis(qapp):
    frame = solve(scene_of(OIL))
    assert frame.price.value_at(frame.price.bottom) < -40
    assert frame.price.y_of(-40.0) < frame.price.bottom
    assert frame.notes == ()
    assert frame.priced.columns is frame.columns
    assert "−40.00" in [frame.price.label(price) for price in (-40.0,)]
    assert (paint(scene_of(OIL)) == int(DARK.down[1:], 16)).any()


def test_a_logarithmic_axis_shows_the_rest_and_says_what_it_leaves_out():
    frame = solve(scene_of(OIL, price_mode=PriceMode.LOG))
    assert frame.notes == ("2 bars at or below zero cannot be shown on a logarithmic axis",)
    assert frame.price.range.is_log
    assert len(frame.priced.columns.close) == len(frame.columns.close) - 2
    assert (frame.priced.columns.low > 0).all()
    assert len(frame.priced.x) == len(frame.priced.is_up) == len(frame.priced.columns.close)
    rest = BARS.take(np.delete(np.arange(N), [N - 20, N - 19]))
    assert frame.price.range == autoscale(rest.low.min(), rest.high.max(), is_log=True)
    one = solve(scene_of(spoil(BARS, N - 3, low=0.0), price_mode=PriceMode.LOG))
    assert one.notes == ("1 bar at or below zero cannot be shown on a logarithmic axis",)


def test_columns_of_many_bars_leave_out_only_the_bars_below_zero():
    bars = make_bars(4_000)
    dark = spoil(bars, 3_990, low=-5.0)
    frame = solve(scene_of(dark, price_mode=PriceMode.LOG), 0.25)
    plain = solve(scene_of(bars, price_mode=PriceMode.LOG), 0.25)
    assert frame.columns.block == 4
    np.testing.assert_array_equal(frame.priced.columns.centre, plain.columns.centre)
    differs = np.flatnonzero(frame.priced.columns.low != plain.columns.low)
    assert len(differs) <= 1
    np.testing.assert_array_equal(frame.priced.x, plain.x)


def test_rows_of_many_bars_are_not_counted():
    bars = spoil(make_bars(2_000, INTERVALS["1m"]), 1_900, low=-5.0)
    frame = solve(scene_of(bars, {}, 8 * 60, "1m", price_mode=PriceMode.LOG), 0.3)
    assert frame.notes == ("Bars at or below zero cannot be shown on a logarithmic axis",)
    assert (frame.priced.columns.low > 0).all()


def test_a_logarithmic_axis_of_nothing_above_zero_is_a_normal_one():
    below = Bars(BARS.open_time, -BARS.open, -BARS.low, -BARS.high, -BARS.close, BARS.volume)
    frame = solve(scene_of(below, price_mode=PriceMode.LOG))
    assert not frame.price.range.is_log
    assert frame.price.mode is PriceMode.NORMAL
    assert frame.notes == ("No bar in view lies above zero: the axis is not logarithmic",)
    assert frame.priced.columns is frame.columns
    by_hand = solve(scene_of(below, price_mode=PriceMode.LOG, price_range=ValueRange(0.0, 2.0, is_log=True)))
    assert len(by_hand.priced.columns.close) == 0


@pytest.mark.parametrize("mode", [PriceMode.PERCENT, PriceMode.INDEXED])
def test_percent_and_index_count_from_the_first_close_above_zero(mode):
    frame = solve(scene_of(BARS, price_mode=mode))
    lo = frame.lo
    assert frame.price.base == BARS.close[lo]
    dark = spoil(spoil(BARS, lo, close=-1.0), lo + 1, close=0.0)
    assert solve(scene_of(dark, price_mode=mode)).price.base == BARS.close[lo + 2]
    jump = spoil(BARS, lo, close=1e6)
    flags = {int(BARS.open_time[lo]): int(Oddity.JUMP)}
    assert solve(scene_of(jump, flags, price_mode=mode)).price.base == BARS.close[lo + 1]


@pytest.mark.parametrize(("mode", "what"), [(PriceMode.PERCENT, "percent"), (PriceMode.INDEXED, "an index")])
def test_without_a_close_above_zero_the_axis_shows_prices_and_says_so(mode, what):
    below = Bars(BARS.open_time, -BARS.open, -BARS.low, -BARS.high, -BARS.close, BARS.volume)
    frame = solve(scene_of(below, price_mode=mode))
    assert frame.notes == (f"No bar in view closes above zero: the axis shows prices, not {what}",)
    assert frame.price.label(-3.0) == "−3.00"


def test_averaged_candles_after_an_absurd_tick_are_as_without_it():
    spoilt, plain = (
        solve(scene_of(bars, flags, chart_type=ChartType.HEIKIN_ASHI)) for bars, flags in ((TICK, JUMP), (BARS, {}))
    )
    behind = slice(-15, None)
    np.testing.assert_allclose(spoilt.columns.high[behind], plain.columns.high[behind], rtol=0.01)
    assert spoilt.columns.high.max() == 1e6


def test_the_legend_says_why_a_bar_is_flagged_and_that_an_open_was_not_sent():
    bars = spoil(BARS, N - 5, open=0.0)
    flags = {int(BARS.open_time[-5]): int(Oddity.OPEN_UNKNOWN)}
    series = scene_of(bars, flags).series
    (part,) = flag_part(series, N - 5)
    assert (part.text, part.tone) == ("Odd bar: open unknown", Tone.MUTED)
    assert flag_part(series, N - 4) == []
    assert [part.text for part in value_parts(series, N - 5)][2:4] == ["O", "–"]
    assert [part.text for part in value_parts(series, N - 4)][3] == f"{BARS.open[-4]:,.2f}"


def test_a_change_from_a_close_at_or_below_zero_has_no_percentage():
    series = scene_of(OIL).series
    texts = [[part.text for part in value_parts(series, row)] for row in (N - 20, N - 19)]
    assert any("%)" in text for text in texts[0])
    assert not any("%" in text for text in texts[1])
    assert "−37.63" in texts[0]


def test_what_the_axis_cannot_show_is_written_in_the_pane(qapp):
    plain, noted = (paint(scene_of(bars, JUMP)) for bars in (BARS, TICK))
    corner = slice(280, 330), slice(8, 200)
    muted = int(DARK.text_muted[1:], 16)
    assert (noted[corner] == muted).sum() >= (plain[corner] == muted).sum() + 10


PRICE = st.one_of(st.just(0.0), st.floats(-1e9, 1e9), st.floats(1e-9, 1e12))
ROWS = st.lists(st.tuples(PRICE, PRICE, PRICE, PRICE, st.integers(0, 1023)), min_size=1, max_size=12)


@given(ROWS, st.sampled_from(list(ChartType)), st.sampled_from(list(PriceMode)), st.sampled_from([0.3, 1.0, 8.0]))
def test_whatever_is_kept_is_painted(qapp, rows, kind, mode, spacing):
    """Never NaN, infinite or a crash."""
    times = make_bars(len(rows)).open_time
    prices = [(o, max(h, low), min(h, low), c) for o, h, low, c, _ in rows]
    bars = Bars(times, *(np.array(column, np.float64) for column in zip(*prices, strict=True)), np.ones(len(rows)))
    flags = {int(time): row[4] for time, row in zip(times, rows, strict=True) if row[4]}
    scene = replace(scene_of(bars, flags, chart_type=kind, price_mode=mode), viewport=Viewport(spacing=spacing))
    frame = solve_frame(scene, *SIZE, 1.0, TextMetrics(), LAYERS)
    assert np.isfinite([frame.price.range.lo, frame.price.range.hi]).all()
    assert frame.price.range.lo < frame.price.range.hi
    for column in (frame.priced.columns.open, frame.priced.columns.high, frame.priced.columns.low):
        assert np.isfinite(frame.price.y_of(column)).all()
    paint(scene)

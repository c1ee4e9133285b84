"""Where drawings lie in a frame: on their bars and prices, whatever is loaded, and only what can be seen."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.cache.drawing_messages import DrawingRequest, DrawingValues
from candledesk.domain.interval import INTERVALS
from candledesk.drawings.drawing import Anchor, Drawing, DrawingSet
from candledesk.drawings.figures import Line, Polygon, Rectangle, Text
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.drawings import placed
from candledesk.ui.chart.core.drawings.computed import COMPUTED, tasks_of
from candledesk.ui.chart.core.drawings.placed import place_drawings, placed_in
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layers import lay_out
from tests.fake_data import make_bars
from tests.ui.painting import series_of

W, H = 900, 600
BARS = make_bars(300)
SPAN = (270, 290)


def drawing(tool="trend_line", rows=SPAN, prices=None, **changes):
    prices = prices or [float(BARS.high[row]) for row in rows]
    points = tuple(Anchor(int(BARS.open_time[row]), price, "1d") for row, price in zip(rows, prices, strict=True))
    return Drawing("a", tool, "AAPL", points, z=1, **changes)


def scene_of(*drawings, bars=BARS, **changes):
    return ChartScene(series_of(bars), Viewport(spacing=8.0), drawings=DrawingSet(drawings), **changes)


def frame_of(scene, dpr=1.0):
    return lay_out(scene, round(W * dpr), round(H * dpr), dpr)


def shown(scene, dpr=1.0):
    return show_drawings(scene, frame_of(scene, dpr))


def only_line(scene, dpr=1.0):
    ((pane, one),) = shown(scene, dpr)
    assert pane == PRICE
    return next(figure for figure in one.figures if isinstance(figure, Line))


@pytest.mark.parametrize("dpr", [1.0, 1.5])
@pytest.mark.parametrize("mode", list(PriceMode))
@pytest.mark.parametrize("is_inverted", [False, True])
def test_a_line_ends_at_the_highs_of_its_bars_in_logical_pixels(qapp, dpr, mode, is_inverted):
    scene = scene_of(drawing(), price_mode=mode, is_inverted=is_inverted)
    frame, line = frame_of(scene, dpr), only_line(scene, dpr)
    for row, end in zip(SPAN, (line.start, line.end), strict=True):
        assert end.x * dpr == pytest.approx(frame.row_x(row), abs=0.5)
        assert end.y * dpr == pytest.approx(float(frame.price.y_of(BARS.high[row])), abs=0.5)


@pytest.mark.parametrize("lo", [0, 100, 280])
def test_a_line_stays_on_its_bars_while_older_ones_come_in(qapp, lo):
    whole, part = only_line(scene_of(drawing())), only_line(scene_of(drawing(), bars=BARS.take(slice(lo, None))))
    assert part.end.x == pytest.approx(whole.end.x, abs=0.5)
    if lo < SPAN[0]:
        assert part.start.x == pytest.approx(whole.start.x, abs=0.5)


def test_a_split_that_becomes_known_moves_a_line_with_its_candles(qapp):
    raw = drawing(prices=[float(BARS.high[row]) * 4 for row in SPAN])
    split = CorporateEvent(int(BARS.open_time[295]), EventKind.SPLIT, 4.0, None, int(BARS.open_time[295]))
    known = SeriesEvents("AAPL", INTERVALS["1d"], (split,))
    scene = scene_of(raw, events=known)
    assert only_line(scene).start.y == pytest.approx(float(frame_of(scene).price.y_of(BARS.high[SPAN[0]])), abs=0.5)
    other = SeriesEvents("MSFT", INTERVALS["1d"], (split,))
    placed = place_drawings(scene.series, scene.drawings, replace(scene, events=other).shown_events)
    assert placed.prices[0] == raw.points[0].price, "events of another series do not count"


def test_a_drawing_is_placed_once_for_a_window_of_bars(qapp):
    scene = scene_of(drawing())
    moved = replace(scene, viewport=replace(scene.viewport, right=20.0))
    assert place_drawings(scene.series, scene.drawings, None) is place_drawings(moved.series, moved.drawings, None)


@pytest.mark.parametrize(
    "one",
    [
        drawing(visible=False),
        drawing(intervals=("hours",)),
        drawing(pane="rsi-1"),
        drawing("of a later version"),
        replace(drawing(), symbol="MSFT"),
    ],
)
def test_what_is_hidden_elsewhere_or_unknown_is_not_shown(qapp, one):
    assert shown(scene_of(one)) == ()


def test_only_what_can_be_seen_has_figures(qapp):
    far = drawing(rows=(10, 20))
    assert shown(scene_of(far)) == ()
    assert len(shown(scene_of(replace(far, style={"extend": "right"})))) == 1
    assert len(shown(scene_of(replace(far, type="horizontal_line", points=far.points[:1])))) == 1


def test_a_vertical_line_goes_through_all_panes_and_is_named_in_one(qapp):
    one = Drawing("v", "vertical_line", "AAPL", (Anchor(int(BARS.open_time[280]), None, "1d"),), text="x")
    found = shown(scene_of(one))
    assert [pane for pane, _ in found] == [PRICE, VOLUME]
    assert [any(isinstance(figure, Text) for figure in each.figures) for _, each in found] == [True, False]
    assert [pane for pane, _ in shown(scene_of(replace(one, style={"panes": False})))] == [PRICE]


def test_prices_are_written_with_the_decimals_of_the_axis(qapp):
    ((_, one),) = shown(scene_of(drawing("fib_retracement", prices=[100.0, 200.0])))
    assert "0.618 (161.80)" in [figure.text for figure in one.figures if isinstance(figure, Text)]
    assert any(isinstance(figure, Rectangle) for figure in one.figures)


def test_a_vwap_and_a_profile_show_their_values_once_they_have_come(qapp):
    curves = {name: np.full(300, float(BARS.close[280])) for name in ("vwap", "deviation")}
    answers = {
        "anchored_vwap": {"curves": curves},
        "volume_profile": {"rows": ((float(BARS.low[280]), float(BARS.high[280]), 1.0, True),)},
    }
    for tool, rows, words in (("anchored_vwap", (270,), "VWAP from 5m"), ("volume_profile", SPAN, "Volume from 5m")):
        scene = scene_of(drawing(tool, rows=rows))
        (task,) = tasks_of(placed_in(scene).of_types(COMPUTED), scene.series).values()
        values = DrawingValues(DrawingRequest("AAPL", INTERVALS["1d"], task), "5m", **answers[tool])
        ((_, one),) = shown(replace(scene, drawing_values={"a": values}))
        assert words in [figure.text for figure in one.figures if isinstance(figure, Text)]
        assert any(isinstance(figure, (Polygon, Rectangle)) for figure in one.figures)
        ((_, bare),) = shown(scene)
        assert not any(isinstance(figure, Text) for figure in bare.figures), "until its values have come"


def test_a_drawing_of_one_chart_is_not_shown_in_another(qapp):
    own = drawing(chart="c1")
    assert shown(scene_of(own)) == ()
    assert shown(scene_of(own, chart="c2")) == ()
    assert len(shown(scene_of(own, chart="c1"))) == 1
    assert len(shown(scene_of(drawing(), chart="c1"))) == 1


def test_a_chart_without_bars_shows_none(qapp):
    scene = ChartScene(drawings=DrawingSet((drawing(),)))
    assert show_drawings(scene, frame_of(scene)) == ()


def test_figures_are_kept_while_only_the_time_on_screen_changes(qapp):
    scene = scene_of(drawing(text="a"))
    scene = replace(scene, price_range=frame_of(scene).price.range)
    moved = replace(scene, viewport=replace(scene.viewport, right=scene.viewport.right + 3.3))
    ((_, one),), ((_, further),) = shown(scene), shown(moved)
    assert one.origin is not None
    assert one.origin is further.origin
    frame = frame_of(moved)
    line = next(figure for figure in further.figures if isinstance(figure, Line))
    assert (line.start.x, line.end.x) == pytest.approx([frame.row_x(row) for row in SPAN], abs=0.5)
    changed = replace(moved, price_range=moved.price_range.scaled(1.1))
    for other in (changed, replace(moved, viewport=replace(moved.viewport, spacing=9.0))):
        ((_, again),) = shown(other)
        assert again.origin is not one.origin
    assert shown(scene, 1.5)[0][1].origin is not one.origin


def test_the_painter_cuts_a_line_that_leaves_the_pane_and_a_very_long_one_is_cut_at_its_sides(qapp):
    scene = scene_of(drawing(rows=(10, 290), prices=[float(BARS.high[290])] * 2))
    ((_, one),) = shown(scene)
    line = next(figure for figure in one.figures if isinstance(figure, Line))
    assert (one.origin is not None, line.start.x) == (True, pytest.approx(frame_of(scene).row_x(10), abs=0.5))
    ((_, one),) = shown(replace(scene, viewport=replace(scene.viewport, spacing=40.0)))
    assert one.origin is None
    assert next(figure for figure in one.figures if isinstance(figure, Line)).start.x == pytest.approx(0.0, abs=1e-6)


def test_a_drawing_beside_the_chart_is_shown_when_its_label_reaches_into_it(qapp):
    near = drawing("text", rows=(185,), text="a label that is longer than the way to the chart")
    frame = frame_of(scene_of(near))
    assert -160 < frame.row_x(185) < -120, "the point is beside the chart"
    assert len(shown(scene_of(near))) == 1
    assert shown(scene_of(replace(near, text="a"))) == ()


@pytest.mark.parametrize("error", [OverflowError("too large"), ZeroDivisionError(), ValueError("math domain error")])
def test_a_drawing_that_cannot_be_worked_out_hides_no_other(qapp, monkeypatch, caplog, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(placed, "TOOLS", {**TOOLS, "rectangle": replace(TOOLS["rectangle"], figures=fail)})
    one, other = drawing("rectangle"), replace(drawing(), id="b")
    scene = scene_of(one, other)
    for frame in (frame_of(scene), frame_of(scene, 1.5)):
        assert [(shown.id, len(shown.figures)) for _, shown in show_drawings(scene, frame)] == [("a", 0), ("b", 1)]
    assert [row.message for row in caplog.records] == [f"drawing a cannot be drawn: Rectangle: {error}"]


def test_a_kept_drawing_is_selected_and_released(qapp):
    scene = scene_of(drawing())
    ((_, one),) = shown(scene)
    ((_, chosen),) = shown(replace(scene, selected_drawings=frozenset({"a"})))
    assert (one.is_selected, chosen.is_selected, chosen.origin is one.origin) == (False, True, True)


def test_a_vertical_line_keeps_its_figures_while_only_prices_move(qapp):
    scene = scene_of(drawing("vertical_line", rows=SPAN[:1], prices=[None], style={"panes": False}))
    ((_, one),) = shown(scene)
    scaled = replace(scene, price_range=frame_of(scene).price.range.scaled(1.1))
    ((_, again),) = shown(scaled)
    assert again.origin is one.origin
    ((_, other),) = shown(replace(scaled, viewport=replace(scene.viewport, spacing=9.0)))
    assert other.origin is not one.origin


def test_the_handle_of_a_vertical_line_that_has_a_price_lies_at_the_price(qapp):
    scene = scene_of(drawing("vertical_line", rows=SPAN[:1], style={"panes": False}))
    shown(scene)
    scaled = replace(scene, price_range=frame_of(scene).price.range.scaled(1.1))
    ((_, one),) = shown(scaled)
    assert one.handles[0].y == pytest.approx(float(frame_of(scaled).price.y_of(BARS.high[SPAN[0]])))


@pytest.mark.parametrize("tool", [tool for tool in TOOLS.values() if tool.is_of_time])
def test_no_price_changes_the_figures_of_a_tool_of_time(qapp, tool):
    scene = scene_of(drawing(tool.id, rows=SPAN[: tool.n_points], prices=[None] * tool.n_points, text="a"))
    ((_, one), *_) = shown(scene)
    placed.place_drawings.cache_clear()  # nothing is kept
    ((_, again), *_) = shown(replace(scene, price_range=frame_of(scene).price.range.scaled(3.0), is_inverted=True))
    assert again.origin is not one.origin
    assert again.figures == one.figures

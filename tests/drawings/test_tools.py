"""Each tool's figures for given pixels."""

import math
import random
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from candledesk.drawings.document.checks import FIRST_TIME, LAST_TIME
from candledesk.drawings.document.style import MAX_AMOUNT
from candledesk.drawings.drawing import Drawing
from candledesk.drawings.figures import FigureContext, Line, Point, Polygon, Rectangle, Text
from candledesk.drawings.labels import drawn_parts
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.drawings.tools.levels.fib_levels import price_of
from candledesk.drawings.tools.ranges.date_price_range import duration_text

# One pixel is one unit of price, upside down: the pixel 500 has the price 500, the pixel 0 the price 1,000.
CONTEXT = partial(
    FigureContext, 0.0, 0.0, 1_000.0, 1_000.0, y_of=lambda price: 1_000 - price, price_at=lambda y: 1_000 - y
)


def figures(tool_id, *points, text="", **style):
    """Return what a drawing consists of while it is selected."""
    tool = TOOLS[tool_id]
    places = [Point(*point) for point in points]
    context = CONTEXT(
        prices=tuple(1_000 - y for _, y in places),
        indexes=tuple(x / 10 for x, _ in places),
        times=tuple(int(x) * 3_600 for x, _ in places),
        text=text,
    )
    return drawn_parts(tool, places, {**tool.style, **style}, context, is_active=True).figures


def lines(found):
    return [(*one.start, *one.end) for one in found if isinstance(one, Line)]


def texts(found):
    return [one.text for one in found if isinstance(one, Text)]


def test_there_are_the_tools_of_the_specification():
    assert list(TOOLS) == [
        "trend_line", "ray", "extended_line", "horizontal_line", "horizontal_ray", "vertical_line", "arrow",
        "parallel_channel", "rectangle", "fib_retracement", "fib_extension", "long_position", "short_position",
        "date_price_range", "text", "anchored_vwap", "volume_profile",
    ]  # fmt: skip
    assert {tool.shortcut: tool.id for tool in TOOLS.values() if tool.shortcut} == {
        "Alt+T": "trend_line", "Alt+H": "horizontal_line", "Alt+V": "vertical_line",
        "Alt+Shift+R": "rectangle", "Alt+F": "fib_retracement",
    }  # fmt: skip


@pytest.mark.parametrize("tool_id", TOOLS)
def test_every_tool_draws_wherever_its_points_are(tool_id):
    n = TOOLS[tool_id].n_points
    for points in ([(5, 5)] * n, [(-1e9, 3), (4, 1e9), (7, 8)][:n], [(9, 9), (1, 1), (5, 3)][:n]):
        figures(tool_id, *points, text="x")


@pytest.mark.parametrize(
    ("tool_id", "expected"),
    [
        ("trend_line", (100, 500, 200, 400)),
        ("ray", (100, 500, 600, 0)),
        ("extended_line", (0, 600, 600, 0)),
    ],
)
def test_a_line_ends_at_its_points_or_at_the_edge_of_the_pane(tool_id, expected):
    assert lines(figures(tool_id, (100, 500), (200, 400))) == [pytest.approx(expected)]


def test_a_ray_that_is_drawn_to_the_left_goes_on_to_the_left():
    assert lines(figures("ray", (600, 500), (500, 500))) == [pytest.approx((0, 500, 600, 500))]


def test_a_vertical_ray_goes_on_behind_its_second_point():
    assert lines(figures("ray", (600, 500), (600, 400))) == [pytest.approx((600, 500, 600, 0))]


def test_a_line_outside_the_pane_is_not_drawn():
    assert figures("trend_line", (-50, -50), (-20, -20)) == ()
    assert figures("horizontal_line", (5, 1_001)) == ()
    assert figures("vertical_line", (-1, 5)) == ()


def test_an_arrow_has_a_head_at_its_second_point():
    shaft, *head = lines(figures("arrow", (100, 500), (200, 500)))
    assert shaft == (100, 500, 200, 500)
    assert [(line[0], line[1]) for line in head] == [(200, 500), (200, 500)]
    assert all(line[2] < 200 for line in head)


def test_horizontal_and_vertical_lines_cross_the_pane():
    assert lines(figures("horizontal_line", (300, 400))) == [(0, 400, 1_000, 400)]
    assert lines(figures("horizontal_ray", (300, 400))) == [(300, 400, 1_000, 400)]
    assert lines(figures("vertical_line", (300, 400))) == [(300, 0, 300, 1_000)]


def test_the_text_of_a_vertical_line_is_at_the_foot_of_the_pane_where_no_legend_is():
    _, text = figures("vertical_line", (300, 400), text="earnings")
    assert (text.at, text.align) == (Point(304, 996), (0.0, 1.0))


def test_statistics_of_a_trend_line():
    (text,) = texts(figures("trend_line", (100, 500), (200, 400), stats=True))
    assert text == "100 (+20.00%)\n+10 bars, +4.167d, 45°"


def test_a_channel_keeps_its_offset_at_equal_time_with_a_dashed_middle():
    found = figures("parallel_channel", (100, 500), (200, 400), (150, 550))
    assert lines(found) == [(100, 500, 200, 400), (100, 600, 200, 500), (100, 550, 200, 450)]
    assert found[3].stroke.dash == "dashed"
    assert len(lines(figures("parallel_channel", (100, 500), (200, 400), (150, 550), middle=False))) == 2


def test_a_rectangle_has_a_fill_a_middle_line_and_can_be_extended():
    (box,) = figures("rectangle", (300, 400), (100, 200))
    assert box[:4] == (100, 200, 300, 400)
    assert box.opacity == 0.2
    (box, middle) = figures("rectangle", (300, 400), (100, 200), extend="right", middle=True, fill=False)
    assert (box.right, box.fill) == (1_000, "")
    assert (*middle.start, *middle.end) == (100, 300, 1_000, 300)


def test_a_rectangle_is_changed_by_eight_handles():
    tool, points = TOOLS["rectangle"], (Point(100, 400), Point(300, 200))
    handles = tool.handles(points)
    assert set(handles) == {
        (100, 400), (300, 200), (100, 200), (300, 400), (200, 400), (200, 200), (100, 300), (300, 300),
    }  # fmt: skip
    for at, handle in enumerate(handles):
        moved = tool.drag(points, at, Point(handle.x + 7, handle.y + 3))
        assert tool.handles(moved)[at] in {
            (handle.x + 7, handle.y + 3), (handle.x, handle.y + 3), (handle.x + 7, handle.y),
        }  # fmt: skip
        assert moved != points
    assert tool.drag(points, 4, Point(999, 410)) == (Point(100, 410), Point(300, 200)), "an edge moves one way"


def test_other_tools_have_their_points_as_handles():
    tool, points = TOOLS["trend_line"], (Point(1, 2), Point(3, 4))
    assert tool.handles(points) == points
    assert tool.drag(points, 1, Point(9, 9)) == (Point(1, 2), Point(9, 9))


def test_the_first_point_of_a_retracement_is_level_0_and_the_second_level_1():
    found = figures("fib_retracement", (100, 500), (200, 400))
    labels = texts(found)
    assert {"0 (500)", "0.618 (561.8)", "1 (600)"} <= set(labels)
    assert len(labels) == 11
    assert (200 - 100, 1) in {(line[2] - line[0], 1) for line in lines(found)}
    assert "0 (600)" in texts(figures("fib_retracement", (100, 500), (200, 400), reverse=True))


def test_levels_can_be_chosen_and_have_fills_between_them():
    levels = [{"value": 0}, {"value": 0.5, "color": "#112233"}, {"value": 1, "visible": False}]
    found = figures("fib_retracement", (100, 500), (200, 400), levels=levels)
    assert texts(found) == ["0.5 (550)", "0 (500)"]
    assert [one.opacity for one in found if isinstance(one, Rectangle)] == [0.2]
    assert not texts(figures("fib_retracement", (100, 500), (200, 400), labels=False))


def test_labels_that_would_overlap_are_left_out():
    labels = texts(figures("fib_retracement", (100, 500), (200, 490)))
    assert len(labels) < 11
    found = [one.at.y for one in figures("fib_retracement", (100, 500), (200, 490)) if isinstance(one, Text)]
    assert min(below - above for above, below in pairwise(found)) >= 10.8


def test_a_huge_percentage_is_written_short():
    (text,) = texts(figures("trend_line", (100, 999.9999999), (200, 0), stats=True))
    assert "(+1.0e+12%)" in text
    (text,) = texts(figures("trend_line", (100, 999), (200, 0), stats=True))
    assert "(+99900.00%)" in text


def test_a_text_has_the_colour_of_its_line_unless_it_has_its_own():
    line = Drawing("a", "horizontal_line", "A", (), style={"color": "#ff9800"})
    assert whole_style(line)["text_color"] == "#ff9800"
    assert whole_style(replace(line, style={**line.style, "text_color": "#000000"}))["text_color"] == "#000000"
    assert whole_style(Drawing("a", "long_position", "A", (), style={"color": "#ff9800"}))["text_color"] == "#ffffff"


def test_levels_are_equal_ratios_on_a_logarithmic_scale_when_asked():
    assert price_of(0.5, 100, 400, is_log=True) == pytest.approx(200)
    assert price_of(0.5, 100, 400, is_log=False) == 250
    assert price_of(0.5, -100, 400, is_log=True) == 150
    assert price_of(1_000, 0.01, 400, is_log=True) == math.inf
    assert price_of(-1, 1e15, 1e-310, is_log=True) == math.inf


PRICES = (0.0, -37.6, -1e15, 1e-300, 1e-9, 187.25, 1e15)
CHOICES = {
    "extend": ("none", "left", "right", "both"), "start": ("normal", "arrow"), "end": ("normal", "arrow"),
    "account": (0, 1e-6, MAX_AMOUNT), "risk": (0, 1e-6, MAX_AMOUNT), "lot": (0, 1e-4), "point_value": (0, 1),
}  # fmt: skip


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("tool", TOOLS.values(), ids=list(TOOLS))
def test_whatever_can_be_stored_has_figures_on_every_scale(tool, is_log):
    """A figure that cannot be made would keep the whole chart from being painted."""
    dice = random.Random(tool.id)

    def y_of(price):
        return 1_000 - (price if not is_log else math.log10(price) if price > 0 else math.nan)

    for _ in range(200):
        style = {key: dice.choice(CHOICES.get(key, (value,))) for key, value in tool.style.items()}
        style |= {key: dice.choice((True, False)) for key, value in style.items() if isinstance(value, bool)}
        if "levels" in style:
            style["levels"] = [{"value": value} for value in dice.sample((-1_000, -1, 0.5, 1_000), 3)]
        prices = tuple(dice.choice(PRICES) for _ in range(tool.n_points))
        xs = tuple(dice.uniform(-1e9, 1e9) for _ in prices)
        times = tuple(dice.choice((FIRST_TIME, 0, LAST_TIME)) for _ in prices)
        context = CONTEXT(prices=prices, indexes=xs, times=times, text="x", is_log=is_log, y_of=y_of, volume=1e300)
        points = [Point(x, y_of(price)) for x, price in zip(xs, prices, strict=True)]
        assert all(isinstance(one, Line | Polygon | Rectangle | Text) for one in tool.figures(points, style, context))


def test_an_extension_counts_from_its_third_point_by_the_first_move():
    labels = texts(figures("fib_extension", (100, 500), (200, 400), (300, 450)))
    assert {"0 (550)", "1 (650)", "1.618 (711.8)"} <= set(labels)


def test_a_measured_range_says_differences_bars_and_time():
    (words,) = texts(figures("date_price_range", (100, 500), (200, 400)))
    assert words == "100 (+20.00%), +10,000 ticks\n+10 bars, 4d 4h"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0m"), (59, "0m"), (3_600, "1h"), (90_000, "1d 1h"), (-9_000, "-2h 30m"), (86_400 * 1_000, "1,000d")],
)
def test_lengths_of_time(seconds, text):
    assert duration_text(seconds) == text


def test_text_is_shown_as_it_is():
    assert texts(figures("text", (5, 5), text="<b>two\nlines")) == ["<b>two\nlines"]
    (plain,) = figures("text", (5, 5))
    assert (plain.text, plain.background) == ("Text", "")
    assert figures("text", (5, 5), background=True)[0].background


def test_a_text_that_is_fixed_on_screen_stands_at_a_share_of_the_pane_wherever_its_point_is():
    for point in ((5, 5), (-1e9, math.nan)):
        (found,) = figures("text", point, fixed=True, fixed_x=0.25, fixed_y=0.9)
        assert found.at == (250, 900)


@pytest.mark.parametrize(
    ("wrap", "shown"),
    [
        (0, "long words-and <b>\n\n  x"),
        (10, "long\nwords-and\n<b>\n\n  x"),
        (4, "long\nword\ns-an\nd\n<b>\n\n  x"),
        (200, "long words-and <b>\n\n  x"),
    ],
)
def test_a_text_is_wrapped_after_so_many_characters(wrap, shown):
    assert texts(figures("text", (5, 5), text="long words-and <b>\n\n  x", wrap=wrap)) == [shown]
    assert texts(figures("text", (5, 5), wrap=wrap)) == ["Text"]


def test_a_position_shows_quantity_amounts_and_ratio():
    found = figures("long_position", (100, 500), (200, 400), (200, 550), account=10_000.0, risk=1.0)
    target, stop, middle = texts(found)
    assert target == "Target: 100 (20.00%) 10,000, amount 200.00"
    assert stop == "Stop: 50 (10.00%) 5,000, amount 100.00"
    assert middle == "Open, quantity 2, ratio 2.00"
    assert len(figures("short_position", (100, 500), (200, 600), (200, 450), labels=False)) == 3


@pytest.mark.parametrize(
    ("account", "decimals", "quantity"),
    [(617_283_945, 2, "123,456.78"), (61_728_394_506, 0, "12,345,678"), (10_000, 8, "2"), (1e-3, 8, "0.0000002")],
)
def test_a_quantity_has_all_of_its_digits(account, decimals, quantity):
    """It was rounded to six digits, and risked more than it was planned for."""
    found = figures(
        "long_position", (100, 500), (200, 400), (200, 550), account=account, risk=1.0, quantity_decimals=decimals
    )
    assert f"quantity {quantity}, " in texts(found)[2]


def test_target_and_stop_of_a_position_share_the_right_edge():
    points = (Point(1, 5), Point(9, 2), Point(9, 7))
    assert TOOLS["long_position"].drag(points, 1, Point(20, 3)) == (Point(1, 5), Point(20, 3), Point(20, 7))
    assert TOOLS["long_position"].drag(points, 0, Point(2, 4)) == (Point(2, 4), Point(9, 2), Point(9, 7))
    assert TOOLS["long_position"].clicks == 1


def test_a_profile_has_a_bar_for_each_row_and_says_where_it_comes_from():
    tool, context = TOOLS["volume_profile"], CONTEXT(rows=((90, 80, 1.0, True), (80, 70, 0.5, False)), note="from 5m")
    found = tool.figures((Point(300, 0), Point(100, 0)), tool.style, context)
    wide, narrow = (one for one in found if isinstance(one, Rectangle))
    assert (wide.right, narrow.right) == (160, 130)
    assert texts(found) == ["from 5m"]


def test_an_anchored_vwap_draws_its_curves_or_a_mark():
    tool = TOOLS["anchored_vwap"]
    (mark,) = tool.figures((Point(100, float("nan")),), tool.style, CONTEXT())
    assert mark.start.x == 100
    place, noted = (Point(100, float("nan")),), CONTEXT(note="No volume is stored")
    _, words = drawn_parts(tool, place, tool.style, noted).figures
    assert (words.at, words.align) == (Point(100, 998), (0.0, 1.0)), "its ground is above the edge of the pane"
    curve = (Point(100, 5), Point(110, 6))
    context = CONTEXT(curves={"vwap": curve, "upper": curve, "lower": curve}, note="from 5m")
    found = drawn_parts(tool, place, {**tool.style, "fill": True}, context).figures
    assert [len(one.points) for one in found if isinstance(one, Polygon)] == [4, 2, 2, 2]
    assert texts(found) == ["from 5m"]

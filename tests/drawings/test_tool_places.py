"""Where the parts and words of each tool stand, in pixels of a pane."""

import math

import pytest

from candledesk.drawings.figures import FigureContext, Line, Point, Polygon, Rectangle, Stroke, Text
from candledesk.drawings.registry import TOOLS
from candledesk.drawings.tools.ranges.position import outcome_words, plan_of
from candledesk.drawings.tools.style import percent_text

CONTEXT = FigureContext(0.0, 0.0, 1_000.0, 1_000.0, y_of=lambda price: 1_000 - price)
A, B, C = Point(100, 500), Point(200, 400), Point(150, 550)


def figures(tool_id, *points, style=None, **context):
    prices = tuple(1_000 - y for _, y in points)
    given = {"prices": prices, "indexes": tuple(x / 10 for x, _ in points), "times": tuple(int(x) for x, _ in points)}
    tool = TOOLS[tool_id]
    asked = points, {**tool.style, **(style or {})}, CONTEXT._replace(**{**given, **context})
    return (*tool.figures(*asked), *(tool.labels(*asked) if tool.labels is not None else ()))


def parts(found, kind):
    return [one for one in found if isinstance(one, kind)]


@pytest.mark.parametrize(
    ("tool", "points", "at", "align"),
    [
        ("trend_line", (A, B), (150, 446), (0.5, 1.0)),
        ("ray", (B, A), (150, 446), (0.5, 1.0)),
        ("horizontal_line", (A,), (996, 496), (1.0, 1.0)),
        ("horizontal_ray", (A,), (996, 496), (1.0, 1.0)),
        ("vertical_line", (A,), (104, 996), (0.0, 1.0)),
        ("parallel_channel", (A, B, C), (150, 446), (0.5, 1.0)),
        ("rectangle", (A, B), (104, 404), (0.0, 0.0)),
        ("text", (A,), (100, 500), (0.0, 0.0)),
    ],
)
def test_the_text_of_a_drawing_stands_beside_it(tool, points, at, align):
    style = {"text_color": "#112233", "font_size": 20}
    (text,) = parts(figures(tool, *points, text="words", style=style), Text)
    assert (text.at, text.align, text.color, text.size) == (at, align, "#112233", 20)


def test_a_line_has_a_middle_point_when_asked():
    for tool in ("trend_line", "ray", "extended_line", "arrow"):
        (point,) = parts(figures(tool, A, B, style={"middle": True, "color": "#112233"}), Polygon)
        assert point == Polygon((Point(150, 445), Point(155, 450), Point(150, 455), Point(145, 450)), "#112233")
        assert not parts(figures(tool, A, B), Polygon)


def test_statistics_stand_behind_the_second_point_with_signs_and_the_angle_on_screen():
    found = figures("trend_line", B, A, style={"stats": True, "font_size": 11})
    (text,) = parts(found, Text)
    assert (text.at, text.align, text.color, text.size) == (Point(112, 500), (0.0, 0.5), "#ffffff", 11)
    assert text.text == "-100 (-16.67%)\n-10 bars, -0.001157d, -45°"
    assert text.background == "#4a4e5a"
    assert not parts(figures("trend_line", Point(0, 1_000), B, style={"stats": True}), Text), "of the price 0"


def test_an_arrow_can_be_at_the_first_point_too():
    shaft, *head = figures("trend_line", A, Point(200, 500), style={"start": "arrow", "width": 3})
    assert [one.start for one in head] == [A, A]
    assert all(one.end.x > 100 for one in head)
    assert shaft == Line(A, Point(200, 500), Stroke("#2962ff", 3))


@pytest.mark.parametrize(("at", "is_drawn"), [(0, True), (1_000, True), (-1, False), (1_001, False)])
def test_a_line_across_is_drawn_up_to_the_edges_of_the_pane(at, is_drawn):
    assert bool(figures("horizontal_line", Point(500, at))) is is_drawn
    assert bool(figures("horizontal_ray", Point(500, at))) is is_drawn
    assert bool(figures("vertical_line", Point(at, 500))) is is_drawn
    assert bool(figures("horizontal_ray", Point(at, 500))) is (at <= 1_000)


def test_a_ray_from_left_of_the_pane_begins_at_its_edge():
    (line,) = figures("horizontal_ray", Point(-50, 500))
    assert (line.start, line.end) == ((0, 500), (1_000, 500))


def test_a_level_is_dragged_up_and_down_only():
    assert TOOLS["horizontal_line"].drag((A,), 0, Point(300, 70)) == (Point(100, 70),)


def test_a_channel_is_filled_between_its_lines():
    (area,) = parts(figures("parallel_channel", A, B, C), Polygon)
    assert area == Polygon((A, B, Point(200, 500), Point(100, 600)), "#2962ff", 0.2)
    (area,) = parts(figures("parallel_channel", A, B, C, style={"fill_color": "#112233", "fill_opacity": 0.5}), Polygon)
    assert (area.fill, area.opacity) == ("#112233", 0.5)
    assert not parts(figures("parallel_channel", A, B, C, style={"fill": False}), Polygon)


def test_a_channel_whose_base_is_upright_has_the_height_of_its_third_point():
    low, high = Point(100, 500), Point(100, 400)
    lines = parts(figures("parallel_channel", low, high, Point(150, 530), style={"middle": False}), Line)
    assert [(one.start.y, one.end.y) for one in lines] == [(500, 400), (530, 430)]


@pytest.mark.parametrize(("extend", "left", "right"), [("none", 100, 200), ("left", 0, 200), ("both", 0, 1_000)])
def test_a_rectangle_and_its_middle_line_are_extended_to_the_edges(extend, left, right):
    box, middle = figures("rectangle", A, B, style={"extend": extend, "middle": True, "width": 3})
    assert box == Rectangle(left, 400, right, 500, "#2962ff", 0.2, Stroke("#2962ff", 3))
    assert middle == Line(Point(left, 450), Point(right, 450), Stroke("#2962ff", 1, "dashed"))


@pytest.mark.parametrize(
    ("extend", "left", "right"), [("none", 100, 200), ("left", 0, 200), ("right", 100, 1_000), ("both", 0, 1_000)]
)
@pytest.mark.parametrize("points", [(A, B), (Point(200, 500), Point(100, 400))])
def test_levels_reach_from_the_left_point_to_the_right_one_with_labels_beside(points, extend, left, right):
    levels = [{"value": 0, "color": "#112233"}, {"value": 0.5}, {"value": 1, "color": "#445566"}]
    style = {"levels": levels, "extend": extend, "width": 2, "dash": "dotted", "font_size": 20}
    fills, lines, labels = (
        parts(figures("fib_retracement", *points, style=style), kind) for kind in (Rectangle, Line, Text)
    )
    base, *lines = lines
    assert base.stroke == Stroke("#787b86", 2, "dashed")
    colours = ("#445566", "#787b86", "#112233")
    assert lines == [
        Line(Point(left, y), Point(right, y), Stroke(colour, 2, "dotted"))
        for y, colour in zip((400, 450, 500), colours, strict=True)
    ]
    assert [(one[:4], one.fill) for one in fills] == [
        ((left, 400, right, 450), "#787b86"),
        ((left, 450, right, 500), "#112233"),
    ]
    assert [(one.at, one.align, one.color, one.size) for one in labels] == [
        (Point(left - 4, y), (1.0, 0.5), colour, 20) for y, colour in zip((400, 450, 500), colours, strict=True)
    ]


def test_of_two_levels_closer_than_most_of_the_font_the_upper_one_has_its_label():
    def labels(gap):
        style = {"levels": [{"value": 0}, {"value": 1}], "font_size": 10}
        return [one.text for one in parts(figures("fib_retracement", A, Point(200, 500 - gap), style=style), Text)]

    assert labels(9.0) == ["1 (509)", "0 (500)"]
    assert labels(8.9) == ["1 (508.9)"]


def test_levels_without_a_place_are_left_out():
    style = {"levels": [{"value": 0}, {"value": 1}, {"value": -1}]}
    found = figures("fib_retracement", A, B, style=style, y_of=lambda price: 1_000 - price if price > 450 else math.nan)
    assert [one.text for one in parts(found, Text)] == ["1 (600)", "0 (500)"]
    assert [type(one) for one in found] == [Line, Rectangle, Line, Line, Text, Text], "fills lie below lines and labels"
    huge = figures(
        "fib_retracement", A, B, style={"levels": [{"value": 0}, {"value": 1_000}], "log": True}, is_log=True,
        prices=(1e-3, 1e3), y_of=lambda price: 1_000 - math.log10(price),
    )  # fmt: skip
    assert [one.text for one in parts(huge, Text)] == ["0 (0.001)"]


def test_the_eleven_levels_that_are_shown_and_those_that_can_be():
    style = TOOLS["fib_retracement"].style
    assert [style[name] for name in ("reverse", "log", "fill", "labels", "extend")] == [
        False,
        False,
        True,
        True,
        "none",
    ]
    levels = style["levels"]
    shown = [row["value"] for row in levels if row["visible"]]
    assert shown == [0, 0.236, 0.382, 0.5, 0.618, 0.786, 1, 1.618, 2.618, 3.618, 4.236]
    assert len({row["value"] for row in levels}) == len(levels) == 24
    assert [row["color"] for row in levels[:9]] == [row["color"] for row in levels[9:18]], "the colours come again"
    assert len({row["color"] for row in levels[:9]}) == 9


def test_an_extension_shows_the_moves_that_it_is_made_from_and_can_be_reversed():
    first, second, *levels = parts(figures("fib_extension", A, B, C, style={"levels": [{"value": 1}]}), Line)
    assert (first.start, first.end, first.stroke.dash) == (A, B, "dashed")
    assert (second.start, second.end, second.stroke.dash) == (B, C, "dashed")
    assert [(one.start, one.end) for one in levels] == [((150, 450), (200, 450))]
    *_, level = parts(figures("fib_extension", A, B, C, style={"levels": [{"value": 1}], "reverse": True}), Line)
    assert level.start.y == 650


@pytest.mark.parametrize(("is_log", "log", "price"), [(True, True, 540), (True, False, 550), (False, True, 550)])
def test_an_extension_takes_ratios_on_a_logarithmic_scale_when_asked(is_log, log, price):
    style = {"levels": [{"value": 1}], "log": log}
    (text,) = parts(figures("fib_extension", A, B, C, style=style, is_log=is_log), Text)
    assert text.text == f"1 ({price})"
    below = figures("fib_extension", A, B, Point(150, 1_001), style=style, is_log=is_log)
    assert [one.text for one in parts(below, Text)] == ["1 (99)"], "no ratios of prices below 0"


@pytest.mark.parametrize(
    ("points", "at", "align"), [((A, B), (150, 396), (0.5, 1.0)), ((B, A), (150, 504), (0.5, 0.0))]
)
def test_the_words_of_a_range_stand_beyond_its_second_point(points, at, align):
    box, up, *_ = found = figures("date_price_range", *points, volume=1_234.5)
    (text,) = parts(found, Text)
    assert (text.at, text.align) == (at, align)
    assert text.text.endswith("\nVolume 1,234")
    assert box == Rectangle(100, 400, 200, 500, "#2962ff", 0.2)
    assert (up.start, up.end) == ((150, points[0].y), (150, points[1].y))
    tips = [one.start for one in parts(found, Line)]
    assert tips.count(Point(150, points[1].y)) == 2
    assert tips.count(Point(points[1].x, 450)) == 2
    assert len(tips) == 6


def test_a_range_from_the_price_0_has_no_percentage():
    (text,) = parts(figures("date_price_range", Point(100, 1_000), B), Text)
    assert text.text.startswith("600, +60,000 ticks\n")
    (text,) = parts(figures("date_price_range", Point(200, 400), Point(100, 500), tick=0.5), Text)
    assert text.text.startswith("-100 (-16.67%), -200 ticks\n-10 bars, -1m")


def test_the_labels_of_a_position_stand_outside_of_its_box():
    points = (A, Point(300, 400), Point(300, 550))
    found = figures("long_position", *points)
    assert parts(found, Rectangle) == [
        Rectangle(100, 500, 300, 400, "#089981", 0.2),
        Rectangle(100, 500, 300, 550, "#f23645", 0.2),
    ]
    (line,) = parts(found, Line)
    assert (line.start, line.end) == ((100, 500), (300, 500))
    assert [(one.at, one.align) for one in parts(found, Text)] == [
        ((200, 396), (0.5, 1.0)),
        ((200, 554), (0.5, 0.0)),
        ((200, 500), (0.5, 0.5)),
    ]
    assert len({one.background for one in parts(found, Text)}) == 3
    turned = figures("short_position", Point(300, 500), Point(100, 600), Point(100, 450), note="Closed")
    assert parts(turned, Rectangle)[0][:4] == (100, 500, 300, 600)
    assert parts(turned, Text)[2].text.startswith("Closed, quantity ")


def test_a_profile_stands_between_its_times_with_dotted_edges():
    tool_rows = ((90, 80, 1.0, True), (80, 70, 0.5, False))
    found = figures(
        "volume_profile", Point(300, 0), Point(100, 0), rows=tool_rows, note="from 5m", style={"share": 0.5}
    )
    edges = parts(found, Line)
    assert [(one.start, one.end, one.stroke) for one in edges] == [
        ((x, 0), (x, 1_000), Stroke("#787b86", 1, "dotted")) for x in (100, 300)
    ]
    assert parts(found, Rectangle) == [
        Rectangle(100, 80, 200, 90, "#2962ff", 0.4),
        Rectangle(100, 70, 150, 80, "#787b86", 0.4),
    ]
    (text,) = parts(found, Text)
    assert (text.at, text.align) == ((104, 996), (0.0, 1.0))


def test_an_anchored_vwap_has_its_note_below_its_beginning_and_a_mark_until_there_is_a_line():
    anchor, curve = Point(100, math.nan), (Point(100, 5), Point(110, 6))
    found = figures("anchored_vwap", anchor, curves={"vwap": curve, "upper": curve[:1], "lower": curve}, note="from 5m")
    assert [(one.points, one.stroke.width) for one in parts(found, Polygon)] == [(curve, 1), (curve, 2)]
    (text,) = parts(found, Text)
    assert (text.at, text.align) == ((100, 13), (0.0, 0.0))
    mark, text = figures("anchored_vwap", anchor, curves={"vwap": curve[:1]}, note="from 5m")
    assert (mark.start, mark.end) == ((100, 988), (100, 1_000))
    assert text.at == (100, 13)
    style = {"fill": True, "color": "#112233"}
    band, *_ = figures("anchored_vwap", anchor, curves={"upper": curve, "lower": curve, "vwap": curve}, style=style)
    assert band == Polygon((*curve, *curve[::-1]), "#112233", 0.1)
    (mark,) = figures("anchored_vwap", anchor, curves={"lower": curve[:1]}, style=style)
    assert isinstance(mark, Line)


@pytest.mark.parametrize(
    ("outcome", "last", "is_long", "words"),
    [
        ("open", 512.0, True, "Open +48.00"),
        ("open", 512.0, False, "Open -48.00"),
        ("target", 512.0, True, "Closed at the target +200.00"),
        ("stop", 512.0, True, "Closed at the stop -100.00"),
        ("unknown", 512.0, True, "Outcome unknown"),
        ("open", None, True, "Outcome unknown"),
    ],
)
def test_an_outcome_says_what_was_won_or_lost(outcome, last, is_long, words):
    style = {**TOOLS["long_position"].style, "lot": 2.0, "point_value": 0.5, "leverage": 100.0, "risk": 1.0}
    prices = (500.0, 550.0, 475.0)
    assert outcome_words(outcome, last, prices, style, is_long=is_long) == words
    money = {**style, "risk_unit": "money", "risk": 50.0}
    assert plan_of(prices, money, is_long=True).quantity == 2


@pytest.mark.parametrize(
    ("is_log", "log", "price"), [(True, True, "547.723"), (True, False, "550"), (False, True, "550")]
)
def test_a_retracement_takes_ratios_on_a_logarithmic_scale_when_asked(is_log, log, price):
    style = {"levels": [{"value": 0.5}], "log": log}
    (text,) = parts(figures("fib_retracement", A, B, style=style, is_log=is_log), Text)
    assert text.text == f"0.5 ({price})"


@pytest.mark.parametrize(
    ("share", "text"),
    [(99_999.0, "9999900.00%"), (100_000.0, "1.0e+07%"), (-99_999.0, "-9999900.00%"), (-100_000.0, "-1.0e+07%")],
)
def test_a_percentage_of_ten_millions_is_written_with_an_exponent(share, text):
    assert percent_text(share) == text
    assert percent_text(share, "+") == (text if share < 0 else f"+{text}")

"""What of a style can be set, and what a mixed selection shares."""

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.drawings.document.drawings_json import drawing_json, parse_drawing
from candledesk.drawings.document.style import CHECKS
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.looks.shared import (
    MIXED,
    all_locked,
    all_visible,
    name_of,
    renamed,
    shared_fields,
    shared_values,
    title_of,
    with_style,
    with_whole_style,
)
from candledesk.drawings.looks.style_fields import FIELDS, FieldKind, Page, fields_of, value_of
from candledesk.drawings.registry import TOOLS, whole_style

BY_DRAGGING = {"fixed_x", "fixed_y"}  # no fields of the style: the place of a text on screen


def _drawing(tool, **changes):
    points = tuple(Anchor(at, 10.0) for at in range(TOOLS[tool].n_points)) if tool in TOOLS else ()
    return Drawing(changes.pop("id", tool), tool, "AAPL", points, **changes)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_value_of_a_tool_can_be_set(tool):
    assert set(TOOLS[tool].style) - BY_DRAGGING <= {field.key for field in fields_of(tool)}


@pytest.mark.parametrize("tool", TOOLS)
def test_every_field_of_a_tool_has_a_value_that_the_format_takes(tool):
    style = whole_style(_drawing(tool))
    for field in fields_of(tool):
        value = value_of(style, field.key)
        CHECKS[field.key](list(value) if field.kind is FieldKind.LEVELS else value, field.key)
        for value, _words in field.choices:
            CHECKS[field.key](value, field.key)


def test_the_default_of_a_choice_is_one_of_its_choices():
    for tool, one in TOOLS.items():
        for field in fields_of(tool):
            if field.choices and field.key in one.style:
                assert one.style[field.key] in [value for value, _ in field.choices], (tool, field.key)


def test_the_inputs_of_a_position_have_a_page_of_their_own():
    inputs = [field.key for field in fields_of("long_position", Page.INPUTS)]
    assert inputs == ["account", "risk", "risk_unit", "lot", "leverage", "point_value", "quantity_decimals"]
    assert fields_of("trend_line", Page.INPUTS) == ()
    titles = {field.key: field.title for field in fields_of("short_position")}
    assert (titles["up_color"], titles["down_color"]) == ("Target", "Stop")
    assert {field.key: field.title for field in fields_of("ray")}["middle"] == "Middle point"


def test_an_unknown_tool_has_nothing_to_set():
    assert fields_of("gann_box") == ()
    assert shared_fields([_drawing("gann_box")]) == ()


def test_the_fill_has_the_colour_of_the_line_until_it_gets_its_own():
    plain, own = (
        _drawing("rectangle", style={"color": "#ff0000"}),
        _drawing("rectangle", style={"fill_color": "#00ff00"}),
    )
    assert shared_values([plain])["fill_color"] == "#ff0000"
    assert shared_values([own])["fill_color"] == "#00ff00"


def test_a_fill_needs_its_switch():
    needs = {field.key: field.needs for field in fields_of("rectangle")}
    assert (needs["fill_color"], needs["fill_opacity"], needs["color"]) == ("fill", "fill", "")
    assert {field.key: field.needs for field in fields_of("text")}["fill_color"] == "background"
    assert {field.key: field.needs for field in fields_of("volume_profile")}["fill_opacity"] == ""


def test_a_mixed_selection_shares_the_fields_of_all_and_marks_what_differs():
    line, box = _drawing("trend_line"), _drawing("rectangle", style={"color": "#ff0000"})
    shared = shared_values([line, box])
    assert shared["dash"] == "solid"
    assert (shared["color"], shared["width"]) == (MIXED, MIXED)
    assert "fill" not in shared
    assert "stats" not in shared


def test_levels_are_shared_by_drawings_of_one_tool_only():
    def kinds(*tools):
        return [field.kind for field in shared_fields([_drawing(tool, id=str(at)) for at, tool in enumerate(tools)])]

    assert FieldKind.LEVELS in kinds("fib_retracement", "fib_retracement")
    assert FieldKind.LEVELS not in kinds("fib_retracement", "fib_extension")


def test_a_change_reaches_only_the_tools_that_have_the_value():
    line, text = with_style([_drawing("trend_line"), _drawing("text")], width=4, text_color="#ff0000")
    assert line.style == {"width": 4, "text_color": "#ff0000"}
    assert text.style == {"text_color": "#ff0000"}


def test_a_template_replaces_all_of_a_style():
    (one,) = with_whole_style([_drawing("trend_line", style={"width": 4})], {"color": "#ff0000"})
    assert one.style == {"color": "#ff0000"}


def test_drawings_are_locked_when_all_are():
    locked, free = _drawing("ray", locked=True), _drawing("text")
    assert all_locked([locked])
    assert not all_locked([locked, free])
    assert not all_locked([])


def test_a_name_is_kept_in_the_json_and_can_be_taken_back():
    one = renamed(_drawing("ray"), "Support of May")
    assert name_of(parse_drawing(drawing_json(one))) == "Support of May"
    assert title_of([one]) == "Support of May"
    assert title_of([one, _drawing("text")]) == "2 drawings"
    assert renamed(one, "") == _drawing("ray")
    assert name_of(_drawing("gann_box")) == "gann_box"


def test_no_field_is_listed_twice():
    keys = [field.key for field in FIELDS]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(CHECKS) - BY_DRAGGING


@pytest.mark.parametrize(
    "field", [one for one in FIELDS if one.kind in {FieldKind.NUMBER, FieldKind.SHARE}], ids=lambda one: one.key
)
def test_a_number_can_be_set_to_whatever_the_format_takes(field):
    for value in (field.low, field.high):
        CHECKS[field.key](int(value), field.key)
    for value in (field.low - 1, field.high * 1.01 + 1):
        with pytest.raises(DocumentError):
            CHECKS[field.key](int(value), field.key)


@pytest.mark.parametrize(
    ("key", "values", "refused"),
    [
        ("width", [1, 4], [0, 5]),
        ("font_size", [6, 96], [5, 97]),
        ("bands", [[], [0, 1_000], [1, 2, 3]], [[1_000.1], [-0.1], [1, 2, 3, 4]]),
        ("levels", [[{"value": -1_000}, {"value": 1_000, "color": "#112233", "visible": False}]], []),
        ("levels", [[{"value": 1}] * 24], [[{"value": 1}] * 25]),
        ("levels", [], [[{"value": 1_000.1}], [{"value": -1_000.1}], [{"value": 1, "color": "red"}]]),
        ("levels", [], [[{"value": 1, "visible": 1}], [{}], {}]),
        ("fixed_x", [0, 1], [-0.1, 1.1]),
        ("account", [0, 1e12], [-0.01, 1.001e12]),
        ("wrap", [0, 200], [-1, 201]),
        ("rows", [1, 500], [0, 501]),
        ("risk_unit", ["percent", "money"], ["cash"]),
        ("quantity_decimals", [0, 8], [-1, 9, 1.5]),
    ],
)  # fmt: skip
def test_values_of_a_style_are_taken_up_to_their_limits(key, values, refused):
    for value in values:
        CHECKS[key](value, key)
    for value in refused:
        with pytest.raises(DocumentError) as error:
            CHECKS[key](value, key)
        assert error.value.field.startswith(key)


def test_the_pages_of_a_text_hold_what_it_looks_like_and_its_background_stands_beside_its_switch():
    assert [field.key for field in fields_of("text", Page.TEXT)] == [
        "fill_color", "text_color", "font_size", "background", "wrap", "fixed",
    ]  # fmt: skip
    assert fields_of("text", Page.STYLE) == ()
    assert {field.key: field.zero for field in fields_of("text")}["wrap"] == "Not wrapped"
    pages = {tool: [field.key for page in Page for field in fields_of(tool, page)] for tool in TOOLS}
    assert all(sorted(keys) == sorted(field.key for field in fields_of(tool)) for tool, keys in pages.items())


def test_only_what_is_filled_in_one_colour_has_a_colour_of_its_fill():
    having = {tool for tool in TOOLS if "fill_color" in {field.key for field in fields_of(tool)}}
    assert having == {"parallel_channel", "rectangle", "date_price_range", "text"}


def test_a_drawing_of_an_unknown_tool_takes_no_part_in_what_is_shared():
    line, other = _drawing("ray", style={"width": 3}), _drawing("gann_box", style={"width": 1})
    assert shared_values([other, line])["width"] == 3
    assert [field.key for field in shared_fields([line, other], Page.TEXT)] == ["text_color", "font_size"]
    assert with_style([other], width=4) == (other,)
    assert shared_values([]) == {}


def test_drawings_are_visible_when_all_are():
    shown, hidden = _drawing("ray"), _drawing("text", visible=False)
    assert [all_visible(some) for some in ([shown], [shown, hidden], [])] == [True, False, False]


def test_only_a_text_is_a_name():
    assert name_of(_drawing("ray", extra={"name": 5})) == name_of(_drawing("ray", extra={"name": ""})) == "Ray"
    kept = renamed(_drawing("ray", extra={"name": "Old", "more": 1}), "New")
    assert kept.extra == {"name": "New", "more": 1}
    assert renamed(kept, "").extra == {"more": 1}
    assert repr(MIXED) == "MIXED"


def test_inputs_have_as_many_decimals_as_they_are_given_with():
    decimals = {field.key: field.decimals for field in FIELDS if field.decimals}
    assert decimals == {"account": 2, "risk": 2, "lot": 4, "leverage": 2, "point_value": 6}
    choices = {field.key: [value for value, _ in field.choices] for field in FIELDS if field.choices}
    assert choices["bands"] == [[], [1.0], [2.0], [3.0]]
    assert choices["font_size"] == [10, 11, 12, 14, 16, 20, 24, 28, 32, 40]
    assert choices["width"] == [1, 2, 3, 4]

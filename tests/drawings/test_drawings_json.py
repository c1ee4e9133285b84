"""``candledesk.drawings/1``: what is read, kept, written and refused, with the name of the field."""

import contextlib
import json
from dataclasses import replace

import orjson
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from candledesk.domain.errors import DocumentError
from candledesk.domain.interval import parse_interval
from candledesk.drawings.document.checks import readable_text
from candledesk.drawings.document.drawings_json import (
    FIELDS,
    FORMAT,
    changed_drawing,
    drawing_json,
    drawings_json,
    parse_drawing,
    parse_drawings,
)
from candledesk.drawings.drawing import bucket_of
from candledesk.drawings.registry import TOOLS

POINTS = [{"t": 1_700_000_000, "p": 187.25, "interval": "1h"}, {"t": 1_700_090_000, "p": 0.1, "interval": "1h"}]
LINE = {
    "id": "a", "type": "trend_line", "symbol": "AAPL", "pane": "price", "points": POINTS, "basis": "raw",
    "style": {"color": "#ff0000", "later": [1.5, None]}, "text": "two\nlines <b>", "visible": True, "locked": False,
    "intervals": ["hours", "days"], "z": 3, "group": "g", "by": "script", "chart": "c1", "unknown": {"x": [1, 2]},
}  # fmt: skip


def refusal(row, **changes):
    """Return the field that is refused when ``row`` is read with these changes."""
    with pytest.raises(DocumentError) as error:
        parse_drawing({**row, **changes})
    assert str(error.value).startswith(error.value.field) or error.value.field in str(error.value)
    return error.value.field


def test_a_drawing_is_written_as_it_was_read_with_its_unknown_fields():
    assert drawing_json(parse_drawing(LINE)) == LINE
    assert list(drawing_json(parse_drawing(LINE)))[: len(FIELDS)] == list(FIELDS)
    assert json.dumps(drawing_json(parse_drawing(LINE))) == json.dumps(LINE)


def test_a_text_that_is_fixed_on_screen_is_written_as_it_was_read():
    style = {"fixed": True, "fixed_x": 0.12345, "fixed_y": 1}
    row = {**LINE, "type": "text", "points": POINTS[:1], "style": style}
    assert json.dumps(drawing_json(parse_drawing(row))) == json.dumps(row)


def test_unknown_fields_of_points_survive():
    points = [{**POINTS[0], "offset": 3}, POINTS[1]]
    assert drawing_json(parse_drawing({**LINE, "points": points}))["points"] == points


def test_a_drawing_of_an_unknown_tool_is_kept_with_any_number_of_points():
    row = {**LINE, "type": "Elliott.wave", "points": [*POINTS, *POINTS, {"t": 5, "p": None, "interval": "1d"}]}
    assert drawing_json(parse_drawing(row)) == row


def test_places_and_points_may_be_at_their_limits_and_ids_missing():
    row = {**LINE, "type": "later", "points": POINTS[:1] * 500, "z": -(2**53), "id": ""}
    first, second = parse_drawings({"format": FORMAT, "drawings": [row, {**row, "z": 2**53}]})
    assert (len(first.points), first.z, second.z, first.id, second.id) == (500, -(2**53), 2**53, "", "")


def test_a_short_drawing_gets_the_defaults():
    row = {"type": "horizontal_line", "symbol": "aapl", "points": [{"t": 1_700_000_000, "p": 5}]}
    made = drawing_json(parse_drawing(row))
    assert (made["symbol"], made["pane"], made["basis"], made["visible"], made["z"]) == (
        "AAPL",
        "price",
        "raw",
        True,
        None,
    )
    assert made["points"] == [{"t": 1_700_000_000, "p": 5.0, "interval": "1d"}]
    assert "by" not in made


def test_fields_of_null_are_those_that_are_not_given():
    row = {
        **LINE,
        **dict.fromkeys(("id", "pane", "style", "text", "visible", "locked", "intervals", "z", "group", "by")),
    }
    made = parse_drawing(row)
    assert (made.id, made.pane, made.style, made.visible, made.intervals) == ("", "price", {}, True, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": None}, "type"),
        ({"type": "<img>"}, "type"),
        ({"type": 5}, "type"),
        ({"symbol": "A B"}, "symbol"),
        ({"symbol": ["A"]}, "symbol"),
        ({"symbol": "A" * 1_000}, "symbol"),
        ({"points": None}, "points"),
        ({"points": POINTS[:1]}, "points"),
        ({"points": POINTS * 500_000}, "points"),
        ({"points": [POINTS[0], 5]}, "points[1]"),
        ({"points": [{"t": True, "p": 1}, POINTS[0]]}, "points[0].t"),
        ({"points": [{"t": 1.5, "p": 1}, POINTS[0]]}, "points[0].t"),
        ({"points": [{"t": 10**30, "p": 1}, POINTS[0]]}, "points[0].t"),
        ({"points": [{"t": "2026-01-01", "p": 1}, POINTS[0]]}, "points[0].t"),
        ({"points": [{"t": 1, "p": float("nan")}, POINTS[0]]}, "points[0].p"),
        ({"points": [{"t": 1, "p": float("inf")}, POINTS[0]]}, "points[0].p"),
        ({"points": [{"t": 1, "p": 10**400}, POINTS[0]]}, "points[0].p"),
        ({"points": [{"t": 1}, POINTS[0]]}, "points[0].p"),
        ({"points": [{"t": 1, "p": 1, "interval": "5x"}, POINTS[0]]}, "points[0].interval"),
        ({"basis": "splits"}, "basis"),
        ({"style": []}, "style"),
        ({"style": {"color": "red; x"}}, "style.color"),
        ({"style": {"width": 5}}, "style.width"),
        ({"style": {"dash": "wavy"}}, "style.dash"),
        ({"style": {"fill": 1}}, "style.fill"),
        ({"style": {"levels": [{"value": float("nan")}]}}, "style.levels[0].value"),
        ({"style": {"levels": [{"value": 1}] * 25}}, "style.levels"),
        ({"style": {"fixed": 1}}, "style.fixed"),
        *(({"style": {"fixed_x": at}}, "style.fixed_x") for at in (-0.01, 1.01, 10**400, True, "0.5", None)),
        *(({"style": {"fixed_y": at}}, "style.fixed_y") for at in (float("nan"), float("inf"), 2, [0.5])),
        ({"style": {"bands": ["x"]}}, "style.bands[0]"),
        ({"style": {"bands": [1.0, None]}}, "style.bands[1]"),
        ({"style": {"later": [float("nan")]}}, "drawing.style.later[0]"),
        ({"text": 5}, "text"),
        ({"text": "x" * 4_001}, "text"),
        ({"text": "a\x1b[31m"}, "text"),
        ({"text": "a\u202eb"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"visible": 1}, "visible"),
        ({"locked": "yes"}, "locked"),
        ({"intervals": "hours"}, "intervals"),
        ({"intervals": ["eons"]}, "intervals[0]"),
        ({"z": 1.5}, "z"),
        ({"z": 2**53 + 2}, "z"),
        ({"points": [{"t": 1, "p": 1, "interval": 5}, POINTS[0]]}, "points[0].interval"),
        ({"type": "later", "points": POINTS[:1] * 501}, "points"),
        ({"id": "a b"}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"group": "x" * 65}, "group"),
        ({"by": "a/b"}, "by"),
        ({"chart": "a/b"}, "chart"),
        ({"pane": "\x00"}, "pane"),
        ({"later": float("inf")}, "drawing.later"),
        ({"later": "x" * 50_000}, "drawing"),
        ({"later": list(range(4_001))}, "drawing.later"),
        ({"later": {"k" * 65: 1}}, "drawing.later"),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_refused_with_the_name_of_the_field(changes, field):
    assert refusal(LINE, **changes) == field


@pytest.mark.parametrize(
    "text", ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f467", "<b>&\n\t½"]
)
def test_scripts_and_emojis_that_need_joiners_are_texts(text):
    assert parse_drawing({**LINE, "text": text}).text == readable_text(text) == text


@pytest.mark.parametrize(
    "changes",
    [
        *({"later": "x" * n} for n in range(48_600, 49_200, 20)),
        *({"later": [1] * n} for n in range(3_960, 4_001, 2)),
        *({"text": "\u0958" * n} for n in (2_000, 2_001, 4_000)),  # whose normal form has twice as many characters
    ],
)
def test_what_is_accepted_can_be_read_again_as_it_is_written(changes):
    with contextlib.suppress(DocumentError):
        made = replace(parse_drawing({**LINE, **changes}), id="x" * 64, z=1)
        assert parse_drawing(drawing_json(made)) == made


def test_deep_nesting_is_refused_without_recursion():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert refusal(LINE, later=deep).startswith("drawing.later")


def test_the_path_of_a_document_names_the_drawing():
    with pytest.raises(DocumentError) as error:
        parse_drawings({"format": FORMAT, "drawings": [LINE, {**LINE, "id": "b", "points": [{"t": 1}, POINTS[0]]}]})
    assert error.value.field == "drawings[1].points[0].p"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "document"),
        ({"drawings": []}, "format"),
        ({"format": "candledesk.drawings/2", "drawings": []}, "format"),
        ({"format": FORMAT}, "drawings"),
        ({"format": FORMAT, "drawings": [{}] * 100_001}, "drawings"),
        ({"format": FORMAT, "drawings": [LINE, LINE]}, "drawings[1].id"),
    ],
)
def test_a_document_that_is_none_or_of_another_version_is_refused(document, field):
    with pytest.raises(DocumentError) as error:
        parse_drawings(document)
    assert error.value.field == field


def test_a_document_is_written_as_it_was_read():
    document = {"format": FORMAT, "drawings": [LINE, {**LINE, "id": "b", "type": "unknown"}]}
    assert orjson.dumps(drawings_json(parse_drawings(document))) == orjson.dumps(document)


def test_changes_replace_fields_and_merge_the_style():
    changed = changed_drawing(parse_drawing(LINE), {"locked": True, "style": {"width": 3, "color": None}, "new": 1})
    assert changed.locked
    assert changed.style == {"later": [1.5, None], "width": 3}
    assert dict(changed.extra) == {"unknown": {"x": [1, 2]}, "new": 1}
    assert changed_drawing(parse_drawing(LINE), {"text": None}).text == ""
    same = changed_drawing(parse_drawing(LINE), {"id": "a", "symbol": "AAPL", "z": 4})
    assert drawing_json(same) == {**LINE, "z": 4}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        *(({"id": value}, "id") for value in ("b", [], {}, 5)),
        *(({"symbol": "MSFT"}, "symbol"), ({"symbol": ["AAPL"]}, "symbol"), ({"z": "x"}, "z")),
    ],
)
def test_changes_that_are_not_possible_are_refused(changes, field):
    with pytest.raises(DocumentError) as error:
        changed_drawing(parse_drawing(LINE), changes)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("interval", "bucket"),
    [
        *(("1m", "minutes"), ("45m", "minutes"), ("4h", "hours"), ("1d", "days")),
        *(("1wk", "weeks"), ("3mo", "months"), ("1y", "months")),
    ],
)
def test_a_drawing_is_shown_in_its_groups_of_intervals(interval, bucket):
    assert bucket_of(parse_interval(interval)) == bucket
    one = parse_drawing({**LINE, "intervals": [bucket]})
    assert one.is_shown_on(parse_interval(interval))
    assert not parse_drawing({**LINE, "intervals": []}).is_shown_on(parse_interval(interval))
    assert not parse_drawing({**LINE, "visible": False, "intervals": None}).is_shown_on(parse_interval(interval))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FIELDS, "other"]), json_values) | json_values)
def test_any_json_is_read_or_refused_and_what_is_read_is_written_the_same_again(row):
    base = {"type": "ray", "symbol": "A", "points": POINTS}
    try:
        one = parse_drawing({**base, **row} if isinstance(row, dict) else row)
    except DocumentError as error:
        event(f"refused {error.field[:12]}")
        return
    written = drawing_json(one)
    assert drawing_json(parse_drawing(written)) == written
    assert orjson.loads(orjson.dumps(written)) == written


def test_every_tool_has_its_points_and_a_style_that_it_accepts_itself():
    for tool in TOOLS.values():
        points = [{"t": 1_700_000_000 + at, "p": 1.0 if tool.has_prices else None} for at in range(tool.n_points)]
        style = json.loads(json.dumps(dict(tool.style)))
        parse_drawing({"type": tool.id, "symbol": "A", "points": points, "style": style})


@pytest.mark.parametrize("value", ["x", None, True, -1, 1e9, float("nan"), {}, [{}], [None], ["x"], [float("nan")]])
def test_every_value_of_a_style_is_checked(value):
    """A value of another type would raise an error where the drawing is painted."""
    for key in {key for tool in TOOLS.values() for key in tool.style}:
        usable = [tool.style[key] for tool in TOOLS.values() if key in tool.style]
        if not any(isinstance(value, type(one)) for one in usable):
            assert refusal(LINE, style={key: value}) is not None, key

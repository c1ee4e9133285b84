"""Drawings of KLineChart and Vela are read."""

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.drawings.document.drawings_json import drawing_json, drawings_json, parse_drawing
from candledesk.drawings.document.foreign import read_any

KLINECHART = [
    {
        "name": "segment",
        "id": "overlay_1",
        "groupId": "mine",
        "points": [
            {"timestamp": 1_700_000_000_000, "dataIndex": 4, "value": 10.5},
            {"timestamp": 1_700_086_400_000, "value": 11},
        ],
        "lock": True,
        "visible": False,
        "styles": {"line": {"style": "dashed", "size": 7, "color": "#1677ff"}},
        "extendData": None,
    },
    {"name": "horizontalStraightLine", "points": [{"timestamp": 1_700_000_000_000, "value": 9}], "extendData": "note"},
    {"name": "fibonacciCircle", "points": [{"timestamp": 1_700_000_000_000, "value": 9}], "extendData": {"a": 1}},
]
VELA = {
    "drawings": [
        {
            "type": "rectangle",
            "anchors": [{"time": 1_700_000_000, "price": 5.0}, {"time": 1_700_086_400, "price": 6.0}],
            "style": {"color": "#00ff00", "width": 1},
        },
        {"type": "pitchfork", "anchors": [{"time": 1_700_000_000, "price": 5.0}], "style": {}},
    ]
}


def test_klinecharts_overlays_are_read():
    line, level, other = read_any(KLINECHART, "AAPL", "1h")
    assert (line.type, line.symbol, line.locked, line.visible) == ("trend_line", "AAPL", True, False)
    assert [(point.time, point.price, point.interval) for point in line.points] == [
        (1_700_000_000, 10.5, "1h"),
        (1_700_086_400, 11.0, "1h"),
    ]
    assert line.style == {"color": "#1677ff", "width": 4, "dash": "dashed"}
    assert dict(line.extra) == {"groupId": "mine"}
    assert (level.type, level.text) == ("horizontal_line", "note")
    assert (other.type, dict(other.extra)) == ("fibonacciCircle", {"extendData": {"a": 1}})


def test_velas_drawings_are_read():
    box, other = read_any(VELA, "MSFT")
    assert (box.type, box.symbol, box.style) == ("rectangle", "MSFT", {"color": "#00ff00", "width": 1})
    assert [point.time for point in box.points] == [1_700_000_000, 1_700_086_400]
    assert other.type == "pitchfork"


def test_one_object_is_a_list_of_one():
    assert [one.type for one in read_any(VELA["drawings"][0], "A")] == ["rectangle"]


def test_what_is_read_can_be_written():
    for one in read_any(KLINECHART, "A") + read_any(VELA, "A"):
        assert drawing_json(parse_drawing(drawing_json(one))) == drawing_json(one)


def test_our_own_form_is_read_with_the_symbol_it_names():
    document = drawings_json(read_any(VELA, "MSFT"))
    assert [one.symbol for one in read_any(document, "AAPL")] == ["MSFT", "MSFT"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (5, "drawings"),
        ([5], "drawings[0]"),
        ([{"x": 1}], "drawings[0]"),
        ([{"name": "segment", "points": [{"value": 1}]}], "drawings[0].points[0].timestamp"),
        ([{"name": "segment", "points": [{"timestamp": float("nan")}]}], "drawings[0].points[0].timestamp"),
        ([{"name": "segment", "points": [{"timestamp": 0, "value": "x"}] * 2}], "drawings[0].points[0].p"),
        ([{"type": "ray", "anchors": [{"time": 1, "price": 1}] * 501}], "drawings[0].anchors"),
        ([{"type": 5, "anchors": []}], "drawings[0].type"),
        ([{"type": ["ray"], "anchors": []}], "drawings[0].type"),
        ([{"name": "segment"}], "drawings[0]"),
        ([{"points": []}], "drawings[0]"),
        ([{"type": "text", "anchors": []}], "drawings[0].points"),
        ({"format": "candledesk.drawings/9"}, "format"),
    ],
)
def test_what_is_no_drawing_is_refused_with_its_field(document, field):
    with pytest.raises(DocumentError) as error:
        read_any(document, "AAPL")
    assert error.value.field == field


def klinechart(**row):
    (one,) = read_any([{"name": "segment", "points": [{"timestamp": 0, "value": 1}] * 2, **row}], "A")
    return one


@pytest.mark.parametrize(
    ("line", "style"),
    [
        ({"color": "#1677ff", "size": 1, "style": "dotted"}, {"color": "#1677ff", "width": 1, "dash": "dotted"}),
        ({"color": "#1677ff80", "size": 2.9}, {"color": "#1677ff80", "width": 2}),
        ({"size": 0.5}, {"width": 1}),
        ({"size": 10**400, "lineStyle": "dashed"}, {"width": 4, "dash": "dashed"}),
        ({"color": "red", "size": 0, "style": "wavy"}, {}),
        ({"color": "1677fff", "size": True, "style": 5}, {}),
        ({"color": "#1677f", "size": -1, "style": None}, {}),
        ({"color": 5, "size": "2"}, {}),
        ([], {}),
    ],
)
def test_of_a_style_what_can_be_shown_is_taken(line, style):
    assert klinechart(styles={"line": line}).style == style
    assert klinechart(styles=[]).style == {}


def test_a_time_within_a_second_is_of_that_second():
    one = klinechart(points=[{"timestamp": 1_999, "value": 1}, {"timestamp": -1, "value": 1}])
    assert [point.time for point in one.points] == [1, -1]


def test_flags_of_an_overlay_have_their_defaults():
    assert (klinechart().locked, klinechart().visible, klinechart().text) == (False, True, "")
    assert (klinechart(extendData=["a"]).text, klinechart(extendData=["a"]).extra) == ("", {"extendData": ["a"]})
    assert klinechart(extendData="a").extra == {}


@pytest.mark.parametrize(("name", "tool"), [("horizontal-line", "horizontal_line"), ("text", "text"), ("ray", "ray")])
def test_of_a_tool_with_one_point_the_first_is_taken(name, tool):
    anchors = [{"time": 5, "price": 1.0}, {"time": 9, "price": 2.0}]
    (one,) = read_any([{"type": name, "anchors": anchors, "label": "words"}], "A")
    assert (one.type, [point.time for point in one.points]) == (tool, [5, 9] if tool == "ray" else [5])
    assert (one.text, one.extra, one.visible, one.locked) == ("words", {}, True, False)
    (one,) = read_any([{"type": name, "anchors": anchors, "label": "words", "text": 5, "more": 1}], "A")
    assert (one.text, one.extra) == ("", {"more": 1})


def test_overlays_may_stand_in_an_object():
    overlay = {"name": "segment", "points": [{"timestamp": 0, "value": 1}] * 2}
    assert [one.type for one in read_any({"overlays": [overlay, overlay]}, "A")] == ["trend_line"] * 2

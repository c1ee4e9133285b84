"""The JSON document of a layout, and reading one that a person has edited."""

import json

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.domain.interval import parse_interval
from candledesk.workspace.chart_contents import check_contents
from candledesk.workspace.layout import Layout, check_layout, layout_document, parse_layout

CHARTS = (("AAPL", parse_interval("1d")), ("7203.T", parse_interval("45m")))
LAYOUT = Layout(CHARTS, 1, {"chart_type": "area", "has_grid": False})


def test_the_document_is_what_scripts_may_read():
    assert layout_document(LAYOUT) == {
        "format": "candledesk.layout/1",
        "charts": [{"symbol": "AAPL", "interval": "1d"}, {"symbol": "7203.T", "interval": "45m"}],
        "front": 1,
        "options": {"chart_type": "area", "has_grid": False},
    }


@pytest.mark.parametrize("layout", [LAYOUT, Layout(), Layout(CHARTS[:1])])
def test_a_layout_comes_back_from_its_document(layout):
    assert parse_layout(json.loads(json.dumps(layout_document(layout)))) == layout


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"charts": None, "front": "x", "options": [1]},
        {"charts": "AAPL", "front": -1},
        {"charts": [None, 7, [], {"symbol": "AAPL"}, {"symbol": 1, "interval": "1d"}], "front": 3},
        {"charts": [{"symbol": "no symbol!", "interval": "1d"}, {"symbol": "AAPL", "interval": "9x"}], "front": 1},
        {"options": {"zone": None, "has_grid": 1.5, "magnet": ["x"]}},
    ],
)
def test_invalid_parts_of_a_document_are_left_out(document):
    assert parse_layout(document) == Layout()


@pytest.mark.parametrize(("front", "expected"), [(0, 0), (1, 0), (2, 1), (3, 0), (None, 0), (2.5, 0), ("2", 0)])
def test_the_same_chart_stays_in_front_when_another_is_left_out(front, expected):
    charts = [
        {"symbol": "AAPL", "interval": "1d"},
        {"symbol": "no symbol!", "interval": "1d"},
        {"symbol": "7203.T", "interval": "45m"},
    ]
    assert parse_layout({"charts": charts, "front": front}) == Layout(CHARTS, expected)


def test_what_is_drawn_in_a_chart_is_part_of_its_entry_and_stays_with_it():
    document = {
        "charts": [
            {"symbol": "AAPL", "interval": "1d", "indicators": [{"id": "sma"}], "panes": [], "other": 1},
            {"symbol": "", "interval": "1d", "indicators": [{"id": "ema"}]},
            {"symbol": "MSFT", "interval": "1h"},
        ]
    }
    layout = parse_layout(document)
    assert [symbol for symbol, _ in layout.charts] == ["AAPL", "MSFT"]
    assert layout.contents == ({"indicators": [{"id": "sma"}], "panes": []}, {})
    assert parse_layout(layout_document(layout)) == layout
    assert layout.content(7) == {}


def test_a_valid_document_is_the_layout():
    assert check_layout(layout_document(LAYOUT)) == LAYOUT
    assert check_layout({"format": "candledesk.layout/1", "charts": []}) == Layout()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": None}, "format"),
        ({"format": "candledesk.layout/2"}, "format"),
        ({"colour": 1}, "colour"),
        ({"charts": None}, "charts"),
        ({"charts": [{"symbol": "AAPL", "interval": "1d"}] * 101}, "charts"),
        ({"charts": ["AAPL"]}, "charts[0]"),
        ({"charts": [{"symbol": "AAPL", "interval": "1d", "colour": "red"}]}, "charts[0]"),
        ({"charts": [{"symbol": "A B", "interval": "1d"}]}, "charts[0].symbol"),
        ({"charts": [{"symbol": "\u00df", "interval": "1d"}]}, "charts[0].symbol"),
        ({"charts": [{"symbol": "AAPL", "interval": "1d"}, {"symbol": "IBM", "interval": "9x"}]}, "charts[1].interval"),
        ({"charts": [{"symbol": "AAPL", "interval": 5}]}, "charts[0].interval"),
        ({"front": 2}, "front"),
        ({"front": -1}, "front"),
        ({"front": True}, "front"),
        ({"front": "0"}, "front"),
        ({"options": []}, "options"),
        ({"options": {"zone": 1}}, "options.zone"),
        ({"options": {"zone": "a\nb"}}, "options.zone"),
        ({"options": {"zone": "a" * 1_001}}, "options.zone"),
        ({"options": {"zo\u202ene": "a"}}, "options"),
        ({"options": {f"o{at}": True for at in range(201)}}, "options"),
    ],
)
def test_a_part_that_is_not_valid_is_refused_with_its_path(change, field):
    with pytest.raises(DocumentError) as refused:
        check_layout(layout_document(LAYOUT) | change)
    assert refused.value.field == field


def _with_indicator(**changes):
    row = {"key": "rsi-1", "id": "rsi", "params": {"length": 7}, "pane": "rsi-1", "shown": True, "width": 2}
    return {**row, **changes}


def test_indicators_and_panes_are_part_of_a_valid_document():
    chart = {
        "symbol": "AAPL", "interval": "1d", "panes": [{"id": "price", "weight": 0.8}, {"id": "rsi-1", "weight": 0.2}],
        "indicators": [_with_indicator(colours={"value": "#12abEF"}, off=["value"])],
    }  # fmt: skip
    document = {"format": "candledesk.layout/1", "charts": [chart], "front": 0, "options": {}}
    assert layout_document(check_layout(document)) == document


def test_an_own_indicator_that_is_not_allowed_here_is_kept():
    chart = {"indicators": [_with_indicator(id="own:distance", params={"length": 7})]}
    assert check_contents(chart, "charts[0]") == chart
    for name in ("own:", "own:Distance", "own:a.b", "other:distance"):
        with pytest.raises(DocumentError, match="no indicator"):
            check_contents({"indicators": [_with_indicator(id=name)]}, "charts[0]")


@pytest.mark.parametrize(
    ("contents", "field"),
    [
        ({"indicators": {}}, "indicators"),
        ({"indicators": [_with_indicator()] * 61}, "indicators"),
        ({"indicators": ["rsi"]}, "indicators[0]"),
        ({"indicators": [_with_indicator(other=1)]}, "indicators[0]"),
        ({"indicators": [_with_indicator(id="nothing")]}, "indicators[0].id"),
        ({"indicators": [_with_indicator(), {"id": "rsi"}]}, "indicators[1].key"),
        ({"indicators": [_with_indicator(params={"length": 0})]}, "indicators[0].params"),
        ({"indicators": [_with_indicator(params={"length": True})]}, "indicators[0].params.length"),
        ({"indicators": [_with_indicator(params=[])]}, "indicators[0].params"),
        ({"indicators": [_with_indicator(colours={"value": "#12345g"})]}, "indicators[0].colours"),
        ({"indicators": [_with_indicator(width=5)]}, "indicators[0].width"),
        ({"indicators": [_with_indicator(width=True)]}, "indicators[0].width"),
        ({"indicators": [_with_indicator(shown=1)]}, "indicators[0].shown"),
        ({"panes": [{"id": "price"}]}, "panes[0]"),
        ({"panes": [{"id": "price", "weight": 0}]}, "panes[0].weight"),
        ({"panes": [{"id": "", "weight": 1}]}, "panes[0].id"),
    ],
)
def test_a_part_of_a_charts_contents_that_is_not_valid_is_refused_with_its_path(contents, field):
    chart = {"symbol": "AAPL", "interval": "1d", **contents}
    with pytest.raises(DocumentError) as refused:
        check_layout({"format": "candledesk.layout/1", "charts": [chart]})
    assert refused.value.field == f"charts[0].{field}"

"""The JSON document of a layout, and reading one that a person has edited."""

import json

import pytest

from candledesk.domain.interval import parse_interval
from candledesk.workspace.layout import Layout, layout_document, parse_layout

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

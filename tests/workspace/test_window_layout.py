"""The JSON document of a window: layouts as tabs, and documents of versions without grids."""

import json

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.domain.interval import parse_interval
from candledesk.ui.chart.core.options import ChartType, PriceMode
from candledesk.workspace.chart_look import CHART_TYPES, SCALE_MODES
from candledesk.workspace.grids import GridSizes
from candledesk.workspace.layout import Layout, check_layout, layout_document, parse_layout
from candledesk.workspace.window_layout import WindowLayout, parse_window, window_document

DAY, HOUR = parse_interval("1d"), parse_interval("1h")
LOOK = {
    "type": "area",
    "scale": {"mode": "log", "inverted": True, "range": [10.5, 80]},
    "view": {"right_time": "2024-03-08T14:30:00Z", "right_bars": 0.25, "spacing": 7.5},
    "maximised": "price",
}
FOUR = Layout(
    (("AAPL", DAY), None, ("7203.T", HOUR), ("MSFT", DAY), ("IBM", DAY)), 2, {}, (LOOK, {}, {}, {"type": "line"}, {}),
    "4", GridSizes((0.6, 0.4), ((0.5, 0.5), (0.3, 0.7))), is_maximised=True,
)  # fmt: skip
ONE = Layout((("TSLA", DAY),), grid="1")
WINDOW = WindowLayout((FOUR, ONE), 1, {"has_grid": False})


def _again(document):
    return json.loads(json.dumps(document))


def test_a_window_comes_back_from_its_document():
    document = window_document(WINDOW)
    assert document["format"] == "candledesk.window/1"
    assert parse_window(_again(document)) == WINDOW


def test_the_name_of_a_layout_is_part_of_the_windows_document():
    named = WindowLayout((Layout((("TSLA", DAY),), grid="1", name="Day"),))
    assert window_document(named)["layouts"][0]["name"] == "Day"
    assert parse_window(_again(window_document(named))) == named
    assert parse_window({"layouts": [{"name": "a\nb", "charts": []}]}).layouts[0].name == ""


def test_each_chart_of_a_window_without_grids_is_a_tab_and_nothing_is_lost():
    former = {
        "format": "candledesk.layout/1",
        "charts": [
            {"symbol": "AAPL", "interval": "1d", "indicators": [{"key": "sma-1", "id": "sma"}]},
            {"symbol": "MSFT", "interval": "1h"},
        ],
        "front": 1,
        "options": {"chart_type": "bars", "has_grid": False},
    }
    window = parse_window(former)
    assert [layout.charts for layout in window.layouts] == [(("AAPL", DAY),), (("MSFT", HOUR),)]
    assert [layout.grid for layout in window.layouts] == ["1", "1"]
    assert (window.front, window.options["has_grid"]) == (1, False)
    assert window.layouts[0].content(0) == {"type": "bars", "indicators": [{"key": "sma-1", "id": "sma"}]}
    assert window.layouts[1].content(0) == {"type": "bars"}


@pytest.mark.parametrize("document", [{}, {"layouts": [7, None]}, {"layouts": [], "front": 3, "options": []}])
def test_invalid_parts_of_a_window_are_left_out(document):
    assert parse_window(document) == WindowLayout()


def test_the_same_tab_stays_in_front_when_another_is_left_out():
    document = _again(window_document(WINDOW))
    document["layouts"].insert(0, "nonsense")
    document["front"] = 2
    assert parse_window(document) == WINDOW


def test_in_a_grid_a_chart_that_is_not_valid_is_an_empty_cell():
    charts = [{"symbol": "no symbol!", "interval": "1d"}, {"symbol": "AAPL", "interval": "1d"}]
    assert parse_layout({"grid": "2h", "charts": charts, "front": 1}) == Layout((None, ("AAPL", DAY)), 1, grid="2h")


def test_a_layout_without_a_grid_is_shown_in_the_smallest_one_that_holds_it():
    assert Layout((("AAPL", DAY),) * 3).shown_grid == "3"
    assert FOUR.shown_grid == "4"


def test_a_cell_without_a_symbol_is_empty_also_when_it_says_so():
    document = {"format": "candledesk.layout/1", "charts": [{"symbol": None, "interval": "1d"}, {}], "grid": "2v"}
    assert check_layout(document) == Layout((None, None), grid="2v")


def test_cells_grid_and_sizes_are_part_of_a_valid_document():
    assert check_layout(_again(layout_document(FOUR))) == FOUR


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"grid": "5"}, "grid"),
        ({"grid": None}, "grid"),
        ({"grid": ["4"]}, "grid"),
        ({"sizes": {"rows": [1], "cells": [[1]]}}, "sizes.rows"),
        ({"maximised": 1}, "maximised"),
        ({"charts": [{"symbol": "AAPL"}]}, "charts[0]"),
        ({"charts": [{"symbol": "", "interval": "1d"}]}, "charts[0].symbol"),
        ({"charts": [{"type": "pie"}]}, "charts[0].type"),
        ({"charts": [{"type": ["area"]}]}, "charts[0].type"),
        ({"charts": [{"scale": 1}]}, "charts[0].scale"),
        ({"charts": [{"scale": {"mode": "cubic"}}]}, "charts[0].scale.mode"),
        ({"charts": [{"scale": {"inverted": 1}}]}, "charts[0].scale.inverted"),
        ({"charts": [{"scale": {"range": [2, 1]}}]}, "charts[0].scale.range"),
        ({"charts": [{"scale": {"range": [1, float("inf")]}}]}, "charts[0].scale.range"),
        ({"charts": [{"scale": {"range": [1, 2, 3]}}]}, "charts[0].scale.range"),
        ({"charts": [{"view": {"right_time": "2024-03-08T14:30:00"}}]}, "charts[0].view.right_time"),
        ({"charts": [{"view": {"right_time": 5}}]}, "charts[0].view.right_time"),
        ({"charts": [{"view": {"right_bars": "0"}}]}, "charts[0].view.right_bars"),
        ({"charts": [{"view": {"spacing": 0}}]}, "charts[0].view.spacing"),
        ({"charts": [{"view": {"spacing": float("nan")}}]}, "charts[0].view.spacing"),
        ({"charts": [{"view": {"left": 0}}]}, "charts[0].view"),
        ({"charts": [{"maximised": ""}]}, "charts[0].maximised"),
    ],
)
def test_a_part_of_a_grid_that_is_not_valid_is_refused_with_its_path(change, field):
    with pytest.raises(DocumentError) as refused:
        check_layout(layout_document(FOUR) | change)
    assert refused.value.field == field


def test_every_type_and_scale_of_a_chart_can_be_kept():
    assert tuple(ChartType) == CHART_TYPES
    assert tuple(PriceMode) == SCALE_MODES

"""Compared series and ratios in a layout's document: the rules that a document from outside must follow."""

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.ui.chart.core.compares import compare
from candledesk.workspace import chart_contents
from candledesk.workspace.layout import FORMAT, check_layout, layout_document, parse_layout

ROW = {"key": "compare-1", "symbol": "SPY", "colour": "#d9740b", "place": "left", "shown": True}


def document_of(symbol="AAPL", **contents):
    return {"format": FORMAT, "charts": [{"symbol": symbol, "interval": "1d", **contents}]}


def test_a_valid_document_is_what_it_was():
    document = document_of("AAPL/SPY", compares=[ROW, {"key": "b", "symbol": "qqq/spy"}])
    layout = check_layout(document)
    assert layout.charts[0][0] == "AAPL/SPY"
    assert layout.content(0)["compares"] == [ROW, {"key": "b", "symbol": "QQQ/SPY"}]
    assert check_layout(layout_document(layout)) == layout
    assert parse_layout(layout_document(layout)) == layout


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ({}, "compares"),
        ([ROW] * 13, "compares"),
        (["SPY"], "compares[0]"),
        ([{**ROW, "other": 1}], "compares[0]"),
        ([{**ROW, "colour": "red"}], "compares[0].colour"),
        ([{**ROW, "place": "moon"}], "compares[0].place"),
        ([{**ROW, "place": []}], "compares[0].place"),
        ([{**ROW, "shown": 1}], "compares[0].shown"),
        ([{**ROW, "symbol": "no symbol"}], "compares[0].symbol"),
        ([{**ROW, "symbol": 7}], "compares[0].symbol"),
        ([{"symbol": "SPY"}], "compares[0].key"),
        ([{"key": "a"}], "compares[0].symbol"),
    ],
)
def test_an_invalid_part_is_refused_with_its_path(rows, path):
    with pytest.raises(DocumentError) as caught:
        check_layout(document_of(compares=rows))
    assert caught.value.field == f"charts[0].{path}"


def test_the_rules_are_those_of_the_window():
    assert tuple(place.value for place in compare.Place) == chart_contents.PLACES
    assert chart_contents.MAX_COMPARES == compare.MAX_COMPARES

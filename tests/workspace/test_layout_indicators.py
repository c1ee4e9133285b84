"""On which intervals an indicator is drawn and which line it follows, in a layout's document."""

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.workspace.layout import FORMAT, check_layout, layout_document, parse_layout

RSI = {"key": "rsi-1", "id": "rsi"}
SMA = {"key": "sma-1", "id": "sma", "params": {"source": "rsi"}}


def document_of(*indicators):
    return {"format": FORMAT, "charts": [{"symbol": "AAPL", "interval": "1d", "indicators": list(indicators)}]}


def test_a_valid_document_is_what_it_was():
    rows = [{**RSI, "hidden_on": ["minutes", "months"]}, {**SMA, "follows": "rsi-1.value"}]
    layout = check_layout(document_of(*rows))
    assert layout.content(0)["indicators"] == rows
    assert check_layout(layout_document(layout)) == layout
    assert parse_layout(layout_document(layout)) == layout


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([{**RSI, "hidden_on": "minutes"}], "indicators[0].hidden_on"),
        ([{**RSI, "hidden_on": ["1d"]}], "indicators[0].hidden_on"),
        ([{**RSI, "hidden_on": [["days"]]}], "indicators[0].hidden_on"),
        ([{**RSI, "hidden_on": ["days", "days"]}], "indicators[0].hidden_on"),
        ([{**SMA, "follows": 1}], "indicators[0].follows"),
        ([{**SMA, "follows": ""}], "indicators[0].follows"),
        ([RSI, {**SMA, "follows": "rsi-2.value"}], "indicators[1].follows"),
        ([{**SMA, "follows": "sma-1.value"}], "indicators[0].follows"),
        ([{**RSI, "follows": "sma-1.value"}, {**SMA, "follows": "rsi-1.value"}], "indicators[0].follows"),
    ],
)
def test_an_invalid_part_is_refused_with_its_path(rows, path):
    with pytest.raises(DocumentError) as caught:
        check_layout(document_of(*rows))
    assert caught.value.field == f"charts[0].{path}"

"""The rows of the lists of layouts and versions."""

from datetime import UTC

import pytest

from candledesk.ui.features.layouts.named.layout_rows import layout_rows, matching, version_rows
from candledesk.workspace.layout_versions import LayoutVersion
from candledesk.workspace.named_layouts import NamedLayout


def layout(name, updated_at, *symbols):
    charts = [{"symbol": symbol, "interval": "1d"} if symbol else {} for symbol in symbols]
    return NamedLayout(name, {"grid": "4", "charts": charts}, updated_at)


ROWS = layout_rows(
    [layout("Coins", 0, "BTC-USD", "ETH-USD"), layout("tech", 60, "NVDA", "NVDA", ""), layout("Biotech", 30)], UTC
)


def test_the_one_that_was_changed_last_is_first_and_each_symbol_stands_once():
    assert [row.name for row in ROWS] == ["tech", "Biotech", "Coins"]
    assert tuple(ROWS[0]) == ("tech", "2", "NVDA", "1970-01-01 00:01")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["tech", "Biotech", "Coins"]),
        ("TECH", ["tech", "Biotech"]),
        ("bio", ["Biotech"]),
        ("eth coins", ["Coins"]),
        ("nvda coins", []),
    ],
)
def test_every_word_is_in_the_name_or_among_the_symbols(text, names):
    assert [row.name for row in matching(ROWS, text)] == names


def test_a_version_says_when_it_was_saved_and_what_was_in_it():
    versions = [LayoutVersion(2, 60, ("AAPL 1d", "IBM 1h")), LayoutVersion(1, 0)]
    assert version_rows(versions, UTC) == [("1970-01-01 00:01", "AAPL 1d, IBM 1h"), ("1970-01-01 00:00", "no chart")]

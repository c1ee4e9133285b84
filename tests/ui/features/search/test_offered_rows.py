"""What the search offers for a typed text."""

import pytest

from candledesk.ui.features.search.offered_rows import found_rows, known_rows, recent_rows, searched_part
from candledesk.ui.features.search.symbol_index import SymbolIndex
from candledesk.ui.features.search.symbol_rows import SymbolKind, SymbolRow

ALL, STOCK, ETF = SymbolKind.ALL, SymbolKind.STOCK, SymbolKind.ETF
INDEX = SymbolIndex(
    [
        SymbolRow("AA", "Alcoa", "NYSE", "EQUITY", is_stored=True),
        SymbolRow("AAPL", "Apple Inc.", "NASDAQ", "EQUITY", is_stored=True),
        SymbolRow("AMZN", "Amazon", "NASDAQ", "EQUITY", is_stored=True),
        SymbolRow("SPY", "SPDR S&P 500", "NYSE Arca", "ETF", is_stored=True),
    ]
)


def _symbols(rows):
    return [row.symbol for row in rows]


def test_the_exact_symbol_comes_before_those_opened_lately_and_these_before_the_others():
    assert _symbols(known_rows("a", ALL, INDEX, ("AMZN", "SPY"))) == ["AMZN", "AA", "AAPL"]
    assert _symbols(known_rows("aa", ALL, INDEX, ("AAPL",))) == ["AA", "AAPL"]


def test_a_ratio_is_offered_and_completed():
    rows = known_rows("AAPL/SP", ALL, INDEX, ())
    assert (rows[0].symbol, rows[0].name) == ("AAPL/SP", "AAPL / SP – ratio")
    assert _symbols(rows[1:]) == ["AAPL/SPY"]
    assert _symbols(known_rows("AAPL/SPY", ALL, INDEX, ())) == ["AAPL/SPY"]
    assert _symbols(known_rows("AAPL/A", ETF, INDEX, ())) == ["AAPL/A"]
    assert searched_part("AAPL/sp") == "sp"


def test_a_slash_without_a_numerator_finds_the_denominator_alone():
    assert _symbols(known_rows("/SPY", ALL, INDEX, ())) == ["SPY"]


def test_what_was_found_is_added_once_and_as_it_is_known():
    found = [SymbolRow("AAPL"), SymbolRow("AAPX", "New", "", "ETF"), SymbolRow("AMZN", "", "", "EQUITY")]
    shown = known_rows("AAP", ALL, INDEX, ())
    assert found_rows("AAP", found, ALL, INDEX, shown) == [found[1], INDEX.get("AMZN")]
    assert found_rows("AAP", found, ETF, INDEX, []) == [found[1]]


@pytest.mark.parametrize(("kind", "expected"), [(ALL, ["SPY", "NEW"]), (ETF, ["SPY"]), (STOCK, [])])
def test_what_was_opened_lately_keeps_its_order(kind, expected):
    assert _symbols(recent_rows(("SPY", "NEW"), kind, INDEX)) == expected

"""Which cached symbols a text finds, and in which order."""

import pytest

from candledesk.ui.features.search.symbol_index import SymbolIndex
from candledesk.ui.features.search.symbol_rows import SymbolKind, SymbolRow, matched_part

ROWS = [
    SymbolRow("A", "Agilent Technologies", "NYSE", "EQUITY", is_stored=True),
    SymbolRow("AAPL", "Apple Inc.", "NASDAQ", "EQUITY", is_stored=True),
    SymbolRow("AAPX.L", "T-Rex 2X Long Apple", "LSE", "ETF", is_stored=True),
    SymbolRow("BRK-B", "Berkshire Hathaway", "NYSE", "EQUITY", is_stored=True),
    SymbolRow("GC=F", "Gold Dec 26", "COMEX", "FUTURE", is_stored=True),
    SymbolRow("GOLD", "Barrick Mining", "NYSE", "EQUITY", is_stored=True),
    SymbolRow("GOLDX", "Marigold Fund", "NASDAQ", "MUTUALFUND", is_stored=True),
    SymbolRow("XGOLD.MI", "Invesco Physical", "Milan", "ETF", is_stored=True),
    SymbolRow("^GSPC", "S&P 500", "SNP", "INDEX", is_stored=True),
]
INDEX = SymbolIndex(reversed(ROWS))


def _symbols(query, kind=SymbolKind.ALL, limit=100):
    return [row.symbol for row in INDEX.find(query, kind, limit)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("gold", ["GOLD", "GOLDX", "GC=F", "XGOLD.MI"]),
        ("aap", ["AAPL", "AAPX.L"]),
        ("apple", ["AAPL", "AAPX.L"]),
        ("rig", ["GOLDX"]),
        ("apple inc", ["AAPL"]),
        ("s&p 5", ["^GSPC"]),
        ("^g", ["^GSPC"]),
        ("brk-b", ["BRK-B"]),
        ("nothing", []),
        ("...", []),
    ],
)
def test_the_best_match_comes_first(query, expected):
    assert _symbols(query) == expected


def test_an_empty_text_finds_all_by_symbol():
    assert _symbols("") == sorted(row.symbol for row in ROWS)


def test_a_type_limits_the_rows():
    assert _symbols("gold", SymbolKind.ETF) == ["XGOLD.MI"]
    assert _symbols("", SymbolKind.FUND) == ["GOLDX"]
    assert _symbols("gold", SymbolKind.CRYPTO) == []


def test_at_most_the_limit_is_found_and_each_symbol_once():
    assert _symbols("gold", limit=3) == ["GOLD", "GOLDX", "GC=F"]
    assert len(set(_symbols("a"))) == len(_symbols("a"))


def test_a_symbol_is_looked_up_by_its_spelling():
    assert "AAPL" in INDEX
    assert "aapl" not in INDEX
    assert INDEX.get("GC=F") == ROWS[4]
    assert len(INDEX) == len(ROWS)


@pytest.mark.parametrize(
    ("text", "query", "part"),
    [
        ("AAPL", "aap", (0, 3)),
        ("Marigold Gold", "gold", (9, 13)),
        ("Marigold", "gold", (4, 8)),
        ("GC=F", "=", (2, 3)),
        ("Apple", "x", None),
        ("Apple", " ", None),
    ],
)
def test_the_matched_part_is_at_the_beginning_of_a_word_where_there_is_one(text, query, part):
    assert matched_part(text, query) == part

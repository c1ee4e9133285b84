"""How a provider and its symbol are spelled as one text."""

import pytest

from candledesk.domain.errors import InputError
from candledesk.domain.symbols import is_symbol, parse_symbol, spell_symbol, split_symbol


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        *(("aapl", "AAPL"), (" brk-b ", "BRK-B"), ("^gspc", "^GSPC"), ("EURUSD=X", "EURUSD=X")),
        *(("yahoo:aapl", "AAPL"), ("Local:acme", "local:ACME"), ("X" * 32, "X" * 32)),
    ],
)
def test_symbols_are_upper_case_and_providers_lower_case(text, symbol):
    assert parse_symbol(text) == symbol


@pytest.mark.parametrize(
    "text", ["", " ", "A B", "A/B", "x" * 33, "Ä", "AAPL\n;", ":A", "local:", "a:b:c", "1a:B", "l" * 17 + ":A"]
)
def test_what_no_symbol_can_be_is_refused(text):
    with pytest.raises(InputError, match="Not a symbol") as caught:
        parse_symbol(text)
    assert caught.value.field == "symbol"


@pytest.mark.parametrize(
    ("text", "is_one"), [("AAPL", True), ("local:ACME", True), ("aapl", False), ("Local:A", False)]
)
def test_only_the_one_spelling_is_a_symbol(text, is_one):
    assert is_symbol(text) is is_one


@pytest.mark.parametrize(("symbol", "parts"), [("AAPL", ("yahoo", "AAPL")), ("local:ACME", ("local", "ACME"))])
def test_a_symbol_is_split_and_spelled_again(symbol, parts):
    assert split_symbol(symbol) == parts
    assert spell_symbol(*parts) == symbol

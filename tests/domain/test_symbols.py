"""Symbols: an instrument is a provider's, and one text spells both."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.errors import InputError
from candledesk.domain.symbols import (
    DEFAULT_PROVIDER,
    SYMBOL_PATTERN,
    is_symbol,
    parse_symbol,
    spell_symbol,
    split_symbol,
)

providers = st.one_of(st.just(DEFAULT_PROVIDER), st.from_regex(r"[a-z][a-z0-9]{0,15}", fullmatch=True))
owns = st.from_regex(r"[A-Z0-9.\-=^&_]{1,32}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "symbol", "provider", "own"),
    [
        ("aapl", "AAPL", DEFAULT_PROVIDER, "AAPL"),
        (" ^gspc ", "^GSPC", DEFAULT_PROVIDER, "^GSPC"),
        ("local:acme", "local:ACME", "local", "ACME"),
        ("LOCAL:Acme", "local:ACME", "local", "ACME"),
        (f"{DEFAULT_PROVIDER}:msft", "MSFT", DEFAULT_PROVIDER, "MSFT"),
    ],
)
def test_a_symbol_has_one_spelling(text, symbol, provider, own):
    assert parse_symbol(text) == symbol
    assert split_symbol(symbol) == (provider, own)
    assert is_symbol(symbol)
    assert re.fullmatch(SYMBOL_PATTERN, text.strip())


@pytest.mark.parametrize("text", ["", ":", "local:", ":AAPL", "a b", "x" * 33, "a:b:c", "1st:AAPL", "lo-cal:A", "A/B"])
def test_what_no_symbol_can_be_is_refused(text):
    with pytest.raises(InputError, match="1 to 32 of A-Z") as caught:
        parse_symbol(text)
    assert caught.value.field == "symbol"
    assert not is_symbol(text)
    assert not re.fullmatch(SYMBOL_PATTERN, text)


@given(providers, owns)
def test_splitting_undoes_spelling(provider, own):
    spelled = spell_symbol(provider, own)
    assert split_symbol(spelled) == (provider, own)
    assert parse_symbol(spelled) == spelled
    assert (":" in spelled) is (provider != DEFAULT_PROVIDER)

"""Symbols: the provider and the provider's own symbol of an instrument, and their spelling as one text.

The identity of an instrument is (provider, symbol). ``AAPL`` is the default provider's; the symbols of any other
provider have its id before a colon: ``local:ACME`` (INTERFACE.md, "Commands"). The spelling is unique; messages, the
API and files contain it.
"""

from __future__ import annotations

import re

from candledesk.domain.errors import InputError

DEFAULT_PROVIDER = "yahoo"
"""The id of the provider whose symbols are spelled without an id."""
MAX_SYMBOL_CHARS = 32
_PROVIDER = r"[a-z][a-z0-9]{0,15}"
_OWN = rf"[A-Z0-9.\-=^&_]{{1,{MAX_SYMBOL_CHARS}}}"  # INTERFACE.md, "Commands"
_SYMBOL = re.compile(rf"(?:{_PROVIDER}:)?{_OWN}")
SYMBOL_PATTERN = rf"^([A-Za-z][A-Za-z0-9]{{0,15}}:)?[A-Za-z0-9.\-=^&_]{{1,{MAX_SYMBOL_CHARS}}}$"
"""The texts that ``parse_symbol`` accepts, as a regular expression for schemas."""


def parse_symbol(text: str) -> str:
    """Return the spelling of a symbol: the provider's id in lower case, its symbol in upper case.

    The default provider's id is left out: ``yahoo:aapl`` is ``AAPL``. Raises ``InputError`` for a text that is not a
    symbol of any provider.
    """
    provider, colon, own = text.strip().rpartition(":")
    symbol = provider.lower() + colon + own.upper()
    if not _SYMBOL.fullmatch(symbol):
        raise not_a_symbol(text)
    return spell_symbol(*split_symbol(symbol))


def not_a_symbol(text: str) -> InputError:
    """Return the error that says what a symbol looks like."""
    msg = (
        f"Not a symbol: {text!r}. A symbol has 1 to {MAX_SYMBOL_CHARS} of A-Z 0-9 . - = ^ & _ "
        "(AAPL, 7203.T, BTC-USD, local:ACME)"
    )
    return InputError("symbol", msg)


def is_symbol(text: str) -> bool:
    """Tell whether ``text`` is a symbol in the spelling of ``parse_symbol``."""
    return _SYMBOL.fullmatch(text) is not None


def split_symbol(symbol: str) -> tuple[str, str]:
    """Return the provider's id and the provider's own symbol: ``("local", "ACME")`` of ``local:ACME``."""
    provider, colon, own = symbol.rpartition(":")
    return (provider, own) if colon else (DEFAULT_PROVIDER, own)


def spell_symbol(provider: str, own: str) -> str:
    """Return the spelling of a provider's own symbol; the inverse of ``split_symbol``."""
    return own if provider == DEFAULT_PROVIDER else f"{provider}:{own}"

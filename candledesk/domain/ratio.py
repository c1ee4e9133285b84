"""Ratios of two symbols, written with a slash: ``AAPL/SPY``."""

from __future__ import annotations

from candledesk.domain.errors import InputError
from candledesk.domain.symbols import parse_symbol


def parse_ratio(text: str) -> tuple[str, str] | None:
    """Return numerator and denominator of a ratio, as ``parse_symbol`` spells them; ``None`` for any other text."""
    numerator, slash, denominator = text.partition("/")
    if not slash:
        return None
    try:
        return parse_symbol(numerator), parse_symbol(denominator)
    except InputError:
        return None

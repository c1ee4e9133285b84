"""Yahoo's symbols of currency pairs."""

from __future__ import annotations


def rate_symbols(source: str, target: str) -> tuple[tuple[str, bool], ...]:
    """Return the symbols that price ``source`` in ``target``, and whether each states the inverse; the likeliest first.

    Yahoo leaves the dollar out where it comes first: ``JPY=X`` is USDJPY.
    """
    symbols = [(f"{source}{target}=X", False), (f"{target}{source}=X", True)]
    if source == "USD":
        symbols.append((f"{target}=X", False))
    if target == "USD":
        symbols.append((f"{source}=X", True))
    return tuple(symbols)

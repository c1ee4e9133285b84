"""Currencies and their smaller units as Yahoo writes them, and amounts brought from one into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Yahoo quotes some markets in a hundredth (Kuwait: a thousandth) of the currency (yahoo.md §4.17).
_SMALLER_UNITS = {
    "GBp": ("GBP", 100.0),
    "GBX": ("GBP", 100.0),
    "ZAc": ("ZAR", 100.0),
    "ZAC": ("ZAR", 100.0),
    "ILA": ("ILS", 100.0),
    "USX": ("USD", 100.0),
    "KWF": ("KWD", 1000.0),
}


def units_of(currency: str) -> tuple[str, float]:
    """Return the currency that ``currency`` is a unit of, and how many of its units make one (``GBp``: GBP, 100)."""
    return _SMALLER_UNITS.get(currency, (currency, 1.0))


def unit_factor(currency: str | None) -> float:
    """Return how many smaller units of ``currency``, or of the one it is a unit of, make one; 0 where none is in use.

    Only where Yahoo mixes both units of a market (yahoo.md §4.17). Dollars are left out: their shares below a cent do
    move by a factor of 100.
    """
    if currency is None or currency == "USD":
        return 0.0
    return next((n for small, (whole, n) in _SMALLER_UNITS.items() if currency in {small, whole}), 0.0)


def is_smaller_unit(currency: str | None) -> bool:
    """Tell whether ``currency`` is the smaller unit of another (pence, cents, agorot)."""
    return currency in _SMALLER_UNITS


def convert(amount: float, source: str, target: str, rate_of: Callable[[str], float | None]) -> float | None:
    """Return ``amount`` of ``source`` in ``target``; ``None`` when no rate is known.

    ``rate_of``: the price of a currency pair by Yahoo's symbol, ``None`` when it is not known. Units of one currency
    need no rate.
    """
    (source, n_source), (target, n_target) = units_of(source), units_of(target)
    rate = 1.0 if source == target else _rate(source, target, rate_of)
    return None if rate is None else amount / n_source * rate * n_target


def rate_symbols(source: str, target: str) -> tuple[tuple[str, bool], ...]:
    """Return the symbols that price ``source`` in ``target``, and whether each states the inverse.

    Yahoo leaves the dollar out where it comes first: ``JPY=X`` is USDJPY.
    """
    (source, _), (target, _) = units_of(source), units_of(target)
    symbols = [(f"{source}{target}=X", False), (f"{target}{source}=X", True)]
    if source == "USD":
        symbols.append((f"{target}=X", False))
    if target == "USD":
        symbols.append((f"{source}=X", True))
    return tuple(symbols)


def _rate(source: str, target: str, rate_of: Callable[[str], float | None]) -> float | None:
    for symbol, is_inverse in rate_symbols(source, target):
        price = rate_of(symbol)
        if price is not None and price > 0:
            return 1.0 / price if is_inverse else price
    return None

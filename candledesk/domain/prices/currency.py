"""Currencies and their smaller units as providers write them, and the conversion of amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Some markets are quoted in a hundredth (Kuwait: a thousandth) of the currency (yahoo.md §4.17).
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
    """Return how many smaller units make one unit of the currency; 0 without smaller units.

    ``currency``: the currency or its smaller unit; ``None`` gives 0. Only currencies whose units providers mix
    (yahoo.md §4.17) have a factor. Dollars have none, because the prices of shares below a cent do move by a factor of
    100.
    """
    if currency is None or currency == "USD":
        return 0.0
    return next((n for small, (whole, n) in _SMALLER_UNITS.items() if currency in {small, whole}), 0.0)


def is_smaller_unit(currency: str | None) -> bool:
    """Tell whether ``currency`` is the smaller unit of another (pence, cents, agorot)."""
    return currency in _SMALLER_UNITS


def convert(amount: float, source: str, target: str, rate_of: Callable[[str, str], float | None]) -> float | None:
    """Return ``amount`` of ``source`` in ``target``; ``None`` when no rate is known.

    ``rate_of``: the price of one unit of the first currency in the second, ``None`` when it is not known. Units of one
    currency need no rate.
    """
    (source, n_source), (target, n_target) = units_of(source), units_of(target)
    rate = 1.0 if source == target else rate_of(source, target)
    return None if rate is None else amount / n_source * rate * n_target


def rate_by(symbols: Iterable[tuple[str, bool]], price_of: Callable[[str], float | None]) -> float | None:
    """Return the rate from the first symbol that has a price; ``None`` when none has one.

    ``symbols``: of currency pairs, each with whether its price is the inverse of the rate.
    """
    for symbol, is_inverse in symbols:
        price = price_of(symbol)
        if price is not None and price > 0:
            return 1.0 / price if is_inverse else price
    return None

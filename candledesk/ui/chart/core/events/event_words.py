"""Corporate events in words: ``Dividend $0.24, ex-date 8 Feb 2026``. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.cache.bar_messages import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.bar_messages import CorporateEvent

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_DECIMALS, _LEAST_DECIMALS = 6, 2
_GREATEST_PART = 50  # of a split in whole numbers; others, such as 1.046, are written as they are
_MOST_LINES = 8


def date_words(date: int) -> str:
    """Return ``8 Feb 2026`` of a date at 00:00 UTC, in English in every locale."""
    day = datetime.fromtimestamp(date, UTC)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def cash_words(value: float, currency: str | None) -> str:
    """Return an amount per share with its currency and two to six decimals; without one the amount alone."""
    text = f"{value:,.{_MOST_DECIMALS}f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    text = f"{whole}.{decimals.ljust(_LEAST_DECIMALS, '0')}"
    if currency in _SIGNS:
        return f"{_SIGNS[currency]}{text}"
    return f"{text} {currency}" if currency else text


def ratio_words(value: float) -> str:
    """Return a split's new shares to old ones: ``4:1``, ``3:2``, ``1:10``, ``1.046:1``."""
    from fractions import Fraction

    exact = Fraction(value).limit_denominator(_GREATEST_PART)
    if value > 0 and abs(float(exact) - value) < 1e-9 * value:
        return f"{exact.numerator}:{exact.denominator}"
    inverse = Fraction(1 / value).limit_denominator(1) if 0 < value < 1 else Fraction(0)
    if inverse and abs(float(inverse) * value - 1) < 1e-9:  # noqa: PLR2004 - rounding of a stored number
        return f"1:{inverse.numerator}"
    return f"{value:g}:1"


def event_words(event: CorporateEvent, currency: str | None) -> str:
    """Return what an event is, with its date. ``currency``: of the prices, where the event states none."""
    date = date_words(event.date)
    if event.kind is EventKind.SPLIT:
        name = "Split" if event.value >= 1 else "Reverse split"
        return f"{name} {ratio_words(event.value)} on {date}"
    name = "Dividend" if event.kind is EventKind.DIVIDEND else "Capital gain"
    return f"{name} {cash_words(event.value, event.currency or currency)}, ex-date {date}"


def mark_words(events: Iterable[CorporateEvent], currency: str | None) -> str:
    """Return the events of a mark, a line each, the newest first; many are counted after the first lines."""
    lines = [event_words(event, currency) for event in reversed(tuple(events))]
    n_more = len(lines) - _MOST_LINES
    return "\n".join(lines if n_more <= 1 else [*lines[:_MOST_LINES], f"and {n_more} more"])

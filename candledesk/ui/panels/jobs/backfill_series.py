"""The input of the backfill form: symbols, intervals and days, checked and converted to series and span. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.domain.symbols import parse_symbol

if TYPE_CHECKING:
    from datetime import date

    from candledesk.domain.interval import Interval

MAX_SERIES = 10_000
_SEPARATORS = re.compile(r"[\s,;]+")
_EPOCH = 719_163  # date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class BackfillOrder:
    """What to backfill: every symbol in every interval, ``span`` ``None`` for everything that is available."""

    symbols: tuple[str, ...]
    intervals: tuple[Interval, ...]
    span: Span | None

    @property
    def series(self) -> list[tuple[str, Interval]]:
        """Every symbol with every interval."""
        return [(symbol, interval) for symbol in self.symbols for interval in self.intervals]


def read_symbols(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the symbols of a text, each once, and the words that are no valid symbols.

    Commas, semicolons and white space separate.
    """
    symbols: dict[str, None] = {}
    refused: dict[str, None] = {}
    for word in filter(None, _SEPARATORS.split(text)):
        try:
            symbols[parse_symbol(word)] = None
        except InputError:
            refused[word] = None
    return tuple(symbols), tuple(refused)


def day_start(day: date) -> int:
    """Return the UTC second in which a date begins."""
    return (day.toordinal() - _EPOCH) * DAY_S


def day_span(first: date, last: date) -> Span | None:
    """Return the span of whole UTC days, the last included; ``None`` when it ends before it begins."""
    return Span(day_start(first), day_start(last) + DAY_S) if first <= last else None


def find_mistake(symbols: tuple[str, ...], intervals: tuple[Interval, ...], span: tuple[date, date] | None) -> str:
    """Return what is missing before a backfill can start, or nothing. ``span``: first and last day, ``None``: all."""
    if not symbols:
        return "Type or paste at least one symbol."
    if not intervals:
        return "Choose at least one interval."
    if len(symbols) * len(intervals) > MAX_SERIES:
        return f"These are {len(symbols) * len(intervals):,} series: start at most {MAX_SERIES:,} at once."
    if span is not None and day_span(*span) is None:
        return "The last day is before the first one."
    return ""

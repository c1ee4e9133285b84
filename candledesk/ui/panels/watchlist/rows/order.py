"""The rows of a list in the order in which they are shown: titles of sections, and symbols. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.ui.panels.watchlist.rows.texts import Column, change_of, percent_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.cache.quote_messages import Quote
    from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection


@dataclass(frozen=True, slots=True)
class SectionRow:
    """The title of section number ``section``."""

    section: int
    title: str
    n_symbols: int
    is_folded: bool


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """A symbol and its place within section number ``section``."""

    section: int
    place: int
    symbol: str


Row = SectionRow | SymbolRow


@dataclass(frozen=True, slots=True)
class SortOrder:
    """By which column the symbols of each section are sorted."""

    column: Column
    is_descending: bool = False


def list_rows(watchlist: Watchlist, order: SortOrder | None, quotes: Mapping[str, Quote]) -> list[Row]:
    """Return the rows; ``order`` ``None``: the person's own. Sections stay where they are, without folded symbols."""
    rows: list[Row] = []
    for at, section in enumerate(watchlist.sections):
        if section.title:
            rows.append(SectionRow(at, section.title, len(section.symbols), section.is_folded))
        if not (section.title and section.is_folded):
            rows += _symbol_rows(at, section, order, quotes)
    return rows


def drop_place(rows: Sequence[Row], watchlist: Watchlist, before: int) -> tuple[int, int]:
    """Return the section and the place in it of what is dropped before row ``before`` (``len(rows)``: at the end)."""
    if before <= 0 or not rows:
        return 0, 0
    above = rows[min(before, len(rows)) - 1]
    if isinstance(above, SymbolRow):
        return above.section, above.place + 1
    return above.section, len(watchlist.sections[above.section].symbols) if above.is_folded else 0


def drop_section(rows: Sequence[Row], watchlist: Watchlist, before: int) -> int:
    """Return before which section one is put that is dropped before row ``before``: between sections, never inside."""
    for row in rows[max(0, before) :]:
        if isinstance(row, SectionRow):
            return row.section
    return len(watchlist.sections) if rows else 0


def _symbol_rows(
    at: int, section: WatchlistSection, order: SortOrder | None, quotes: Mapping[str, Quote]
) -> list[SymbolRow]:
    rows = [SymbolRow(at, place, symbol) for place, symbol in enumerate(section.symbols)]
    if order is None:
        return rows
    if order.column is Column.SYMBOL:
        return sorted(rows, key=lambda row: row.symbol, reverse=order.is_descending)
    values = [(value, row) for row in rows if (value := _value(order.column, quotes.get(row.symbol))) is not None]
    values.sort(key=lambda pair: pair[0], reverse=order.is_descending)
    known = {row.symbol for _, row in values}
    return [row for _, row in values] + [row for row in rows if row.symbol not in known]


def _value(column: Column, quote: Quote | None) -> float | None:
    """Return what a row is sorted by, ``None`` when it is not known: such rows come last in either direction."""
    if quote is None or quote.price is None:
        return None
    if column is Column.CHANGE:
        return change_of(quote)
    if column in {Column.PERCENT, Column.CLOSES}:
        return percent_of(quote)
    if column is Column.VOLUME:
        return quote.volume
    if column is Column.LAST:
        return quote.price
    return None if quote.as_of is None else float(-quote.as_of)

"""Which symbols the search offers for what is typed: known ones at once, found ones later. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.compare.ratio import parse_ratio
from candledesk.domain.errors import InputError
from candledesk.ui.features.search.symbol_rows import RATIO, SymbolKind, SymbolRow, ratio_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.ui.features.search.symbol_index import SymbolIndex

MAX_KNOWN = 100
_SLASH = "/"


def typed_ratio(text: str) -> tuple[str, str] | None:
    """Return the symbols of a ratio that is typed; ``None`` for what is none, or not yet."""
    try:
        return parse_ratio(text)
    except InputError:
        return None


def searched_part(text: str) -> str:
    """Return what is looked up of a typed text: of a ratio the symbol that is being typed."""
    return text.rpartition(_SLASH)[2].strip()


def known_rows(
    text: str, kind: SymbolKind, index: SymbolIndex, recent: Sequence[str], limit: int = MAX_KNOWN
) -> list[SymbolRow]:
    """Return the cached symbols for a typed text: the exact one, then those opened lately, then the others."""
    query = searched_part(text).upper()
    found = index.find(query, kind, limit)
    known = [index.get(symbol) for symbol in recent if symbol.upper().startswith(query)] if query else []
    lately = [row for row in known if row is not None and kind.holds(row.quote_type)]
    exact = [row for row in found[:1] if row.symbol.upper() == query]
    rows = list(dict.fromkeys([*exact, *lately, *found]))[:limit]
    return with_ratio(text, rows)


def with_ratio(text: str, rows: Sequence[SymbolRow]) -> list[SymbolRow]:
    """Return the rows as denominators of a ratio that is typed, the ratio of what stands there first."""
    numerator, slash, _ = text.rpartition(_SLASH)
    if not slash or not numerator.strip():
        return list(rows)
    ratio = typed_ratio(text)
    first = [ratio_row(*ratio)] if ratio is not None else []
    pairs = [typed_ratio(f"{numerator}{_SLASH}{row.symbol}") for row in rows]
    others = [
        SymbolRow(_SLASH.join(pair), row.name, row.exchange, RATIO)
        for pair, row in zip(pairs, rows, strict=True)
        if pair is not None and pair != ratio
    ]
    return [*first, *others]


def recent_rows(recent: Iterable[str], kind: SymbolKind, index: SymbolIndex) -> list[SymbolRow]:
    """Return the rows of symbols opened lately; of one that is not known the symbol alone, among all types."""
    rows = [index.get(symbol) or SymbolRow(symbol) for symbol in recent]
    return [row for row in rows if kind.holds(row.quote_type)]


def found_rows(
    text: str, found: Iterable[SymbolRow], kind: SymbolKind, index: SymbolIndex, shown: Sequence[SymbolRow]
) -> list[SymbolRow]:
    """Return those of the rows that the provider found which a list does not show yet, for a typed text."""
    rows = [index.get(row.symbol) or row for row in found]
    symbols = {row.symbol for row in shown}
    offered = with_ratio(text, [row for row in rows if kind.holds(row.quote_type)])
    return [row for row in offered if row.symbol not in symbols]

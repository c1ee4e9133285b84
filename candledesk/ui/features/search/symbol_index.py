"""The cached instruments in memory, searched at each key: 50,000 of them within a frame. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING

from candledesk.ui.features.search.symbol_rows import SymbolKind, SymbolRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_NO_WORD = re.compile(r"[^\w&]+")


class SymbolIndex:
    """Finds rows by a part of symbol or name. Built once, on any thread, and never changed."""

    def __init__(self, rows: Iterable[SymbolRow] = ()) -> None:
        """Index ``rows``, whose symbols differ."""
        ordered = sorted(rows, key=lambda row: row.symbol)
        self._rows = {row.symbol: row for row in ordered}
        self._of_kind = {
            kind: _KindIndex([row for row in ordered if kind.holds(row.quote_type)]) for kind in SymbolKind
        }

    def __len__(self) -> int:
        """Return the number of symbols."""
        return len(self._rows)

    def __contains__(self, symbol: str) -> bool:
        """Return whether a symbol is among the rows."""
        return symbol in self._rows

    def get(self, symbol: str) -> SymbolRow | None:
        """Return the row of a symbol."""
        return self._rows.get(symbol)

    def find(self, query: str, kind: SymbolKind = SymbolKind.ALL, limit: int = 100) -> list[SymbolRow]:
        """Return at most ``limit`` rows of a type, the best match first; an empty query finds every row.

        The exact symbol comes first, then symbols that begin with the query, names with a word that begins with it,
        symbols that contain it, and names that do.
        """
        return self._of_kind[kind].find(query.strip().upper(), limit)


class _KindIndex:
    """The rows of one type by symbol, and their symbols and names as one text each: a search is one in that text."""

    def __init__(self, rows: Sequence[SymbolRow]) -> None:
        self._rows = rows
        self._symbols = [row.symbol.upper() for row in rows]
        self._symbol_text = _Lines(self._symbols)
        self._name_text = _Lines([_NO_WORD.sub(" ", f" {row.name.upper()}") for row in rows])

    def find(self, query: str, limit: int) -> list[SymbolRow]:
        if not query:
            return list(self._rows[:limit])
        words = _NO_WORD.sub(" ", query) if query[0].isalnum() else ""  # a name does not begin with ^
        places = chain(
            self._exact(query),
            self._beginning(query),
            self._name_text.lines_with(f" {words}"),
            self._symbol_text.lines_with(query),
            self._name_text.lines_with(words),
        )
        return [self._rows[at] for at in islice(_each_once(places), limit)]

    def _exact(self, query: str) -> Iterator[int]:
        at = bisect_left(self._symbols, query)
        if at < len(self._symbols) and self._symbols[at] == query:
            yield at

    def _beginning(self, query: str) -> Iterator[int]:
        at = bisect_left(self._symbols, query)
        while at < len(self._symbols) and self._symbols[at].startswith(query):
            yield at
            at += 1


def _each_once(places: Iterable[int]) -> Iterator[int]:
    seen: set[int] = set()
    for at in places:
        if at not in seen:
            seen.add(at)
            yield at


class _Lines:
    """Texts as the lines of one text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts)
        self._starts = list(accumulate((len(text) + 1 for text in texts), initial=0))

    def lines_with(self, part: str) -> Iterator[int]:
        """Return the numbers of the lines that contain ``part``, from the first on."""
        at = self._text.find(part) if part.strip() else -1
        while at >= 0:
            line = bisect_right(self._starts, at) - 1
            yield line
            at = self._text.find(part, self._starts[line + 1])

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
    """Finds rows by a part of symbol or name. Built once, on any thread, and never changed.

    It holds lists of texts and makes a row when it is asked for: of as many objects as there are rows, the garbage
    collector's next full run would stop the window for a quarter of a second (measured with 50,000).
    """

    def __init__(self, rows: Iterable[SymbolRow] = ()) -> None:
        """Index cached symbols, which differ."""
        columns: tuple[list[str], ...] = ([], [], [], [])
        for row in rows:
            for column, text in zip(columns, (row.symbol, row.name, row.exchange, row.quote_type), strict=True):
                column.append(text)
        order = sorted(range(len(columns[0])), key=columns[0].__getitem__)
        self._columns = [[column[at] for at in order] for column in columns]
        symbols, names, _, types = self._columns
        self._place = {symbol: at for at, symbol in enumerate(symbols)}
        self._of_kind = {
            kind: _KindIndex([at for at, found in enumerate(types) if kind.holds(found)], symbols, names)
            for kind in SymbolKind
        }

    def __len__(self) -> int:
        """Return the number of symbols."""
        return len(self._place)

    def __contains__(self, symbol: str) -> bool:
        """Return whether a symbol is among the rows."""
        return symbol in self._place

    def get(self, symbol: str) -> SymbolRow | None:
        """Return the row of a symbol."""
        at = self._place.get(symbol)
        return None if at is None else self._row(at)

    def find(self, query: str, kind: SymbolKind = SymbolKind.ALL, limit: int = 100) -> list[SymbolRow]:
        """Return at most ``limit`` rows of a type, the best match first; an empty query finds every row.

        The exact symbol comes first, then symbols that begin with the query, names with a word that begins with it,
        symbols that contain it, and names that do.
        """
        return [self._row(at) for at in self._of_kind[kind].find(query.strip().upper(), limit)]

    def _row(self, at: int) -> SymbolRow:
        symbol, name, exchange, quote_type = (column[at] for column in self._columns)
        return SymbolRow(symbol, name, exchange, quote_type, is_stored=True)


class _KindIndex:
    """The places of the rows of one type, and their symbols and names as one text each: a search is one in it."""

    def __init__(self, places: list[int], symbols: Sequence[str], names: Sequence[str]) -> None:
        self._places = places
        self._symbols = [symbols[at].upper() for at in places]
        self._symbol_text = _Lines(self._symbols)
        self._name_text = _Lines([_NO_WORD.sub(" ", f" {names[at].upper()}") for at in places])

    def find(self, query: str, limit: int) -> list[int]:
        if not query:
            return self._places[:limit]
        words = _NO_WORD.sub(" ", query) if query[0].isalnum() else ""  # a name does not begin with ^
        lines = chain(
            self._exact(query),
            self._beginning(query),
            self._name_text.lines_with(f" {words}"),
            self._symbol_text.lines_with(query),
            self._name_text.lines_with(words),
        )
        return [self._places[at] for at in islice(_each_once(lines), limit)]

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

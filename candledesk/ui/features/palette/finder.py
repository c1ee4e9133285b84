"""Finds what a typed text means among everything that the palette offers: ranked, with the matched letters. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from candledesk.ui.features.palette.text_index import SCATTERED, TextIndex, matched_letters
from candledesk.ui.palette_item import PaletteKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.domain.bars import FloatArray
    from candledesk.ui.palette_item import PaletteItem

PREFIXES = {">": PaletteKind.ACTION, "@": PaletteKind.LAYOUT, "#": PaletteKind.DATE}
"""The first letter of a text that wants one kind of items only."""
MOST_FOUND = 100
_NOT_A_SYMBOL = 0.5  # is added to what there is less of
_RECENT = 3.0  # is added to what was used last, and less to what was used before
_PER_LETTER = 1e-3  # of the title is taken off: of two matches the shorter one is first


@dataclass(frozen=True, slots=True)
class Found:
    """An item with the letters of its title and of its detail that were matched, as rising indexes."""

    item: PaletteItem
    title_marks: tuple[int, ...] = ()
    detail_marks: tuple[int, ...] = ()


class SymbolTable(Protocol):
    """The stored symbols, whose items are made when they are shown."""

    @property
    def index(self) -> TextIndex:
        """The index of symbols and names."""
        ...

    def item(self, row: int) -> PaletteItem:
        """Return the item of a row of the index."""
        ...

    def row_of(self, item_id: str) -> int | None:
        """Return the row of an item's id, ``None`` when it is no stored symbol."""
        ...


def split_prefix(text: str) -> tuple[str, str]:
    """Return the prefix of a text, empty for none, and what follows it."""
    text = text.lstrip()
    return (text[0], text[1:].strip()) if text[:1] in PREFIXES else ("", text.strip())


class Finder:
    """What one opening of the palette offers."""

    def __init__(
        self,
        items: Iterable[PaletteItem],
        typed: Callable[[str, str], Sequence[PaletteItem]],
        recent: Sequence[str] = (),
    ) -> None:
        """``typed`` returns what a text means by itself, first matches first, also for a prefix.

        ``recent``: ids of what was used, the latest first.
        """
        self._items = list(items)
        self._index = TextIndex([(item.title, f"{item.detail} {item.words}") for item in self._items])
        self._typed = typed
        self._recent = {name: at for at, name in enumerate(recent)}
        self._symbols: SymbolTable | None = None

    def set_symbols(self, symbols: SymbolTable) -> None:
        """Offer the stored symbols too."""
        self._symbols = symbols

    def find(self, text: str) -> list[Found]:
        """Return what a text means, the best first; of an empty one what was used before and then everything else.

        Stored symbols are found by typing only. A text as a symbol stands after what its words match, before what has
        only its letters.
        """
        prefix, words = split_prefix(text)
        kind = PREFIXES.get(prefix)
        typed = [item for item in self._typed(prefix, words) if kind is None or item.kind == kind]
        symbols = [item for item in typed if item.kind == PaletteKind.SYMBOL]
        matching, scattered = self._ranked(words, kind) if words else (self._listed(kind), [])
        unique: dict[str, PaletteItem] = {}
        for item in (*(item for item in typed if item not in symbols), *matching, *symbols, *scattered):
            unique.setdefault(item.id or item.title, item)
        return [Found(item, *matched_letters(item.title, item.detail, words)) for item in unique.values()]

    def _listed(self, kind: PaletteKind | None) -> list[PaletteItem]:
        items = [item for item in self._items if kind is None or item.kind == kind]
        known = {item.id: item for item in items}
        first = [known.get(name) or self._symbol(name, kind) for name in self._recent]
        return [*(item for item in first if item is not None), *items]

    def _symbol(self, item_id: str, kind: PaletteKind | None) -> PaletteItem | None:
        row = self._symbols.row_of(item_id) if self._symbols is not None and kind is None else None
        return None if row is None or self._symbols is None else self._symbols.item(row)

    def _ranked(self, words: str, kind: PaletteKind | None) -> tuple[list[PaletteItem], list[PaletteItem]]:
        """Return what has the words of a text, and what has only its letters, both the best first."""
        scores = self._index.scores(words)
        more = np.array([_NOT_A_SYMBOL + self._recent_bonus(item.id) for item in self._items])
        bonus = more - self._index.title_lengths * _PER_LETTER
        if kind is not None:
            scores[[item.kind != kind for item in self._items]] = 0
        elif self._symbols is not None:
            scores = np.concatenate((scores, self._symbols.index.scores(words)))
            bonus = np.concatenate((bonus, self._symbol_bonus(self._symbols)))
        rows = _best(np.where(scores > 0, scores + bonus, 0.0))
        has_words = scores[rows] > SCATTERED
        items = [self._item(row) for row in rows]
        return (
            [item for item, is_match in zip(items, has_words, strict=True) if is_match],
            [item for item, is_match in zip(items, has_words, strict=True) if not is_match],
        )

    def _symbol_bonus(self, symbols: SymbolTable) -> FloatArray:
        bonus: FloatArray = symbols.index.title_lengths.astype(np.float64) * -_PER_LETTER
        for name in self._recent:
            row = symbols.row_of(name)
            if row is not None:
                bonus[row] += self._recent_bonus(name)
        return bonus

    def _recent_bonus(self, item_id: str) -> float:
        at = self._recent.get(item_id)
        return 0.0 if at is None else _RECENT * (1 - at / len(self._recent))

    def _item(self, row: int) -> PaletteItem:
        n = len(self._items)
        return self._items[row] if row < n or self._symbols is None else self._symbols.item(row - n)


def _best(scores: FloatArray) -> list[int]:
    """Return the rows with the highest scores, the best first; rows of the same score in their order."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > MOST_FOUND:
        least = np.partition(scores[rows], -MOST_FOUND)[-MOST_FOUND]
        rows = rows[scores[rows] >= least]
    order = np.argsort(-scores[rows], kind="stable")[:MOST_FOUND]
    return [int(row) for row in rows[order]]

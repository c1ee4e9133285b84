"""What was computed of a series, piece by piece, until a bar that it was made of changes."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue, SymbolReused
from candledesk.domain.compare.ratio import symbols_of
from candledesk.domain.interval import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from candledesk.cache.events import Event
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


def symbols_concerning(symbol: str) -> set[str]:
    """Return the symbols whose events concern a series: of a ratio those of its parts too."""
    return {symbol, *symbols_of(symbol)}


@dataclass(frozen=True, slots=True)
class Piece:
    """A result of ``n_bytes`` that is made of the bars of ``span``; ``is_of_daily``: and of daily bars or ex-dates."""

    symbol: str
    base: Interval
    span: Span
    is_of_daily: bool
    value: Any
    n_bytes: int

    def is_changed_by(self, event: BarsStored | CoverageChanged) -> bool:
        """Tell whether a change of bars, or of what is known of them, concerns this result."""
        if event.symbol not in symbols_concerning(self.symbol):
            return False
        if self.is_of_daily and event.interval.base is INTERVALS["1d"]:
            return True
        return event.interval.base is self.base and event.known.overlaps(self.span)


class KeptPieces:
    """Pieces by any key; the least used are dropped beyond a number of bytes. Safe from any thread."""

    def __init__(self, max_bytes: int) -> None:
        """Start empty."""
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._pieces: OrderedDict[Hashable, Piece] = OrderedDict()
        self._n_events: Counter[str | None] = Counter()
        self.n_bytes = 0

    def n_events(self, symbol: str) -> int:
        """Return how many events have concerned a symbol; to be read before the bars of a piece are."""
        return sum(self._n_events[one] for one in symbols_concerning(symbol)) + self._n_events[None]

    def find(self, key: Hashable) -> Piece | None:
        """Return the piece of a key."""
        with self._lock:
            if key in self._pieces:
                self._pieces.move_to_end(key)
            return self._pieces.get(key)

    def keep(self, key: Hashable, piece: Piece, n_events: int) -> None:
        """Keep a piece, unless bars have changed since ``n_events``: it may be made of the former ones."""
        with self._lock:
            if n_events != self.n_events(piece.symbol):
                return
            former = self._pieces.pop(key, None)
            self.n_bytes -= 0 if former is None else former.n_bytes
            if piece.n_bytes > self._max_bytes:
                return
            self._pieces[key] = piece
            self.n_bytes += piece.n_bytes
            while self.n_bytes > self._max_bytes:
                self.n_bytes -= self._pieces.popitem(last=False)[1].n_bytes

    def on_event(self, event: Event) -> None:
        """Drop what is made of bars that have changed."""
        if isinstance(event, BarsStored | CoverageChanged):
            self._drop_changed(event.symbol, lambda _, piece: piece.is_changed_by(event))
        elif isinstance(event, RefreshDue) and event.symbol is None:
            self._drop_changed(None, lambda *_: True)
        elif isinstance(event, SymbolReused):
            symbols = {event.symbol, event.former_symbol}
            for symbol in symbols:
                self._drop_changed(symbol, lambda _, piece: bool(symbols & symbols_concerning(piece.symbol)))

    def _drop_changed(self, symbol: str | None, is_dropped: Callable[[Hashable, Piece], bool]) -> None:
        with self._lock:
            self._n_events[symbol] += 1
            self._drop(is_dropped)

    def _drop(self, is_dropped: Callable[[Hashable, Piece], bool]) -> None:
        for key in [key for key, piece in self._pieces.items() if is_dropped(key, piece)]:
            self.n_bytes -= self._pieces.pop(key).n_bytes

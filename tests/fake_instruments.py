"""The instruments of a fake cache: their facts, their events, and what a search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.instrument_messages import InstrumentReport
from candledesk.cache.messages import SymbolFound
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from tests.fake_compares import FakeCompares
from tests.fake_jobs import resolved

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.instrument import Instrument

OPEN_S, LENGTH_S = 52_200, 23_400  # New York's session in winter


class FakeInstruments(FakeCompares):
    """Answers what is asked about symbols."""

    def __init__(self, now: int, instruments: Iterable[Instrument]) -> None:
        super().__init__(now)
        self.instruments = {row.symbol: row for row in instruments}
        self.found: list[SymbolFound] = []  # what the provider's search finds, whatever is asked
        self.calendars: dict[str, SessionCalendar] = {}  # by symbol
        self.events: dict[str, tuple[CorporateEvent, ...]] = {}  # by symbol

    def describe_instrument(self, symbol: str) -> Future[InstrumentReport]:
        self.calls.append(("describe_instrument", symbol))

        def describe() -> InstrumentReport:
            if symbol not in self.instruments:
                raise UnknownSymbolError(symbol)
            opened = self.now // DAY_S * DAY_S + OPEN_S
            session = Span(opened, opened + LENGTH_S)
            return InstrumentReport(self.instruments[symbol], (session,), self.events.get(symbol, ()))

        return resolved(describe)

    def read_calendar(self, symbol: str) -> Future[SessionCalendar | None]:
        return resolved(lambda: self.calendars.get(symbol))

    def list_instruments(
        self, query: str = "", *, limit: int | None = None, after: str | None = None
    ) -> Future[list[Instrument]]:
        rows = [row for _, row in sorted(self.instruments.items()) if after is None or row.symbol > after]
        return resolved(lambda: [row for row in rows if query.upper() in f"{row.symbol} {row.name}".upper()][:limit])

    def search_symbols(
        self, query: str, timeout_s: float, *, limit: int | None = None, after: str | None = None
    ) -> Future[list[SymbolFound]]:
        self.calls.append(("search_symbols", (query, timeout_s)))
        cached = [
            SymbolFound(row.symbol, row.name, row.exchange, row.quote_type, row.exchange_name, is_cached=True)
            for row in self.list_instruments(query, limit=limit, after=after).result()
        ]
        if limit is not None and len(cached) >= limit:
            return resolved(lambda: cached)
        return resolved(lambda: [*cached, *self.found])

    def search_provider(self, query: str, timeout_s: float) -> Future[list[SymbolFound]]:
        self.calls.append(("search_provider", (query, timeout_s)))
        return resolved(lambda: list(self.found))

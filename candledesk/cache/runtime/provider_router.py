"""Sends each call to the provider that it is for: in this process, or in the fetch process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from candledesk.domain.errors import InputError
from candledesk.domain.symbols import split_symbol
from candledesk.providers.registry import fetch_by_symbol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.venue import Venue
    from candledesk.providers.answers import FetchRequest, ProviderAnswer, SearchAnswer
    from candledesk.providers.base import Provider


class FetchProcess(Protocol):
    """The process in which remote providers and the calendars run (``runtime.fetch_process.Child``)."""

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Fetch one window of a spelled symbol from its provider."""
        ...

    def search(self, provider: str, query: str, deadline_s: float) -> SearchAnswer:
        """Search symbols at a provider."""
        ...

    def load_calendar(self, venue: Venue, start: int) -> SessionCalendar:
        """Compute a venue's sessions from ``start`` (UTC seconds); may block for seconds."""
        ...


class ProviderRouter:
    """The providers as the cache sees them: symbols are spelled as ``domain.symbols`` does it. Safe from any thread."""

    def __init__(self, providers: Mapping[str, Provider], process: FetchProcess) -> None:
        """Take the providers by id, in the order of the registry."""
        self.providers = dict(providers)
        self._process = process

    def of(self, symbol: str) -> Provider:
        """Return the provider that a symbol names; ``InputError`` when there is none of that id."""
        name = split_symbol(symbol)[0]
        provider = self.providers.get(name)
        if provider is None:
            raise InputError("symbol", f"There is no provider {name!r}: known are {', '.join(self.providers)}")
        return provider

    def title(self, symbol: str) -> str:
        """Return what texts call the provider of a symbol."""
        return self.of(symbol).capabilities.title

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Fetch one window; blocks."""
        if self.of(request.symbol).capabilities.is_remote:
            return self._process.fetch(request)
        return fetch_by_symbol(self.providers, request)

    def search(self, provider: str, query: str, deadline_s: float) -> SearchAnswer:
        """Return what a provider's search finds, with the provider's own symbols; blocks."""
        chosen = self.providers[provider]
        if chosen.capabilities.is_remote:
            return self._process.search(provider, query, deadline_s)
        return chosen.search(query, deadline_s)

    def load_calendar(self, instrument: Instrument, start: int) -> SessionCalendar:
        """Compute the sessions of an instrument's venue from ``start`` (UTC seconds); blocks."""
        provider = self.of(instrument.symbol)
        venue = provider.find_venue(instrument.exchange, instrument.quote_type, instrument.tz)
        return self._process.load_calendar(venue, start)

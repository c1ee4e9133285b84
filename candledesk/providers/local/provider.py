"""The provider of imported series: its symbols hold what a person has imported, and nobody can be asked for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.venue import TradingDays, Venue
from candledesk.providers.answers import MatchesAnswer, RefusalKind, RefusedAnswer
from candledesk.providers.base import Capabilities

if TYPE_CHECKING:
    from candledesk.providers.answers import FetchRequest, ProviderAnswer, SearchAnswer
    from candledesk.providers.base import ProviderOptions

ID = "local"
EVERY_DAY = "CRYPTOCURRENCY"  # the quote type of what trades on weekends, too
CAPABILITIES = Capabilities(
    id=ID,
    title="The local provider",
    source="Imported bars",
    intervals={},
    no_bars="only imported bars are available",
    unknown_hint="import a file with its bars first (candledesk import)",
)


class LocalProvider:
    """Holds nothing itself: imported bars are in the store (``providers.base.Provider``)."""

    def __init__(self, _options: ProviderOptions) -> None:
        """Need no options."""

    @property
    def capabilities(self) -> Capabilities:
        """Return a table without intervals: there is nothing to ask for."""
        return CAPABILITIES

    def prepare(self) -> None:
        """Nothing is needed."""

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Refuse: no plan asks for bars of a provider without intervals."""
        return RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, f"{request.symbol} holds imported bars only", n_requests=0)

    def search(self, query: str, deadline_s: float) -> SearchAnswer:  # noqa: ARG002 - the protocol's signature
        """Find nothing: what was imported is found in the store."""
        return MatchesAnswer((), n_requests=0)

    def is_likely_24h(self, symbol: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell nothing by the form of a name that a person has chosen."""
        return False

    def find_venue(self, exchange: str, quote_type: str, tz: str) -> Venue:
        """Return the venue of a MIC; without one, every day or every weekday, as the imported bars showed."""
        if exchange:
            return Venue(exchange, tz, TradingDays.EXCHANGE, exchange, settle_s=0)
        if quote_type == EVERY_DAY:
            return Venue("24/7", tz, TradingDays.EVERY_DAY, settle_s=0)
        return Venue(ID, tz, TradingDays.WEEKDAYS, settle_s=0)

    def rate_symbols(self, source: str, target: str) -> tuple[tuple[str, bool], ...]:  # noqa: ARG002
        """Know no symbols of currency pairs."""
        return ()

    def exchange_name(self, exchange: str) -> str:
        """Return the MIC: a person has typed it."""
        return exchange

    def find_listed(self, name: str) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's signature
        """Find nothing: no other program knows what a person has imported here."""
        return ()

    def listed_name(self, symbol: str, exchange: str) -> str:  # noqa: ARG002 - the protocol's signature
        """Return no name."""
        return ""

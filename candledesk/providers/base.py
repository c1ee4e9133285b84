"""The protocol that every provider of bars follows, and the table of what a provider can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.venue import Venue
    from candledesk.domain.windows import FetchLimits
    from candledesk.providers.answers import FetchRequest, ProviderAnswer, SearchAnswer


@dataclass(frozen=True, slots=True)
class Quota:
    """How fast a provider may be asked: a sustained rate, what may leave at once, and the first pause after a 429."""

    requests_per_minute: float
    burst: int
    pause_s: float


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; it never changes while the application runs.

    ``id``: names it in symbols, files and the database (``domain.symbols``); ``title``: names it in texts for people;
    ``source``: the full name, as the origin of prices is stated under a picture; ``intervals``: what it answers of
    each stored interval (``domain.interval``) that it can be asked for, empty when it can be asked for no bars;
    ``quota``: ``None`` when it needs no limiter; ``is_remote``: its calls need libraries or time that the process of
    the window must not spend, so that they run in the fetch process; ``can_search``: whether it finds symbols by name;
    ``unknown_hint``: what a person may do about a symbol that it does not know; ``terms``: the source and the terms of
    its use as a sentence, empty when there is nothing to say; ``no_bars``: why there are no bars of an interval, with
    ``{title}`` and ``{interval}`` in their places.
    """

    id: str
    title: str
    source: str
    intervals: Mapping[str, FetchLimits]
    quota: Quota | None = None
    is_remote: bool = False
    can_search: bool = False
    unknown_hint: str = "check the spelling"
    terms: str = ""
    no_bars: str = "{title} has no {interval} bars"

    def no_bars_text(self, interval: str) -> str:
        """Return why no bars of an interval that is not in ``intervals`` can be fetched, for people."""
        return self.no_bars.format(title=self.title, interval=interval)


@dataclass(frozen=True, slots=True)
class ProviderOptions:
    """What a person may set: the default provider's ``quota``, and a base URL by provider id (none: its own).

    ``cache_dir``: a folder for what the libraries of providers write.
    """

    quota: Quota
    urls: Mapping[str, str]
    cache_dir: str


class Provider(Protocol):
    """A source of bars, made of ``ProviderOptions`` once in each process that uses it (``providers.registry``).

    Making one is cheap: heavy libraries are imported by ``prepare``, or at the first call. ``fetch`` and ``search``
    block, may come from several threads and never raise for what a network can do. Symbols are the provider's own,
    without an id before them.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""
        ...

    def prepare(self) -> None:
        """Import and open what calls need; called once, before the first of them, where time does not matter."""
        ...

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Fetch one window and return what kind of answer it was, within ``request.deadline_s``."""
        ...

    def search(self, query: str, deadline_s: float) -> SearchAnswer:
        """Return the symbols that a query finds, best first, within ``deadline_s``."""
        ...

    def is_likely_24h(self, symbol: str) -> bool:
        """Tell by the form of a symbol, before anything is known of it, whether it trades around the clock."""
        ...

    def find_venue(self, exchange: str, quote_type: str, tz: str) -> Venue:
        """Return the venue that the provider's exchange code, type and zone of an instrument mean."""
        ...

    def rate_symbols(self, source: str, target: str) -> tuple[tuple[str, bool], ...]:
        """Return the symbols that price a currency in another, each with whether its price is the inverse."""
        ...

    def exchange_name(self, exchange: str) -> str:
        """Return what people call an exchange code, the code itself when it is not listed."""
        ...

    def find_listed(self, name: str) -> tuple[str, ...]:
        """Return the symbols that a name as TradingView writes it (``NASDAQ:AAPL``) can mean."""
        ...

    def listed_name(self, symbol: str, exchange: str) -> str:
        """Return TradingView's name of a symbol, empty when there is none.

        ``exchange``: this provider's code of the instrument's exchange, empty when it is not known.
        """
        ...

"""Yahoo as a provider: what it can do, and the client that does it, which is imported at its first use."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.providers.yahoo.capabilities import make_capabilities
from candledesk.providers.yahoo.currency_pairs import rate_symbols
from candledesk.providers.yahoo.exchange_names import exchange_name
from candledesk.providers.yahoo.exchanges import find_venue
from candledesk.providers.yahoo.tickers import is_likely_24h
from candledesk.providers.yahoo.tradingview import find_name, find_symbols

if TYPE_CHECKING:
    from candledesk.domain.venue import Venue
    from candledesk.providers.answers import FetchRequest, ProviderAnswer, SearchAnswer
    from candledesk.providers.base import Capabilities, ProviderOptions
    from candledesk.providers.yahoo.client import YahooClient


class YahooProvider:
    """Yahoo Finance through yfinance (``providers.base.Provider``); runs in the fetch process."""

    def __init__(self, options: ProviderOptions) -> None:
        """Send everything to the URL of the options, if any; keep what yfinance might write in their ``cache_dir``."""
        self._capabilities = make_capabilities(options.quota)
        self._options = options
        self._lock = threading.Lock()
        self._client: YahooClient | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What Yahoo answers."""
        return self._capabilities

    def prepare(self) -> None:
        """Import yfinance and pandas (2 to 3 s) and open the client."""
        self._connected()

    def _connected(self) -> YahooClient:
        with self._lock:
            if self._client is None:
                from candledesk.providers.yahoo.client import YahooClient

                url = self._options.urls.get(self._capabilities.id)
                self._client = YahooClient(url or None, Path(self._options.cache_dir))
            return self._client

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Fetch one window."""
        return self._connected().fetch(request)

    def search(self, query: str, deadline_s: float) -> SearchAnswer:
        """Return what Yahoo's search finds."""
        return self._connected().search(query, deadline_s)

    def is_likely_24h(self, symbol: str) -> bool:
        """Tell whether a ticker looks like that of a coin, a currency or a future."""
        return is_likely_24h(symbol)

    def find_venue(self, exchange: str, quote_type: str, tz: str) -> Venue:
        """Return the venue that Yahoo's exchange code and type mean."""
        return find_venue(exchange, quote_type, tz)

    def rate_symbols(self, source: str, target: str) -> tuple[tuple[str, bool], ...]:
        """Return Yahoo's symbols of a currency pair."""
        return rate_symbols(source, target)

    def exchange_name(self, exchange: str) -> str:
        """Return what people call an exchange code."""
        return exchange_name(exchange)

    def find_listed(self, name: str) -> tuple[str, ...]:
        """Return Yahoo's symbols of a name in TradingView's files."""
        return find_symbols(name)

    def listed_name(self, symbol: str, exchange: str) -> str:
        """Return TradingView's name of one of Yahoo's symbols, empty when there is none."""
        return find_name(symbol, exchange)

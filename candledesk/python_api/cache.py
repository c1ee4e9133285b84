"""``open`` and ``Cache``: the cache itself, for scripts and notebooks."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self

from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.messages import BarsRequest
from candledesk.cache.queries.counted_bars import cut_to_first
from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.symbols import parse_symbol
from candledesk.indicators.studies import make_study
from candledesk.python_api.backfills import run_backfills
from candledesk.python_api.bars import Bars
from candledesk.python_api.connection import CONNECTIONS
from candledesk.python_api.drawings import CacheDrawings
from candledesk.python_api.ranges import read_instant
from candledesk.python_api.reader import PriceReader
from candledesk.python_api.ticker import Ticker
from candledesk.python_api.values import IndicatorValues
from candledesk.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    import pandas as pd

    from candledesk.cache.messages import Adjust, SeriesCoverage, SeriesReport, SymbolFound
    from candledesk.domain.interval import Interval
    from candledesk.indicators.declaration import Value
    from candledesk.python_api.backfills import BackfillProgress, BackfillResult
    from candledesk.python_api.connection import Connection
    from candledesk.python_api.ranges import Moment
    from candledesk.workspace.watchlists.watchlist import Watchlist

N_LATEST = 500
"""Bars and values of an answer when a call names neither a span nor a number."""
SEARCH_S = 5.0


def open_cache(
    home: str | None = None, *, yahoo_url: str | None = None, stream_url: str | None = None, demo: bool = False
) -> Cache:
    """Open the cache of a home: that of the running instance, else this process opens the home, without Qt.

    Use it in a ``with`` statement, or call ``close``. Options that are not given are those of the environment
    (``CANDLEDESK_HOME``, ``CANDLEDESK_YAHOO_URL`` …). ``demo``: the demo market with a home of its own.

    Raises ``EnvironmentFaultError`` for faults of the disk, and for a home that another process has open which does not
    answer; ``InputError`` for an option that is not valid.
    """
    settings = load_settings(None, home=home, yahoo_url=yahoo_url, stream_url=stream_url)
    return Cache(CONNECTIONS.acquire(settings, demo=demo))


class Cache:
    """The cache of one home; a context manager.

    Times are UTC seconds, dates (00:00 UTC), texts (``2026-11-02`` or ``2026-11-02T14:30:00Z``) or datetimes with a
    zone. Spans are half-open. Methods block, and raise the errors of ``candledesk.domain.errors``.
    """

    def __init__(self, connection: Connection) -> None:
        """Use a connection, which ``close`` gives back."""
        self._connection: Connection | None = connection
        self._cache, self._workspace = connection.cache, connection.workspace

    def __enter__(self) -> Self:
        """Return the cache."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give the connection back; a second call does nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            CONNECTIONS.release(connection)

    def candles(
        self,
        symbol: str,
        interval: str = "1d",
        start: Moment | None = None,
        end: Moment | None = None,
        *,
        adjust: Adjust = "splits",
        fill: Literal["wait", "none"] = "wait",
        limit: int | None = None,
        as_of: Moment | None = None,
    ) -> Bars:
        """Return the bars of ``[start, end)``, filling what is missing first unless ``fill="none"``.

        ``adjust``: ``none`` (as traded), ``splits`` or ``all`` (dividends, too). ``limit``: the last bars before
        ``end``, with ``start`` the first ones from it; without a span and a limit the last ``N_LATEST``. ``as_of``:
        what was known then: bars that were closed, on the split basis of that time, and payments until then;
        corrections that the provider made later are in them.

        Raises ``UnknownSymbolError``, ``NotCachedError`` (nothing is stored and ``fill="none"``), ``OfflineError``, and
        ``InputError`` for an ``as_of`` in the future or before ``start``.
        """
        chosen = parse_interval(interval)
        span = self._span(start, end, chosen)
        countback = None if start is not None else N_LATEST if limit is None and span is None else limit
        request = BarsRequest(
            parse_symbol(symbol),
            chosen,
            span,
            fill=fill,
            timeout_s=None,
            adjust=adjust,
            countback=countback,
            as_of=None if as_of is None else read_instant(as_of, "as_of"),
        )
        reply = self._cache.load_bars(request).result()
        return Bars(reply if start is None or limit is None else cut_to_first(reply, limit))

    def history(self, symbol: str, **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - those of Ticker.history
        """Return a frame as yfinance gives it; ``arguments``: those of ``Ticker.history``."""
        return self.ticker(symbol).history(**arguments)

    def ticker(self, symbol: str) -> Ticker:
        """Return a ``Ticker`` that reads this cache."""
        return Ticker(symbol, reader=PriceReader(self._cache))

    def backfill(
        self,
        symbols: str | Iterable[str],
        interval: str = "1d",
        start: Moment | None = None,
        end: Moment | None = None,
        on_progress: Callable[[BackfillProgress], None] | None = None,
    ) -> list[BackfillResult]:
        """Fill the gaps of one or many symbols and wait; return a result for each, in the order of ``symbols``.

        Without ``start``: back to the listing date or the provider's look-back. ``on_progress`` is called about three
        times a second from the calling thread, and at the end. A symbol that the provider does not know has a result
        with that error. Raises ``OfflineError`` or ``EnvironmentFaultError`` while nothing can go on.
        """
        chosen = parse_interval(interval)
        names = [symbols] if isinstance(symbols, str) else symbols
        found = [parse_symbol(name) for name in names]
        return run_backfills(self._cache, found, chosen, self._span(start, end, chosen), on_progress)

    def coverage(self, symbol: str | None = None, interval: str | None = None) -> SeriesReport | list[SeriesCoverage]:
        """Return what is known of one series, with symbol and interval, else of every stored series that they leave.

        Raises ``NotCachedError`` when one series is named and nothing of its symbol is stored.
        """
        name, chosen = symbol and parse_symbol(symbol), interval and parse_interval(interval)
        if name and chosen:
            return self._cache.describe_series(name, chosen).result()
        rows = self._cache.list_coverage().result()
        return [row for row in rows if name in {None, row.symbol} and chosen in {None, row.interval}]

    def indicator(
        self,
        id: str,  # noqa: A002 - its name everywhere
        symbol: str,
        interval: str = "1d",
        *,
        start: Moment | None = None,
        end: Moment | None = None,
        as_of: Moment | None = None,
        fill: Literal["wait", "none"] = "wait",
        **params: Value,
    ) -> IndicatorValues:
        """Return the values of an indicator at the bars of ``[start, end)``, without a span at the last ``N_LATEST``.

        ``params``: ``length=14`` and so on; the others have their defaults. Missing bars are filled first unless
        ``fill="none"``, those that the first value is made of included. ``as_of``: what was known then.

        Raises ``UnknownIndicatorError``, ``InputError`` with the name of a wrong parameter, ``NotCachedError``.
        """
        chosen, study, name = parse_interval(interval), make_study(id, params), parse_symbol(symbol)
        span = self._span(start, end, chosen)
        if fill == "wait":
            n_before = study.lookback + study.settle
            needed = BarsRequest(name, chosen, span, timeout_s=None, countback=None if span else N_LATEST + n_before)
            self._cache.load_bars(needed).result()
            if span is not None and n_before:
                before = Span(min(HISTORY_START, span.start), span.start + 1)
                self._cache.load_bars(replace(needed, span=before, countback=n_before)).result()
        known = None if as_of is None else read_instant(as_of, "as_of")
        return IndicatorValues(
            self._cache.load_indicator(IndicatorRequest(name, chosen, study, span, as_of=known)).result()
        )

    def watchlists(self) -> list[Watchlist]:
        """Return all watchlists in the person's order."""
        return self._workspace.list_watchlists().result()

    def watchlist(self, name: str) -> Watchlist:
        """Return one watchlist with its ``sections`` (``title``, ``symbols``); ``UnknownNameError`` without it."""
        return self._workspace.read_watchlist(name).result()

    @property
    def drawings(self) -> CacheDrawings:
        """The drawings of the home: ``list``, ``add``, ``change``, ``remove``, ``remove_by``, ``export``, ``load``."""
        return CacheDrawings(self._workspace)

    def search(self, query: str) -> list[SymbolFound]:
        """Return symbols: cached instruments first, then what the provider's search finds within five seconds."""
        return self._cache.search_symbols(query, SEARCH_S).result()

    def _span(self, start: Moment | None, end: Moment | None, interval: Interval) -> Span | None:
        """Return the span of a call, ``None`` without either end; an open end is now, for daily bars a day later."""
        if start is None and end is None:
            return None
        first = HISTORY_START if start is None else read_instant(start, "start")
        ahead_s = DAY_S if interval.is_daily else 1
        last = int(time.time()) + ahead_s if end is None else read_instant(end, "end")
        if first >= last:
            raise InputError("end", "The span is empty: start must be before end")
        return Span(first, last)

"""Yahoo Finance through yfinance: the only module that imports it (yahoo.md §2 and §8 are its reasons).

It runs in the fetch process on a few threads, so the import of yfinance and pandas costs nobody a frame. yfinance
keeps one client per process: use one ``YahooClient`` per process.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import warnings
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yfinance as yf
from curl_cffi.requests.exceptions import RequestException
from yfinance.data import YfData
from yfinance.exceptions import YFDataException, YFPricesMissingError, YFRateLimitError

from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.domain.symbols import is_symbol
from candledesk.domain.texts import plain_text
from candledesk.providers.answers import (
    BarsAnswer,
    FaultAnswer,
    MatchesAnswer,
    RateLimitedAnswer,
    RefusedAnswer,
    SymbolMatch,
)
from candledesk.providers.yahoo.documents import is_answer_for, is_in_interval
from candledesk.providers.yahoo.events import read_actions
from candledesk.providers.yahoo.frames import last_close, read_bars, read_instrument, read_market, read_sessions
from candledesk.providers.yahoo.http import DeadlineError, StatusError, YahooHttpClient
from candledesk.providers.yahoo.verdicts import judge_reason, judge_status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from candledesk.providers.answers import FetchRequest, ProviderAnswer, SearchAnswer
    from candledesk.providers.yahoo.http import HttpCall

_LOG = logging.getLogger(__name__)
_LIVE_SLACK_S = HOUR_S  # asking beyond now makes yfinance merge Yahoo's live row; an hour absorbs a wrong clock
_DST_SLACK_S = 2 * HOUR_S  # Brazil's daily stamps can be 22:00 or 23:00 of the day before (yahoo.md §4.14)
_MAX_SPAN_1M_S = 8 * DAY_S - MINUTE_S
_N_MATCHES = 12
_UNREACHABLE = {5: "proxy not found", 6: "name not resolved", 7: "connection refused", 28: "timed out"}  # curl's codes
_TOO_LARGE = 63


class YahooClient:
    """Fetches bars with the real yfinance client, one HTTP request a window; safe from several threads."""

    def __init__(self, yahoo_url: str | None = None, cache_dir: Path | None = None) -> None:
        """Send everything to ``yahoo_url`` when given; keep whatever yfinance might write under ``cache_dir``."""
        self._session = YahooHttpClient(yahoo_url)
        self._other_names: dict[str, str] = {}
        _tame_yfinance(self._session, cache_dir)

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Fetch one window; never raises for what a network or a server can do (``providers.base.Provider``)."""
        with self._session.call(request.deadline_s) as call:
            ticker = _ticker(request.symbol, self._session)
            start, end = _asked(request)
            try:
                frame = ticker.history(
                    start=start,
                    end=end,
                    interval=request.interval.name,
                    auto_adjust=False,
                    actions=True,
                    prepost=request.extended,
                    repair=False,
                    keepna=True,  # else it drops rows of zeros, and whatever cannot be a bar is left out below
                    timeout=request.deadline_s,
                )
                meta = _meta(ticker)
                fault = self._other_question(request, meta)
                if fault:
                    return FaultAnswer(fault, n_requests=call.n_requests)
                is_daily = request.interval.is_daily
                bars = read_bars(frame, request.span, is_daily=is_daily, has_nulls=request.extended and not is_daily)
                instrument = read_instrument(request.symbol, meta, last_close(bars))
                return BarsAnswer(
                    bars=bars,
                    instrument=instrument,
                    actions=read_actions(call.body, instrument.tz),
                    sessions=read_sessions(meta),
                    n_requests=call.n_requests,
                    market=read_market(meta),
                )
            except YFPricesMissingError as error:
                meta = _meta(ticker)
                fault = self._other_question(request, meta) if "symbol" in meta else ""
                if fault:
                    return FaultAnswer(fault, n_requests=call.n_requests)
                return _without_prices(request.symbol, error, meta, call)
            except Exception as error:  # noqa: BLE001 - yfinance raises anything for an odd shape (yahoo.md §2.4)
                return _judge_error(error, call.n_requests)

    def _other_question(self, request: FetchRequest, meta: Mapping[str, Any]) -> str:
        """Return why an answer is not one to the question that was asked, empty when it is."""
        if not self._is_about(request.symbol, meta):
            return f"Yahoo's answer is about {plain_text(meta.get('symbol'))}"
        if not is_in_interval(request.interval.name, meta):
            return f"Yahoo's answer has {plain_text(meta['dataGranularity'])} bars, not {request.interval.name}"
        return ""

    def _is_about(self, symbol: str, meta: Mapping[str, Any]) -> bool:
        """Tell whether an answer is about ``symbol``; another name said twice, and never the right one, is an alias."""
        if is_answer_for(symbol, meta):
            self._other_names[symbol] = symbol
            return True
        named = str(meta["symbol"])
        return self._other_names.setdefault(symbol, "") != symbol and self._repeats_name(symbol, named)

    def _repeats_name(self, symbol: str, named: str) -> bool:
        previous, self._other_names[symbol] = self._other_names[symbol], named
        return previous == named

    def search(self, query: str, deadline_s: float) -> SearchAnswer:
        """Return what Yahoo's search finds, best first; never raises for what a network or a server can do."""
        with self._session.call(deadline_s) as call:
            try:
                found = yf.Search(
                    query,
                    max_results=_N_MATCHES,
                    news_count=0,
                    lists_count=0,
                    recommended=0,
                    include_cb=False,
                    session=self._session,
                    timeout=deadline_s,
                )
                matches = tuple(_match(quote) for quote in found.quotes if _is_match(quote))
                return MatchesAnswer(matches, call.n_requests)
            except Exception as error:  # noqa: BLE001 - the same as fetch
                return _judge_error(error, call.n_requests)


def _tame_yfinance(session: YahooHttpClient, cache_dir: Path | None) -> None:
    """Close the traps of yahoo.md §2; private names of yfinance 1.7.0 are pinned by tests/provider."""
    yf.config.debug.hide_exceptions = False  # else a failure is an empty frame
    YfData.cache_get = YfData.get  # else a stored failure is replayed for the life of the process
    YfData._get_cookie_and_crumb = _no_cookie  # noqa: SLF001 - the chart needs neither; else 2 to 5 requests more
    YfData(session=session)
    if cache_dir is not None:
        yf.set_tz_cache_location(str(cache_dir))
    warnings.filterwarnings("ignore", module=r"yfinance\..*")  # its use of pandas is not ours to mend


def _no_cookie(_client: YfData, timeout: float = 0.0) -> tuple[None, str]:  # noqa: ARG001 - yfinance's signature
    return None, "basic"


def _ticker(symbol: str, session: YahooHttpClient) -> Any:  # noqa: ANN401 - yfinance has no types
    """Return the ticker with its zone preset (start and end are instants, so any will do): no look-up, no sqlite."""
    ticker = yf.Ticker("CANDLEDESK", session=session)
    ticker.ticker = symbol  # set afterwards: the constructor would look an ISIN-like symbol up in the network
    ticker._tz = "UTC"  # noqa: SLF001
    return ticker


def _meta(ticker: Any) -> Mapping[str, Any]:  # noqa: ANN401
    """Return the chart's ``meta``; the public ``history_metadata`` sends requests of its own."""
    history = ticker._price_history  # noqa: SLF001
    return (history._history_metadata if history is not None else None) or {}  # noqa: SLF001


def _asked(request: FetchRequest) -> tuple[int, int]:
    """Return the instants to ask for: around the span, beyond now where it reaches the forming bar."""
    start, end = request.span.start, request.span.end
    if request.interval.is_daily:
        start, end = _local_midnight(start, request.tz, -DAY_S) - _DST_SLACK_S, _local_midnight(end, request.tz, DAY_S)
    if request.not_before is not None:
        start = max(start, request.not_before)
    now = int(time.time())
    if end > now - request.interval.step_s:
        live_end = max(end, now + _LIVE_SLACK_S)
        if request.interval.step_s == MINUTE_S:
            live_end = min(live_end, start + _MAX_SPAN_1M_S)
        end = max(end, live_end)
    return start or -1, end  # yfinance takes 0 for "not given"


def _local_midnight(date: int, tz: str | None, pad_s: int) -> int:
    """Return the instant at which the session date begins in its zone; padded while the zone is unknown."""
    try:
        zone = ZoneInfo(tz or "")
    except (ValueError, ZoneInfoNotFoundError):
        return date + pad_s
    day = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=date)
    return int(day.replace(tzinfo=zone).timestamp())


def _without_prices(
    symbol: str, error: YFPricesMissingError, meta: Mapping[str, Any], call: HttpCall
) -> ProviderAnswer:
    """Tell an empty window from a broken answer: only the first carries the chart's ``meta`` (yahoo.md §2.4)."""
    reason, n_requests = plain_text(error.yahoo_reason), call.n_requests
    if reason:
        return judge_reason(reason, n_requests) or FaultAnswer(f"Yahoo says: {reason}", n_requests=n_requests)
    if "symbol" not in meta:
        return FaultAnswer("Yahoo's answer holds no chart", n_requests=n_requests)
    try:
        instrument = read_instrument(symbol, meta)
        return BarsAnswer(
            bars=Bars.empty(),
            instrument=instrument,
            actions=read_actions(call.body, instrument.tz),
            sessions=read_sessions(meta),
            n_requests=n_requests,
        )
    except (KeyError, ValueError, TypeError) as odd:
        return _judge_error(odd, n_requests)


def _judge_error(error: Exception, n_requests: int) -> RefusedAnswer | FaultAnswer | RateLimitedAnswer:
    match error:
        case StatusError():
            return judge_status(error.status, error.reason, n_requests, is_chart_error=error.is_chart_error)
        case YFRateLimitError():
            return RateLimitedAnswer("Yahoo limits the rate of requests", n_requests)
        case RequestException() if not isinstance(error, ValueError):  # curl_cffi's JSONDecodeError is both
            return _judge_curl(error, n_requests)
        case _:
            return FaultAnswer(_describe(error), n_requests=n_requests)


def _describe(error: Exception) -> str:
    match error:
        case DeadlineError():
            return "the time for this request was used up before it was sent"
        case json.JSONDecodeError():
            return "Yahoo's answer is not JSON (truncated, or a page in its place)"
        case YFDataException():
            return "Yahoo says that it will be right back"
        case _:
            _LOG.info("unexpected answer", exc_info=error)
            return plain_text(f"Yahoo's answer has an unknown shape: {error!r}")


def _judge_curl(error: RequestException, n_requests: int) -> FaultAnswer:
    code = int(error.code)
    if code in _UNREACHABLE:
        return FaultAnswer(f"Yahoo cannot be reached: {_UNREACHABLE[code]}", is_offline=True, n_requests=n_requests)
    if code == _TOO_LARGE:
        return FaultAnswer("Yahoo's answer is larger than any chart", n_requests=n_requests)
    return FaultAnswer(f"the connection to Yahoo broke (curl {code})", n_requests=n_requests)


def _is_match(quote: object) -> bool:
    """Tell whether a hit is a symbol that can be asked for: other pages of Yahoo's are found too."""
    if not isinstance(quote, dict) or not quote.get("isYahooFinance", True):
        return False
    symbol = quote.get("symbol")
    return isinstance(symbol, str) and is_symbol(symbol)


def _match(quote: Mapping[str, Any]) -> SymbolMatch:
    return SymbolMatch(
        symbol=str(quote["symbol"]),
        name=plain_text(quote.get("longname")) or plain_text(quote.get("shortname")),
        exchange=plain_text(quote.get("exchange")),
        quote_type=plain_text(quote.get("quoteType")),
    )

"""What a symbol is to a charting library, and the search for symbols."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from candledesk.cache.messages import SymbolFound
from candledesk.domain.errors import InputError, UnknownSymbolError
from candledesk.domain.json_fields import JsonField
from candledesk.domain.texts import plain_text
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import ResponseSpec, json_response
from candledesk.web.api.contract.params import WORDS_KIND, Param, whole_number
from candledesk.web.udf.config import DAILY, INTRADAY, type_of
from candledesk.web.udf.datafeed_endpoint import BASE, SECRET, DatafeedEndpoint
from candledesk.web.udf.sessions import ROUND_THE_CLOCK, SessionTexts, describe_sessions

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.instrument import Instrument
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

MAX_FOUND = 100
SEARCH_S = 3.0  # that the provider's search may take
_ONLY_DAILY = frozenset({"MUTUALFUND"})  # one price a day
_WITHOUT_VOLUME = frozenset({"CURRENCY"})
_ZONES = {"UTC": "Etc/UTC", "GMT": "Etc/UTC"}  # as charting libraries spell them
_MARKUP = str.maketrans(
    {"<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"}
)  # a page may show a text as HTML

SYMBOL = Param("symbol", "the ticker that /symbols and /search answered", params.SYMBOL_KIND, is_required=True)


@dataclass(frozen=True, slots=True)
class DatafeedSymbol:
    """What a charting library must know of a symbol."""

    name: str
    ticker: str
    description: str
    type: Annotated[str, "stock, etf, index, fund, crypto, forex or futures"]
    exchange: str
    listed_exchange: str
    timezone: Annotated[str, "IANA zone of the exchange"]
    session: Annotated[str, "the ordinary week: HHMM-HHMM in that zone, weekdays behind a colon, Sunday is 1"]
    session_holidays: Annotated[str, "dates without a session, YYYYMMDD with commas"]
    corrections: Annotated[str, "dates with other hours: HHMM-HHMM:YYYYMMDD,YYYYMMDD;…"]
    pricescale: Annotated[int, "prices have steps of minmov / pricescale"]
    supported_resolutions: tuple[str, ...]
    intraday_multipliers: Annotated[tuple[str, ...], "the resolutions in minutes that are answered"]
    has_intraday: bool
    visible_plots_set: str
    delay: Annotated[int, "by how many seconds the exchange's prices may be late"]
    currency_code: Annotated[str, JsonField(is_left_out_empty=True)] = ""
    data_status: str = "delayed_streaming"
    format: str = "price"
    minmov: int = 1
    volume_precision: int = 0
    has_daily: bool = True
    has_weekly_and_monthly: bool = True
    has_empty_bars: bool = False


@dataclass(frozen=True, slots=True)
class DatafeedFound:
    """One result of the search."""

    symbol: str
    full_name: str
    description: str
    exchange: str
    ticker: Annotated[str, "what /symbols and /history take"]
    type: str


def clean_text(text: str | None) -> str:
    """Return a provider's or a person's text for a page that may show it as HTML: a line without markup."""
    return plain_text(text).translate(_MARKUP)


def describe_symbol(instrument: Instrument, calendar: SessionCalendar | None, sessions: SessionTexts) -> DatafeedSymbol:
    """Return the answer of ``/symbols``; ``calendar`` ``None``: the venue's is not known."""
    exchange = clean_text(instrument.exchange_name or instrument.exchange)
    is_intraday = instrument.quote_type not in _ONLY_DAILY
    zone = instrument.tz if calendar is None else calendar.tz
    return DatafeedSymbol(
        name=instrument.symbol,
        ticker=instrument.symbol,
        description=clean_text(instrument.name) or instrument.symbol,
        type=type_of(instrument.quote_type),
        exchange=exchange,
        listed_exchange=exchange,
        timezone=_ZONES.get(zone, zone),
        session=sessions.session,
        session_holidays=sessions.holidays,
        corrections=sessions.corrections,
        pricescale=10**instrument.price_decimals,
        supported_resolutions=(*INTRADAY, *DAILY) if is_intraday else DAILY,
        intraday_multipliers=INTRADAY if is_intraday else (),
        has_intraday=is_intraday,
        visible_plots_set="ohlc" if instrument.quote_type in _WITHOUT_VOLUME else "ohlcv",
        delay=0 if calendar is None else calendar.settle_s,
        currency_code=clean_text(instrument.currency),
    )


async def _udf_symbol(context: RequestContext, request: RouteRequest) -> Response:
    instrument = await _find_instrument(context, request.values["symbol"])
    calendar = await context.settle(context.cache.read_calendar(instrument.symbol))
    sessions = SessionTexts(ROUND_THE_CLOCK, "", "")
    if calendar is not None:
        sessions = await asyncio.to_thread(describe_sessions, calendar, context.now())
    return json_response(describe_symbol(instrument, calendar, sessions))


async def _find_instrument(context: RequestContext, symbol: str) -> Instrument:
    """Return the instrument; of ``NASDAQ:AAPL``, as charting libraries write it, that of what follows the colon."""
    try:
        return (await context.settle(context.cache.describe_instrument(symbol))).instrument
    except (InputError, UnknownSymbolError):  # the former: no provider has such an id
        own = symbol.rpartition(":")[2]
        if own == symbol:
            raise
        return (await context.settle(context.cache.describe_instrument(own))).instrument


async def _udf_search(context: RequestContext, request: RouteRequest) -> Response:
    limit, kind, exchange = (request.values[name] for name in ("limit", "type", "exchange"))
    query = plain_text(request.values["query"])
    found: list[SymbolFound] = []
    if query:
        found = await context.settle(context.cache.search_symbols(query, SEARCH_S, limit=MAX_FOUND))
    rows = [_describe_found(row) for row in found]
    rows = [row for row in rows if kind in {"", row.type} and exchange.lower() in {"", row.exchange.lower()}]
    return json_response(rows[:limit])


def _describe_found(found: SymbolFound) -> DatafeedFound:
    name, exchange = clean_text(found.name), clean_text(found.exchange_name or found.exchange)
    return DatafeedFound(found.symbol, found.symbol, name, exchange, found.symbol, type_of(found.quote_type))


ENDPOINTS = (
    DatafeedEndpoint(
        "GET",
        f"{BASE}/symbols",
        _udf_symbol,
        "UDF: what a symbol is",
        ResponseSpec(DatafeedSymbol, "the symbol with its sessions, holidays and short days"),
        text="A symbol that is not in the cache is looked up at the provider, which costs one request.",
        path_params=(SECRET,),
        query=(replace(SYMBOL, text="a ticker; an exchange and a colon may stand before it"),),
        errors=(404, 422),
    ),
    DatafeedEndpoint(
        "GET",
        f"{BASE}/search",
        _udf_search,
        "UDF: symbols by a part of their name",
        ResponseSpec(tuple[DatafeedFound, ...], "cached instruments first, then the provider's search"),
        path_params=(SECRET,),
        query=(
            Param("query", "part of the symbol or name", WORDS_KIND, default=""),
            Param("type", "only this kind of instruments", WORDS_KIND, default=""),
            Param("exchange", "only this exchange", WORDS_KIND, default=""),
            Param("limit", "at most so many", whole_number(1, 1_000), default=30),
        ),
        errors=(404, 422),
    ),
)

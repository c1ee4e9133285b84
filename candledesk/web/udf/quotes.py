"""Quotes: the newest stored prices of some symbols; nothing is requested of the provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import orjson

from candledesk.domain.errors import InputError
from candledesk.domain.json_fields import JsonField
from candledesk.domain.symbols import is_symbol
from candledesk.web.api.contract.endpoint import ResponseSpec, json_response
from candledesk.web.api.contract.params import MAX_SERIES, Kind, Param
from candledesk.web.udf.datafeed_endpoint import BASE, SECRET, DatafeedEndpoint
from candledesk.web.udf.prices import number_column
from candledesk.web.udf.symbols import clean_text

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.cache.quote_messages import Quote
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

Price = Annotated[float | orjson.Fragment | None, JsonField(is_left_out_empty=True)]
_MAX_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class DatafeedPrices:
    """The newest price of a symbol, and its change since the session before; what is not stored is left out."""

    short_name: Annotated[str, JsonField(is_left_out_empty=True)] = ""
    exchange: Annotated[str, JsonField(is_left_out_empty=True)] = ""
    description: Annotated[str, JsonField(is_left_out_empty=True)] = ""
    lp: Price = None
    ch: Price = None
    chp: Price = None
    prev_close_price: Price = None
    volume: Price = None


@dataclass(frozen=True, slots=True)
class DatafeedQuote:
    """One symbol; ``error``: nothing of it is stored."""

    s: Literal["ok", "error"]
    n: str
    v: DatafeedPrices
    errmsg: Annotated[str, JsonField(is_left_out_empty=True)] = ""


@dataclass(frozen=True, slots=True)
class DatafeedQuotes:
    """The quotes in the order of the symbols."""

    d: tuple[DatafeedQuote, ...]
    s: Literal["ok"] = "ok"


def _symbols(text: str, field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not 0 < len(found) <= MAX_SERIES or len(text) > _MAX_CHARS:
        raise InputError(field, f"{field} must be 1 to {MAX_SERIES} tickers with commas between them")
    return found


_SYMBOLS = Kind(_symbols, {"type": "string", "minLength": 1, "maxLength": _MAX_CHARS, "examples": ["AAPL,BTC-USD"]})


async def _udf_quotes(context: RequestContext, request: RouteRequest) -> Response:
    names = request.values["symbols"]
    symbols = [name.upper() for name in names if is_symbol(name.upper())]
    found = {quote.symbol: quote for quote in await context.settle(context.cache.read_quotes(symbols))}
    return json_response(DatafeedQuotes(tuple(_describe(name, found.get(name.upper())) for name in names)))


def _describe(name: str, quote: Quote | None) -> DatafeedQuote:
    if quote is None or quote.instrument is None or quote.price is None:
        return DatafeedQuote("error", clean_text(name), DatafeedPrices(), "Nothing of this symbol is stored yet.")
    instrument, before = quote.instrument, quote.previous_close
    change = None if before is None else round(quote.price - before, instrument.price_decimals)
    prices = DatafeedPrices(
        short_name=instrument.symbol,
        exchange=clean_text(instrument.exchange_name or instrument.exchange),
        description=clean_text(instrument.name),
        lp=_short(quote.price),
        ch=_fragment(change),
        chp=_fragment(None if not before else round((quote.price / before - 1) * 100, 2)),
        prev_close_price=_short(before),
        volume=_fragment(quote.volume),
    )
    return DatafeedQuote("ok", name, prices)


def _short(price: float | None) -> orjson.Fragment | None:
    if price is None:
        return None
    return orjson.Fragment(orjson.dumps(number_column(np.array([price])))[1:-1])


def _fragment(number: float | None) -> orjson.Fragment | None:
    """Return a number that is written even when it is 0."""
    return None if number is None else orjson.Fragment(orjson.dumps(number))


ENDPOINTS = (
    DatafeedEndpoint(
        "GET",
        f"{BASE}/quotes",
        _udf_quotes,
        "UDF: the newest stored prices",
        ResponseSpec(DatafeedQuotes, "a row for each symbol; one of which nothing is stored is an error of its own"),
        path_params=(SECRET,),
        query=(Param("symbols", "tickers with commas between them", _SYMBOLS, is_required=True),),
        errors=(404,),
    ),
)

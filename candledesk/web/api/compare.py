"""The closes of another series beside the stored candles of a series, aligned by time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from candledesk.cache.compare_messages import CompareRequest, CompareRows
from candledesk.cache.messages import Gap
from candledesk.domain.errors import InputError
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import Interval
from candledesk.domain.prices.digits import with_short_digits
from candledesk.domain.times import iso_time
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.codec import decode

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/compare"
MAX_CANDLES = 100_000


@dataclass(frozen=True, slots=True)
class Compared:
    """The other's closes, one entry for each stored candle of the span."""

    symbol: str
    interval: Interval
    other: str
    name: Annotated[str, "of the other"]
    currency: Annotated[str | None, "of the other; nothing is converted"]
    timezone: Annotated[str, "IANA zone of the other's exchange"]
    price_decimals: Annotated[int, "of the other"]
    time: Annotated[tuple[int, ...], "open times of the candles in UNIX seconds"]
    close: Annotated[tuple[float | None, ...], "the other's last close by the candle's close; null for none"]
    own_time: Annotated[tuple[int, ...], "open time of the other's candle of that close; 0 for none"]
    carried: Annotated[tuple[bool, ...], "true where the other has no candle of its own: its venue was closed"]
    gaps: Annotated[tuple[Gap, ...], "candles of the other that are missing"]


async def _read_compared(context: RequestContext, request: RouteRequest) -> Response:
    values = request.values
    span = params.read_span(values, values["interval"], context.now())
    if span is None:
        raise InputError("from", "Name a span: from, or to, or both")
    asked = CompareRequest(values["symbol"], values["interval"], values["other"], span, may_fetch=False)
    rows = await context.settle(context.cache.load_compare(asked))
    if len(rows.open_time) > MAX_CANDLES:
        raise InputError("from", f"The span holds more than {MAX_CANDLES:,} candles: ask for a shorter one")
    return json_response(_answer(rows, values["digits"]))


def _answer(rows: CompareRows, digits: str) -> Compared:
    other, closes = rows.instrument, (with_short_digits(rows.last) if digits == params.SHORT else rows.last).tolist()
    return Compared(
        rows.request.symbol,
        rows.request.interval,
        other.symbol,
        other.name,
        other.currency,
        other.tz,
        other.price_decimals,
        tuple(rows.open_time.tolist()),
        tuple(None if np.isnan(close) else close for close in closes),
        tuple(rows.own_time.tolist()),
        tuple(rows.is_carried.tolist()),
        rows.gaps,
    )


def query_of(request: CompareRequest) -> dict[str, Any]:
    """Return the parameters of a request."""
    span = request.span
    texts = {"symbol": request.symbol, "interval": request.interval.name, "other": request.other}
    return texts | {"from": iso_time(span.start), "to": iso_time(span.end), "digits": params.STORED}


def read_rows(request: CompareRequest, row: dict[str, Any]) -> CompareRows:
    """Return the rows that an answer stands for, one for each candle."""
    answer = decode(Compared, row)
    close = np.array(answer.close, np.float64)  # null becomes NaN
    instrument = Instrument(
        answer.other, "", "", answer.timezone, answer.currency, answer.price_decimals, None, answer.name
    )
    return CompareRows(
        request,
        np.array(answer.time, np.int64),
        close,
        close,
        close,
        np.array(answer.own_time, np.int64),
        np.array(answer.carried, np.bool_),
        instrument,
        answer.gaps,
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _read_compared,
        "Closes of another series beside the candles of a series",
        ResponseSpec(Compared, "one entry for each stored candle of the span"),
        text=(
            "Beside each candle stands the other's last one that closed not later, whatever zones and hours the two "
            "venues have; of 1d and longer the one of the same date, else the last one before it. Nothing is "
            "requested of the provider: what is missing is listed in gaps."
        ),
        query=(
            params.CHARTED,
            params.INTERVAL,
            replace(params.CHARTED, name="other", text="the symbol or ratio to compare with"),
            params.FROM,
            params.TO,
            params.DIGITS,
        ),
        errors=(404, 422),
    ),
)

"""Candles: reading them, filling a span, updating the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from starlette.responses import Response

from candledesk.cache.messages import Adjust, BarsReply, BarsRequest, Gap, JobState
from candledesk.candle_files import arrow_bytes, csv_text, parquet_bytes
from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError, TooLateError
from candledesk.domain.instrument import HistoryStart, Instrument, start_of_history
from candledesk.domain.interval import INTERVALS, Interval, parse_interval
from candledesk.domain.json_fields import JsonField
from candledesk.domain.prices.digits import short_bars
from candledesk.domain.prices.oddity import Oddity, odd_text, odd_tokens
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.times import UtcSeconds
from candledesk.web.api.candle_encoder import encode_candles, etag_of
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import JSON, Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import MAX_TIMEOUT_S, Param, choice, seconds, whole_number, yes_or_no
from candledesk.web.codec import encode
from candledesk.web.server.problems import as_of_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

Price = Annotated[float | None, "null only with raw=true: it was not sent"]
_FILES: dict[str, tuple[str, Callable[[BarsReply], str | bytes]]] = {
    "csv": ("text/csv", csv_text),
    "parquet": ("application/vnd.apache.parquet", parquet_bytes),
    "arrow": ("application/vnd.apache.arrow.stream", arrow_bytes),
}
_MEDIA_TYPES = tuple(media_type for media_type, _ in _FILES.values())
_ODD_TEXT = "why the candle is flagged, reasons separated by blanks: " + "; ".join(
    f"{odd_tokens(flag)} ({odd_text(flag)})" for flag in Oddity
)
_DERIVED_TEXT = "where finer stored candles stand for what the provider has no longer; else left out"


@dataclass(frozen=True, slots=True)
class Candle:
    """One candle."""

    timestamp: UtcSeconds
    time: Annotated[int, "the same in UNIX seconds"]
    open: Price
    high: Price
    low: Price
    close: Price
    volume: float
    final: Annotated[bool, "false while the candle may still change"]
    odd: Annotated[str, JsonField(is_left_out_empty=True), _ODD_TEXT] = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Candles as one array per field."""

    timestamp: tuple[UtcSeconds, ...]
    time: tuple[int, ...]
    open: tuple[Price, ...]
    high: tuple[Price, ...]
    low: tuple[Price, ...]
    close: tuple[Price, ...]
    volume: tuple[float, ...]
    final: tuple[bool, ...]
    odd: Annotated[tuple[str, ...], "as of a candle; empty for an ordinary one"]


@dataclass(frozen=True, slots=True)
class Derived:
    """Where candles were made from finer stored ones, and from which interval."""

    span: Span
    interval: Interval


@dataclass(frozen=True, slots=True)
class Candles:
    """The candles of a span, whether they are complete, and what is missing."""

    symbol: str
    interval: Interval
    span: Span
    timezone: Annotated[str, "IANA zone of the exchange"]
    currency: str | None
    adjust: Adjust
    raw: Annotated[bool, "prices are as they were sent"]
    complete: Annotated[bool, "no expected candle of the span is missing"]
    gaps: tuple[Gap, ...]
    next: Annotated[UtcSeconds | None, "the cursor of the next page"]
    rev: Annotated[int, "the revision of the series: it rises with every change"]
    name: str
    exchange: Annotated[str, "the provider's code of the exchange"]
    exchange_name: Annotated[str, "the usual name of the exchange; its code where that is not known"]
    price_decimals: int
    start: Annotated[HistoryStart | None, "where nothing older can be requested, and why"]
    derived: Annotated[tuple[Derived, ...], JsonField(is_left_out_empty=True), _DERIVED_TEXT] = field(
        default=(), kw_only=True
    )
    notes: Annotated[tuple[str, ...], JsonField(is_left_out_empty=True), "what a person should know of the answer"] = (
        field(default=(), kw_only=True)
    )
    candles: tuple[Candle, ...] | Columns | orjson.Fragment


@dataclass(frozen=True, slots=True)
class Started:
    """The job that was started or joined."""

    status: JobState
    job_id: int


async def _read_candles(context: RequestContext, request: RouteRequest) -> Response:
    now, shape = context.now(), request.values["format"]
    asked = _bars_request(request.values, now)
    try:
        reply = await context.settle(context.cache.load_bars(asked))
    except TooLateError as error:  # the contract: answer with what there is, and that is nothing yet
        reply = _empty_reply(asked, str(error), now)
    except InputError as error:
        raise as_of_error(error) from None
    headers = {"ETag": etag_of(reply, f"{shape} {request.values['digits']}"), "Cache-Control": "private, no-cache"}
    if headers["ETag"] in (tag.strip() for tag in request.http.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if shape in _FILES:
        return await _file_response(reply, shape, headers)
    if request.values["digits"] == params.SHORT:
        reply = replace(reply, bars=short_bars(reply.bars))
    answer = _answer(reply, orjson.Fragment(await encode_candles(reply, shape)), now)
    return Response(orjson.dumps(encode(answer)), headers=headers, media_type=JSON)


async def _file_response(reply: BarsReply, shape: str, headers: dict[str, str]) -> Response:
    """Answer the candles alone, written on another thread; what else is known of them is in the headers."""
    media_type, write = _FILES[shape]
    facts = {"X-Complete": str(reply.complete).lower(), "X-Revision": str(reply.rev)}
    body = await asyncio.to_thread(write, reply)
    return Response(body, headers=headers | facts, media_type=media_type)


def _bars_request(values: Mapping[str, Any], now: int) -> BarsRequest:
    """Return the request for the checked parameters of ``GET /api/v1/candles``.

    Without a start the newest candles are wanted: as many as the answer may have.
    """
    countback, limit = values["countback"], values["limit"]
    if countback is None and values["from"] is None and values["cursor"] is None:
        countback = limit
    has_end = countback is None or values["to"] is not None
    return BarsRequest(
        symbol=values["symbol"],
        interval=values["interval"],
        span=params.read_span(values, values["interval"], now) if has_end else None,
        fill=values["fill"],
        timeout_s=values["timeout"],
        adjust=values["adjust"],
        limit=limit if countback is None else None,
        raw=values["raw"],
        prefetch=values["prefetch"],
        countback=None if countback is None else min(countback, limit),
        as_of=values["as_of"],
    )


def _empty_reply(request: BarsRequest, reason: str, now: int) -> BarsReply:
    """Return the reply for a symbol of which nothing is known yet: all of the span is a gap."""
    span = request.span or Span(min(HISTORY_START, now), now + 1)
    unknown = Instrument(request.symbol, "", "", "UTC", None, 2, None)
    return BarsReply(request, span, Bars.empty(), None, unknown, (Gap(span, reason, now),))


def _answer(reply: BarsReply, candles: orjson.Fragment, now: int) -> Candles:
    request, instrument = reply.request, reply.instrument
    return Candles(
        symbol=instrument.symbol,
        interval=request.interval,
        span=reply.span,
        timezone=instrument.tz,
        currency=instrument.currency,
        adjust=request.adjust,
        raw=request.raw,
        complete=reply.complete,
        gaps=reply.gaps,
        next=reply.next_open_time,
        rev=reply.rev,
        name=instrument.name,
        exchange=instrument.exchange,
        exchange_name=instrument.exchange_name or instrument.exchange,
        price_decimals=instrument.price_decimals,
        start=start_of_history(instrument, request.interval, reply.lookback_s, now),
        derived=tuple(Derived(span, parse_interval(source)) for span, source in reply.derived),
        notes=reply.notes,
        candles=candles,
    )


async def _start_backfill(context: RequestContext, request: RouteRequest) -> Response:
    interval = request.values["interval"]
    span = params.read_span(request.values, interval, context.now())
    job = await context.settle(context.cache.start_backfill(request.values["symbol"], interval, span))
    return json_response(Started(job.state, job.job_id), 202)


async def _update_latest(context: RequestContext, request: RouteRequest) -> Response:
    symbols, intervals = request.values["symbols"], request.values["intervals"]
    if intervals is not None and not symbols:
        raise InputError("symbols", "Symbols are missing: name them, or leave both out for the active series")
    series = [(symbol, interval) for symbol in symbols or () for interval in intervals or (INTERVALS["1d"],)]
    job = await context.settle(context.cache.start_update(series))
    return json_response(Started(job.state, job.job_id), 202)


_READ_PARAMS = (
    params.CHARTED,
    params.ANY_INTERVAL,
    params.FROM,
    params.TO,
    params.COUNTBACK,
    Param("adjust", "what prices are adjusted for", choice("none", "splits", "all"), default="splits"),
    Param(
        "fill",
        "wait for what is missing, read only the database (none), or start the fill and answer at once (async)",
        choice("wait", "none", "async"),
        default="wait",
    ),
    Param(
        "prefetch",
        "request the older candles too that the same request to the provider can bring, for a reader that scrolls on",
        yes_or_no(),
        default=False,
    ),
    Param("timeout", "seconds that fill=wait may take; the fill goes on", seconds(MAX_TIMEOUT_S), default=8.0),
    Param(
        "limit",
        "at most so many candles: with from the oldest, else the newest",
        whole_number(1, params.MAX_COUNT),
        default=params.MAX_COUNT,
    ),
    Param(
        "format",
        "JSON with one object per candle (rows) or one array per field (columns); or the candles alone as a file, with "
        "X-Complete: true or false",
        choice("rows", "columns", *_FILES),
        default="rows",
    ),
    Param("cursor", "next of the previous answer", params.TIME_KIND),
    Param(
        "as_of",
        "as the series was known at an instant: only candles that were closed then, on the split basis of that time, "
        "and with adjust=all only payments until then. Corrections that the provider made later are in them: former "
        "versions of a candle are not stored. Not in the future, nor together with raw=true",
        params.TIME_KIND,
    ),
    params.DIGITS,
    Param(
        "raw",
        "true: prices as the provider sent them, before they were read in the instrument's unit and basis",
        yes_or_no(),
        default=False,
    ),
)
_STARTED = ResponseSpec(Started, "the job, or the live one for the same span", 202)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/candles",
        _read_candles,
        "Candles of one series",
        ResponseSpec(
            Candles, "the candles, whether they are complete, and what is missing", has_etag=True, files=_MEDIA_TYPES
        ),
        text=(
            "Without from: the last candles before to (now unless given), at most limit of them, or countback. With "
            "from: the oldest first, and next is the cursor of the page that follows. What is missing is fetched "
            "first as fill says; whatever is missing still is listed in gaps with the reason. odd names why a candle "
            "is flagged: it was sent, and is kept although the calendar or its own prices contradict it."
        ),
        query=_READ_PARAMS,
        errors=(404, 422),
    ),
    Endpoint(
        "POST",
        "/api/v1/candles/backfill",
        _start_backfill,
        "Fill a span, or join the live job for it",
        _STARTED,
        text="Without from and to: the whole history that the provider has.",
        body=(params.SYMBOL, params.INTERVAL, params.FROM, params.TO),
        errors=(404, 422),
    ),
    Endpoint(
        "POST",
        "/api/v1/candles/update-latest",
        _update_latest,
        "Update the latest candles",
        _STARTED,
        text="Without symbols: every series that a chart or a script has requested since the start.",
        body=(params.SYMBOLS, params.INTERVALS_LIST),
        errors=(404, 422),
        body_rules=(("anyOf", ({"required": ["symbols"]}, {"properties": {"intervals": {"type": "null"}}})),),
    ),
)

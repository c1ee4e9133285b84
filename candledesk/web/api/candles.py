"""The routes of candles: reading them, filling a span, updating the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from candledesk.domain.errors import InputError, TooLateError
from candledesk.domain.interval import INTERVALS
from candledesk.web.api import params, schemas, wire
from candledesk.web.api.endpoint import JSON, Endpoint, ResponseSpec, json_answer

if TYPE_CHECKING:
    from candledesk.web.api.endpoint import RequestContext, RouteRequest


async def _read_candles(context: RequestContext, call: RouteRequest) -> Response:
    now, shape = context.now(), call.values["format"]
    request = wire.bars_request(call.values, now)
    try:
        reply = await context.settle(context.cache.load_bars(request))
    except TooLateError as error:  # the contract: answer with what there is, and that is nothing yet
        reply = wire.empty_reply(request, str(error), now)
    headers = {"ETag": wire.etag_of(reply, shape), "Cache-Control": "private, no-cache"}
    if headers["ETag"] in (tag.strip() for tag in call.request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    body = await wire.encode_bars_reply(reply, shape, now)
    return Response(body, headers=headers, media_type=JSON)


async def _start_backfill(context: RequestContext, call: RouteRequest) -> Response:
    interval = call.values["interval"]
    span = wire.read_span(call.values, interval, context.now())
    job = await context.settle(context.cache.start_backfill(call.values["symbol"], interval, span))
    return json_answer({"status": job.state.value, "job_id": job.job_id}, 202)


async def _update_latest(context: RequestContext, call: RouteRequest) -> Response:
    symbols, intervals = call.values["symbols"], call.values["intervals"]
    if intervals is not None and not symbols:
        raise InputError("symbols", "Symbols are missing: name them, or leave both out for the active series")
    series = [(symbol, interval) for symbol in symbols or () for interval in intervals or (INTERVALS["1d"],)]
    job = await context.settle(context.cache.start_update(series))
    return json_answer({"status": job.state.value, "job_id": job.job_id}, 202)


_STARTED = ResponseSpec(schemas.shared("Started"), "the job, or the live one for the same span", 202)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/candles",
        _read_candles,
        "Candles of one series",
        ResponseSpec(
            schemas.shared("Candles"), "the candles, whether they are complete, and what is missing", has_etag=True
        ),
        text=(
            "Without from and to: the latest candles, at most limit of them. With a span: the oldest first, and next "
            "is the cursor of the page that follows. What is missing is fetched first as fill says; whatever is "
            "missing still is listed in gaps with the reason. odd names why a candle is flagged: it was sent, and "
            "is kept although the calendar or its own prices contradict it."
        ),
        query=(
            params.SYMBOL,
            params.INTERVAL,
            params.FROM,
            params.TO,
            params.ADJUST,
            params.FILL,
            params.PREFETCH,
            params.TIMEOUT,
            params.LIMIT,
            params.FORMAT,
            params.CURSOR,
            params.RAW,
        ),
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
        text="Without symbols: every series that a chart or a script has asked for since the start.",
        body=(params.SYMBOLS, params.INTERVALS_LIST),
        errors=(404, 422),
        body_rules=(("anyOf", ({"required": ["symbols"]}, {"properties": {"intervals": {"type": "null"}}})),),
    ),
)

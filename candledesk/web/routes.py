"""The routes: each row declares its method, path, parameters and handler; a handler asks the cache and answers."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from candledesk.domain.errors import CandleDeskError, ClosingError, InputError
from candledesk.domain.interval import INTERVALS
from candledesk.web import params, wire
from candledesk.web.guard import STREAM_PATH
from candledesk.web.problems import INTERNAL_TEXT, BusyError, describe_error, problem_response
from candledesk.web.stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from concurrent.futures import Future

    from starlette.requests import Request

    from candledesk.cache.doors import Cache
    from candledesk.web.assets import Asset
    from candledesk.web.params import Param

_log = logging.getLogger(__name__)
T = TypeVar("T")
ANSWER_TIMEOUT_S = params.MAX_TIMEOUT_S + 5  # the cache keeps its own deadline; this one is for a cache that hangs


@dataclass(slots=True)
class Door:
    """What handlers share: the cache, the event that ends everything, and the clock."""

    cache: Cache
    stopping: asyncio.Event
    clock: Callable[[], float] = time.time

    def now(self) -> int:
        """Return UTC seconds."""
        return int(self.clock())

    async def settle(self, future: Future[T]) -> T:
        """Wait for the cache without holding up a shutdown; ``ClosingError`` and ``BusyError`` end the wait."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()

        def deliver(_future: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop closed meanwhile
                loop.call_soon_threadsafe(arrived.set)

        future.add_done_callback(deliver)
        waits = {asyncio.ensure_future(arrived.wait()), asyncio.ensure_future(self.stopping.wait())}
        try:
            await asyncio.wait(waits, timeout=ANSWER_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if future.done() and not future.cancelled():
            return future.result()
        if self.stopping.is_set() or future.cancelled():
            raise ClosingError("CandleDesk is closing.")
        raise BusyError("The cache did not answer in time: try again.")


@dataclass(frozen=True, slots=True)
class Call:
    """One request with its checked parameters."""

    request: Request
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the API; ``query`` or ``body`` declare what it accepts."""

    method: str
    path: str
    handler: Callable[[Door, Call], Awaitable[Response]]
    summary: str
    query: tuple[Param, ...] = ()
    body: tuple[Param, ...] = field(default=())

    async def answer(self, door: Door, request: Request) -> Response:
        """Check the parameters and run the handler; every expected failure becomes a problem."""
        try:
            if door.stopping.is_set():
                raise ClosingError("CandleDesk is closing.")
            values = params.read_query(self.query, request.query_params.multi_items())
            if self.method == "POST":
                values |= params.read_body(self.body, await request.body())
            return await self.handler(door, Call(request, values))
        except CandleDeskError as error:
            return describe_error(error)


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


async def _healthz(_door: Door, _call: Call) -> Response:
    return _json({"status": "ok"})


async def _candles(door: Door, call: Call) -> Response:
    now, shape = door.now(), call.values["format"]
    reply = await door.settle(door.cache.load_bars(wire.bars_request(call.values, now)))
    headers = {"ETag": wire.etag_of(reply, shape)}
    if headers["ETag"] in (tag.strip() for tag in call.request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    body = await wire.encode_bars_reply(reply, shape, now)
    return Response(body, headers=headers, media_type="application/json")


async def _backfill(door: Door, call: Call) -> Response:
    interval = call.values["interval"]
    span = wire.read_span(call.values, interval, door.now())
    job = await door.settle(door.cache.start_backfill(call.values["symbol"], interval, span))
    return _json({"status": job.state.value, "job_id": job.job_id}, 202)


async def _update_latest(door: Door, call: Call) -> Response:
    symbols, intervals = call.values["symbols"], call.values["intervals"]
    if intervals and not symbols:
        raise InputError("symbols", "symbols is missing: name them, or leave both out for the active series")
    series = [(symbol, interval) for symbol in symbols or () for interval in intervals or (INTERVALS["1d"],)]
    job = await door.settle(door.cache.start_update(series))
    return _json({"status": job.state.value, "job_id": job.job_id}, 202)


async def _jobs(door: Door, call: Call) -> Response:
    limit, cursor = call.values["limit"], call.values["cursor"]
    asked = limit + 1 if cursor is None else wire.MAX_JOBS
    jobs = await door.settle(door.cache.list_jobs(state=call.values["state"], limit=asked))
    if cursor is not None:
        jobs = [job for job in jobs if job.job_id < cursor]
    rows = [wire.job_row(job) for job in jobs[:limit]]
    return _json({"jobs": rows, "next": str(jobs[limit - 1].job_id) if len(jobs) > limit else None})


def _job_id(call: Call) -> int:
    text = call.request.path_params["job_id"]
    return params.whole_number(1, 2**53)(text, "job_id")


async def _job(door: Door, call: Call) -> Response:
    return _json(wire.job_row(await door.settle(door.cache.read_job(_job_id(call)))))


async def _cancel_job(door: Door, call: Call) -> Response:
    return _json(wire.job_row(await door.settle(door.cache.cancel_job(_job_id(call)))))


async def _retry_job(door: Door, call: Call) -> Response:
    return _json(wire.job_row(await door.settle(door.cache.retry_job(_job_id(call)))))


async def _coverage(door: Door, call: Call) -> Response:
    symbol, interval = call.values["symbol"], call.values["interval"]
    report = await door.settle(door.cache.describe_series(symbol, interval))
    gaps, spans = wire.gap_rows(report.gaps), wire.coverage_rows(report.coverage)
    return _json({"spans": spans, "gaps": gaps, "complete": not report.gaps, "bars": report.n_bars})


async def _symbols(door: Door, call: Call) -> Response:
    found = await door.settle(door.cache.list_instruments(call.values["query"]))
    return _json([wire.instrument_row(row) for row in found[:200]])


async def _limiter(door: Door, _call: Call) -> Response:
    return _json(wire.limiter_row(door.cache.limiter_state()))


async def _events(door: Door, call: Call) -> Response:
    return EventStream(door.cache, door.stopping, call.values["symbol"], call.values["interval"]).respond()


_SYMBOL = replace(params.SYMBOL, is_required=True)
_INTERVAL = replace(params.INTERVAL, is_required=True)
_SYMBOLS = replace(params.SYMBOL, name="symbols", is_list=True)
_INTERVALS = replace(params.INTERVAL, name="intervals", is_list=True)
_CANDLES = (
    _SYMBOL,
    _INTERVAL,
    params.FROM,
    params.TO,
    params.ADJUST,
    params.FILL,
    params.TIMEOUT,
    params.LIMIT,
    params.FORMAT,
    params.CURSOR,
)
ENDPOINTS = (
    Endpoint("GET", "/healthz", _healthz, "Whether the server answers"),
    Endpoint("GET", "/api/v1/candles", _candles, "Candles of one series", query=_CANDLES),
    Endpoint(
        "POST",
        "/api/v1/candles/backfill",
        _backfill,
        "Fill a span, or join the live job for it",
        body=(_SYMBOL, _INTERVAL, params.FROM, params.TO),
    ),
    Endpoint(
        "POST",
        "/api/v1/candles/update-latest",
        _update_latest,
        "Update the latest candles",
        body=(_SYMBOLS, _INTERVALS),
    ),
    Endpoint(
        "GET",
        "/api/v1/jobs",
        _jobs,
        "Jobs, the newest first",
        query=(params.STATE, params.JOB_LIMIT, params.JOB_CURSOR),
    ),
    Endpoint("GET", "/api/v1/jobs/{job_id}", _job, "One job"),
    Endpoint("POST", "/api/v1/jobs/{job_id}/cancel", _cancel_job, "Cancel a live job"),
    Endpoint("POST", "/api/v1/jobs/{job_id}/retry", _retry_job, "Queue a failed or cancelled job again"),
    Endpoint("GET", "/api/v1/coverage", _coverage, "What is known of a series", query=(_SYMBOL, _INTERVAL)),
    Endpoint("GET", "/api/v1/symbols", _symbols, "Cached instruments", query=(params.QUERY,)),
    Endpoint("GET", "/api/v1/limiter", _limiter, "The limiter towards the provider"),
    Endpoint("GET", STREAM_PATH, _events, "Server-sent events", query=(params.SYMBOL, params.INTERVAL)),
)


def _bind(door: Door, endpoint: Endpoint) -> Route:
    async def handle(request: Request) -> Response:
        return await endpoint.answer(door, request)

    return Route(endpoint.path, handle, methods=[endpoint.method])


def _serve_asset(path: str, asset: Asset) -> Route:
    async def handle(request: Request) -> Response:
        return asset.respond(request)

    return Route(path, handle, methods=["GET"])


async def _on_http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    texts = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        500: INTERNAL_TEXT,
    }
    return problem_response(status, texts.get(status, "The request cannot be answered."), headers=headers)


def build_routes(door: Door, assets: Mapping[str, Asset]) -> Starlette:
    """Return the application without its guard."""
    routes = [_serve_asset(path, asset) for path, asset in assets.items()]
    routes += [_bind(door, endpoint) for endpoint in ENDPOINTS]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _on_http_error, Exception: _on_http_error})
    app.router.redirect_slashes = False
    return app

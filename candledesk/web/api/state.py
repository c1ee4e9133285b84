"""The routes that tell what is so: coverage, symbols, the limiter, events, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from candledesk.web.api import params, schemas, wire
from candledesk.web.api.endpoint import Endpoint, ResponseSpec, json_answer
from candledesk.web.api.event_stream import STREAM_TYPE, EventStream
from candledesk.web.server.guard import STREAM_PATH

if TYPE_CHECKING:
    from candledesk.web.api.endpoint import RequestContext, RouteRequest

MAX_SYMBOLS = 200


async def _healthz(_context: RequestContext, _call: RouteRequest) -> Response:
    return json_answer({"status": "ok"})


async def _read_coverage(context: RequestContext, call: RouteRequest) -> Response:
    symbol, interval = call.values["symbol"], call.values["interval"]
    report = await context.settle(context.cache.describe_series(symbol, interval))
    gaps, spans = wire.gap_rows(report.gaps), wire.coverage_rows(report.coverage)
    counted = {"bars": report.n_bars, "odd": dict(report.odd), "dropped": dict(report.dropped)}
    lag = {"lag_s": report.lag_s, "updated_at": wire.iso_time(report.updated_at)}
    return json_answer({"spans": spans, "gaps": gaps, "complete": not report.gaps, **counted, **lag})


async def _search_symbols(context: RequestContext, call: RouteRequest) -> Response:
    found = await context.settle(context.cache.search_symbols(call.values["query"], call.values["timeout"]))
    return json_answer([wire.symbol_row(row) for row in found[:MAX_SYMBOLS]])


async def _read_limiter(context: RequestContext, _call: RouteRequest) -> Response:
    return json_answer(wire.limiter_row(context.cache.limiter_state()))


async def _stream_events(context: RequestContext, call: RouteRequest) -> Response:
    if call.request.method == "HEAD":
        return Response(media_type=STREAM_TYPE)
    return EventStream(context.cache, context.stopping, call.values["symbol"], call.values["interval"]).respond()


ENDPOINTS = (
    Endpoint(
        "GET",
        "/healthz",
        _healthz,
        "Whether the server answers",
        ResponseSpec(schemas.record(status={"const": "ok"}), "it does"),
        is_open=True,
    ),
    Endpoint(
        "GET",
        "/api/v1/coverage",
        _read_coverage,
        "What is known of a series",
        ResponseSpec(schemas.shared("Coverage"), "the ledger, and what is missing of the whole reachable history"),
        query=(params.SYMBOL, params.INTERVAL),
        errors=(404,),
    ),
    Endpoint(
        "GET",
        "/api/v1/symbols",
        _search_symbols,
        "Symbols: cached instruments first, then Yahoo's search",
        ResponseSpec(schemas.array(schemas.shared("Symbol")), "what was found, the best first"),
        text=(
            "What Yahoo's search found is kept for ten minutes. When it cannot be asked within timeout seconds, be it "
            "offline or held back by the limiter, the answer is what is cached. timeout=0 asks the cache alone."
        ),
        query=(params.QUERY, params.SEARCH_TIMEOUT),
        errors=(422,),
    ),
    Endpoint(
        "GET",
        "/api/v1/limiter",
        _read_limiter,
        "The limiter towards the provider",
        ResponseSpec(schemas.shared("Limiter"), "the limiter as it stands"),
    ),
    Endpoint(
        "GET",
        STREAM_PATH,
        _stream_events,
        "Server-sent events: bars_stored, job, jobs, limiter, fault, symbol_reused",
        ResponseSpec(schemas.text(), "the stream; it ends when CandleDesk ends", media_type=STREAM_TYPE),
        text=(
            "bars_stored tells the symbol, interval, from, to and rev of a change; job is a job as /api/v1/jobs shows "
            "it; limiter the limiter; fault a text that a person must read; symbol_reused the symbol that another "
            "company has now and the former_symbol under which the old bars are kept. A comment comes every 15 "
            "seconds. A reader that falls behind is let go and should ask again for what it shows."
        ),
        query=(params.ONLY_SYMBOL, params.ONLY_INTERVAL),
    ),
)

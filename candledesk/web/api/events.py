"""The stream of the cache's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec
from candledesk.web.api.event_stream import STREAM_TYPE, EventStream
from candledesk.web.server.guard import STREAM_PATH

if TYPE_CHECKING:
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest


async def _stream_events(context: RequestContext, request: RouteRequest) -> Response:
    if request.http.method == "HEAD":
        return Response(media_type=STREAM_TYPE)
    values, last_id = request.values, request.http.headers.get("last-event-id")
    return EventStream(context, values["symbol"], values["interval"], last_id).respond()


ENDPOINTS = (
    Endpoint(
        "GET",
        STREAM_PATH,
        _stream_events,
        "Server-sent events: bars_stored, coverage_changed, job, jobs, limiter, fault, symbol_reused, damage, "
        "entries_restored, maintenance, watchlist, layout, drawing, resync",
        ResponseSpec(str, "the stream; it ends when CandleDesk ends", media_type=STREAM_TYPE),
        text=(
            "bars_stored holds the symbol, interval, from, to and rev of bars that were stored or corrected; "
            "coverage_changed holds the same of a span of which something else is known now, because it was refused, "
            "it failed or nothing is there, while no bar changed; job is a job as /api/v1/jobs shows "
            "it; limiter the limiter; fault a text that a person must read; symbol_reused the symbol that another "
            "company has now and the former_symbol under which the old bars are kept; damage the symbol, interval, "
            "from and to of stored bars that were damaged, whether some are lost, and a text that says what was done; "
            "entries_restored a text that says which damaged entries of the database were restored; maintenance a "
            "task as /api/v1/maintenance shows it; watchlist and layout the name of what a person changed, the change "
            "(added, changed, renamed, deleted) and, when it was renamed, the former_name; drawing a "
            "symbol and the ids of its drawings that were added, changed and deleted at once. A comment comes every 15 "
            "seconds. Events have ids. A reader whose connection broke, or that fell behind and was disconnected, "
            "sends the last id it saw in the header Last-Event-ID and gets the events that came since; when these are "
            "not kept any more, resync says that it should read again what it shows."
        ),
        query=(params.ONLY_SYMBOL, params.ONLY_INTERVAL),
    ),
)

"""The routes of the harvest list: series that are kept complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.web.api import params, schemas, wire
from candledesk.web.api.endpoint import Endpoint, ResponseSpec, json_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/harvest"


async def _list_harvest(context: RequestContext, _call: RouteRequest) -> Response:
    entries = await context.settle(context.cache.list_archive())
    return json_answer([wire.archive_row(entry) for entry in entries])


async def _set_harvest(context: RequestContext, call: RouteRequest) -> Response:
    symbol, interval, is_on = (call.values[name] for name in ("symbol", "interval", "on"))
    return json_answer(
        wire.archive_row(await context.settle(context.cache.set_archived(symbol, interval, is_on=is_on)))
    )


_ON = params.Param(
    "on", "true keeps it complete, false stops that; its bars stay", params.yes_or_no(), default=True, is_json=True
)
ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _list_harvest,
        "Series that are kept complete",
        ResponseSpec(schemas.array(schemas.shared("Harvested")), "the list, by symbol and bar length"),
    ),
    Endpoint(
        "POST",
        PATH,
        _set_harvest,
        "Keep a series complete, or stop that",
        ResponseSpec(schemas.shared("Harvested"), "the series as it stands"),
        text=(
            "Yahoo keeps 1m bars for 30 days only: what is on the list is topped up after each close, while the window "
            "or `serve` runs, so that the archive outgrows that. A derived interval stands for its base."
        ),
        body=(params.SYMBOL, params.INTERVAL, _ON),
        errors=(404,),
    ),
)

"""The archive: series whose history is extended automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import ArchiveEntry
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/harvest"


async def _list_harvest(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(await context.settle(context.cache.list_archive()))


async def _set_harvest(context: RequestContext, request: RouteRequest) -> Response:
    symbol, interval, is_on = (request.values[name] for name in ("symbol", "interval", "on"))
    return json_response(await context.settle(context.cache.set_archived(symbol, interval, is_on=is_on)))


_ON = params.Param(
    "on", "true archives the series, false ends that; its bars stay", params.yes_or_no(), default=True, is_json=True
)
ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _list_harvest,
        "Series that are archived",
        ResponseSpec(tuple[ArchiveEntry, ...], "the list, by symbol and bar length"),
    ),
    Endpoint(
        "POST",
        PATH,
        _set_harvest,
        "Archive a series automatically, or end that",
        ResponseSpec(ArchiveEntry, "the series as it stands"),
        text=(
            "A provider keeps 1m bars for some weeks: the newest bars of an archived series are stored after each "
            "close, while the window or `serve` runs, so that the stored history grows beyond that. For a derived "
            "interval its base is archived."
        ),
        body=(params.SYMBOL, params.INTERVAL, _ON),
        errors=(404,),
    ),
)

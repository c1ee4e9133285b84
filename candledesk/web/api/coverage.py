"""Coverage: what is known of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import SeriesReport
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest


async def _read_coverage(context: RequestContext, request: RouteRequest) -> Response:
    symbol, interval = request.values["symbol"], request.values["interval"]
    return json_response(await context.settle(context.cache.describe_series(symbol, interval)))


ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/coverage",
        _read_coverage,
        "What is known of a series",
        ResponseSpec(SeriesReport, "the ledger, and what is missing of the whole reachable history"),
        query=(params.SYMBOL, params.INTERVAL),
        errors=(404,),
    ),
)

"""The limiter towards the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import LimiterState
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest


async def _read_limiter(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(context.cache.limiter_state())


ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/limiter",
        _read_limiter,
        "The limiter towards the provider",
        ResponseSpec(LimiterState, "the limiter as it stands"),
    ),
)

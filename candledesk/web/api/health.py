"""Whether the server answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest


@dataclass(frozen=True, slots=True)
class Health:
    """The server answers."""

    status: Literal["ok"] = "ok"


async def _healthz(_context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(Health())


ENDPOINTS = (
    Endpoint("GET", "/healthz", _healthz, "Whether the server answers", ResponseSpec(Health, "it does"), is_open=True),
)

"""The window: another start of the program brings it to the front, and opens a chart in it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from candledesk.cache.events import WindowRequested
from candledesk.domain.errors import NoWindowError
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

RAISE_PATH = "/api/v1/window/raise"
_SYMBOL = replace(
    params.ONLY_SYMBOL,
    kind=params.CHARTED_KIND,
    text="the ticker of a chart to open there; the window as it is unless given",
)
_INTERVAL = replace(params.ONLY_INTERVAL, text="the bar length of that chart (1d unless given), else of the shown one")


@dataclass(frozen=True, slots=True)
class Raised:
    """The window was asked to come to the front, in the process ``pid``."""

    status: Literal["raised"]
    pid: int


async def _raise_window(context: RequestContext, request: RouteRequest) -> Response:
    if context.on_window is None:
        raise NoWindowError("This CandleDesk has no window: it serves the browser chart only.")
    context.on_window(WindowRequested(request.values["symbol"], request.values["interval"]))
    return json_response(Raised("raised", os.getpid()))


ENDPOINTS = (
    Endpoint(
        "POST",
        RAISE_PATH,
        _raise_window,
        "Bring the window to the front, and open a chart in it",
        ResponseSpec(Raised, "the window was asked to come to the front"),
        body=(_SYMBOL, _INTERVAL),
        errors=(409,),
    ),
)

"""The route by which a second start shows the window of the first one."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.messages import WindowRequested
from candledesk.domain.errors import NoWindowError
from candledesk.web.api import params, schemas
from candledesk.web.api.endpoint import Endpoint, ResponseSpec, json_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.endpoint import RequestContext, RouteRequest

RAISE_PATH = "/api/v1/window/raise"
_SYMBOL = replace(params.ONLY_SYMBOL, text="the ticker of a chart to open there; the window as it is unless given")
_INTERVAL = replace(params.ONLY_INTERVAL, text="the bar length of that chart (1d unless given), else of the shown one")


async def _raise_window(context: RequestContext, call: RouteRequest) -> Response:
    if context.on_window is None:
        raise NoWindowError("This CandleDesk has no window: it serves the browser chart only.")
    context.on_window(WindowRequested(call.values["symbol"], call.values["interval"]))
    return json_answer({"status": "raised", "pid": os.getpid()})


ENDPOINTS = (
    Endpoint(
        "POST",
        RAISE_PATH,
        _raise_window,
        "Bring the window to the front, and open a chart in it",
        ResponseSpec(schemas.record(status={"const": "raised"}, pid={"type": "integer"}), "the window was told"),
        body=(_SYMBOL, _INTERVAL),
        errors=(409,),
    ),
)

"""The list of widgets for OpenBB Workspace: one chart, which reads the UDF datafeed of this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from candledesk.web.api.contract.endpoint import JSON, ResponseSpec
from candledesk.web.api.contract.params import WORDS_KIND, Param
from candledesk.web.server.datafeed_access import SECRET_PARAM, WIDGETS_PATH
from candledesk.web.udf.datafeed_endpoint import DatafeedEndpoint

if TYPE_CHECKING:
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

DEFAULT_SYMBOL = "AAPL"
UPDATE_MS = 60_000  # between two requests of a widget; the cache asks the provider no more often
_GRID = {"w": 40, "h": 20}


async def _read_widgets(context: RequestContext, _request: RouteRequest) -> Response:
    endpoint = "" if context.datafeed is None else context.datafeed.path
    widget = {
        "name": "CandleDesk chart",
        "description": "Candles of the local cache; what is missing is fetched while the chart scrolls",
        "category": "CandleDesk",
        "type": "advanced_charting",
        "endpoint": endpoint,
        "gridData": _GRID,
        "data": {"defaultSymbol": DEFAULT_SYMBOL, "updateFrequency": UPDATE_MS},
    }
    return Response(orjson.dumps({"candledesk_chart": widget}), media_type=JSON)


ENDPOINTS = (
    DatafeedEndpoint(
        "GET",
        WIDGETS_PATH,
        _read_widgets,
        "The widgets for OpenBB Workspace",
        ResponseSpec(dict, "one chart, whose endpoint is the UDF datafeed"),
        text=(
            "Off unless CANDLEDESK_UDF=on. The secret of udf_url in endpoint.json is the query parameter secret or the "
            "bearer token; the API's own token is accepted as well."
        ),
        query=(Param(SECRET_PARAM, "the last part of udf_url in endpoint.json", WORDS_KIND),),
        errors=(404, 422),
    ),
)

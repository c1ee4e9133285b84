"""Importing foreign bars that lie in the home as a Parquet file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from candledesk.cache.messages import ImportReport, Listing
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import Kind, Param
from candledesk.web.import_files import NAME_PATTERN, read_bars

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.domain.interval import Interval
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/imports"
_FILE_KIND = Kind(lambda text, _field: text, {"type": "string", "pattern": NAME_PATTERN})


def body_of(file: str, symbol: str, interval: Interval, listing: Listing) -> dict[str, Any]:
    """Return the body of the request."""
    body = {"file": file, "symbol": symbol, "interval": interval.name, "exchange": listing.exchange}
    return body | {"currency": listing.currency, "name": listing.name}


async def _import(context: RequestContext, request: RouteRequest) -> Response:
    values = request.values
    if context.imports is None:
        raise EnvironmentFaultError("This instance has no home to import from.")
    bars = await asyncio.to_thread(read_bars, context.imports, values["file"])
    listing = Listing(values["exchange"].upper(), values["currency"] or None, values["name"])
    return json_response(
        await context.settle(context.cache.import_bars(values["symbol"], values["interval"], bars, listing))
    )


ENDPOINTS = (
    Endpoint(
        "POST",
        PATH,
        _import,
        "Store foreign bars through the same checks as fetched ones",
        ResponseSpec(ImportReport, "how many bars were read, stored and refused"),
        text=(
            "The bars lie in a Parquet file in the folder `imports` of the home, with the columns timestamp (with its "
            "zone; of days the date at 00:00 UTC), open, high, low, close and volume; the file stays there. A symbol "
            "that its provider does not know becomes the local instrument local:SYMBOL, of which exchange (a MIC), "
            "currency and name say what it is."
        ),
        body=(
            Param("file", "the name of the file", _FILE_KIND, is_required=True),
            params.SYMBOL,
            replace(params.INTERVAL, text="bar length, one that is stored: 1m 2m 5m 15m 1h 90m 1d"),
            Param("exchange", "of a local instrument: whose sessions it keeps (XNYS)", params.WORDS_KIND, default=""),
            Param("currency", "of a local instrument", params.WORDS_KIND),
            Param("name", "of a local instrument", params.WORDS_KIND, default=""),
        ),
        errors=(404, 422),
    ),
)

"""Coverage: what is known of a series, and of every stored series."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from candledesk.cache.messages import SeriesCoverage, SeriesReport
from candledesk.domain.errors import InputError
from candledesk.domain.interval import parse_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import JSON, Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import Kind, Param, whole_number
from candledesk.web.codec import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.interval import Interval
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/coverage"
MAX_ROWS = 5_000  # of one page
N_ENCODED = 100  # series that are encoded before other requests get their turn
_CURSOR = "cursor"


def name_series(row: SeriesCoverage) -> str:
    """Return the cursor behind a series."""
    return f"{row.symbol} {row.interval.name}"


def _parse_cursor(text: str, field: str) -> tuple[str, Interval]:
    symbol, _, interval = text[: params.MAX_WORDS].rpartition(" ")
    try:
        return parse_symbol(symbol), parse_interval(interval)
    except InputError:
        raise InputError(field, f"{field} must be a symbol and an interval, as in 'AAPL 1d'") from None


async def _read_coverage(context: RequestContext, request: RouteRequest) -> Response:
    symbol, interval = request.values["symbol"], request.values["interval"]
    if symbol is None and interval is None:
        return await _list_coverage(context, request.values["limit"], request.values[_CURSOR])
    for name in ("symbol", "interval"):
        if request.values[name] is None:
            raise InputError(name, f"{name} is missing: name both, or neither for every stored series")
    return json_response(await context.settle(context.cache.describe_series(symbol, interval)))


async def _list_coverage(context: RequestContext, limit: int | None, after: tuple[str, Interval] | None) -> Response:
    """Answer every series, or one page of them."""
    n_wanted = None if limit is None else limit + 1
    found = await context.settle(context.cache.list_coverage(limit=n_wanted, after=after))
    body = await _encode(found if limit is None else found[:limit])
    if limit is None or len(found) <= limit:
        return Response(body, media_type=JSON)
    address = urlencode({"limit": limit, _CURSOR: name_series(found[limit - 1])})
    return Response(body, headers={"Link": f'<{PATH}?{address}>; rel="next"'}, media_type=JSON)


async def _encode(rows: Sequence[SeriesCoverage]) -> bytes:
    parts = []
    for first in range(0, len(rows), N_ENCODED):
        parts += encode(rows[first : first + N_ENCODED])
        await asyncio.sleep(0)
    return orjson.dumps(parts)


ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _read_coverage,
        "What is known of a series, or of every stored one",
        ResponseSpec(
            SeriesReport | tuple[SeriesCoverage, ...],
            "the ledger of a series, and what is missing of its whole reachable history; without symbol and interval "
            "every stored series, by symbol and length of a candle",
            has_next_link=True,
        ),
        text=(
            "A list that is cut at limit is followed by the one at cursor: the Link header (rel=next) holds its "
            "address. Without limit it is whole."
        ),
        query=(
            replace(params.SYMBOL, is_required=False),
            replace(params.INTERVAL, is_required=False),
            Param("limit", "at most so many series", whole_number(1, MAX_ROWS)),
            Param(
                _CURSOR,
                "only what follows this series",
                Kind(_parse_cursor, {"type": "string", "maxLength": params.MAX_WORDS, "examples": ["AAPL 1d"]}),
            ),
        ),
        errors=(404, 422),
    ),
)

"""Symbols: cached instruments, and what the provider's search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from candledesk.cache.messages import SymbolFound
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import Param, seconds, whole_number

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/symbols"
_CURSOR = "cursor"


async def _search_symbols(context: RequestContext, request: RouteRequest) -> Response:
    """Answer one page: while more cached instruments follow it, they alone; the last page ends with what was found."""
    query, timeout_s, limit, cursor = (request.values[name] for name in ("query", "timeout", "limit", _CURSOR))
    search = context.cache.search_symbols(query, timeout_s, limit=limit + 1, after=cursor)
    found = await context.settle(search)
    cached = [row for row in found if row.is_cached]
    if len(cached) <= limit:
        return json_response(found)
    page = cached[:limit]
    address = urlencode({"query": query, "timeout": timeout_s, "limit": limit, _CURSOR: page[-1].symbol})
    return json_response(page, headers={"Link": f'<{PATH}?{address}>; rel="next"'})


ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _search_symbols,
        "Symbols: cached instruments first, then the provider's search",
        ResponseSpec(tuple[SymbolFound, ...], "what was found, the best first", has_next_link=True),
        text=(
            "What the provider's search found is kept for ten minutes. When it cannot be requested within timeout "
            "seconds, because it cannot be reached or the limiter holds the request back, the answer is what is "
            "cached. timeout=0 reads the cache alone. A page that is cut at limit is followed by the one at cursor, "
            "the last symbol before it: the Link header (rel=next) holds its address. The last page ends with what "
            "the search found."
        ),
        query=(
            Param("query", "part of the symbol or name", params.WORDS_KIND, default=""),
            Param("timeout", "seconds that the provider's search may take", seconds(10.0), default=3.0),
            Param("limit", "at most so many cached instruments", whole_number(1, 500), default=200),
            Param(_CURSOR, "only what follows this symbol", params.WORDS_KIND),
        ),
        errors=(422,),
    ),
)

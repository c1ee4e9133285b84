"""The application: every declared route, the contract that is derived from them, and the files of the page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from candledesk.web.api import (
    actions,
    archive,
    candles,
    compare,
    coverage,
    events,
    health,
    imports,
    indicators,
    jobs,
    limiter,
    maintenance,
    sign_in,
    window,
)
from candledesk.web.api.contract.docs import build_docs
from candledesk.web.api.contract.endpoint import JSON, Endpoint, ResponseSpec
from candledesk.web.api.contract.openapi import build_openapi
from candledesk.web.api.symbols import instruments, search
from candledesk.web.api.workspace import drawing_bars, drawings, layouts, watchlists
from candledesk.web.openbb import widgets
from candledesk.web.server.datafeed_access import with_udf_status
from candledesk.web.server.guard import DOCS_PATH
from candledesk.web.server.problems import INTERNAL_TEXT, problem_response
from candledesk.web.udf import routes as udf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Receive, Scope, Send

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest
    from candledesk.web.server.assets import Asset

METHOD_TEXT = "This address does not take that method."
_HTML = "text/html; charset=utf-8"


@cache
def openapi_bytes() -> bytes:
    """Return the OpenAPI document of every route, this one included."""
    return orjson.dumps(build_openapi(ENDPOINTS), option=orjson.OPT_INDENT_2)


@cache
def _docs_bytes() -> bytes:
    return build_docs(ENDPOINTS)


async def _read_contract(_context: RequestContext, _request: RouteRequest) -> Response:
    return Response(openapi_bytes(), media_type=JSON)


async def _read_docs(_context: RequestContext, _request: RouteRequest) -> Response:
    return Response(_docs_bytes(), media_type=_HTML)


ENDPOINTS = (
    *candles.ENDPOINTS,
    *jobs.ENDPOINTS,
    *archive.ENDPOINTS,
    *health.ENDPOINTS,
    *coverage.ENDPOINTS,
    *search.ENDPOINTS,
    *instruments.ENDPOINTS,
    *indicators.ENDPOINTS,
    *compare.ENDPOINTS,
    *actions.ENDPOINTS,
    *limiter.ENDPOINTS,
    *events.ENDPOINTS,
    *window.ENDPOINTS,
    *sign_in.ENDPOINTS,
    *maintenance.ENDPOINTS,
    *imports.ENDPOINTS,
    *watchlists.ENDPOINTS,
    *layouts.ENDPOINTS,
    *drawings.ENDPOINTS,
    *drawing_bars.ENDPOINTS,
    *udf.ENDPOINTS,
    *widgets.ENDPOINTS,
    Endpoint(
        "GET",
        "/openapi.json",
        _read_contract,
        "This contract for machines",
        ResponseSpec(dict, "an OpenAPI 3.1 document"),
    ),
    Endpoint(
        "GET",
        DOCS_PATH,
        _read_docs,
        "This contract for people",
        ResponseSpec(str, "a page; a browser opens it without a token, for it holds no secret", media_type=_HTML),
    ),
)


class _Resource:
    """All methods of one address: what is not declared for it is 405, also where another route would match it."""

    def __init__(self, context: RequestContext, endpoints: Iterable[Endpoint]) -> None:
        self._context = context
        self._by_method = {endpoint.method: endpoint for endpoint in endpoints}
        if "GET" in self._by_method:
            self._by_method["HEAD"] = self._by_method["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        endpoint = self._by_method.get(request.method)
        if endpoint is None:
            response = problem_response(405, METHOD_TEXT, {"Allow": ", ".join(sorted(self._by_method))})
        else:
            response = await endpoint.respond(self._context, request)
        await response(scope, receive, send)


def _bind_all(context: RequestContext) -> list[Route]:
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    return [Route(path, _Resource(context, endpoints)) for path, endpoints in by_path.items()]


def _serve_asset(path: str, asset: Asset) -> Route:
    async def handle(request: Request) -> Response:
        return asset.respond(request)

    return Route(path, handle, methods=["GET"])


async def _on_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    texts = {
        404: "There is nothing at this address.",
        405: METHOD_TEXT,
        500: INTERNAL_TEXT,
    }
    problem = problem_response(status, texts.get(status, "The request cannot be answered."), headers)
    return with_udf_status(request.url.path, problem)


def build_routes(context: RequestContext, assets: Mapping[str, Asset]) -> Starlette:
    """Return the application without its guard."""
    routes = [_serve_asset(path, asset) for path, asset in assets.items()]
    routes += _bind_all(context)
    app = Starlette(routes=routes, exception_handlers={HTTPException: _on_http_error, Exception: _on_http_error})
    app.router.redirect_slashes = False
    return app

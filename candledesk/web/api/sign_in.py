"""Signing in: the page exchanges the code of its address, and a script gets a new address to open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.server.problems import RequestRefusedError
from candledesk.web.server.sign_in import bearer_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/sign-in"
ADDRESS_PATH = f"{PATH}/address"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token of this run."""

    token: str


@dataclass(frozen=True, slots=True)
class PageAddress:
    """An address of the web chart that signs in once."""

    url: Annotated[str, "to be opened in a browser, once"]


async def _sign_in(context: RequestContext, request: RouteRequest) -> Response:
    token = context.sign_in.exchange(bearer_of(request.http.scope["headers"]))
    if token is None:
        raise RequestRefusedError(401, "This code was exchanged already.", {"WWW-Authenticate": "Bearer"})
    return json_response(SignedIn(token))


async def _make_address(context: RequestContext, request: RouteRequest) -> Response:
    symbol, interval = request.values["symbol"], request.values["interval"]
    url = str(request.http.base_url).rstrip("/")
    return json_response(PageAddress(context.sign_in.make_address(url, symbol, interval and interval.name)))


ENDPOINTS = (
    Endpoint(
        "POST",
        PATH,
        _sign_in,
        "Exchange the code of the page's address for the token",
        ResponseSpec(SignedIn, "the token"),
        text=(
            "The page does this when it is opened. The code is sent in the place of the token and is refused from then "
            "on, so that the address which a browser keeps is worth nothing. The token itself is answered again."
        ),
    ),
    Endpoint(
        "POST",
        ADDRESS_PATH,
        _make_address,
        "A new address of the web chart, to be opened once",
        ResponseSpec(PageAddress, "the address"),
        body=(
            replace(params.CHARTED, text="what it shows", is_required=False),
            replace(params.INTERVAL, is_required=False),
        ),
    ),
)

"""Watchlists: reading, adding, replacing, renaming and deleting them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.symbols import SYMBOL_PATTERN
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import TIME_KIND, Kind, Param, raw_field
from candledesk.workspace.names import MAX_NAME_CHARS, NAME_PATTERN, check_name
from candledesk.workspace.watchlists.watchlist import (
    FLAG_COLOURS,
    MAX_NOTE_CHARS,
    MAX_SECTIONS,
    MAX_SYMBOLS,
    Watchlist,
    parse_watchlist,
)

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/watchlists"
NAME_SCHEMA = {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS, "pattern": NAME_PATTERN}
NAME = raw_field("name", "what it is called; another name than that of the address renames it", NAME_SCHEMA)
BY_NAME = (Param("name", "its name, without a slash", Kind(check_name, NAME_SCHEMA), is_required=True),)
UPDATED_AT = Param("updated_at", "ignored, so that an answer can be sent back", TIME_KIND)


async def _list_watchlists(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(await context.settle(context.require_workspace().list_watchlists()))


async def _read_watchlist(context: RequestContext, request: RouteRequest) -> Response:
    return json_response(await context.settle(context.require_workspace().read_watchlist(request.values["name"])))


async def _add_watchlist(context: RequestContext, request: RouteRequest) -> Response:
    added = context.require_workspace().add_watchlist(parse_watchlist(given_fields(request)))
    return json_response(await context.settle(added), 201)


async def _put_watchlist(context: RequestContext, request: RouteRequest) -> Response:
    name = request.values["name"]
    watchlist = parse_watchlist({"name": name} | given_fields(request))
    return json_response(await context.settle(context.require_workspace().put_watchlist(name, watchlist)))


async def _delete_watchlist(context: RequestContext, request: RouteRequest) -> Response:
    return json_response(await context.settle(context.require_workspace().delete_watchlist(request.values["name"])))


def given_fields(request: RouteRequest) -> dict[str, object]:
    """Return the fields of a body that are not null."""
    return {key: value for key, value in request.body.items() if value is not None}


_SECTIONS = {
    "type": "array",
    "maxItems": MAX_SECTIONS,
    "items": {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": MAX_NAME_CHARS},
            "symbols": {
                "type": "array",
                "maxItems": MAX_SYMBOLS,
                "items": {"type": "string", "pattern": SYMBOL_PATTERN},
            },
            "folded": {"type": "boolean", "description": "whether a window shows only its title"},
        },
        "required": ["symbols"],
        "additionalProperties": False,
    },
}
_FLAGS = {"type": "object", "additionalProperties": {"type": "string", "enum": list(FLAG_COLOURS)}}
_NOTES = {"type": "object", "additionalProperties": {"type": "string", "maxLength": MAX_NOTE_CHARS}}
_NAMES = {"type": "object", "additionalProperties": {"type": "string", "maxLength": MAX_NAME_CHARS}}
_FIELDS = (
    NAME,
    raw_field("sections", "in order; a symbol is in a list once", _SECTIONS, is_required=True),
    raw_field("flags", "a colour by symbol", _FLAGS),
    raw_field("notes", "a line of text by symbol", _NOTES),
    raw_field("tradingview_names", "by symbol: how a file of TradingView spelled it", _NAMES),
    UPDATED_AT,
)
_ONE = ResponseSpec(Watchlist, "the watchlist as it is stored")
ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _list_watchlists,
        "Watchlists in the order of the window",
        ResponseSpec(tuple[Watchlist, ...], "all of them"),
    ),
    Endpoint(
        "POST",
        PATH,
        _add_watchlist,
        "Add a watchlist",
        ResponseSpec(Watchlist, "the watchlist as it is stored", 201),
        text="409 when there is one of that name. Only the first section may have no title.",
        body=(replace(_FIELDS[0], is_required=True), *_FIELDS[1:]),
        errors=(409, 422),
    ),
    Endpoint(
        "GET",
        f"{PATH}/{{name}}",
        _read_watchlist,
        "One watchlist",
        _ONE,
        path_params=BY_NAME,
        errors=(404, 422),
    ),
    Endpoint(
        "PUT",
        f"{PATH}/{{name}}",
        _put_watchlist,
        "Replace a watchlist, add it, or rename it",
        _ONE,
        text=(
            "The whole list is replaced, and the last write wins. With another name in the body the list is renamed: "
            "404 when there is none, 409 when that name is taken."
        ),
        path_params=BY_NAME,
        body=_FIELDS,
        errors=(404, 409, 422),
    ),
    Endpoint(
        "DELETE",
        f"{PATH}/{{name}}",
        _delete_watchlist,
        "Delete a watchlist",
        ResponseSpec(Watchlist, "the watchlist that was deleted; a PUT of it brings it back"),
        path_params=BY_NAME,
        errors=(404, 422),
    ),
)

"""Named layouts: reading, adding, replacing, renaming and deleting them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from candledesk.domain.compare.ratio import CHARTED_PATTERN
from candledesk.domain.interval import INTERVAL_PATTERN
from candledesk.domain.times import UtcSeconds
from candledesk.web.api.contract.endpoint import JSON, Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import MAX_ID, Param, raw_field, whole_number
from candledesk.web.api.workspace.watchlists import BY_NAME, NAME, UPDATED_AT, given_fields
from candledesk.workspace.chart_contents import MAX_COMPARES, MAX_INDICATORS
from candledesk.workspace.chart_look import CHART_TYPES
from candledesk.workspace.grids import GRIDS, MIN_SHARE
from candledesk.workspace.layout import FORMAT, MAX_CHARTS, MAX_OPTION_CHARS, MAX_OPTIONS
from candledesk.workspace.layout_versions import LayoutVersion
from candledesk.workspace.links import ASPECTS, LINK_COLOURS, NO_LINK
from candledesk.workspace.named_layouts import named_layout_json, parse_named_layout
from candledesk.workspace.names import MAX_NAME_CHARS

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest
    from candledesk.workspace.named_layouts import NamedLayout

PATH = "/api/v1/layouts"


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """A named layout without its contents."""

    name: str
    updated_at: UtcSeconds


async def _list_layouts(context: RequestContext, _request: RouteRequest) -> Response:
    layouts = await context.settle(context.require_workspace().list_layouts())
    return json_response([LayoutRow(layout.name, layout.updated_at) for layout in layouts])


async def _read_layout(context: RequestContext, request: RouteRequest) -> Response:
    return await _layout_response(context, context.require_workspace().read_layout(request.values["name"]))


async def _add_layout(context: RequestContext, request: RouteRequest) -> Response:
    added = context.require_workspace().add_layout(parse_named_layout(given_fields(request)))
    return await _layout_response(context, added, 201)


async def _put_layout(context: RequestContext, request: RouteRequest) -> Response:
    name = request.values["name"]
    layout = parse_named_layout({"name": name} | given_fields(request))
    return await _layout_response(context, context.require_workspace().put_layout(name, layout))


async def _delete_layout(context: RequestContext, request: RouteRequest) -> Response:
    return await _layout_response(context, context.require_workspace().delete_layout(request.values["name"]))


async def _list_versions(context: RequestContext, request: RouteRequest) -> Response:
    return json_response(await context.settle(context.require_workspace().list_layout_versions(request.values["name"])))


async def _read_version(context: RequestContext, request: RouteRequest) -> Response:
    name, version_id = request.values["name"], request.values["version_id"]
    return await _layout_response(context, context.require_workspace().read_layout_version(name, version_id))


async def _restore_version(context: RequestContext, request: RouteRequest) -> Response:
    name, version_id = request.values["name"], request.body["version_id"]
    return await _layout_response(context, context.require_workspace().restore_layout_version(name, version_id))


async def _layout_response(context: RequestContext, found: Future[NamedLayout], status: int = 200) -> Response:
    layout = await context.settle(found)
    return Response(orjson.dumps(named_layout_json(layout)), status, media_type=JSON)


_CHARTS: dict[str, Any] = {
    "type": "array",
    "maxItems": MAX_CHARTS,
    "items": {
        "type": "object",
        "properties": {
            "symbol": {"type": ["string", "null"], "pattern": CHARTED_PATTERN},
            "interval": {"type": "string", "pattern": INTERVAL_PATTERN},
            "indicators": {"type": "array", "maxItems": MAX_INDICATORS, "items": {"type": "object"}},
            "panes": {"type": "array", "items": {"type": "object"}},
            "compares": {"type": "array", "maxItems": MAX_COMPARES, "items": {"type": "object"}},
            "type": {"enum": list(CHART_TYPES)},
            "scale": {"type": "object"},
            "view": {"type": "object"},
            "maximised": {"type": "string", "maxLength": MAX_NAME_CHARS},
            "link": {"enum": [*LINK_COLOURS, NO_LINK]},
            "id": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS},
        },
        "dependentRequired": {"symbol": ["interval"], "interval": ["symbol"]},
        "additionalProperties": False,
    },
}
_OPTIONS: dict[str, Any] = {
    "type": "object",
    "maxProperties": MAX_OPTIONS,
    "additionalProperties": {"anyOf": [{"type": "string", "maxLength": MAX_OPTION_CHARS}, {"type": "boolean"}]},
}
_GRID = {"enum": list(GRIDS)}
_SIZES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "rows": {"type": "array", "items": {"type": "number", "minimum": MIN_SHARE, "maximum": 1}},
        "cells": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "number", "minimum": MIN_SHARE, "maximum": 1}},
        },
    },
    "required": ["rows", "cells"],
    "additionalProperties": False,
}
_LINKS: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"enum": list(LINK_COLOURS)},
    "additionalProperties": {
        "type": "object",
        "properties": {aspect: {"type": "boolean"} for aspect in ASPECTS},
        "additionalProperties": False,
    },
}
_FRONT = {"type": "integer", "minimum": 0, "maximum": MAX_CHARTS - 1}
_FIELDS = (
    NAME,
    raw_field("format", "the form of the document", {"const": FORMAT}, is_required=True),
    raw_field(
        "charts",
        "symbol, interval and looks of the chart in each cell, and of charts without one",
        _CHARTS,
        is_required=True,
    ),
    raw_field("front", "the index of the active chart; 0 unless given", _FRONT),
    raw_field("grid", "how many cells there are; the smallest that holds the charts unless given", _GRID),
    raw_field("sizes", "shares of the rows, and of the cells in each row; equal ones unless given", _SIZES),
    raw_field("maximised", "whether the active chart alone is shown", {"type": "boolean"}),
    raw_field("links", "what the cells of a link colour have in common; the crosshair unless given", _LINKS),
    raw_field("options", "the chart options by name", _OPTIONS),
    UPDATED_AT,
)
_VERSION = Param("version_id", "its number in the list of versions", whole_number(1, MAX_ID), is_required=True)
_ONE = ResponseSpec(dict, "the layout as it is stored, with its name and when it was last changed")
ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _list_layouts,
        "Named layouts in the order of the window",
        ResponseSpec(tuple[LayoutRow, ...], "their names, and when each was last changed"),
    ),
    Endpoint(
        "POST",
        PATH,
        _add_layout,
        "Add a named layout",
        replace(_ONE, status=201),
        text="409 when there is one of that name.",
        body=(replace(_FIELDS[0], is_required=True), *_FIELDS[1:]),
        errors=(409, 422),
    ),
    Endpoint("GET", f"{PATH}/{{name}}", _read_layout, "One layout", _ONE, path_params=BY_NAME, errors=(404, 422)),
    Endpoint(
        "PUT",
        f"{PATH}/{{name}}",
        _put_layout,
        "Replace a named layout, add it, or rename it",
        _ONE,
        text=(
            "The whole layout is replaced, and the last write wins; what was stored before becomes one of its 20 "
            "versions. With another name in the body the layout is renamed: 404 when there is none, 409 when that "
            "name is taken."
        ),
        path_params=BY_NAME,
        body=_FIELDS,
        errors=(404, 409, 422),
    ),
    Endpoint(
        "DELETE",
        f"{PATH}/{{name}}",
        _delete_layout,
        "Delete a named layout with its versions",
        replace(_ONE, text="the layout that was deleted; a PUT of it brings it back"),
        path_params=BY_NAME,
        errors=(404, 422),
    ),
    Endpoint(
        "GET",
        f"{PATH}/{{name}}/versions",
        _list_versions,
        "Earlier versions of a layout, the latest first",
        ResponseSpec(tuple[LayoutVersion, ...], "their numbers, when each was stored, and the series in each"),
        path_params=BY_NAME,
        errors=(404, 422),
    ),
    Endpoint(
        "GET",
        f"{PATH}/{{name}}/versions/{{version_id}}",
        _read_version,
        "One earlier version of a layout",
        replace(_ONE, text="the layout as it was, with the time at which that was stored"),
        path_params=(*BY_NAME, _VERSION),
        errors=(404, 422),
    ),
    Endpoint(
        "POST",
        f"{PATH}/{{name}}/restore",
        _restore_version,
        "Bring an earlier version of a layout back",
        _ONE,
        text="What is stored now becomes a version.",
        path_params=BY_NAME,
        body=(replace(_VERSION, is_json=True),),
        errors=(404, 422),
    ),
)

"""Drawings: reading, adding, changing and deleting them, as ``candledesk.drawings/1``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from candledesk.domain.compare.ratio import CHARTED_PATTERN
from candledesk.domain.errors import DocumentError, InputError
from candledesk.domain.interval import INTERVAL_PATTERN
from candledesk.domain.times import iso_time
from candledesk.drawings.document.checks import FIRST_TIME, LAST_TIME, MAX_PRICE, MAX_TEXT_CHARS
from candledesk.drawings.document.drawings_json import (
    FIELDS,
    FORMAT,
    ID_PATTERN,
    MAX_NAME_CHARS,
    MAX_POINTS,
    MAX_ROWS,
    MAX_Z,
    NAME_PATTERN,
    TYPE_PATTERN,
    drawing_json,
    drawings_json,
    parse_drawing,
    parse_drawings,
)
from candledesk.drawings.drawing import BUCKETS, RAW
from candledesk.web.api.contract.endpoint import JSON, Endpoint, ResponseSpec
from candledesk.web.api.contract.params import (
    CHARTED_KIND,
    END_KIND,
    INTERVAL_KIND,
    TIME_KIND,
    Kind,
    Param,
    choice,
    raw_field,
    read_span,
    yes_or_no,
)
from candledesk.web.api.workspace.drawing_places import places_of
from candledesk.web.api.workspace.drawing_values import DrawnSeries, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.drawing import Drawing
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/drawings"


async def _list_drawings(context: RequestContext, request: RouteRequest) -> Response:
    workspace, symbol = context.require_workspace(), request.values["symbol"]
    if not request.values["deleted"]:
        drawings = await context.settle(workspace.list_drawings(symbol))
        return _response(drawings_json(drawings) | await _on_candles(context, request, drawings))
    found = await context.settle(workspace.list_deleted_drawings(symbol))
    times = {one.drawing.id: iso_time(one.deleted_at) for one in found}
    return _response({**drawings_json(one.drawing for one in found), "deleted_at": times})


async def _on_candles(context: RequestContext, request: RouteRequest, drawings: Sequence[Drawing]) -> dict[str, Any]:
    """Return what an answer has besides the drawings when an interval is given, and more with a span."""
    values = request.values
    symbol, interval, adjust = values["symbol"], values["interval"], values["adjust"]
    has_span = values["from"] is not None or values["to"] is not None
    if has_span and (symbol is None or interval is None):
        missing = "symbol" if symbol is None else "interval"
        raise InputError(missing, f"{missing} is missing: from and to are of the candles of one series")
    if interval is None:
        return {}
    found = {"places": await places_of(context, drawings, interval, adjust)}
    span = read_span(values, interval, context.now())
    return (
        found
        if span is None
        else found | await values_of(context, drawings, DrawnSeries(symbol, interval, adjust, span))
    )


async def _add_drawings(context: RequestContext, request: RouteRequest) -> Response:
    row = _given(request)
    _require_format(row)
    if "drawings" not in row:
        one = parse_drawing(_of_drawing(row))
        (stored,) = await context.settle(context.require_workspace().put_drawings([one]))
        return _response(drawing_json(stored), 201)
    for key in FIELDS:
        if key in row:
            raise DocumentError(key, f"{key} cannot be given together with drawings")
    added = context.require_workspace().put_drawings(parse_drawings(row))
    stored_all = await context.settle(added)
    return _response(drawings_json(stored_all), 201)


async def _delete_drawings(context: RequestContext, request: RouteRequest) -> Response:
    values = request.values
    deleted = await context.settle(context.require_workspace().delete_drawings_by(values["by"], values["symbol"]))
    return _response(drawings_json(deleted))


async def _read_drawing(context: RequestContext, request: RouteRequest) -> Response:
    found = context.require_workspace().read_drawing(request.values["drawing_id"])
    return _response(drawing_json(await context.settle(found)))


async def _change_drawing(context: RequestContext, request: RouteRequest) -> Response:
    fields = _given(request)
    _require_format(fields)
    changed = context.require_workspace().change_drawing(request.values["drawing_id"], _of_drawing(fields))
    return _response(drawing_json(await context.settle(changed)))


async def _delete_drawing(context: RequestContext, request: RouteRequest) -> Response:
    deleted = context.require_workspace().delete_drawing(request.values["drawing_id"])
    return _response(drawing_json(await context.settle(deleted)))


def _given(request: RouteRequest) -> dict[str, Any]:
    """Return the fields of a body; a known one of null is not given, an unknown one is kept with its null."""
    known = {*FIELDS, "format", "drawings"}
    return {key: value for key, value in request.body.items() if value is not None or key not in known}


def _require_format(row: Mapping[str, Any]) -> None:
    if row.get("format", FORMAT) != FORMAT:
        raise DocumentError("format", f"The format must be {FORMAT}; another version cannot be read")


def _of_drawing(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body without those of a document of many."""
    return {key: value for key, value in row.items() if key not in {"format", "drawings"}}


def _response(document: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type=JSON)


def _pattern_kind(pattern: str, what: str, max_chars: int = MAX_TEXT_CHARS) -> Kind:
    wanted = re.compile(pattern[1:-1])

    def parse(text: str, field: str) -> str:
        if len(text) > max_chars or not wanted.fullmatch(text):
            raise InputError(field, f"{field} must be {what}")
        return text

    return Kind(parse, {"type": "string", "pattern": pattern})


_SCRIPT_PATTERN = NAME_PATTERN.replace("*", "+")
_NAME_SCHEMA = {"type": "string", "maxLength": MAX_NAME_CHARS, "pattern": NAME_PATTERN}
_POINT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "t": {"type": "integer", "minimum": FIRST_TIME, "maximum": LAST_TIME, "description": "UTC seconds"},
        "p": {
            "type": ["number", "null"],
            "minimum": -MAX_PRICE,
            "maximum": MAX_PRICE,
            "description": "on the raw basis of t; tools that need no price take null",
        },
        "interval": {"type": "string", "pattern": INTERVAL_PATTERN, "description": "in which it was drawn"},
    },
    "required": ["t"],
}
_POINTS_SCHEMA = {"type": "array", "maxItems": MAX_POINTS, "items": _POINT_SCHEMA}
_FIELDS = (
    raw_field("id", "1 to 64 letters, digits or _ . : -", {"type": "string", "pattern": ID_PATTERN}),
    raw_field(
        "type", "the tool, such as trend_line; unknown ones are kept", {"type": "string", "pattern": TYPE_PATTERN}
    ),
    raw_field("symbol", "what it is drawn on", {"type": "string", "pattern": CHARTED_PATTERN}),
    raw_field("pane", "price, or the key of an indicator", _NAME_SCHEMA),
    raw_field("points", "as many as the tool has", _POINTS_SCHEMA),
    raw_field("basis", "of the prices: as they were traded", {"const": RAW}),
    raw_field("style", "what differs from the tool's defaults", {"type": "object"}),
    raw_field("text", "plain text of several lines", {"type": "string", "maxLength": MAX_TEXT_CHARS}),
    raw_field("visible", "false: hidden", {"type": "boolean"}),
    raw_field("locked", "true: the window does not move it", {"type": "boolean"}),
    raw_field(
        "intervals",
        "the groups of intervals in which it is shown; all unless given",
        {"type": "array", "maxItems": len(BUCKETS), "items": {"enum": list(BUCKETS)}},
    ),
    raw_field("z", "the order of painting", {"type": "integer", "minimum": -MAX_Z, "maximum": MAX_Z}),
    raw_field("group", "drawings with the same name are selected together", _NAME_SCHEMA),
    raw_field("by", "the script that made it", _NAME_SCHEMA),
    raw_field("chart", "the id of the only chart of a layout that shows it; empty: all charts", _NAME_SCHEMA),
)
_MANY = (
    raw_field("format", "the form of the document", {"const": FORMAT}),
    raw_field("drawings", "many of them", {"type": "array", "maxItems": MAX_ROWS, "items": {"type": "object"}}),
)
_SYMBOL = Param("symbol", "only those of this symbol", CHARTED_KIND)
_BY_ID = (Param("drawing_id", "its id", _pattern_kind(ID_PATTERN, "the id of a drawing"), is_required=True),)
_BY = Param(
    "by",
    "the script that made them; what a person drew has none",
    Kind(
        _pattern_kind(_SCRIPT_PATTERN, "the name of a script", MAX_NAME_CHARS).parse,
        {**_NAME_SCHEMA, "minLength": 1, "pattern": _SCRIPT_PATTERN},
    ),
    is_required=True,
)
_ONE = ResponseSpec(dict, "the drawing as it is stored")
_DOCUMENT = ResponseSpec(dict, f"a document of {FORMAT}: format and drawings")
ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _list_drawings,
        "Drawings in the order of painting",
        _DOCUMENT,
        text=(
            "With an interval, places has the whole style and the points of each drawing that is shown there, by its"
            " id: t and until, the bar it was drawn in as the times of candles of that interval are, and p, its "
            "price as those candles have it (exact: the same bar with the time of its clock, among candles of "
            "dates); of a position also plan: quantity, reward, loss, the balances and ratio. With a symbol and from"
            " too, values has by id what a drawing shows of the stored candles from there on: source (the finest "
            "interval that is stored without a gap), has_gaps, note (as it is written on the chart), and of an "
            "anchored VWAP time, vwap, upper and lower, of a volume profile rows (share of the widest row, which is "
            "1), of a position its outcome, of a range its volume. counts has candles outside of the span, beside "
            "points that lie there, by their distance from the first candle."
        ),
        query=(
            _SYMBOL,
            Param("deleted", "those of the bin, with deleted_at by id", yes_or_no(), default=False),
            Param("interval", "adds places among the candles of this interval", INTERVAL_KIND),
            Param("adjust", "what these prices are adjusted for", choice("none", "splits", "all"), default="splits"),
            Param("from", "adds values at the candles of the symbol from this instant on", TIME_KIND),
            Param("to", "where those candles end (exclusive); now unless given", END_KIND),
        ),
    ),
    Endpoint(
        "POST",
        PATH,
        _add_drawings,
        "Add a drawing, or all of a document",
        ResponseSpec(dict, "what is stored: the drawing, or a document of all", 201),
        text=(
            "A drawing whose id is stored takes the place of that one; without an id it gets one, and without z it is "
            "painted above all others. Fields that are not known are kept. All of a document is stored, or nothing."
        ),
        body=(*_FIELDS, *_MANY),
        body_rules=(("anyOf", [{"required": ["type", "symbol", "points"]}, {"required": ["format", "drawings"]}]),),
        errors=(422,),
        takes_other_fields=True,
    ),
    Endpoint(
        "DELETE",
        PATH,
        _delete_drawings,
        "Delete all drawings that a script made",
        ResponseSpec(dict, "the drawings that were deleted; a POST of them brings them back"),
        query=(_BY, _SYMBOL),
        errors=(422,),
    ),
    Endpoint("GET", f"{PATH}/{{drawing_id}}", _read_drawing, "One drawing", _ONE, path_params=_BY_ID, errors=(404,)),
    Endpoint(
        "PATCH",
        f"{PATH}/{{drawing_id}}",
        _change_drawing,
        "Change fields of a drawing",
        _ONE,
        text="The style is merged, and null removes a value of it; id and symbol cannot be changed.",
        path_params=_BY_ID,
        body=_FIELDS,
        errors=(404, 422),
        takes_other_fields=True,
    ),
    Endpoint(
        "DELETE",
        f"{PATH}/{{drawing_id}}",
        _delete_drawing,
        "Delete a drawing",
        ResponseSpec(dict, "the drawing that was deleted; it stays in the bin for 30 days, and a POST brings it back"),
        path_params=_BY_ID,
        errors=(404,),
    ),
)

"""Indicators: the catalogue, and their values at the stored candles of a series."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import orjson
from starlette.responses import Response

from candledesk.cache.indicator_messages import MAX_BARS, IndicatorReply, IndicatorRequest, ProfileRow
from candledesk.cache.messages import Gap
from candledesk.domain.errors import InputError
from candledesk.domain.interval import Interval
from candledesk.domain.json_fields import JsonField
from candledesk.indicators.declaration import Pane, ParamType, Plot
from candledesk.indicators.own.declared import NAME_PATTERN, OWN, is_own_name
from candledesk.indicators.own.table import find_own
from candledesk.indicators.registry import INDICATORS, all_indicators, find_indicator
from candledesk.indicators.studies import make_study, parse_line, parse_study
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import JSON, Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import Kind, Param, choice, number, whole_number
from candledesk.web.codec import encode
from candledesk.web.server.problems import as_of_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from candledesk.indicators.declaration import Indicator, Parameter
    from candledesk.indicators.studies import Study
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/indicators"
MAX_SOURCE = 200
Number = float | int | None


@dataclass(frozen=True, slots=True)
class IndicatorParam:
    """One parameter of an indicator; ``min`` and ``max`` are inclusive."""

    name: str
    type: ParamType
    default: int | float | str
    min: Number = None
    max: Number = None
    choices: Annotated[tuple[str, ...], JsonField(is_left_out_empty=True), "what a choice can be"] = ()


@dataclass(frozen=True, slots=True)
class IndicatorOutput:
    """One line of an indicator, and how it is drawn."""

    name: str
    plot: Plot


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator of the catalogue."""

    id: str
    title: str
    params: tuple[IndicatorParam, ...]
    outputs: tuple[IndicatorOutput, ...]
    pane: Annotated[Pane, "over the prices, or in a pane of its own"]
    levels: Annotated[tuple[float, ...], "horizontal lines of its pane"] = ()


@dataclass(frozen=True, slots=True)
class IndicatorValues:
    """The values of an indicator, one entry for each stored candle of the span."""

    id: str
    symbol: str
    interval: Interval
    params: Mapping[str, int | float | str]
    time: Annotated[tuple[int, ...] | orjson.Fragment, "open times in UNIX seconds"]
    final: Annotated[tuple[bool, ...] | orjson.Fragment, "false while the candle may still change"]
    settled: Annotated[tuple[bool, ...] | orjson.Fragment, "false where older history could still change the value"]
    values: Annotated[
        Mapping[str, tuple[float | None, ...]] | orjson.Fragment, "by output; null where there is no value"
    ]
    shifts: Annotated[Mapping[str, int], "by how many candles an output is drawn to the right"]
    upcoming: Annotated[tuple[int, ...], "open times of the candles that the calendar expects next, for such outputs"]
    gaps: Annotated[tuple[Gap, ...], "candles that are missing in what the values are made of"]
    rev: Annotated[int, "the revision of the series: it rises with every change"]
    notes: Annotated[tuple[str, ...], JsonField(is_left_out_empty=True), "what a person should know of the answer"] = (
        field(default=(), kw_only=True)
    )
    profile: Annotated[tuple[ProfileRow, ...], JsonField(is_left_out_empty=True), "of a volume profile only"] = field(
        default=(), kw_only=True
    )


def values_path(indicator_id: str) -> str:
    """Return the address of the values of an indicator; own ones share a route."""
    return f"{PATH}/{indicator_id.replace(OWN, 'own/')}"


def describe_indicator(indicator: Indicator) -> IndicatorRow:
    """Return the row of the catalogue."""
    return IndicatorRow(
        indicator.id,
        indicator.title,
        tuple(
            IndicatorParam(row.name, row.type, row.default, row.minimum, row.maximum, row.choices)
            for row in indicator.params
        ),
        tuple(IndicatorOutput(row.name, row.plot) for row in indicator.outputs),
        indicator.pane,
        indicator.levels,
    )


async def _list_indicators(context: RequestContext, _request: RouteRequest) -> Response:
    await context.settle(context.cache.own_indicators.list_files())  # declares what was allowed meanwhile
    return json_response([describe_indicator(row) for row in all_indicators()])


def _reader_of(indicator: Indicator) -> Callable[[RequestContext, RouteRequest], Awaitable[Response]]:
    """Return the handler of one indicator, with a name of its own for the contract."""

    async def read_indicator(context: RequestContext, request: RouteRequest) -> Response:
        given = {row.name: request.values[row.name] for row in indicator.params}
        return await _answer(context, request, make_study(indicator.id, given))

    read_indicator.__name__ = f"read_indicator_{indicator.id}"
    return read_indicator


async def _answer(context: RequestContext, request: RouteRequest, study: Study) -> Response:
    values = request.values
    asked = IndicatorRequest(
        values["symbol"],
        values["interval"],
        study,
        params.read_span(values, values["interval"], context.now()),
        values["countback"],
        values["as_of"],
    )
    try:
        return await _respond(await context.settle(context.cache.load_indicator(asked)))
    except InputError as error:
        raise as_of_error(error) from None


async def _read_own(context: RequestContext, request: RouteRequest) -> Response:
    indicator_id = OWN + request.values["name"]
    if find_own(indicator_id) is None:
        await context.settle(context.cache.own_indicators.list_files())  # as in the catalogue
    given = request.values["params"]
    study = parse_study(f"{indicator_id}:{given}" if given else indicator_id)
    return await _answer(context, request, study)


async def _respond(reply: IndicatorReply) -> Response:
    """Write the arrays one by one: another request may run in between."""
    request = reply.request
    lines = []
    for name, line in reply.lines.items():
        lines.append(f'"{name}":'.encode() + _array(line))
        await asyncio.sleep(0)
    answer = IndicatorValues(
        id=request.study.id,
        symbol=request.symbol,
        interval=request.interval,
        params=dict(request.study.params.items),
        time=orjson.Fragment(_array(reply.open_time)),
        final=orjson.Fragment(_array(reply.is_final)),
        settled=orjson.Fragment(_array(reply.settled)),
        values=orjson.Fragment(b"{" + b",".join(lines) + b"}"),
        shifts=reply.shifts,
        upcoming=reply.upcoming,
        gaps=reply.gaps,
        rev=reply.rev,
        notes=reply.notes,
        profile=reply.profile,
    )
    return Response(orjson.dumps(encode(answer)), media_type=JSON)


def _array(column: np.ndarray[Any, Any]) -> bytes:
    return orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)


def _known_id(text: str, field_name: str) -> str:
    """Refuse what is not the id of an indicator; each of them has a route of its own, which is found first."""
    indicator = find_indicator(text)
    raise InputError(field_name, f"The values of {indicator.id} are at {values_path(indicator.id)}")


_ID = Kind(_known_id, {"type": "string", "pattern": "^(own:)?[a-z][a-z0-9_]{0,39}$"})


async def _refuse_unknown(_context: RequestContext, request: RouteRequest) -> Response:
    raise InputError("id", f"There are no values of {request.values['id']}")


def _own_name(text: str, field_name: str) -> str:
    if not is_own_name(text):
        raise InputError(field_name, f"{field_name} must be like {NAME_PATTERN}")
    return text


def _own_params(text: str, field_name: str) -> str:
    if len(text) > MAX_SOURCE:
        raise InputError(field_name, f"{field_name} may have at most {MAX_SOURCE} characters")
    return text


_OWN_NAME = Kind(_own_name, {"type": "string", "pattern": NAME_PATTERN})
_OWN_PARAMS = Kind(_own_params, {"type": "string", "maxLength": MAX_SOURCE, "examples": ["length=20,mode=slow"]})


def _source(text: str, field_name: str) -> str:
    if len(text) > MAX_SOURCE:
        raise InputError(field_name, f"{field_name} may have at most {MAX_SOURCE} characters")
    parse_line(text)
    return text


_SOURCE = Kind(
    _source,
    {"type": "string", "maxLength": MAX_SOURCE, "examples": ["close", "hlc3", "rsi", "macd.signal:fast=5,slow=8"]},
)


def _param_of(row: Parameter) -> Param:
    if row.type is ParamType.SOURCE:
        text = "a price of the candle, or a line of another indicator: id.output:name=value,…"
        return Param(row.name, text, _SOURCE, default=row.default)
    if row.type is ParamType.CHOICE:
        return Param(row.name, "one of these", choice(*row.choices), default=row.default)
    low, high = row.minimum or 0.0, row.maximum or 0.0
    if row.type is ParamType.INTEGER:
        return Param(row.name, "a number of candles or rows", whole_number(int(low), int(high)), default=row.default)
    return Param(row.name, "a number", number(low, high), default=row.default)


_OF_ALL = (
    params.CHARTED,
    params.INTERVAL,
    params.FROM,
    params.TO,
    Param("countback", "at least so many candles before to; outranks from", whole_number(1, MAX_BARS)),
    Param("as_of", "as the series was known then: closed candles, and splits until then", params.TIME_KIND),
)


def _endpoint_of(indicator: Indicator) -> Endpoint:
    return Endpoint(
        "GET",
        f"{PATH}/{indicator.id}",
        _reader_of(indicator),
        f"{indicator.title}: values at the stored candles",
        ResponseSpec(IndicatorValues, "one entry for each stored candle of the span"),
        query=(*_OF_ALL, *map(_param_of, indicator.params)),
        errors=(404, 422),
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _list_indicators,
        "The indicators, with their parameters and outputs",
        ResponseSpec(tuple[IndicatorRow, ...], "in the order of menus"),
        text=(
            "The values of each are at its id. They are computed of stored candles, from as far back as the first one "
            "needs, and nothing is requested of the provider: what is missing is listed in gaps. Without from, to and "
            "countback: the latest 500 candles."
        ),
    ),
    *map(_endpoint_of, INDICATORS),
    Endpoint(
        "GET",
        f"{PATH}/own/{{name}}",
        _read_own,
        "An own indicator: values at the stored candles",
        ResponseSpec(IndicatorValues, "one entry for each stored candle of the span"),
        path_params=(Param("name", "of its file, without .py", _OWN_NAME, is_required=True),),
        query=(*_OF_ALL, Param("params", "its parameters, name=value with commas between", _OWN_PARAMS, default="")),
        errors=(404, 422),
        text=(
            "A Python file in the folder `indicators` of the home, once a person has allowed it; the catalogue lists "
            "it as own:name. 422 with the line of the file where it fails."
        ),
    ),
    Endpoint(
        "GET",
        f"{PATH}/{{id}}",
        _refuse_unknown,
        "Another id: there is no such indicator",
        ResponseSpec(IndicatorValues, "never"),
        path_params=(Param("id", "the id of an indicator", _ID, is_required=True),),
        errors=(404, 422),
    ),
)

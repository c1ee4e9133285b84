"""What drawings need of stored candles: where points lie among them, and what drawings show of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from candledesk.cache.drawing_messages import (
    MAX_ANCHORS,
    MAX_SAMPLES,
    AnchorCounts,
    AnchorRequest,
    DrawingRequest,
    DrawingValues,
    PositionTask,
    ProfileTask,
    VolumeTask,
    VwapTask,
)
from candledesk.domain.errors import DocumentError
from candledesk.domain.span import Span
from candledesk.drawings.document.checks import FIRST_TIME, LAST_TIME, MAX_PRICE, as_array, as_integer, refuse
from candledesk.drawings.document.style import MAX_ROWS
from candledesk.drawings.position import Outcome  # noqa: TC001 - the codec reads the annotation
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import Param, choice, number, raw_field, whole_number
from candledesk.web.codec import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from candledesk.cache.drawing_messages import DrawingTask
    from candledesk.domain.bars import FloatArray
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

VALUES_PATH = "/api/v1/drawing-values"
COUNTS_PATH = "/api/v1/anchor-counts"


@dataclass(frozen=True, slots=True)
class ProfileBand:
    """The volume between two prices."""

    low: float
    high: float
    share: Annotated[float, "of the widest band"]
    in_value_area: bool


@dataclass(frozen=True, slots=True)
class ComputedValues:
    """What a drawing shows of stored candles."""

    source: Annotated[str, "the interval of the candles it was computed from; empty when none are stored"]
    has_gaps: Annotated[bool, "candles are missing"]
    vwap: Annotated[tuple[float | None, ...], "at each of ends; null for none"] = ()
    deviation: Annotated[tuple[float | None, ...], "at each of ends; null for none"] = ()
    bands: Annotated[tuple[ProfileBand, ...], "of a profile, from the lowest price"] = ()
    outcome: Annotated[Outcome, "of a position"] = "unknown"
    last: Annotated[float | None, "of a position: the price of its last known candle"] = None
    volume: Annotated[float | None, "of a span; null when it is not known"] = None


@dataclass(frozen=True, slots=True)
class CountedCandles:
    """The candles on both sides of the times."""

    time: Annotated[tuple[int, ...], "when they open, ascending, in UNIX seconds"]
    position: Annotated[tuple[int, ...], "how many candles each is behind that of reference; negative: before it"]


# -- values


async def _read_values(context: RequestContext, request: RouteRequest) -> Response:
    given = request.values
    asked = DrawingRequest(given["symbol"], given["interval"], _TASK_OF[given["kind"]](given))
    values = await context.settle(context.cache.drawing_bars.load_values(asked))
    return json_response(
        ComputedValues(
            values.source,
            values.has_gaps,
            _nullable(values.curves.get("vwap")),
            _nullable(values.curves.get("deviation")),
            tuple(ProfileBand(*row) for row in values.rows),
            values.outcome,
            values.last,
            values.volume,
        )
    )


def _nullable(values: FloatArray | None) -> tuple[float | None, ...]:
    return () if values is None else tuple(None if np.isnan(one) else one for one in values.tolist())


def _need(given: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - a field of the body
    if given[name] is None:
        raise DocumentError(name, f"{name} is needed for {given['kind']}")
    return given[name]


def _times(given: Mapping[str, Any], name: str, limit: int) -> tuple[int, ...]:
    rows = as_array(_need(given, name), name, limit)
    times = tuple(as_integer(one, f"{name}[{at}]", FIRST_TIME, LAST_TIME) for at, one in enumerate(rows))
    if list(times) != sorted(times):
        refuse(name, "must be ascending")
    return times


def _span(given: Mapping[str, Any]) -> Span:
    start, end = _need(given, "start"), _need(given, "end")
    if start >= end:
        refuse("end", "must be later than start")
    return Span(start, end)


def _vwap(given: Mapping[str, Any]) -> DrawingTask:
    return VwapTask(_need(given, "start"), _times(given, "ends", MAX_SAMPLES))


def _profile(given: Mapping[str, Any]) -> DrawingTask:
    return ProfileTask(_span(given), given["rows"], given["value_area"])


def _position(given: Mapping[str, Any]) -> DrawingTask:
    prices = (_need(given, name) for name in ("entry", "target", "stop"))
    return PositionTask(_need(given, "start"), _need(given, "drawn"), *prices)


def _volume(given: Mapping[str, Any]) -> DrawingTask:
    return VolumeTask(_span(given))


_TASK_OF: Mapping[str, Callable[[Mapping[str, Any]], DrawingTask]] = {
    "vwap": _vwap,
    "profile": _profile,
    "position": _position,
    "volume": _volume,
}


def values_body(request: DrawingRequest) -> dict[str, Any]:
    """Return the body that asks for a request."""
    body: dict[str, Any] = {"symbol": request.symbol, "interval": request.interval.name}
    match request.task:
        case VwapTask(start, ends):
            return body | {"kind": "vwap", "start": start, "ends": list(ends)}
        case ProfileTask(span, n_rows, value_area):
            own = {"kind": "profile", "rows": n_rows, "value_area": value_area}
            return body | own | {"start": span.start, "end": span.end}
        case PositionTask(time, drawn, entry, target, stop):
            own = {"kind": "position", "start": time, "drawn": drawn.name}
            return body | own | {"entry": entry, "target": target, "stop": stop}
        case VolumeTask(span):
            return body | {"kind": "volume", "start": span.start, "end": span.end}


def read_values(request: DrawingRequest, row: dict[str, Any]) -> DrawingValues:
    """Return the values that an answer stands for."""
    answer = decode(ComputedValues, row)
    curves = {"vwap": answer.vwap, "deviation": answer.deviation} if answer.vwap else {}
    return DrawingValues(
        request,
        answer.source,
        answer.has_gaps,
        {name: np.array(line, np.float64) for name, line in curves.items()},  # null becomes NaN
        tuple((one.low, one.high, one.share, one.in_value_area) for one in answer.bands),
        answer.outcome,
        answer.last,
        answer.volume,
    )


# -- counts


async def _count_anchors(context: RequestContext, request: RouteRequest) -> Response:
    given = request.values
    times = _times({**given, "kind": "a count"}, "times", MAX_ANCHORS)
    asked = AnchorRequest(given["symbol"], given["interval"], given["reference"], times)
    counts = await context.settle(context.cache.drawing_bars.count_anchors(asked))
    return json_response(CountedCandles(tuple(counts.open_time.tolist()), tuple(counts.position.tolist())))


def counts_body(request: AnchorRequest) -> dict[str, Any]:
    """Return the body that asks for a request."""
    series = {"symbol": request.symbol, "interval": request.interval.name}
    return series | {"reference": request.reference, "times": list(request.times)}


def read_counts(request: AnchorRequest, row: dict[str, Any]) -> AnchorCounts:
    """Return the counts that an answer stands for."""
    answer = decode(CountedCandles, row)
    return AnchorCounts(request, np.array(answer.time, np.int64), np.array(answer.position, np.int64))


# -- what they take

_TIME = whole_number(FIRST_TIME, LAST_TIME)
_PRICE = number(-MAX_PRICE, MAX_PRICE)
_TIMES_SCHEMA = {"type": "array", "items": _TIME.schema}
_SERIES = (params.CHARTED, params.INTERVAL)
_VALUES_BODY = (
    *_SERIES,
    Param("kind", "what is computed", choice(*_TASK_OF), is_required=True),
    Param("start", "UNIX seconds: of the anchor, of the candle of an entry, or of the span", _TIME, is_json=True),
    Param("end", "UNIX seconds, exclusive: of the span of a profile or a volume", _TIME, is_json=True),
    raw_field(
        "ends",
        "of a vwap: UNIX seconds, ascending; each value is of the candles that open before",
        {**_TIMES_SCHEMA, "maxItems": MAX_SAMPLES},
    ),
    Param("rows", "of a profile", whole_number(1, MAX_ROWS), default=24, is_json=True),
    Param("value_area", "of a profile: the share of its volume", number(0, 1), default=0.7, is_json=True),
    Param("drawn", "of a position: the interval that its entry was drawn in", params.INTERVAL_KIND),
    *(Param(name, "of a position, split-adjusted", _PRICE, is_json=True) for name in ("entry", "target", "stop")),
)
_COUNTS_BODY = (
    *_SERIES,
    Param("reference", "UNIX seconds: the candle from which is counted", _TIME, is_required=True, is_json=True),
    raw_field("times", "UNIX seconds, ascending", {**_TIMES_SCHEMA, "maxItems": MAX_ANCHORS}, is_required=True),
)
ENDPOINTS = (
    Endpoint(
        "POST",
        VALUES_PATH,
        _read_values,
        "What a drawing shows of stored candles",
        ResponseSpec(ComputedValues, "of the finest interval that is stored without a gap; nothing is requested"),
        text=(
            "A mean price since a time weighted by volume, the volume by price of a span, what became of a position, "
            "or the volume of a span. Times are those of the candles of interval. What is not stored is not assumed: "
            "a position of which a candle touches both prices is decided by finer candles, or unknown."
        ),
        body=_VALUES_BODY,
        errors=(422,),
    ),
    Endpoint(
        "POST",
        COUNTS_PATH,
        _count_anchors,
        "How many candles lie between times",
        ResponseSpec(CountedCandles, "none while the calendar of the venue is not known"),
        text="Candles that are not stored are those that the calendar of the venue expects; nothing is requested.",
        body=_COUNTS_BODY,
        errors=(422,),
    ),
)

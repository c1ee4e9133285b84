"""Marks: bars that are flagged as odd, and on the time axis dividends, splits and capital gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from candledesk.cache.bar_messages import EventKind
from candledesk.cache.messages import BarsRequest
from candledesk.domain.errors import NotCachedError
from candledesk.domain.prices.oddity import odd_text
from candledesk.domain.span import HISTORY_START, Span
from candledesk.web.api.contract.endpoint import ResponseSpec, json_response
from candledesk.web.server.problems import RangeError
from candledesk.web.udf.bar_times import udf_times
from candledesk.web.udf.datafeed_endpoint import BASE, SECRET, DatafeedEndpoint
from candledesk.web.udf.history import FROM, RESOLUTION, TO
from candledesk.web.udf.symbols import SYMBOL, clean_text

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

MAX_MARKS = 1_000  # of one answer, the newest
_ODD_COLOUR, _ODD_SIZE = "yellow", 10
_LABELS = {EventKind.DIVIDEND: "D", EventKind.SPLIT: "S", EventKind.CAPITAL_GAIN: "C"}
_COLOURS = {EventKind.DIVIDEND: "blue", EventKind.SPLIT: "red", EventKind.CAPITAL_GAIN: "green"}


@dataclass(frozen=True, slots=True)
class DatafeedMarks:
    """Marks on bars, one array per field."""

    id: tuple[int, ...]
    time: tuple[int, ...]
    color: tuple[str, ...]
    text: tuple[str, ...]
    label: tuple[str, ...]
    labelFontColor: tuple[str, ...]  # noqa: N815 - the protocol's name
    minSize: tuple[int, ...]  # noqa: N815 - the protocol's name


@dataclass(frozen=True, slots=True)
class DatafeedTimescaleMark:
    """A mark on the time axis."""

    id: str
    time: Annotated[int, "of its bar"]
    color: str
    label: str
    tooltip: tuple[str, ...]


async def _udf_marks(context: RequestContext, request: RouteRequest) -> Response:
    """Answer from what is stored: a library asks for the marks of bars that it has."""
    symbol, interval, span = request.values["symbol"], request.values["resolution"], _read_span(context, request)
    try:
        reply = await context.settle(context.cache.load_bars(BarsRequest(symbol, interval, span, fill="none")))
    except NotCachedError:
        return json_response(DatafeedMarks((), (), (), (), (), (), ()))
    calendar = await context.settle(context.cache.read_calendar(symbol))
    flagged = sorted(reply.odd.items())[-MAX_MARKS:]
    times = udf_times(calendar, interval, np.array([time for time, _ in flagged], np.int64)).tolist()
    n_marks = len(flagged)
    return json_response(
        DatafeedMarks(
            id=tuple(time for time, _ in flagged),
            time=tuple(times),
            color=(_ODD_COLOUR,) * n_marks,
            text=tuple(odd_text(flags) for _, flags in flagged),
            label=("?",) * n_marks,
            labelFontColor=("black",) * n_marks,
            minSize=(_ODD_SIZE,) * n_marks,
        )
    )


async def _udf_timescale_marks(context: RequestContext, request: RouteRequest) -> Response:
    symbol, interval, span = request.values["symbol"], request.values["resolution"], _read_span(context, request)
    events = await context.settle(context.cache.read_corporate_events(symbol, interval))
    calendar = await context.settle(context.cache.read_calendar(symbol))
    times = udf_times(calendar, interval, np.array([event.open_time for event in events], np.int64)).tolist()
    shown = [(event, time) for event, time in zip(events, times, strict=True) if span.start <= time < span.end]
    return json_response([_timescale_mark(event, time) for event, time in shown[-MAX_MARKS:]])


def _timescale_mark(event: CorporateEvent, time: int) -> DatafeedTimescaleMark:
    name = event.kind.value.replace("_", " ").capitalize()
    unit = " new for 1 old" if event.kind is EventKind.SPLIT else f" {clean_text(event.currency)}"
    amount = f"{event.value:g}{unit}".rstrip()
    mark_id = f"{event.kind.value}-{event.date}"
    return DatafeedTimescaleMark(mark_id, time, _COLOURS[event.kind], _LABELS[event.kind], (name, amount))


def _read_span(context: RequestContext, request: RouteRequest) -> Span:
    start, end = request.values["from"], request.values["to"]
    end = context.now() + 1 if end is None else max(end, HISTORY_START + 1)
    start = HISTORY_START if start is None else max(start, HISTORY_START)
    if start >= end:
        raise RangeError("to", f"The span is empty: from {start} is not before to {end}")
    return Span(start, end)


ENDPOINTS = (
    DatafeedEndpoint(
        "GET",
        f"{BASE}/marks",
        _udf_marks,
        "UDF: stored bars that are flagged as odd",
        ResponseSpec(DatafeedMarks, "a mark for each, with the reason; empty of a symbol that is not in the cache"),
        path_params=(SECRET,),
        query=(SYMBOL, RESOLUTION, FROM, TO),
        errors=(404, 422),
    ),
    DatafeedEndpoint(
        "GET",
        f"{BASE}/timescale_marks",
        _udf_timescale_marks,
        "UDF: dividends, splits and capital gains",
        ResponseSpec(tuple[DatafeedTimescaleMark, ...], "by date; empty of a symbol that is not in the cache"),
        path_params=(SECRET,),
        query=(SYMBOL, RESOLUTION, FROM, TO),
        errors=(404, 422),
    ),
)

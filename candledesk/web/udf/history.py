"""Bars for a charting library: by their number, or of a span."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import orjson

from candledesk.cache.messages import BarsRequest, BreakerState
from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S
from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import HISTORY_START, Span
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import ResponseSpec, json_response
from candledesk.web.api.contract.params import Param, whole_number
from candledesk.web.server.problems import RangeError
from candledesk.web.udf.bar_times import udf_times
from candledesk.web.udf.datafeed_endpoint import BASE, SECRET, DatafeedEndpoint
from candledesk.web.udf.known_bars import fillable_gaps, known_bars
from candledesk.web.udf.prices import number_column
from candledesk.web.udf.symbols import SYMBOL

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.cache.messages import BarsReply
    from candledesk.domain.bars import Bars, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

WAIT_S = 20.0  # for a fill; a browser waits for minutes
MAX_BARS = 50_000  # of one answer
_N_POLLED = 2  # bars that the protocol's client polls
_CLOCK_SLACK_S = 30
_LARGEST_TIME = 2**40
_COLUMNS = (("o", "open"), ("h", "high"), ("l", "low"), ("c", "close"), ("v", "volume"))

Times = Annotated[tuple[int, ...] | orjson.Fragment, JsonField(is_left_out_empty=True), "seconds since 1970, ascending"]
Values = Annotated[tuple[float, ...] | orjson.Fragment, JsonField(is_left_out_empty=True), "one for each time"]
TIME_KIND = whole_number(-_LARGEST_TIME, _LARGEST_TIME)
RESOLUTION = Param("resolution", "bar length: minutes, or 1D 1W 1M 3M", params.ANY_INTERVAL_KIND, is_required=True)
FROM = Param("from", "first instant (inclusive) in seconds since 1970", TIME_KIND)
TO = Param("to", "last instant (exclusive) in seconds since 1970; now unless given", TIME_KIND)


@dataclass(frozen=True, slots=True)
class DatafeedHistory:
    """Bars as columns; ``no_data`` where there is none and nothing before."""

    s: Literal["ok", "no_data"]
    t: Times = ()
    o: Values = ()
    h: Values = ()
    l: Values = ()  # noqa: E741 - the protocol's name
    c: Values = ()
    v: Values = ()
    next_time: Annotated[
        int, JsonField("nextTime", is_left_out_empty=True), "with no_data: the time of the nearest older bar"
    ] = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for bars: ``countback`` of them before ``end``, or without it all from ``start`` on; UTC seconds."""

    symbol: str
    interval: Interval
    start: int
    end: int
    countback: int | None

    def is_poll(self, now: int) -> bool:
        """Tell whether these are the newest bars and so few that a client asks for them again and again."""
        return self.is_latest(now) and self.countback is not None and self.countback <= _N_POLLED

    def is_latest(self, now: int) -> bool:
        """Tell whether the end is the present, as the clock of the client has it."""
        return self.end >= now - _CLOCK_SLACK_S

    def request(self, now: int) -> BarsRequest:
        """Return the request to the cache; a bar more than is wanted, because the newest may be cut off by its time."""
        end = min(self.end, now + 1)
        if self.countback is not None:
            span = None if self.is_latest(now) else Span(min(HISTORY_START, end - 1), end)
            return BarsRequest(self.symbol, self.interval, span, timeout_s=WAIT_S, countback=self.countback + 1)
        margin_s = self.interval.longest_s if self.interval.step_s > DAY_S else self.interval.step_s
        span = Span(max(self.start - margin_s, HISTORY_START), end)
        return BarsRequest(self.symbol, self.interval, span, timeout_s=WAIT_S)


async def _udf_history(context: RequestContext, request: RouteRequest) -> Response:
    asked, now = _read_asked(request, context.now()), context.now()
    if min(asked.end, now) - asked.interval.longest_s <= HISTORY_START:
        return json_response(DatafeedHistory("no_data"))
    bars, times = await _load(context, asked)
    if len(bars):
        return json_response(await _encode(bars, times))
    if asked.countback is None and asked.start > HISTORY_START:
        older = _Asked(asked.symbol, asked.interval, HISTORY_START, asked.start, 1)
        _, times = await _load(context, older)
    return json_response(DatafeedHistory("no_data", next_time=int(times[-1]) if len(times) else 0))


def _read_asked(request: RouteRequest, now: int) -> _Asked:
    start, end, countback = (request.values[name] for name in ("from", "to", "countback"))
    end = now + 1 if end is None else end
    if not countback and start is None:
        raise InputError("from", "Neither from nor countback is given: one of them is needed")
    if not countback and start >= end:
        raise RangeError("to", f"The span is empty: from {start} is not before to {end}")
    symbol, interval = request.values["symbol"], request.values["resolution"]
    return _Asked(symbol, interval, HISTORY_START if start is None else start, end, countback or None)


async def _load(context: RequestContext, asked: _Asked) -> tuple[Bars, IntArray]:
    """Return the bars with their times; ``TooLateError`` when some may still come."""
    now = context.now()
    is_fresh = asked.is_poll(now) and context.polled.is_fresh(asked.symbol, asked.interval, now)
    request = asked.request(now)
    reply = await context.settle(context.cache.load_bars(replace(request, fill="none") if is_fresh else request))
    calendar = await context.settle(context.cache.read_calendar(asked.symbol))
    bars, gaps = reply.bars, fillable_gaps(reply, now)
    if not is_fresh:
        is_latest, is_out_of_reach = asked.is_latest(now), _is_out_of_reach(context, reply)
        bars = known_bars(reply, gaps, request.countback, is_latest=is_latest, is_out_of_reach=is_out_of_reach)
    if not gaps and request.span is None:
        context.polled.note(asked.symbol, asked.interval, now)
    times = udf_times(calendar, asked.interval, bars.open_time)
    lo, hi = np.searchsorted(times, [asked.start if asked.countback is None else HISTORY_START, asked.end])
    lo = max(lo, hi - (asked.countback or MAX_BARS))
    return bars.take(slice(lo, hi)), times[lo:hi]


def _is_out_of_reach(context: RequestContext, reply: BarsReply) -> bool:
    """Tell whether what is missing waits for the network, or for a pause that the provider has asked for."""
    if reply.complete:
        return False
    limiter = context.cache.limiter_state()
    is_silent = limiter.is_offline or limiter.unanswered_since is not None
    return is_silent or limiter.breaker is not BreakerState.CLOSED


async def _encode(bars: Bars, times: IntArray) -> DatafeedHistory:
    found: dict[str, Any] = {}
    for key, name in _COLUMNS:
        found[key] = number_column(getattr(bars, name))
        await asyncio.sleep(0)
    return DatafeedHistory("ok", number_column(times), **found)


ENDPOINTS = (
    DatafeedEndpoint(
        "GET",
        f"{BASE}/history",
        _udf_history,
        "UDF: bars",
        ResponseSpec(DatafeedHistory, "the bars as one array per field"),
        text=(
            "What is missing is fetched first, which may take 20 seconds; when it is not there by then the answer is "
            "an error (503) and never a hole, and asking again goes on. no_data without nextTime says that nothing "
            "older exists. A bar of which the venue trades only a part has the time at which trading begins in it."
        ),
        path_params=(SECRET,),
        query=(
            SYMBOL,
            RESOLUTION,
            FROM,
            TO,
            Param("countback", "so many bars before to; outranks from", whole_number(0, MAX_BARS)),
        ),
        errors=(404, 422),
    ),
)

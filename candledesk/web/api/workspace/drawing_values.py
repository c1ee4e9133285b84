"""What drawings show of stored candles, for pages that draw them: the values of the window, computed by the cache."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from candledesk.cache.drawing_messages import MAX_ANCHORS, MAX_SAMPLES, AnchorRequest, DrawingRequest
from candledesk.cache.messages import BarsRequest
from candledesk.cache.rules.drawing_tasks import COMPUTED, TaskInputs, drawing_task, shown_values
from candledesk.domain.errors import NotCachedError, UnknownSymbolError
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.web.api.workspace.drawing_places import read_basis, shown_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.drawing_messages import DrawingValues
    from candledesk.cache.messages import Adjust
    from candledesk.cache.rules.drawing_tasks import ShownValues
    from candledesk.domain.bars import Bars, FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.drawings.drawing import Drawing
    from candledesk.web.api.contract.endpoint import RequestContext
    from candledesk.web.api.workspace.drawing_places import Basis

_VWAP, _PROFILE = "anchored_vwap", "volume_profile"


@dataclass(frozen=True, slots=True)
class DrawnSeries:
    """The candles that drawings lie on; ``span``: of the chart that shows them."""

    symbol: str
    interval: Interval
    adjust: Adjust
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class _Chart:
    """The stored candles of a chart.

    ``open_time``: at least one, ``(n,)``; ``factor``: what their split-adjusted prices are multiplied by to be shown,
    ``(n,)``.
    """

    series: DrawnSeries
    open_time: IntArray
    factor: FloatArray
    basis: Basis

    @property
    def end(self) -> int:
        return int(self.open_time[-1]) + self.series.interval.step_s

    def inputs_of(self, one: Drawing) -> TaskInputs:
        prices = (math.nan if price is None else price for price in self.basis.prices_of(one, "splits"))
        spans = self.basis.spans_of(one, self.series.interval)
        return TaskInputs(one.type, whole_style(one), one.points, tuple(prices), spans)


async def values_of(context: RequestContext, drawings: Iterable[Drawing], series: DrawnSeries) -> dict[str, Any]:
    """Return ``values``, what each drawing shows of stored candles by its id (as JSON), and ``counts``.

    Of drawings that the interval shows and that reach into the stored candles of the span, or of its last
    ``MAX_SAMPLES`` ones. Prices are those of candles adjusted by ``series.adjust``: what was computed is split-adjusted
    and is multiplied by what the candle's close is adjusted by. ``counts``: ``time`` and ``position``, candles outside
    of the span beside points that matter within it, and how far each is from the first candle, whose time is
    ``reference``; those that are not stored are counted by the venue's calendar.
    """
    chart = await _read_chart(context, series)
    shown = shown_on(drawings, series.interval)
    if chart is None or not shown:
        return {"values": {}, "counts": None}
    ends = (*chart.open_time[1:].tolist(), chart.end)
    values = {}
    for one in shown:
        inputs = chart.inputs_of(one) if one.type in COMPUTED else None
        if inputs is None or not _is_seen(inputs, chart):
            continue
        task = drawing_task(inputs, ends if one.type == _VWAP else ())
        request = DrawingRequest(series.symbol, series.interval, task)
        answer = await context.settle(context.cache.drawing_bars.load_values(request))
        row = _encode(answer, shown_values(inputs, answer), inputs, chart)
        values[one.id] = orjson.Fragment(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY))
        await asyncio.sleep(0)  # a curve takes milliseconds; another request may run in between
    return {"values": values, "counts": await _counts(context, shown, chart)}


def _is_seen(inputs: TaskInputs, chart: _Chart) -> bool:
    is_begun = inputs.span.start < chart.end
    return is_begun and (not TOOLS[inputs.type].is_bounded or inputs.span.end > int(chart.open_time[0]))


async def _read_chart(context: RequestContext, series: DrawnSeries) -> _Chart | None:
    """Return the newest stored candles of the span, ``None`` when there are none."""
    try:
        bars = await _read_bars(context, series, "splits")
    except (NotCachedError, UnknownSymbolError):
        return None
    if not len(bars):
        return None
    factor = np.ones(len(bars))
    if series.adjust != "splits":
        shown = await _read_bars(context, series, series.adjust)
        at = np.minimum(np.searchsorted(shown.open_time, bars.open_time), max(len(shown) - 1, 0))
        is_same = shown.open_time[at] == bars.open_time  # bars may have been stored between the two
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = shown.close[at] / bars.close
        factor = np.where(is_same & np.isfinite(ratio), ratio, 1.0)
    return _Chart(series, bars.open_time, factor, await read_basis(context, series.symbol, "splits"))


async def _read_bars(context: RequestContext, series: DrawnSeries, adjust: Adjust) -> Bars:
    asked = BarsRequest(series.symbol, series.interval, series.span, "none", None, adjust, MAX_SAMPLES)
    reply = await context.settle(context.cache.load_bars(asked))
    if reply.next_open_time is None:
        return reply.bars
    counted = BarsRequest(
        series.symbol, series.interval, series.span, fill="none", adjust=adjust, countback=MAX_SAMPLES
    )
    return (await context.settle(context.cache.load_bars(counted))).bars


def _encode(answer: DrawingValues, shown: ShownValues, inputs: TaskInputs, chart: _Chart) -> dict[str, Any]:
    row: dict[str, Any] = {"source": answer.source, "has_gaps": answer.has_gaps, "note": shown.note}
    if inputs.type == _VWAP:
        row |= _curves(shown, chart)
    elif inputs.type == _PROFILE:
        last = int(np.searchsorted(chart.open_time, inputs.span.end)) - 1
        factor = float(chart.factor[max(last, 0)])
        names = "low", "high", "share", "in_value_area"
        rows = ((low * factor, high * factor, share, is_in) for low, high, share, is_in in shown.rows)
        row["rows"] = [dict(zip(names, one, strict=True)) for one in rows]
    elif inputs.type == "date_price_range":
        row["volume"] = shown.volume
    else:
        row["outcome"] = answer.outcome
    return row


def _curves(shown: ShownValues, chart: _Chart) -> dict[str, Any]:
    """Return the curves at the candles where they have a value."""
    mean = shown.curves.get("vwap")
    if mean is None:
        return {"time": [], "vwap": []}
    is_known = ~np.isnan(mean)
    factor = chart.factor[is_known]
    curves = {name: curve[is_known] * factor for name, curve in shown.curves.items()}
    return {"time": chart.open_time[is_known], **curves}


async def _counts(context: RequestContext, shown: Iterable[Drawing], chart: _Chart) -> dict[str, Any] | None:
    first, last = int(chart.open_time[0]), int(chart.open_time[-1])
    far: set[int] = set()
    for one in shown:
        tool, starts = TOOLS[one.type], [start for start, _ in chart.basis.spans_of(one, chart.series.interval)]
        goes_on = not tool.is_bounded or whole_style(one).get("extend", "none") != "none"
        if (goes_on and not tool.is_level) or (min(starts) <= last and max(starts) >= first):
            far.update(start for start in starts if not first <= start <= last)
    if not far:
        return None
    times = tuple(sorted(far)[:MAX_ANCHORS])
    request = AnchorRequest(chart.series.symbol, chart.series.interval, first, times)
    counts = await context.settle(context.cache.drawing_bars.count_anchors(request))
    return {"reference": first, "time": counts.open_time.tolist(), "position": counts.position.tolist()}

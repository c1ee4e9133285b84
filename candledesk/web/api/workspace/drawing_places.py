"""Where the points of drawings lie among the bars of a chart, for pages and scripts that draw them on candles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.cache.messages import BarsRequest
from candledesk.domain.bars import Bars
from candledesk.domain.compare.ratio import is_ratio, symbols_of
from candledesk.domain.errors import NotCachedError, UnknownSymbolError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.drawings.placing.bar_times import key_spans
from candledesk.drawings.placing.price_basis import price_factors
from candledesk.drawings.registry import TOOLS, whole_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.cache.messages import Adjust
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.adjust import DatedAction
    from candledesk.drawings.drawing import Drawing
    from candledesk.web.api.contract.endpoint import RequestContext

_Basis = tuple[str, "Sequence[DatedAction]", Bars | None]
"""Zone, corporate actions and daily bars of a symbol."""


async def places_of(
    context: RequestContext, drawings: Iterable[Drawing], interval: Interval, adjust: Adjust
) -> dict[str, Any]:
    """Return the look and the points of each drawing of a known tool that ``interval`` shows, by its id.

    ``style``: whole, with the tool's defaults; ``points``: ``t`` and ``until``, the span of the bar it was drawn in, in
    the times that key the bars of ``interval``, and ``p``, the price as candles adjusted by ``adjust`` have it.
    """
    bases: dict[str, _Basis] = {}
    found = {}
    for one in drawings:
        if one.type not in TOOLS or not one.is_shown_on(interval):
            continue
        if one.symbol not in bases:
            bases[one.symbol] = await _basis(context, one.symbol, adjust)
        found[one.id] = {"style": whole_style(one), "points": _points(one, interval, adjust, bases[one.symbol])}
    return found


def _points(one: Drawing, interval: Interval, adjust: Adjust, basis: _Basis) -> list[dict[str, Any]]:
    zone, actions, daily = basis
    spans = zip(*(part.tolist() for part in key_spans(one.points, interval, zone)), strict=True)
    factors = price_factors(one.points, adjust, actions, zone, daily, is_level=TOOLS[one.type].is_level).tolist()
    prices = [None if point.price is None else point.price * factors[at] for at, point in enumerate(one.points)]
    return [{"t": start, "until": end, "p": price} for (start, end), price in zip(spans, prices, strict=True)]


async def _basis(context: RequestContext, symbol: str, adjust: Adjust) -> _Basis:
    """Return what places the drawings of a symbol; of one that is not stored nothing is known but UTC."""
    first, daily = symbols_of(symbol)[0], INTERVALS["1d"]
    span = Span(HISTORY_START, context.now() + DAY_S) if adjust == "all" else None
    request = BarsRequest(first, daily, span, fill="none", countback=None if span else 1)
    try:
        reply = await context.settle(context.cache.load_bars(request))
    except (NotCachedError, UnknownSymbolError):
        return "UTC", (), None
    if is_ratio(symbol):
        return reply.instrument.tz, (), None
    actions = await context.settle(context.cache.read_corporate_events(symbol, daily))
    return reply.instrument.tz, actions, reply.bars if span else None

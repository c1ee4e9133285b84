"""Where the points of drawings lie among the bars of a chart, for pages and scripts that draw them on candles."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from candledesk.cache.messages import BarsRequest
from candledesk.domain.bars import Bars
from candledesk.domain.compare.ratio import is_ratio, symbols_of
from candledesk.domain.errors import NotCachedError, UnknownSymbolError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.drawings.drawing import PRICE_PANE
from candledesk.drawings.placing.bar_times import exact_spans, key_spans
from candledesk.drawings.placing.price_basis import price_factors
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.drawings.tools.ranges.position import plan_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.cache.messages import Adjust
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.adjust import DatedAction
    from candledesk.drawings.drawing import Drawing
    from candledesk.web.api.contract.endpoint import RequestContext

_POSITIONS = {"long_position": True, "short_position": False}  # by tool: whether it is long


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What places the drawings of a symbol: zone, corporate actions and, for dividends, daily bars."""

    zone: str = "UTC"
    actions: Sequence[DatedAction] = ()
    daily: Bars | None = None

    def spans_of(self, one: Drawing, interval: Interval) -> tuple[tuple[int, int], ...]:
        """Return start and end of the bar of each point, in the times that key the bars of an interval."""
        return tuple(zip(*(part.tolist() for part in key_spans(one.points, interval, self.zone)), strict=True))

    def prices_of(self, one: Drawing, adjust: Adjust) -> tuple[float | None, ...]:
        """Return the price of each point of a drawing of a known tool, as adjusted candles have it."""
        is_level = TOOLS[one.type].is_level
        factors = price_factors(one.points, adjust, self.actions, self.zone, self.daily, is_level=is_level).tolist()
        if one.pane != PRICE_PANE:
            factors = [1.0] * len(factors)
        return tuple(
            None if point.price is None else point.price * factor
            for point, factor in zip(one.points, factors, strict=True)
        )


def shown_on(drawings: Iterable[Drawing], interval: Interval) -> list[Drawing]:
    """Return the drawings of known tools that an interval shows."""
    return [one for one in drawings if one.type in TOOLS and one.is_shown_on(interval)]


async def places_of(
    context: RequestContext, drawings: Iterable[Drawing], interval: Interval, adjust: Adjust
) -> dict[str, Any]:
    """Return the look and the points of each drawing of a known tool that ``interval`` shows, by its id.

    ``style``: whole, with the tool's defaults; ``points``: ``t`` and ``until``, the span of the bar it was drawn in, in
    the times that key the bars of ``interval``, and ``p``, the price as candles adjusted by ``adjust`` have it (in the
    pane of an indicator its value); of a point of an intraday bar among bars that are keyed by dates also ``exact``,
    that span with the time of its clock. Of a position also ``plan``: its quantity, amounts and ratio.
    """
    bases: dict[str, Basis] = {}
    found = {}
    for one in shown_on(drawings, interval):
        if one.symbol not in bases:
            bases[one.symbol] = await read_basis(context, one.symbol, adjust)
        found[one.id] = _place(one, interval, adjust, bases[one.symbol])
    return found


def _place(one: Drawing, interval: Interval, adjust: Adjust, basis: Basis) -> dict[str, Any]:
    style, prices = whole_style(one), basis.prices_of(one, adjust)
    spans = basis.spans_of(one, interval)
    exact = map(tuple, exact_spans(one.points, interval, basis.zone).tolist())
    points = [
        {"t": span[0], "until": span[1], "p": price, **({} if span == clock else {"exact": clock})}
        for span, clock, price in zip(spans, exact, prices, strict=True)
    ]
    place: dict[str, Any] = {"style": style, "points": points}
    if one.type in _POSITIONS:
        known = [price for price in prices if price is not None]
        place["plan"] = asdict(plan_of(known, style, is_long=_POSITIONS[one.type]))
    return place


async def read_basis(context: RequestContext, symbol: str, adjust: Adjust) -> Basis:
    """Return what places the drawings of a symbol; of one that is not stored nothing is known but UTC."""
    first, daily = symbols_of(symbol)[0], INTERVALS["1d"]
    span = Span(HISTORY_START, context.now() + DAY_S) if adjust == "all" else None
    request = BarsRequest(first, daily, span, fill="none", countback=None if span else 1)
    try:
        reply = await context.settle(context.cache.load_bars(request))
    except (NotCachedError, UnknownSymbolError):
        return Basis()
    if is_ratio(symbol):
        return Basis(reply.instrument.tz)
    actions = await context.settle(context.cache.read_corporate_events(symbol, daily))
    return Basis(reply.instrument.tz, actions, reply.bars if span else None)

"""The reply for a ratio from the replies for its two series: nothing of a ratio is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import BarsReply
from candledesk.domain.compare.alignment import BarTimes
from candledesk.domain.compare.ratio import divide_bars, pair_bars
from candledesk.domain.instrument import Instrument, decimals_for
from candledesk.domain.span import Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.cache.messages import BarsRequest, DerivedSpan, Gap
    from candledesk.domain.bars import Bars, IntArray

RATIO_TYPE = "RATIO"
"""The ``quote_type`` of a ratio's instrument."""
_LEAST_DECIMALS = 4


@dataclass(frozen=True, eq=False, slots=True)
class Joined:
    """The reply for a ratio, and when its bars count."""

    reply: BarsReply
    times: BarTimes


def ratio_instrument(symbol: str, numerator: Instrument, denominator: Instrument, last: float | None) -> Instrument:
    """Return the instrument of a ratio: venue and zone of the numerator, no currency; ``last``: its last value."""
    firsts = [one.first_open_time for one in (numerator, denominator)]
    known = [first for first in firsts if first is not None]
    sources = dict.fromkeys(one.source for one in (numerator, denominator) if one.source)
    return Instrument(
        symbol,
        numerator.exchange,
        RATIO_TYPE,
        numerator.tz,
        None,
        decimals_for(_LEAST_DECIMALS, last),
        max(known) if len(known) == len(firsts) else None,
        f"{numerator.name or numerator.symbol} / {denominator.name or denominator.symbol}",
        numerator.exchange_name,
        ", ".join(sources),
    )


def join_replies(
    request: BarsRequest, replies: tuple[BarsReply, BarsReply], times: tuple[BarTimes, BarTimes]
) -> Joined:
    """Return the reply for a ratio; ``times``: when the bars of both replies count.

    It is complete when both are; its gaps are those of both, each with its symbol and reason.
    """
    above, below = replies
    rows, others = pair_bars(*times)
    bars = divide_bars(above.bars.take(rows), below.bars.take(others))
    kept = np.isin(above.bars.open_time[rows], bars.open_time)
    rows, others = rows[kept], others[kept]
    finals = [_finals(reply)[at] for reply, at in ((above, rows), (below, others))]
    last = float(bars.close[-1]) if len(bars) else None
    lookbacks = [reply.lookback_s for reply in replies if reply.lookback_s is not None]
    both = zip(_flags(above.odd, above.bars, rows), _flags(below.odd, below.bars, others), strict=True)
    odd = {time: one | other for time, (one, other) in zip(bars.open_time.tolist(), both, strict=True) if one | other}
    reply = BarsReply(
        request,
        above.span,
        bars,
        None if above.is_final is None or below.is_final is None else tuple((finals[0] & finals[1]).tolist()),
        ratio_instrument(request.symbol, above.instrument, below.instrument, last),
        _all_gaps(replies),
        None,
        above.rev + below.rev,  # rises with every change of either
        odd=odd,
        notes=(*above.notes, *below.notes, *_currency_notes(above.instrument, below.instrument)),
        derived=_all_derived(above.derived, below.derived),
        lookback_s=min(lookbacks, default=None),
    )
    of_rows = times[0]
    return Joined(reply, BarTimes(of_rows.begin[rows], of_rows.known[rows], of_rows.end[rows]))


def _finals(reply: BarsReply) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.ones(len(reply.bars), np.bool_) if reply.is_final is None else np.array(reply.is_final, np.bool_)


def _flags(odd: Mapping[int, int], bars: Bars, rows: IntArray) -> list[int]:
    return [odd.get(time, 0) for time in bars.open_time[rows].tolist()] if odd else [0] * len(rows)


def _all_gaps(replies: tuple[BarsReply, BarsReply]) -> tuple[Gap, ...]:
    gaps = [replace(gap, reason=f"{reply.request.symbol}: {gap.reason}") for reply in replies for gap in reply.gaps]
    return tuple(sorted(gaps, key=lambda gap: gap.span.start))


def _all_derived(first: tuple[DerivedSpan, ...], second: tuple[DerivedSpan, ...]) -> tuple[DerivedSpan, ...]:
    """Return where bars of either series were made from finer ones, ascending and disjoint."""
    taken = [span for span, _ in first]
    rest = [(Span(part.start, part.end), name) for span, name in second for part in subtract_spans([span], taken)]
    return tuple(sorted([*first, *rest], key=lambda row: row[0].start))


def _currency_notes(numerator: Instrument, denominator: Instrument) -> tuple[str, ...]:
    if numerator.currency == denominator.currency:
        return ()
    return (f"prices in {numerator.currency} over prices in {denominator.currency}, not converted",)

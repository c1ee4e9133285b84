"""Which bars of an answer a charting library may be given: those with nothing unknown between or behind them. Pure.

A library never reads again what it has, and takes fewer bars than it asked for as the beginning of all history. So what
is still being fetched is an error, which it asks for again, and never a hole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.errors import TooLateError
from candledesk.domain.instrument import start_of_history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.messages import BarsReply, Gap
    from candledesk.domain.bars import Bars

_CLOCK_SLACK_S = 120  # between the clocks of two reads, and of the floor of history


def known_bars(
    reply: BarsReply, gaps: Sequence[Gap], wanted: int | None, *, is_latest: bool, is_out_of_reach: bool
) -> Bars:
    """Return the bars behind the last gap; ``wanted``: how many suffice, ``None``: all of the span, without a gap.

    In an answer up to now (``is_latest``) the gap behind which no bar is stored holds what is still to come, and stored
    bars that are out of date. It is accepted while the provider is out of reach (``is_out_of_reach``, or the last try
    failed). Raises ``TooLateError`` where bars are missing that may still come.
    """
    bars, first, holes = reply.bars, 0, []
    for gap in sorted(gaps, key=lambda one: one.span):
        is_last = bool(len(bars)) and int(bars.open_time[-1]) < gap.span.end
        if is_latest and is_last and (is_out_of_reach or gap.retry_at is not None):
            continue
        holes.append(gap)
        first = len(bars) if is_last else max(first, int(np.searchsorted(bars.open_time, gap.span.end)))
    if holes and (wanted is None or len(bars) - first < wanted):
        raise TooLateError(f"Candles are missing still, ask again: {holes[-1].reason}")
    return bars.take(slice(first, None))


def fillable_gaps(reply: BarsReply, now: int) -> tuple[Gap, ...]:
    """Return the gaps of a reply without what lies before the beginning of all history (``start_of_history``)."""
    start = start_of_history(reply.instrument, reply.request.interval, reply.lookback_s, now)
    if start is None:
        return reply.gaps
    return tuple(gap for gap in reply.gaps if gap.span.end > start.time + _CLOCK_SLACK_S)

"""The last bars before an instant by their number: when enough are read, and how an answer is cut to them. Pure.

The calendar shows how far back so many bars may reach, but not of which of them nothing was traded: an answer can hold
fewer, and then it is read from further back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.instrument import start_of_history
from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from candledesk.cache.messages import BarsReply

MORE = 2  # times as many expected bars in the next try


def has_enough(reply: BarsReply, countback: int, now: int) -> bool:
    """Return whether ``reply`` has so many bars, or reading from further back at ``now`` (UTC seconds) is of no use.

    That is so where the history begins, and where bars are missing that were asked for already.
    """
    if len(reply.bars) >= countback or not reply.complete or reply.span.start <= HISTORY_START:
        return True
    begin = start_of_history(reply.instrument, reply.request.interval, reply.lookback_s, now)
    return begin is not None and reply.span.start <= begin.time


def cut_to_last(reply: BarsReply, countback: int) -> BarsReply:
    """Return the last ``countback`` bars of an answer, with what concerns their span only."""
    n_more = len(reply.bars) - countback
    if n_more <= 0:
        return reply
    bars = reply.bars.take(slice(n_more, None))
    span = Span(int(bars.open_time[0]), reply.span.end)
    parts = ((gap, gap.span.intersect(span)) for gap in reply.gaps)
    derived = ((part, source) for one, source in reply.derived if (part := one.intersect(span)) is not None)
    return replace(
        reply,
        span=span,
        bars=bars,
        is_final=None if reply.is_final is None else reply.is_final[n_more:],
        gaps=tuple(replace(gap, span=part) for gap, part in parts if part is not None),
        odd={time: flags for time, flags in reply.odd.items() if time >= span.start},
        derived=tuple(derived),
    )

"""Bars by their number: when enough are read before an instant, and how an answer is cut to them. Pure.

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
    return _cut(reply, slice(n_more, None), Span(int(reply.bars.open_time[n_more]), reply.span.end))


def cut_to_first(reply: BarsReply, limit: int) -> BarsReply:
    """Return the first ``limit`` bars of an answer, with what concerns their span only."""
    if len(reply.bars) <= limit:
        return reply
    return _cut(reply, slice(limit), Span(reply.span.start, int(reply.bars.open_time[limit])))


def _cut(reply: BarsReply, rows: slice, span: Span) -> BarsReply:
    parts = ((gap, gap.span.intersect(span)) for gap in reply.gaps)
    derived = ((part, source) for one, source in reply.derived if (part := one.intersect(span)) is not None)
    return replace(
        reply,
        span=span,
        bars=reply.bars.take(rows),
        is_final=None if reply.is_final is None else reply.is_final[rows],
        gaps=tuple(replace(gap, span=part) for gap, part in parts if part is not None),
        odd={time: flags for time, flags in reply.odd.items() if span.start <= time < span.end},
        derived=tuple(derived),
    )

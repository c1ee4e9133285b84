"""Bars by their number: when enough are read before an instant, and how an answer is cut to them. Pure.

The calendar shows how far back so many bars may reach, but not which of them were traded or are stored: an answer can
hold fewer, and then it is read from further back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from candledesk.cache.messages import BarsReply, BarsRequest

MORE = 2  # times as many expected bars in the next try


async def load_last(
    request: BarsRequest, load: Callable[[BarsRequest], Awaitable[BarsReply]], elapsed: Callable[[], float]
) -> BarsReply:
    """Return the last bars by their number, read from further back while there are too few.

    ``load`` answers a request for so many expected bars; ``elapsed`` returns seconds since any instant. Once bars could
    not be had, older ones are only read where they are stored: nothing more is asked for them.
    """
    wanted, tried, began = request.countback or 1, request, elapsed()
    further = nearest = await load(tried)
    while not has_enough(further, wanted):
        left_s = None if request.timeout_s is None else request.timeout_s - (elapsed() - began)
        fill = tried.fill if further.complete else "none"
        tried = replace(tried, countback=(tried.countback or 1) * MORE, timeout_s=left_s, fill=fill)
        start, further = further.span.start, await load(tried)
        if len(further.bars) > len(nearest.bars):
            nearest = further
        if further.span.start >= start:  # the calendar names nothing older
            break
    return cut_to_last(replace(nearest, request=request), wanted)


def has_enough(reply: BarsReply, countback: int) -> bool:
    """Return whether ``reply`` has so many bars, or begins where nothing older can be: at the listing, where known."""
    listed = reply.instrument.first_open_time
    oldest = HISTORY_START if listed is None else listed - listed % DAY_S
    return len(reply.bars) >= countback or reply.span.start <= max(oldest, HISTORY_START)


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

"""How a series was known at an instant: the bars that were closed, on the split basis of that time. Pure.

The store keeps no former versions of bars: a price that the provider corrected later is the corrected one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import bar_close_times, span_before
from candledesk.domain.errors import InputError
from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.messages import BarsReply, BarsRequest
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.prices.adjust import DatedAction


def check_as_of(as_of: int, now: int) -> None:
    """Raise ``InputError`` for an instant in the future."""
    if as_of > now:
        raise InputError(
            "as_of", "What is known at a time in the future is not known yet: as_of must not be later than now"
        )


def request_as_known(request: BarsRequest, now: int, n_latest: int) -> BarsRequest:
    """Return a request whose span ends at its ``as_of`` at the latest; unchanged without one.

    ``n_latest``: how many bars are meant where neither a span nor a number is named. Raises ``InputError`` for an
    ``as_of`` in the future, before the span, or with prices as they were sent: on which basis they would have been sent
    then is not known.
    """
    as_of = request.as_of
    if as_of is None:
        return request
    check_as_of(as_of, now)
    if request.raw:
        raise InputError("as_of", "Leave out as_of or raw: how prices would have been sent then is not known")
    if request.span is None:
        start, end, countback = min(HISTORY_START, as_of - 1), as_of, request.countback or request.limit or n_latest
        return replace(request, span=Span(start, end), countback=countback, limit=None)
    end = min(request.span.end, as_of)
    start = min(request.span.start, end - 1) if request.countback is not None else request.span.start
    if start >= end:
        raise InputError("as_of", "Nothing of the span was known then: as_of must be after its beginning")
    return replace(request, span=Span(start, end))


def is_known(calendar: SessionCalendar, date: int, as_of: int) -> bool:
    """Tell whether the session of an ex-date (00:00 UTC), or the next one, had opened by an instant."""
    row = int(np.searchsorted(calendar.date, date))
    return (int(calendar.open[row]) if row < len(calendar) else date) <= as_of


def later_split_ratio(calendar: SessionCalendar, actions: Iterable[DatedAction], as_of: int) -> float:
    """Return the product of the splits after an instant: new shares per old."""
    later = (one for one in actions if one.kind == "split" and one.value > 0)
    return float(np.prod([one.value for one in later if not is_known(calendar, one.date, as_of)]))


def without_splits(bars: Bars, ratio: float) -> Bars:
    """Return the bars on the basis before splits of a product ``ratio``."""
    if ratio == 1.0:
        return bars
    opens, highs, lows, closes = (price * ratio for price in (bars.open, bars.high, bars.low, bars.close))
    return Bars(bars.open_time, opens, highs, lows, closes, bars.volume / ratio)


def reply_as_known(reply: BarsReply, calendar: SessionCalendar, as_of: int) -> BarsReply:
    """Return an answer with what had ended by an instant: bars that were closed, and gaps in which others had."""
    interval, bars = reply.request.interval, reply.bars
    is_closed = bar_close_times(calendar, interval, bars.open_time) <= as_of
    newest = np.array([span_before(calendar, interval, as_of, 1).start], np.int64)
    has_closed = int(bar_close_times(calendar, interval, newest)[0]) <= as_of
    end = as_of if has_closed else min(as_of, int(newest[0]))  # of what was to be known then
    known = Span(min(reply.span.start, end - 1), end)
    gaps = ((gap, gap.span.intersect(known)) for gap in reply.gaps)
    following = reply.next_open_time
    return replace(
        reply,
        bars=bars.take(is_closed),
        is_final=None if reply.is_final is None else tuple(np.array(reply.is_final, np.bool_)[is_closed].tolist()),
        gaps=tuple(replace(gap, span=part) for gap, part in gaps if part is not None),
        next_open_time=following if following is not None and following < end else None,
        odd={time: flags for time, flags in reply.odd.items() if time < end},
    )

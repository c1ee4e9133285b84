"""Windows: how gaps are cut into provider requests, how far those overlap, and what the look-back allows. Pure.

A request asks for a window and an overlap with closed bars beside it, which are compared (DESIGN.md, rule 3). Both
together stay within the widest span that the provider answers (``Interval.window_s``); requests are few (rule 9), so
windows are as wide as the overlap leaves room for, cut from the newest end of a gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span, merge_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

_OVERLAP_SHARE = 4  # where the provider allows less than the table, an overlap takes a quarter of it at most


def plan_windows(
    gaps: Iterable[Span],
    interval: Interval,
    *,
    window_s: int | None = None,
    calendar: SessionCalendar | None = None,
    now: int | None = None,
    known: Sequence[Span] = (),
) -> list[Span]:
    """Cut ``gaps`` into windows, newest first; each fits into one request together with its overlap.

    ``window_s``: the widest request in seconds (default: the interval's). Cuts are counted from the newest end of each
    gap and moved up to the open of a session, so that the overlap of the next window holds bars. Room is kept for the
    overlap on the newer side, and on the older side of the oldest window where one of the ``known`` spans lies beside
    it. Without a ``calendar`` an overlap is a day (1d: five days); at ``now`` (UTC seconds) there is none. The windows
    cover the gaps exactly. Raises ``ValueError`` when ``window_s`` is not positive.
    """
    wanted_s = interval.window_s if window_s is None else window_s
    if wanted_s <= 0:
        msg = f"window_s must be positive, not {wanted_s}"
        raise ValueError(msg)
    size_s = max(wanted_s // interval.step_s, 1) * interval.step_s
    windows: list[Span] = []
    for gap in reversed(merge_spans(gaps)):
        end = gap.end
        older_s = _overlap_before(gap.start, interval, size_s, calendar)
        if not any(span.start < gap.start and span.end > gap.start - older_s for span in known):
            older_s = 0
        while True:
            newer_s = _overlap_after(end, interval, size_s, calendar, now)
            room_s = max(size_s - newer_s, interval.step_s)
            if end - gap.start <= max(room_s - older_s, interval.step_s):
                windows.append(Span(gap.start, end))
                break
            cut = _move_cut(max(end - room_s, gap.start), end, interval, calendar)
            cut = cut if cut > gap.start else end - max(room_s - older_s, interval.step_s)
            windows.append(Span(cut, end))
            end = cut
    return windows


def asked_span(
    window: Span,
    interval: Interval,
    *,
    window_s: int | None = None,
    calendar: SessionCalendar | None = None,
    now: int | None = None,
) -> Span:
    """Return the span of the request for ``window``: with an overlap on both sides as far as there is room.

    First on the newer side, where what was fetched before lies, then on the older one; none into the future. The
    other arguments as for ``plan_windows``.
    """
    size_s = interval.window_s if window_s is None else window_s
    room_s = max(size_s - (window.end - window.start), 0)
    newer_s = min(_overlap_after(window.end, interval, size_s, calendar, now), room_s)
    older_s = min(_overlap_before(window.start, interval, size_s, calendar), room_s - newer_s)
    return Span(window.start - older_s, window.end + newer_s)


def _usual_overlap_s(interval: Interval) -> int:
    return 5 * DAY_S if interval.is_daily else DAY_S


def _overlap_after(end: int, interval: Interval, size_s: int, calendar: SessionCalendar | None, now: int | None) -> int:
    """Return the seconds after ``end`` that hold closed bars to compare: to the close of the next session."""
    overlap_s = _usual_overlap_s(interval)
    if calendar is not None and not interval.is_daily:
        row = int(np.searchsorted(calendar.close, end, side="right"))
        overlap_s = max(overlap_s, int(calendar.close[row]) - end) if row < len(calendar) else overlap_s
    if now is not None:
        overlap_s = min(overlap_s, max(now - end, 0))
    return min(overlap_s, size_s // _OVERLAP_SHARE) if size_s < interval.window_s else min(overlap_s, size_s // 2)


def _overlap_before(start: int, interval: Interval, size_s: int, calendar: SessionCalendar | None) -> int:
    """Return the seconds before ``start`` that hold closed bars to compare: from the open of the session before."""
    overlap_s = _usual_overlap_s(interval)
    if calendar is not None and not interval.is_daily:
        row = int(np.searchsorted(calendar.open, start)) - 1
        overlap_s = max(overlap_s, start - int(calendar.open[row])) if row >= 0 else overlap_s
    return min(overlap_s, size_s // _OVERLAP_SHARE) if size_s < interval.window_s else min(overlap_s, size_s // 2)


def _move_cut(cut: int, end: int, interval: Interval, calendar: SessionCalendar | None) -> int:
    """Move a cut up to the open of the next session, where one opens before ``end``."""
    if calendar is None or interval.is_daily:
        return cut
    row = int(np.searchsorted(calendar.open, cut))
    return int(calendar.open[row]) if row < len(calendar) and int(calendar.open[row]) < end else cut

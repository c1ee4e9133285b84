"""Windows: the division of gaps into provider requests, and the overlap of requests. Pure.

A request covers a window and an overlap with closed bars beside it, which are compared with the stored ones (DESIGN.md,
rule 3). Both together are at most as wide as the provider allows (``FetchLimits.window_s``). Requests are to be few
(rule 9), so windows are as wide as possible beside the overlap; they are cut from the newest end of a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span, merge_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

_OVERLAP_SHARE = 4  # an overlap takes at most a quarter of a request that is narrower than the table's limit


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of a provider for one interval.

    ``lookback_s``: how far back from now bars can be fetched (``None``: to the listing date), with a margin, because
    the provider checks its limit by its own clock; ``window_s``: the widest span of one request, with its overlap.
    """

    lookback_s: int | None
    window_s: int


def plan_windows(
    gaps: Iterable[Span],
    interval: Interval,
    limits: FetchLimits,
    *,
    window_s: int | None = None,
    calendar: SessionCalendar | None = None,
    now: int | None = None,
    known: Sequence[Span] = (),
) -> list[Span]:
    """Cut ``gaps`` into windows, newest first; each fits into one request together with its overlap.

    ``window_s``: the widest request in seconds, used in place of that of ``limits`` after the provider has refused it.
    Cuts are counted from the newest end of each gap and moved up to the open of a session, so that the overlap of the
    next window contains bars. Space is reserved for the overlap on the newer side, and on the older side of the oldest
    window where one of the ``known`` spans is beside it. Without a ``calendar`` an overlap is a day (1d: five days);
    there is no overlap after ``now`` (UTC seconds). The windows cover the gaps exactly. Raises ``ValueError`` when
    ``window_s`` is not positive.
    """
    wanted_s = limits.window_s if window_s is None else window_s
    if wanted_s <= 0:
        msg = f"window_s must be positive, not {wanted_s}"
        raise ValueError(msg)
    size_s = max(wanted_s // interval.step_s, 1) * interval.step_s
    most_s = _most_overlap_s(size_s, limits)
    windows: list[Span] = []
    for gap in reversed(merge_spans(gaps)):
        end = gap.end
        older_s = _overlap_before(gap.start, interval, most_s, calendar)
        if not any(span.start < gap.start and span.end > gap.start - older_s for span in known):
            older_s = 0
        while True:
            newer_s = _overlap_after(end, interval, most_s, calendar, now)
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
    limits: FetchLimits,
    *,
    window_s: int | None = None,
    calendar: SessionCalendar | None = None,
    now: int | None = None,
) -> Span:
    """Return the span of the request for ``window``, with overlaps on both sides as far as the limit allows.

    The newer side has precedence, because it is next to bars that were fetched before; no overlap is after ``now``. The
    other arguments are those of ``plan_windows``.
    """
    size_s = limits.window_s if window_s is None else window_s
    most_s = _most_overlap_s(size_s, limits)
    room_s = max(size_s - (window.end - window.start), 0)
    newer_s = min(_overlap_after(window.end, interval, most_s, calendar, now), room_s)
    older_s = min(_overlap_before(window.start, interval, most_s, calendar), room_s - newer_s)
    return Span(window.start - older_s, window.end + newer_s)


def _most_overlap_s(size_s: int, limits: FetchLimits) -> int:
    return size_s // (_OVERLAP_SHARE if size_s < limits.window_s else 2)


def _usual_overlap_s(interval: Interval) -> int:
    return 5 * DAY_S if interval.is_daily else DAY_S


def _overlap_after(end: int, interval: Interval, most_s: int, calendar: SessionCalendar | None, now: int | None) -> int:
    """Return the seconds from ``end`` to the close of the next session, whose bars are compared; ``most_s`` at most."""
    overlap_s = _usual_overlap_s(interval)
    if calendar is not None and not interval.is_daily:
        row = int(np.searchsorted(calendar.close, end, side="right"))
        overlap_s = max(overlap_s, int(calendar.close[row]) - end) if row < len(calendar) else overlap_s
    if now is not None:
        overlap_s = min(overlap_s, max(now - end, 0))
    return min(overlap_s, most_s)


def _overlap_before(start: int, interval: Interval, most_s: int, calendar: SessionCalendar | None) -> int:
    """Return the seconds from the open of the session before to ``start``, to be compared; ``most_s`` at most."""
    overlap_s = _usual_overlap_s(interval)
    if calendar is not None and not interval.is_daily:
        row = int(np.searchsorted(calendar.open, start)) - 1
        overlap_s = max(overlap_s, start - int(calendar.open[row])) if row >= 0 else overlap_s
    return min(overlap_s, most_s)


def _move_cut(cut: int, end: int, interval: Interval, calendar: SessionCalendar | None) -> int:
    """Move a cut up to the open of the next session, where one opens before ``end``."""
    if calendar is None or interval.is_daily:
        return cut
    row = int(np.searchsorted(calendar.open, cut))
    return int(calendar.open[row]) if row < len(calendar) and int(calendar.open[row]) < end else cut

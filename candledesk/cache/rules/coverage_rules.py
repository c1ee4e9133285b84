"""From a provider's answer to what is now known: the coverage entries of one window (DESIGN.md, rule 1). Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.rules.damaged_bars import keep_damage
from candledesk.domain.calendar.sessions import bar_close_times, expected_open_times, session_of
from candledesk.domain.calendar.update_times import backoff_interval_s, forming_pause_s, idle_trading_s, settle_s
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.span import HISTORY_START, Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import Bars, BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

# How long "asked, and nothing there" is valid, by the age of the session (yahoo.md §4.6: sessions have come back
# after days to weeks). Older than the last row: final.
_EMPTY_LADDER = (
    (6 * HOUR_S, HOUR_S),
    (DAY_S, 6 * HOUR_S),
    (3 * DAY_S, DAY_S),
    (7 * DAY_S, 3 * DAY_S),
    (30 * DAY_S, 7 * DAY_S),
    (60 * DAY_S, 30 * DAY_S),
)
_FOREVER = 2**40
CONFIRM_S = HOUR_S  # a single empty answer may be an outage, and minutes leave the look-back for ever: ask once more
NO_TRADES = "asked: the provider has no bars here"
LOST = "asked: the provider sent these bars without a close"


def empty_expiry(close_time: int, now: int) -> int | None:
    """Return until when an empty session that closed at ``close_time`` counts as empty (``None``: for ever)."""
    age = now - close_time
    return next((_together(now, wait) for limit, wait in _EMPTY_LADDER if age < limit), None)


def _together(now: int, wait: int) -> int:
    """Return about ``now + wait``, rounded to a shared grid so that retries of neighbours fall into one request."""
    return (now + wait + wait // 2) // wait * wait


def final_times(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> IntArray:
    """Return when each bar can no longer change (UTC seconds)."""
    return bar_close_times(calendar, interval, open_time) + settle_s(calendar, interval)


def _provisional_expiry(finals: IntArray, interval: Interval, now: int, idle_s: int) -> int:
    """Return when what forms or settles is asked again; less and less where nothing came for ``idle_s`` seconds."""
    pause = forming_pause_s(interval)
    backoff_s = backoff_interval_s(pause, idle_s)
    return now + backoff_s if backoff_s > pause else min(now + pause, max(int(finals.min()), now + 1))


def _begin(calendar: SessionCalendar, interval: Interval, open_time: int) -> int:
    """Return when a bar begins: a daily one with its session, hours after its key."""
    row = int(session_of(calendar, interval, np.array([open_time], np.int64))[0])
    return int(calendar.open[row]) if interval.is_daily and row >= 0 else open_time


def _missing_sessions(
    window: Span, expected: IntArray, bars: Bars, calendar: SessionCalendar, interval: Interval
) -> list[Span]:
    sessions = session_of(calendar, interval, expected)
    with_bars = np.unique(session_of(calendar, interval, bars.open_time))
    is_empty = ~np.isin(sessions, with_bars)
    spans = []
    for session in np.unique(sessions[is_empty]):
        times = expected[sessions == session]
        spans.append(Span(int(times[0]), min(int(times[-1]) + interval.step_s, window.end)))
    return spans


def _unanswered_tail(expected: IntArray, bars: Bars, end: int, interval: Interval) -> list[Span]:
    """Return what is expected from the newest bar of an answer on, where more is expected after it.

    Perhaps nobody traded; perhaps it is not published yet, or our clock is ahead and the newest bar still forms.
    """
    if not len(bars) or not len(expected) or expected[-1] <= bars.open_time[-1]:
        return []
    tail = expected[expected >= bars.open_time[-1]]
    return [Span(int(tail[0]), min(int(tail[-1]) + interval.step_s, end))]


def cover_window(
    window: Span,
    bars: Bars,
    calendar: SessionCalendar,
    interval: Interval,
    now: int,
    previous: Sequence[Coverage] = (),
    newest: int | None = None,
) -> list[Coverage]:
    """Return what is known of ``window`` after the provider answered with the clean ``bars``.

    ``bars`` may reach beyond the window (the overlap). Sessions without a single bar are ``known_empty``, and so is,
    for a day, what follows the newest bar; bars that may still change are ``provisional``; the rest is ``have``,
    minutes without trades included (yahoo.md §4.7). Nothing is said of the future. ``previous``: the ledger before this
    answer: a session counts as empty for long only when a second answer says so. ``newest``: the open time of
    the newest bar of the series, stored or answered: where nothing new comes, less is asked.
    """
    expected = expected_open_times(calendar, interval, window)
    expected = expected[expected <= now]
    if not len(expected):
        return []
    finals = final_times(calendar, interval, expected)
    first_open = int(np.searchsorted(finals, now, side="right"))
    if first_open == len(expected):
        end = window.end if window.end <= now else min(window.end, int(expected[-1]) + interval.step_s, now + 1)
        return _cover_settled(Span(window.start, end), expected, bars, calendar, interval, now, previous)
    end = int(expected[first_open])
    last = min(int(expected[-1]) + interval.step_s, max(window.end, end + 1))
    idle_s = 0 if newest is None else idle_trading_s(calendar, interval, newest, now)
    expiry = max(_provisional_expiry(finals[first_open:], interval, now, idle_s), _begin(calendar, interval, end))
    covered = [Coverage(Span(end, last), CoverageState.PROVISIONAL, now, expiry, "still forming or settling")]
    if window.start < end:
        settled, asked = Span(window.start, end), expected[:first_open]
        covered.extend(_cover_settled(settled, asked, bars, calendar, interval, now, previous))
    return covered


def _cover_settled(
    settled: Span,
    asked: IntArray,
    bars: Bars,
    calendar: SessionCalendar,
    interval: Interval,
    now: int,
    previous: Sequence[Coverage],
) -> list[Coverage]:
    """Return what is known of the part of a window whose bars (expected at ``asked``) can no longer change."""
    empty = _missing_sessions(settled, asked, bars, calendar, interval)
    doubtful = [_empty(span, calendar, interval, now, previous) for span in empty]
    tails = subtract_spans(_unanswered_tail(asked, bars, settled.end, interval), empty)
    idle_s = [_empty(span, calendar, interval, now, previous) for span in tails]
    doubtful += [row for row in idle_s if now - row.span.end < DAY_S]
    rest = subtract_spans([settled], [row.span for row in doubtful])
    return doubtful + [Coverage(span, CoverageState.HAVE, now) for span in rest]


def _empty(
    span: Span, calendar: SessionCalendar, interval: Interval, now: int, previous: Sequence[Coverage]
) -> Coverage:
    last = np.array([span.end - interval.step_s], np.int64)
    close = int(bar_close_times(calendar, interval, np.maximum(last, span.start))[0])
    expiry = empty_expiry(close, now)
    if not any(row.state is CoverageState.KNOWN_EMPTY and row.span.overlaps(span) for row in previous):
        expiry = _together(now, CONFIRM_S)
    return Coverage(span, CoverageState.KNOWN_EMPTY, now, expiry, NO_TRADES)


def cover_lost(
    lost: IntArray,
    covered: Sequence[Coverage],
    calendar: SessionCalendar,
    interval: Interval,
    now: int,
    previous: Sequence[Coverage],
) -> list[Coverage]:
    """Return what is known of bars that were sent without a close though they traded: asked again while that is new.

    ``lost``: ascending open times; ``covered``: what ``cover_window`` says of the same answer. Only what that takes for
    settled is looked at, bars beside each other together.
    """
    rows: list[Coverage] = []
    for row in covered:
        if row.state is not CoverageState.HAVE:
            continue
        times = lost[(lost >= row.span.start) & (lost < row.span.end)]
        for run in np.split(times, np.flatnonzero(np.diff(times) > interval.step_s) + 1) if len(times) else ():
            span = Span(int(run[0]), min(int(run[-1]) + interval.step_s, row.span.end))
            rows.append(replace(_empty(span, calendar, interval, now, previous), reason=LOST))
    return rows


def cover_failure(failed: Coverage, previous: Sequence[Coverage]) -> list[Coverage]:
    """Return what a failure or a refusal changes: only what was not known before is unknown for that reason.

    ``previous``: the ledger where ``failed`` lies. What is stored stays as it is. What had expired is not asked again
    before the failure is. Damaged bars stay damaged (``keep_damage``). Of bars that may still change it is said that
    their last refresh failed, unless that is for good (a refusal without an end says nothing of them).
    """
    known = [row for row in previous if row.state is not CoverageState.FAILED and row.span.overlaps(failed.span)]
    lacking = subtract_spans([failed.span], [row.span for row in known])
    rows = [row for part in lacking for row in keep_damage(replace(failed, span=part), previous)]
    for row in known:
        part = row.span.intersect(failed.span)
        if part is None or row.expires_at is None or failed.expires_at is None:
            continue
        expires_at, reason = max(row.expires_at, failed.expires_at), row.reason
        if row.state is CoverageState.PROVISIONAL:
            reason = f"last refresh failed: {failed.reason}"
        if (expires_at, reason) != (row.expires_at, row.reason):
            rows.append(replace(row, span=part, expires_at=expires_at, reason=reason))
    return rows


def cover_retired(previous: Sequence[Coverage], now: int, symbol: str) -> list[Coverage]:
    """Return what is known of a series that nobody can be asked for any more: what is stored, and nothing else.

    ``previous``: its whole ledger; ``symbol``: what the former company's bars are kept as.
    """
    stored = (CoverageState.HAVE, CoverageState.PROVISIONAL, CoverageState.KNOWN_EMPTY)
    kept = [replace(row, expires_at=None) for row in previous if row.state in stored]
    kept = [
        replace(row, state=CoverageState.HAVE, reason="") if row.state is CoverageState.PROVISIONAL else row
        for row in kept
    ]
    reason = f"{symbol} is no symbol of the provider: another company has it now"
    rest = subtract_spans([Span(HISTORY_START, _FOREVER)], [row.span for row in kept])
    return [*kept, *(Coverage(span, CoverageState.REFUSED, now, None, reason) for span in rest)]


def final_mask(
    coverage: Sequence[Coverage], bars: Bars, calendar: SessionCalendar, interval: Interval, now: int
) -> BoolArray:
    """Tell for each bar whether it can no longer change: its time has come, and it was fetched after that.

    ``interval`` may be derived: a week is final when its last session is.
    """
    if interval.base is interval:
        return is_final_mask(coverage, bars) & (final_times(calendar, interval, bars.open_time) <= now)
    return final_times(calendar, interval, bars.open_time) <= now


def is_final_mask(coverage: Sequence[Coverage], bars: Bars) -> BoolArray:
    """Tell for each bar whether no provisional span holds it."""
    mask = np.ones(len(bars), np.bool_)
    for row in coverage:
        if row.state is CoverageState.PROVISIONAL:
            lo, hi = np.searchsorted(bars.open_time, [row.span.start, row.span.end])
            mask[lo:hi] = False
    return mask

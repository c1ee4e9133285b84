"""The first request for a new symbol: it looks the instrument up, and brings bars that are needed anyway. Pure.

Before it neither the listing date nor the venue is known, so its window is what the provider answers for every symbol:
dailies as far back as one request may reach, intraday bars within the interval's look-back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.rules.planner import Facts, chart_reach_s
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.domain.windows import FetchLimits

DAILY_FIRST_REQUEST_S = 10 * DAY_S  # a plain look: the latest daily bars


@dataclass(frozen=True, slots=True)
class FirstRequest:
    """One request for a symbol of which nothing is known; ``is_extended``: with extended hours."""

    interval: Interval
    window: Span
    is_extended: bool


def daily_first_request(now: int, *, is_24h: bool, interval: Interval = INTERVALS["1d"]) -> FirstRequest:
    """Return the look that hardly anything can refuse: the latest daily bars, or those of ``interval``."""
    today = now // DAY_S * DAY_S
    if interval.is_daily:
        return FirstRequest(interval, Span(today - DAILY_FIRST_REQUEST_S, today + DAY_S), is_24h)
    return FirstRequest(interval, Span(today - DAY_S, now + 1), is_24h)


def first_request(
    interval: Interval,
    wanted: Span | None,
    now: int,
    limits: FetchLimits,
    *,
    is_24h: bool,
    is_view: bool,
) -> FirstRequest:
    """Return the first request for bars of ``interval``, of which ``wanted`` (``None``: the latest) is to be known.

    1d: the whole history. Intraday: of ``wanted`` as much as one request may hold, its newest part; else the latest
    window. For a chart (``is_view``) older bars are asked too, but no more than it asks at a time. A window that is
    not given begins with a UTC day, so that it stays the same while it is tried again. ``limits``: the widest request
    and the look-back as they are known; ``is_24h``: whether the symbol looks like one that trades around the clock.
    """
    window_s, lookback_s = limits.window_s, limits.lookback_s
    if interval.is_daily:
        end = now // DAY_S * DAY_S + 2 * DAY_S  # east of Greenwich the session of tomorrow's date can have begun
        return FirstRequest(interval, Span(end - window_s // DAY_S * DAY_S, end), is_24h)
    reach_s = min(window_s, chart_reach_s(interval, is_24h=is_24h)) if is_view else window_s
    floor = now - (window_s if lookback_s is None else lookback_s)
    end, first = now + 1, floor
    if wanted is not None and floor + DAY_S < wanted.end and wanted.start <= now:
        end, first = min(end, wanted.end), floor if is_view else wanted.start
    start = max(-(-max(end - reach_s, floor) // DAY_S) * DAY_S, first)
    return FirstRequest(interval, Span(min(start, end - interval.step_s), end), is_24h)


def usable_window(window: Span, facts: Facts, bars: Bars) -> Span | None:
    """Return the part of a first look's ``window`` that can have bars, now that the instrument is known.

    A whole history begins with its first bar where that is older than the first trade that the provider states, or
    where none is stated: then nothing is said of the time before it.
    """
    part = facts.clip(window)
    if part is None or not facts.interval.is_daily or not len(bars):
        return part
    first = min(int(bars.open_time.min()), part.end - 1)
    is_older = window.start <= first < part.start
    return Span(first, part.end) if is_older or facts.first_open_time is None else part

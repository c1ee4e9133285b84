"""Random calendars, bars and spans, and a slow reference implementation of the expected bars of a venue."""

import numpy as np
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span

FIRST_DAY_S = 20_000 * DAY_S  # 2024-10-04
INTRADAY = [interval for interval in INTERVALS.values() if not interval.is_daily]
DAILY = [interval for interval in INTERVALS.values() if interval.is_daily]


def column(values):
    return np.array(values, np.int64)


def calendar_of(*sessions, tz="UTC", is_24h=False):
    """Sessions as (date, open, close, break_start, break_end), times in seconds from the date's 00:00 UTC."""
    date, opens, closes, break_starts, break_ends = (column(values) for values in zip(*sessions, strict=True))
    has_break = break_ends != 0
    return SessionCalendar(
        "TEST",
        tz,
        date,
        date + opens,
        date + closes,
        np.where(has_break, date + break_starts, 0),
        np.where(has_break, date + break_ends, 0),
        is_24h=is_24h,
    )


def all_days(first_s=FIRST_DAY_S, n_days=40):
    """A coin's calendar: every UTC day."""
    return calendar_of(*((first_s + i * DAY_S, 0, DAY_S, 0, 0) for i in range(n_days)), is_24h=True)


@st.composite
def calendars(draw):
    """Day sessions with odd hours, breaks, half days and missing days; or whole UTC days, each perhaps missing."""
    days = draw(st.lists(st.integers(0, 120), min_size=1, max_size=25, unique=True).map(sorted))
    if draw(st.booleans()):
        sessions = [(FIRST_DAY_S + day * DAY_S, 0, DAY_S, 0, 0) for day in days]
        return calendar_of(*sessions, is_24h=True)
    opens = draw(st.integers(-8, 12)) * HOUR_S + draw(st.sampled_from([0, 900, 1800]))
    length = draw(st.integers(4, 16)) * 1800 + draw(st.sampled_from([0, 300]))
    break_at = draw(st.sampled_from([None, 1800, 5400, 9000]))
    sessions = []
    for day in days:
        close = opens + (length if draw(st.booleans()) else length // 2)
        has_break = break_at is not None and opens + break_at + 1800 < close
        pause = (opens + break_at, opens + break_at + 1800) if has_break else (0, 0)
        sessions.append((FIRST_DAY_S + day * DAY_S, opens, close, *pause))
    return calendar_of(*sessions)


@st.composite
def spans(draw, max_days=150):
    start = FIRST_DAY_S + draw(st.integers(-2 * DAY_S, 120 * DAY_S))
    return Span(start, start + draw(st.integers(1, max_days * DAY_S)))


@st.composite
def settled_spans(draw):
    """Spans on whole hours, so that they often touch bars and each other."""
    starts = draw(st.lists(st.integers(0, 3000), max_size=12))
    return [
        Span(FIRST_DAY_S + start * HOUR_S, FIRST_DAY_S + (start + draw(st.integers(1, 200))) * HOUR_S)
        for start in starts
    ]


def bars_at(open_time, seed=0):
    """Plausible bars on the given open_times."""
    generator = np.random.default_rng(seed)
    n_bars = len(open_time)
    opens, closes = generator.uniform(10, 20, (2, n_bars))
    top, bottom = np.maximum(opens, closes), np.minimum(opens, closes)
    high, low = top + generator.uniform(0, 1, n_bars), bottom - generator.uniform(0, 1, n_bars)
    return Bars(column(open_time), opens, high, low, closes, generator.integers(0, 1000, n_bars).astype(np.float64))


def expected_slowly(calendar, interval, span):
    """Return every intraday bar with trading time in it, second by second (UTC venues only)."""
    found = []
    for row in range(len(calendar)):
        opens, close = int(calendar.open[row]), int(calendar.close[row])
        pause = range(int(calendar.break_start[row]), int(calendar.break_end[row]))
        for time in range(opens, close, interval.step_s):
            end = min(time + interval.step_s, close)
            is_resting = len(pause) > 0 and time >= pause.start and end <= pause.stop
            if not is_resting and span.start <= time < span.end:
                found.append(time)
    return found

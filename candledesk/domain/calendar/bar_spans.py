"""The span of one chart's bar in the times that key the bars of another chart. Pure.

Daily bars are keyed by their date at 00:00 UTC, whatever the zone of their venue; the bar of the same date is their
bar in another daily chart, and the session of that date in an intraday chart.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from candledesk.domain.interval import DAY_S


def span_in_keys(time: int, step_s: int, zone: str, *, is_date: bool, is_daily: bool) -> tuple[int, int]:
    """Return a bar as a half-open span of the times that key the bars of another chart (UTC seconds).

    ``time`` and ``step_s``: of the bar; ``is_date``: it is keyed by its date; ``is_daily``: the bars of the other chart
    are. ``zone``: IANA, of the venue.
    """
    if is_daily == is_date:
        return time, time + step_s
    if is_daily:
        date = wall_clock(time, zone) // DAY_S * DAY_S
        return date, date + DAY_S
    date = time // DAY_S * DAY_S
    return instant_of(date, zone), instant_of((time + step_s) // DAY_S * DAY_S, zone)


@lru_cache(maxsize=4_096)
def wall_clock(time: int, zone: str) -> int:
    """Return an instant as a date at 00:00 UTC, which keys daily bars, plus the seconds of the clock in a zone."""
    local = datetime.fromtimestamp(time, ZoneInfo(zone))
    return int(local.replace(tzinfo=UTC).timestamp())


@lru_cache(maxsize=4_096)
def instant_of(wall: int, zone: str) -> int:
    """Return the instant of a ``wall_clock`` in a zone, the first of two."""
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=wall)
    return int(local.replace(tzinfo=ZoneInfo(zone)).timestamp())

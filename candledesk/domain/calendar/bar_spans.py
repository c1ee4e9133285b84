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
        date = _date_of(time, zone)
        return date, date + DAY_S
    return _midnight(time, zone), _midnight(time + step_s, zone)


@lru_cache(maxsize=4_096)
def _date_of(time: int, zone: str) -> int:
    """Return the date of an instant in a zone, at 00:00 UTC."""
    local = datetime.fromtimestamp(time, ZoneInfo(zone))
    return int(datetime(local.year, local.month, local.day, tzinfo=UTC).timestamp())


@lru_cache(maxsize=4_096)
def _midnight(date: int, zone: str) -> int:
    """Return the instant at which a date (at 00:00 UTC) begins in a zone."""
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=date)
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())

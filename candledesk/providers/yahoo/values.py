"""Numbers and instants as a JSON document of others may hold them: anything that is none is ``None``. Pure."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# No exchange's records begin before 1800, and what pandas can hold ends in 2262.
FIRST_INSTANT, LAST_INSTANT = -5_364_662_400, 7_258_118_400
_NEXT_DAY_HOUR = 22  # Brazil's stamps can be 22:00 or 23:00 of the day before (yahoo.md §4.14)


def number(value: object) -> float | None:
    """Return a finite number; a text, a truth value, NaN, infinity and what no double can hold are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def instant(value: object) -> int | None:
    """Return UTC seconds from 1800 to 2200, of a number or a point in time; what lies outside is no instant."""
    if isinstance(value, dt.datetime):  # pandas' Timestamp too; NaT is one and is not equal to itself
        value = value.timestamp() if value == value else None  # noqa: PLR0124
    found = number(value)
    return int(found) if found is not None and FIRST_INSTANT <= found < LAST_INSTANT else None


def local_date(time: float, zone: ZoneInfo) -> int:
    """Return the session date (00:00 UTC) of a daily stamp: the exchange-local one, or the next late in the evening."""
    local = dt.datetime.fromtimestamp(time, zone)
    date = int(dt.datetime(local.year, local.month, local.day, tzinfo=dt.UTC).timestamp())
    return date + DAY_S if local.hour >= _NEXT_DAY_HOUR else date

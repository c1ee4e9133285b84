"""The time zone in which a chart shows its times."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QTimeZone

from candledesk.ui.chart.core.options import ZoneName
from candledesk.ui.chart.core.time_ticks import build_calendar

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series


@lru_cache(maxsize=1)
def local_zone() -> str:
    """Return the IANA name of this computer's zone, ``UTC`` when it has none."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return name


def zone_of(series: Series, zone: ZoneName) -> str:
    """Return the IANA name of the zone in which a chart of ``series`` shows its times."""
    exchange = series.instrument.tz if series.instrument else "UTC"
    return {ZoneName.EXCHANGE: exchange, ZoneName.UTC: "UTC"}.get(zone) or local_zone()


def zoned(series: Series, zone: ZoneName) -> Series:
    """Return ``series`` with its times shown in ``zone``; daily bars show dates alone."""
    tz = zone_of(series, zone)
    if series.interval.is_daily or series.calendar.tz == tz:
        return series
    exchange = series.instrument.tz if series.instrument else "UTC"
    calendar = build_calendar(
        series.axis.slot_times, tz, is_daily=False, exchange_tz=exchange, n_upcoming=series.axis.n_upcoming
    )
    return replace(series, calendar=calendar)

"""A venue: which calendar its sessions follow, and what a provider does to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_MINUTE_S = 60


class UnknownCalendarError(LookupError):
    """No calendar of that name is known."""


class TradingDays(StrEnum):
    """What kind of calendar a venue's sessions come from."""

    EXCHANGE = "exchange"  # the exchange's own: half days, lunch breaks and closures included
    FUTURES = "futures"  # local days with the daily halt as the break
    CURRENCY = "currency"  # Sunday 17:00 New York to Friday 17:00 New York, in London days
    EVERY_DAY = "every_day"  # all UTC days from 00:00 to 24:00
    WEEKDAYS = "weekdays"  # whole weekdays in the venue's zone: an exchange that no calendar is known of


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue as a provider sees it.

    ``tz``: IANA zone; ``calendar``: the calendar's name, of EXCHANGE and FUTURES alone; ``settle_s``: seconds that the
    provider's prices lag the exchange; ``open_shift_s``: what the provider's first bar of a session is off the
    calendar's open; ``is_24h``: whether WEEKDAYS trade around the clock, and are no guess of unknown hours.
    """

    mic: str
    tz: str
    days: TradingDays
    calendar: str = ""
    settle_s: int = 20 * _MINUTE_S
    open_shift_s: int = 0
    is_24h: bool = False

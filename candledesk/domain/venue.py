"""Venues: the calendar of their sessions, and the delay and shift of a provider's data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_MINUTE_S = 60


class UnknownCalendarError(LookupError):
    """There is no calendar with that name."""


class TradingDays(StrEnum):
    """The kind of calendar that a venue's sessions follow."""

    EXCHANGE = "exchange"  # the exchange's own: half days, lunch breaks and closures included
    FUTURES = "futures"  # local days with the daily halt as the break
    CURRENCY = "currency"  # Sunday 17:00 New York to Friday 17:00 New York, in London days
    EVERY_DAY = "every_day"  # all UTC days from 00:00 to 24:00
    WEEKDAYS = "weekdays"  # whole weekdays in the venue's zone: an exchange without a known calendar


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue in the data of a provider.

    ``tz``: IANA zone; ``calendar``: the calendar's name, for EXCHANGE and FUTURES only; ``settle_s``: delay of the
    provider's prices in seconds; ``open_shift_s``: seconds from the calendar's open to the open of the provider's first
    bar of a session; ``is_24h``: for WEEKDAYS, true when the venue trades around the clock and false when its hours are
    unknown.
    """

    mic: str
    tz: str
    days: TradingDays
    calendar: str = ""
    settle_s: int = 20 * _MINUTE_S
    open_shift_s: int = 0
    is_24h: bool = False

"""Trading hours of the demo's instruments, shared by venue."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from candledesk.demo.instruments.profiles import PROFILES
from candledesk.demo.instruments.special_sessions import RIYADH_MIC, add_special_sessions, riyadh_sessions
from candledesk.demo.instruments.specials import SPECIAL_PROFILES
from candledesk.domain.venue import TradingDays, Venue

if TYPE_CHECKING:
    from candledesk.demo.instruments.profile import Profile
    from candledesk.domain.calendar.session_calendar import SessionCalendar

_LOCK = threading.Lock()
_OLD = date(1980, 1, 1)  # most instruments are younger, and loading New York since 1962 takes longer


_KINDS = {"CRYPTOCURRENCY": TradingDays.EVERY_DAY, "CURRENCY": TradingDays.CURRENCY, "FUTURE": TradingDays.FUTURES}
_CALENDARS = {"XNSE": "XBOM", "XCME": "CME Globex Equity", "XNYM": "CMEGlobex_CL"}  # others are named as the venue


def _venue_of(profile: Profile) -> Venue:
    """Return the venue of a profile with the name of its calendar in the calendar library."""
    mic = profile.mic
    return Venue(mic, profile.tz, _KINDS.get(profile.quote_type, TradingDays.EXCHANGE), _CALENDARS.get(mic, mic))


def load_hours(profile: Profile, until: int) -> SessionCalendar:
    """Return the sessions of a profile from its listing to some weeks after ``until`` (UTC seconds)."""
    last = date(datetime.fromtimestamp(until, UTC).year + 1, 1, 31)
    with _LOCK:
        whole = _load(profile.mic, last, is_old=profile.listed < _OLD)
    first = int(np.searchsorted(whole.date, int(datetime.combine(profile.listed, time(), UTC).timestamp())))
    names = ("date", "open", "close", "break_start", "break_end")
    return replace(whole, **{name: getattr(whole, name)[first:] for name in names})


@lru_cache(maxsize=64)
def _load(mic: str, last: date, *, is_old: bool) -> SessionCalendar:
    """Return the sessions for all instruments of the venue; imports pandas and takes almost a second."""
    from candledesk.venues.calendars import load_calendar

    members = [row for row in (*PROFILES, *SPECIAL_PROFILES) if row.mic == mic and (row.listed < _OLD) == is_old]
    first, model = min(profile.listed for profile in members), members[0]
    if mic == RIYADH_MIC:
        return riyadh_sessions(first, last)
    return add_special_sessions(load_calendar(_venue_of(model), first, last))

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

if TYPE_CHECKING:
    from candledesk.demo.instruments.profile import Profile
    from candledesk.domain.calendar.session_calendar import SessionCalendar

_LOCK = threading.Lock()
_OLD = date(1980, 1, 1)  # ordinary instruments are younger: New York since 1962 would make all of them wait


def load_hours(profile: Profile, until: int) -> SessionCalendar:
    """Return the sessions of a profile from its listing up to some weeks after ``until`` (UTC seconds)."""
    last = date(datetime.fromtimestamp(until, UTC).year + 1, 1, 31)
    with _LOCK:
        whole = _load(profile.mic, last, is_old=profile.listed < _OLD)
    first = int(np.searchsorted(whole.date, int(datetime.combine(profile.listed, time(), UTC).timestamp())))
    names = ("date", "open", "close", "break_start", "break_end")
    return replace(whole, **{name: getattr(whole, name)[first:] for name in names})


@lru_cache(maxsize=64)
def _load(mic: str, last: date, *, is_old: bool) -> SessionCalendar:
    """Return all sessions that any instrument of the venue needs; imports pandas and takes most of a second."""
    from candledesk.venues.calendars import load_calendar

    members = [row for row in (*PROFILES, *SPECIAL_PROFILES) if row.mic == mic and (row.listed < _OLD) == is_old]
    first, model = min(profile.listed for profile in members), members[0]
    if mic == RIYADH_MIC:
        return riyadh_sessions(first, last)
    return add_special_sessions(load_calendar(model.exchange, model.quote_type, model.tz, first, last))

"""What an answer says of the venue's sessions, by its own statement and by its rows. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.observed_sessions import idle_sessions, observed_sessions, without_sessions
from candledesk.domain.calendar.session_overrides import SessionOverrides, apply_overrides, session_dates
from candledesk.domain.prices.clean import clean_bars
from candledesk.domain.prices.oddity import Oddity

if TYPE_CHECKING:
    from candledesk.cache.storing.asked_window import AskedWindow
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.prices.clean import CleanBars
    from candledesk.providers.answers import BarsAnswer


def accept_overrides(calendar: SessionCalendar, claim: AskedWindow, answer: BarsAnswer, now: int) -> SessionOverrides:
    """Return the calendar that an answer's own sessions and rows make of ``calendar``, and what it changes.

    Hours that contradict the answer's own bars are ignored: they never make a bar odd that was not.
    """
    interval = claim.interval
    asked = claim.asked or claim.window
    by_provider: tuple[tuple[int, int], ...] = ()
    clean = clean_bars(answer.bars, calendar, interval, asked, now)
    if not interval.is_daily:
        changed = apply_overrides(calendar, answer.sessions)
        if changed is not calendar:
            after = clean_bars(answer.bars, changed, interval, asked, now)
            if _n_ordinary(after) >= _n_ordinary(clean):
                by_provider, calendar, clean = answer.sessions, changed, after
    strays = clean.bars.open_time[(clean.odd & Oddity.SESSION) != 0]
    if not interval.is_daily and len(strays):
        strays = clean.bars.open_time
    observed = tuple(observed_sessions(calendar, interval, strays))
    calendar = apply_overrides(calendar, observed, is_observed=True)
    idle = tuple(idle_sessions(calendar, clean.bars.open_time)) if interval.is_daily else ()
    if idle:
        calendar = without_sessions(calendar, session_dates(calendar, idle))
    return SessionOverrides(calendar, by_provider, observed, idle)


def _n_ordinary(clean: CleanBars) -> int:
    return int(np.count_nonzero((clean.odd & Oddity.SESSION) == 0))

"""The sessions on which an instrument of the demo pays a dividend or a capital gain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.demo.instruments.profile import Profile
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar

_PAYING_SESSION = 7  # of its month
_YEAR_MONTHS = 12


def paying_rows(profile: Profile, hours: SessionCalendar) -> IntArray:
    """Return the rows of the sessions on which the instrument pays, ascending."""
    months = hours.date.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    _, first = np.unique(months, return_index=True)
    rows = first + _PAYING_SESSION
    rows = rows[rows < len(hours)]
    return rows[np.isin(months[rows] % _YEAR_MONTHS + 1, profile.dividend_months)]


def gain_is_inside(hours: SessionCalendar, rows: IntArray) -> IntArray:
    """Return 1 for payments whose dividend already contains the separately stated capital gain (odd years), else 0."""
    return hours.date[rows].astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) % 2

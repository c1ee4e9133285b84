"""Which rows of an answer are held back until the provider repeats them, for an answer can be damaged. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import is_on_grid
from candledesk.domain.coverage import CoverageState
from candledesk.domain.prices.oddity import Oddity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.cache.storing.price_scale import OwnScale
    from candledesk.domain.bars import Bars, BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.coverage import Coverage
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.clean import CleanBars
    from candledesk.domain.span import Span

N_REPEATS = 2  # an odd row is stored when it was sent so often before: an answer can be spoilt on its way
UNUSUAL = int(Oddity.NON_POSITIVE | Oddity.CROSSED | Oddity.JUMP | Oddity.UNIT)
_LEAP = np.log(20.0)  # closes beyond a step of this size are asked for again as well

Sighting = tuple[int, tuple[float, ...]]
"""How often a row has been sent, and its prices."""


def count_sightings(
    wanted: OwnScale, lost: IntArray, stored: Bars, replaceable: IntArray, before: Mapping[int, Sighting]
) -> dict[int, Sighting]:
    """Return how often each row that looks wrong, and is not stored so, has been sent by now, with its prices.

    ``lost``: times of rows without a close; they have no prices. A bar that was stored before and is good does not give
    way to one that is odd until that is repeated; one that is odd already and still forms (``replaceable``) does.
    """
    bars = wanted.bars
    known = np.isin(bars.open_time, stored.open_time)
    is_changed = ~known
    at = np.searchsorted(stored.open_time, bars.open_time[known])
    old = np.stack([stored.open[at], stored.high[at], stored.low[at], stored.close[at]])
    new = np.stack([bars.open[known], bars.high[known], bars.low[known], bars.close[known]])
    is_changed[known] = (old != new).any(axis=0) & ~np.isin(bars.open_time[known], replaceable)
    suspect = wanted.is_new & is_changed & (((wanted.odd & UNUSUAL) != 0) | _is_far(bars))
    rows = {int(bars.open_time[row]): tuple(wanted.sent[:, row].tolist()) for row in np.flatnonzero(suspect).tolist()}
    rows |= {int(time): () for time in np.setdiff1d(lost, stored.open_time).tolist()}
    return {time: (_times_seen(before.get(time), prices), prices) for time, prices in rows.items()}


def _is_far(bars: Bars) -> BoolArray:
    """Tell which bars lie between leaps of the close that no market makes: all but the longest run without one."""
    is_far = np.zeros(len(bars), np.bool_)
    usable = np.flatnonzero(bars.close > 0)
    leaps = np.abs(np.diff(np.log(bars.close[usable]))) > _LEAP
    if leaps.any():
        runs = np.split(usable, np.flatnonzero(leaps) + 1)
        is_far[usable] = True
        is_far[max(runs, key=len)] = False
    return is_far


def _times_seen(before: Sighting | None, prices: tuple[float, ...]) -> int:
    is_same = before is not None and np.array_equal(before[1], prices, equal_nan=True)
    return before[0] + 1 if before is not None and is_same else 1


def lost_times(clean: CleanBars, window: Span, calendar: SessionCalendar, interval: Interval, now: int) -> IntArray:
    """Return the times in the window of bars that are expected and came without a close."""
    inside = clean.lost[(clean.lost >= window.start) & (clean.lost < window.end) & (clean.lost <= now)]
    return inside[is_on_grid(calendar, interval, inside)]


def unsettled_times(lost: IntArray, previous: Sequence[Coverage]) -> IntArray:
    """Return the times of which no earlier answer has shown that the bar has no close."""
    is_new_fact = np.ones(len(lost), np.bool_)
    for row in previous:
        if row.state in (CoverageState.HAVE, CoverageState.KNOWN_EMPTY):
            is_new_fact &= (lost < row.span.start) | (lost >= row.span.end)
    return lost[is_new_fact]

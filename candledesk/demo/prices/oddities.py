"""Odd rows: wrong rows that the provider sends for some instruments in place of the traded bars.

An oddity affects one interval, as at Yahoo: daily bars can be in pounds while the hourly ones are in pence. It is a
pure function of the symbol and of a row's session or time, so that requests of any size contain the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.demo.instruments.splits import forgotten_ratio
from candledesk.demo.prices.minutes import Minutes
from candledesk.demo.prices.noise import hash_counters, noise_key
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.demo.prices.listing import DemoListing
    from candledesk.domain.bars import BoolArray, IntArray

_PENCE = 100.0
_TUESDAY, _WEDNESDAY, _FRIDAY = 1, 2, 4


@dataclass(frozen=True, slots=True)
class OddityRule:
    """One kind of odd row: its interval, and the function that changes the rows in place.

    ``is_basis``: whether a reader can correct the rows, to the instrument's own unit and the basis of their neighbours;
    rows of the other kinds are kept as they were sent.
    """

    interval: str
    change: Callable[[DemoListing, Minutes], None]
    is_basis: bool = False


def add_oddities(listing: DemoListing, interval: str, rows: Minutes, now: int, *, is_read: bool = False) -> Minutes:
    """Return the rows of ``interval`` as the provider sends them, or with ``is_read`` as a reader corrects them.

    ``rows``: bars on the split basis of ``now``; they are not changed. ``interval``: as in the answer ("1h").
    """
    names = listing.profile.oddities
    kinds = [_KINDS[name] for name in names if name in _KINDS]
    kinds = [kind for kind in kinds if kind.interval == interval and not (is_read and kind.is_basis)]
    if interval == "1d" and not is_read:
        rows = _put_on_old_basis(listing, rows, now)
    if not kinds or not len(rows):
        return rows
    changed = rows.with_prices([rows.open, rows.high, rows.low, rows.close], rows.volume)
    for kind in kinds:
        kind.change(listing, changed)
    return changed.with_prices([changed.open, changed.high, changed.low, changed.close], rows.volume)


def phantom_rows(listing: DemoListing, start: int, end: int, now: int) -> Minutes:
    """Return the phantom rows of weekday holidays with ``start <= time < end``: daily, flat and without volume.

    A phantom is not a bar. It repeats the close of the session before, on the split basis of ``now``, has that
    session's ``session``, and is stamped with the hour at which it opened.
    """
    hours, known = listing.hours, listing.known_sessions(now) if "phantoms" in listing.profile.oddities else 0
    days = np.arange(hours.date[0], hours.date[max(known - 1, 0)], DAY_S)
    days = days[(_weekday(days) <= _FRIDAY) & ~np.isin(days, hours.date)]
    session = np.searchsorted(hours.date, days) - 1
    time = days + hours.open[session] - hours.date[session]
    is_inside = (time >= start) & (time < end)
    session, time = session[is_inside], time[is_inside]
    close, volume = listing.days.close[session], np.zeros(len(session), np.int64)
    return listing.adjusted(Minutes(session, time, close, close, close, close, volume), now)


def _put_on_old_basis(listing: DemoListing, rows: Minutes, now: int) -> Minutes:
    """Return the daily rows, with those unadjusted that the provider did not adjust for a split (splits.py)."""
    ratio = forgotten_ratio(listing.profile.splits, listing.hours, rows.session, now)
    return rows if (ratio == 1).all() else rows.divided(1 / ratio)


def _weekday(days: IntArray) -> IntArray:
    """Return 0 for Monday to 6 for Sunday."""
    return (days // DAY_S + 3) % 7


def _month_and_day(days: IntArray) -> tuple[IntArray, IntArray]:
    """Return the month, from 1, and the day of the month of each date."""
    months = days.astype("datetime64[s]").astype("datetime64[M]")
    first = months.astype("datetime64[s]").astype(np.int64)
    return months.astype(np.int64) % 12 + 1, (days - first) // DAY_S + 1


def _dates(listing: DemoListing, rows: Minutes) -> IntArray:
    dates: IntArray = listing.hours.date[rows.session]
    return dates


def _draw(listing: DemoListing, rows: Minutes, n_faces: int) -> IntArray:
    """Return a number below ``n_faces`` for the session of each row."""
    key = noise_key(listing.profile.noise_name, "odd")
    drawn = hash_counters(key, _dates(listing, rows) // DAY_S) % np.uint64(n_faces)
    return drawn.astype(np.int64)


def _open_zero(listing: DemoListing, rows: Minutes) -> None:
    """Set the open of old daily bars to 0, as in the history of one US share in five."""
    year = _dates(listing, rows).astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    rows.open[(year >= 1978) & (year <= 1983)] = 0.0  # noqa: PLR2004


def _open_outside(listing: DemoListing, rows: Minutes) -> None:
    """Set opens to a mid price, as for London's small shares (ELCO.L: outside low and high on 46 % of days)."""
    face = _draw(listing, rows, 1_000)
    rows.open[face < 50] = rows.high[face < 50] * 1.012  # noqa: PLR2004
    is_low = (face >= 50) & (face < 100)  # noqa: PLR2004
    rows.open[is_low] = rows.low[is_low] * 0.988


def _close_outside(listing: DemoListing, rows: Minutes) -> None:
    face = _draw(listing, rows, 1_000)
    rows.close[(face >= 100) & (face < 115)] = rows.high[(face >= 100) & (face < 115)] * 1.008  # noqa: PLR2004


def _prices_missing(listing: DemoListing, rows: Minutes) -> None:
    """Set open, high and low to null, so that a row has a close only."""
    face = _draw(listing, rows, 1_000)
    is_bare = (face >= 115) & (face < 125)  # noqa: PLR2004
    for column in (rows.open, rows.high, rows.low):
        column[is_bare] = np.nan


def _crossed(listing: DemoListing, rows: Minutes) -> None:
    """Put the low above the high."""
    face = _draw(listing, rows, 1_000)
    is_crossed = (face >= 125) & (face < 135)  # noqa: PLR2004
    rows.high[is_crossed], rows.low[is_crossed] = rows.low[is_crossed], rows.high[is_crossed]


def _absurd_tick(listing: DemoListing, rows: Minutes) -> None:
    """Divide one close of each Wednesday by 4,009: 185.10 for a share at 742,000."""
    minute = (rows.time - listing.hours.open[rows.session]) // MINUTE_S
    is_absurd = (_weekday(_dates(listing, rows)) == _WEDNESDAY) & (minute == 60 + _draw(listing, rows, 240))
    rows.close[is_absurd] /= 4_009.0


def _block_in_pounds(listing: DemoListing, rows: Minutes) -> None:
    """Put blocks of daily bars in pounds, not pence: the first 30, and 10 to 17 March of each year (CLC.L)."""
    month, day = _month_and_day(_dates(listing, rows))
    _divide(rows, (rows.session < 30) | ((month == 3) & (day >= 10) & (day <= 17)), "open high low close")  # noqa: PLR2004


def _bar_in_both_units(listing: DemoListing, rows: Minutes) -> None:
    """Put low and close of the third hour of each month's first Tuesday in pounds, not pence (ASAI.L)."""
    dates = _dates(listing, rows)
    hour = (rows.time - listing.hours.open[rows.session]) // HOUR_S
    _, day = _month_and_day(dates)
    _divide(rows, (_weekday(dates) == _TUESDAY) & (day <= 7) & (hour == 2), "low close")  # noqa: PLR2004


def _divide(rows: Minutes, selected: BoolArray, names: str) -> None:
    for name in names.split():
        getattr(rows, name)[selected] /= _PENCE


_KINDS = {
    "open_zero": OddityRule("1d", _open_zero),
    "open_outside": OddityRule("1d", _open_outside),
    "close_outside": OddityRule("1d", _close_outside),
    "prices_missing": OddityRule("1d", _prices_missing),
    "crossed": OddityRule("1d", _crossed),
    "absurd_tick": OddityRule("1m", _absurd_tick),
    "block_in_pounds": OddityRule("1d", _block_in_pounds, is_basis=True),
    "bar_in_both_units": OddityRule("1h", _bar_in_both_units, is_basis=True),
}

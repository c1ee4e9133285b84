"""Odd rows: what the provider sends of some instruments in place of the bars that were traded.

An oddity belongs to one interval, as it does at Yahoo: the dailies can be in pounds while the hours are in pence. Each
is a pure function of the symbol and of a row's session or time, so that any chunking shows the same rows.
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

    from candledesk.demo.prices.listing import Listing
    from candledesk.domain.bars import BoolArray, IntArray

_PENCE = 100.0
_TUESDAY, _WEDNESDAY, _FRIDAY = 1, 2, 4


@dataclass(frozen=True, slots=True)
class OddityRule:
    """One kind of odd row: the interval that shows it and what it does to the rows, in place.

    ``is_basis``: whether a reader can tell what was meant and reads the rows in the instrument's own unit and on the
    basis of their neighbours; all others are read as they were sent.
    """

    interval: str
    change: Callable[[Listing, Minutes], None]
    is_basis: bool = False


def add_oddities(listing: Listing, interval: str, rows: Minutes, now: int, *, is_read: bool = False) -> Minutes:
    """Return the rows of ``interval`` as the provider sends them, or with ``is_read`` as a reader makes them out.

    ``rows``: bars on the split basis of ``now``; they are not changed. ``interval`` as the answer states it ("1h").
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


def phantom_rows(listing: Listing, start: int, end: int, now: int) -> Minutes:
    """Return flat daily rows without volume of weekday holidays, stamped ``start <= time < end``; they are no bars.

    A phantom repeats the close of the session before, on the split basis of ``now``, and has its ``session``; it is
    stamped with the hour at which that session opened.
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


def _put_on_old_basis(listing: Listing, rows: Minutes, now: int) -> Minutes:
    """Return daily rows with those that the provider forgot to adjust for a split (splits.py)."""
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


def _dates(listing: Listing, rows: Minutes) -> IntArray:
    dates: IntArray = listing.hours.date[rows.session]
    return dates


def _draw(listing: Listing, rows: Minutes, n_faces: int) -> IntArray:
    """Return a number below ``n_faces`` for the session of each row."""
    key = noise_key(listing.profile.noise_name, "odd")
    drawn = hash_counters(key, _dates(listing, rows) // DAY_S) % np.uint64(n_faces)
    return drawn.astype(np.int64)


def _open_zero(listing: Listing, rows: Minutes) -> None:
    """One US share in five has a stretch of old dailies with open = 0."""
    year = _dates(listing, rows).astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    rows.open[(year >= 1978) & (year <= 1983)] = 0.0  # noqa: PLR2004


def _open_outside(listing: Listing, rows: Minutes) -> None:
    """London's small shares: the open is a mid price (ELCO.L: outside low and high on 46 % of days)."""
    face = _draw(listing, rows, 1_000)
    rows.open[face < 50] = rows.high[face < 50] * 1.012  # noqa: PLR2004
    is_low = (face >= 50) & (face < 100)  # noqa: PLR2004
    rows.open[is_low] = rows.low[is_low] * 0.988


def _close_outside(listing: Listing, rows: Minutes) -> None:
    face = _draw(listing, rows, 1_000)
    rows.close[(face >= 100) & (face < 115)] = rows.high[(face >= 100) & (face < 115)] * 1.008  # noqa: PLR2004


def _prices_missing(listing: Listing, rows: Minutes) -> None:
    """A close alone: open, high and low are null."""
    face = _draw(listing, rows, 1_000)
    is_bare = (face >= 115) & (face < 125)  # noqa: PLR2004
    for column in (rows.open, rows.high, rows.low):
        column[is_bare] = np.nan


def _crossed(listing: Listing, rows: Minutes) -> None:
    """Low above high."""
    face = _draw(listing, rows, 1_000)
    is_crossed = (face >= 125) & (face < 135)  # noqa: PLR2004
    rows.high[is_crossed], rows.low[is_crossed] = rows.low[is_crossed], rows.high[is_crossed]


def _absurd_tick(listing: Listing, rows: Minutes) -> None:
    """One close of each Wednesday is 4,009 times too low: 185.10 of a share at 742,000."""
    minute = (rows.time - listing.hours.open[rows.session]) // MINUTE_S
    is_absurd = (_weekday(_dates(listing, rows)) == _WEDNESDAY) & (minute == 60 + _draw(listing, rows, 240))
    rows.close[is_absurd] /= 4_009.0


def _block_in_pounds(listing: Listing, rows: Minutes) -> None:
    """Blocks of dailies in pounds in place of pence: the first 30, and 10 to 17 March of each year (CLC.L)."""
    month, day = _month_and_day(_dates(listing, rows))
    _divide(rows, (rows.session < 30) | ((month == 3) & (day >= 10) & (day <= 17)), "open high low close")  # noqa: PLR2004


def _bar_in_both_units(listing: Listing, rows: Minutes) -> None:
    """The third hour of each month's first Tuesday: open and high in pence, low and close in pounds (ASAI.L)."""
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

"""Crude oil in the spring of 2020: the fall, the settlement below zero on 20 April, and the recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray

# Open, high, low, close of the front month. The closes are NYMEX's settlements, and so are the extremes of the 20th.
_APRIL = {
    "2020-04-17": (19.87, 20.24, 17.31, 18.27),
    "2020-04-20": (17.73, 17.85, -40.32, -37.63),
    "2020-04-21": (-14.00, 13.86, -16.74, 10.01),
    "2020-04-22": (11.66, 16.18, 6.50, 13.78),
    "2020-04-23": (14.24, 18.26, 13.64, 16.50),
    "2020-04-24": (16.64, 18.05, 15.64, 16.94),
}
_FALL, _RISE = ("2020-02-20", "2020-04-17"), ("2020-04-24", "2020-07-31")
_DECIMALS = 2


def put_april_of_2020(dates: IntArray, prices: tuple[FloatArray, ...]) -> None:
    """Overwrite the rows of April 2020 in place, and adjust the invented prices before and after them.

    ``dates``: session dates in UTC seconds; ``prices``: open, high, low, close. Other days stay as they are; nothing is
    changed when the table does not contain the whole period.
    """
    known = np.array([np.datetime64(day, "s").astype(np.int64) for day in _APRIL])
    where = np.searchsorted(dates, known)
    if dates[0] > _day(_FALL[0]) or dates[-1] < _day(_RISE[1]):
        return
    close = prices[3]
    bent = np.ones(len(dates))
    for (start, end), (at, wanted) in zip((_FALL, _RISE), ((where[0], 18.27), (where[-1], 16.94)), strict=True):
        share = (dates - _day(start)) / (_day(end) - _day(start))
        share = share if start == _FALL[0] else 1 - share
        inside = (share > 0) & (share < 1)
        bent[inside] = np.exp(np.log(wanted / close[at]) * share[inside])
    for column, values in enumerate(prices):
        values[:] = np.where(bent == 1, values, np.round(values * bent, _DECIMALS))
        values[where] = [row[column] for row in _APRIL.values()]


def _day(text: str) -> int:
    return int(np.datetime64(text, "s").astype(np.int64)) // DAY_S * DAY_S

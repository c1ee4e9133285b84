"""Records: the arrays that chunks hold, and the aggregation of bars into the coarser levels of the pyramid. Pure.

A record array is int64 of shape ``(7, n)``, ascending: open time of the first bar, the bit patterns of float64 open,
high, low, close and volume, and the number of bars. At level L a record is the exact aggregate of the bars with the
same ``floor(open_time / (step_s * L))``. At level 1 a record is a bar, and the number is left out: ``(6, n)``.
"""

from __future__ import annotations

import numpy as np

from candledesk.domain.bars import Bars, IntArray
from candledesk.domain.prices.opens import first_opens

LEVELS = (1, 8, 64, 512)
TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, COUNT = range(7)


def empty(level: int, n: int = 0) -> IntArray:
    """Return an array for ``n`` records of a level, not initialised."""
    return np.empty((COUNT if level == 1 else COUNT + 1, n), np.int64)


def from_bars(bars: Bars) -> IntArray:
    """Return the level-1 records of ``bars``."""
    records = empty(1, len(bars))
    records[TIME] = bars.open_time
    values = records.view(np.float64)
    for row, column in enumerate((bars.open, bars.high, bars.low, bars.close, bars.volume), start=OPEN):
        values[row] = column
    return records


def to_bars(records: IntArray) -> Bars:
    """Return records as bars, sharing their memory."""
    values = records.view(np.float64)
    return Bars(records[TIME], *(values[row] for row in range(OPEN, COUNT)))


def counts(records: IntArray) -> IntArray:
    """Return how many bars each record aggregates, int64 ``(n,)``."""
    return records[COUNT] if len(records) > COUNT else np.ones(records.shape[1], np.int64)


def group(records: IntArray, starts: IntArray) -> IntArray:
    """Aggregate runs of records; ``starts``: index of each run's first record, ascending from 0.

    Where the open of a run's first bar is missing, the run's open is that bar's close (``first_opens``).
    """
    out = np.empty((COUNT + 1, len(starts)), np.int64)
    if not len(starts):
        return out
    values, result = records.view(np.float64), out.view(np.float64)
    out[TIME] = records[TIME, starts]
    result[OPEN] = first_opens(values[OPEN], values[LOW], values[CLOSE], starts)
    result[HIGH] = np.maximum.reduceat(values[HIGH], starts)
    result[LOW] = np.minimum.reduceat(values[LOW], starts)
    result[CLOSE] = values[CLOSE, np.append(starts[1:], records.shape[1]) - 1]
    result[VOLUME] = np.add.reduceat(values[VOLUME], starts)
    out[COUNT] = np.add.reduceat(counts(records), starts)
    return out


def coarsen(records: IntArray, width: int) -> IntArray:
    """Aggregate finer records into buckets of ``width`` seconds counted from 1970."""
    return group(records, run_starts(records[TIME] // width))


def run_starts(keys: IntArray) -> IntArray:
    """Return the index at which each run of equal ``keys`` starts."""
    is_start = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_start[1:])
    return np.flatnonzero(is_start)


def differing(new: IntArray, old: IntArray) -> IntArray:
    """Return the records of ``new`` that are missing in ``old`` or have other values there."""
    if not old.shape[1]:
        return new
    at = np.searchsorted(old[TIME], new[TIME])
    twin = old[:, np.minimum(at, old.shape[1] - 1)]
    return new[:, (twin != new).any(axis=0)]


def overlay(old: IntArray, new: IntArray) -> IntArray:
    """Return ``old`` with ``new`` inserted; where both have a record of the same time, that of ``new`` is used."""
    at = np.searchsorted(old[TIME], new[TIME])
    if not len(at) or at[0] == old.shape[1]:  # after the end, the usual case for new bars
        return np.concatenate((old, new), axis=1)
    has_twin = at < np.searchsorted(old[TIME], new[TIME], side="right")
    merged = old.copy()
    merged[:, at[has_twin]] = new[:, has_twin]
    if has_twin.all():
        return merged
    return np.insert(merged, at[~has_twin], new[:, ~has_twin], axis=1)


def splice(old: IntArray, new: IntArray, start: int, end: int) -> IntArray:
    """Return ``old`` with its records that open in ``[start, end)`` replaced by those of ``new``."""
    first, last = np.searchsorted(old[TIME], [start, end])
    inner = slice(*np.searchsorted(new[TIME], [start, end]))
    return np.concatenate((old[:, :first], new[:, inner], old[:, last:]), axis=1)

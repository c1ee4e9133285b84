"""Shares that split, and whether what is stored of them is on one basis."""

import numpy as np

from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.span import Span
from tests.field.row_market import (
    Share,
    dates,
    open_times,
    ordinary,
    when,
)

DAYS = dates("2026-08-03", 83)  # to today


def listed(*splits, seed=0, intervals=("1h",)):
    """Return a share whose intraday bars are parts of its days; the rows are as traded, a split moves them."""
    share = Share("AAA", splits=list(splits))
    days = ordinary(DAYS, price=500.0, seed=seed)
    for name in intervals:
        for day in days:
            first = np.array(open_times(share.calendar, name, iso(day[0]), iso(day[0] + DAY_S)))
            path = np.linspace(day[1], day[4], len(first) + 1)
            rows = zip(first.tolist(), path[:-1], path[1:], strict=True)
            share.put(name, [(t, o, max(o, c), min(o, c), c, 50.0) for t, o, c in rows])
    share.put("1d", days)
    for date, factor in splits:
        for name, table in share.rows.items():
            for time, row in table.items():
                if share.date_of(name, time) >= date:
                    table[time] = (*(price / factor for price in row[:4]), row[4] * factor)
    return share


def iso(time):
    return str(np.datetime64(time, "s"))


def evening(day):
    return when(day) + 23 * HOUR_S


def differences(harness, share, names, basis):
    """Read all that is stored without asking: the largest relative difference of a price from the basis of an instant.

    The volume may be a share off: it is rounded at each split.
    """
    largest = 0.0
    for name in names:
        span = Span(DAYS[0], harness.yahoo.now)
        bars = harness.bars(name, span, fill="none").bars
        truth = {time: np.array(row) for time, row in share.rows[name].items() if time < harness.yahoo.now}
        for row in zip(bars.open_time.tolist(), bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True):
            date = share.date_of(name, row[0])
            ratio = np.prod([factor for ex, factor in share.splits if date < ex <= basis])
            largest = max(largest, float(np.abs(truth[row[0]][:4] / ratio / np.array(row[1:5]) - 1.0).max()))
    return largest


def assert_one_basis(harness, share, names, *, is_now=True):
    """All stored bars are on the basis of now; or, where nobody has asked since, of one earlier instant."""
    instants = (
        [harness.yahoo.now]
        if is_now
        else [harness.yahoo.now, 0, *(ex for ex, _ in share.splits if ex <= harness.yahoo.now)]
    )
    found = {basis: differences(harness, share, names, basis) for basis in instants}
    assert min(found.values()) < 1e-6, found

"""Splits, dividends and capital gains, and their form in answers (yahoo.md §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.demo.instruments.paying_days import gain_is_inside, paying_rows

if TYPE_CHECKING:
    from candledesk.demo.prices.listing import DemoListing
    from candledesk.demo.prices.minutes import Minutes
    from candledesk.domain.bars import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class DemoAction:
    """One event: the first instant of its session, its kind and its value.

    ``kind``: ``split`` (``value`` new shares for ``denominator`` old ones), ``dividend`` or ``capital_gain``
    (``value``: cash per share; ``currency`` only if the provider states one).
    """

    time: int
    kind: str
    value: float
    denominator: int = 1
    currency: str | None = None


def find_actions(listing: DemoListing, now: int) -> list[DemoAction]:
    """Return every action up to ``now``, ascending; cash per share on the split basis of ``now``."""
    profile, hours = listing.profile, listing.hours
    found = [
        DemoAction(int(hours.open[split.row(hours)]), "split", float(split.numerator), split.denominator)
        for split in profile.splits
        if split.is_known(hours, now)
    ]
    rows = paying_rows(profile, hours)
    rows = rows[rows < listing.known_sessions(now)]
    for kind, cash in _payments(listing, rows):
        values = np.round(cash / listing.split_ratio(rows, now), 6)
        pairs = zip(hours.open[rows].tolist(), values.tolist(), strict=True)
        found += [DemoAction(time, kind, value, currency=profile.dividend_currency) for time, value in pairs]
    return sorted(found, key=lambda action: action.time)


def _payments(listing: DemoListing, rows: IntArray) -> list[tuple[str, FloatArray]]:
    """Return for each kind of payment its name and the raw cash per share on each of ``rows``."""
    profile = listing.profile
    if profile.gain:
        gain = np.round(profile.gain * listing.days.close[np.maximum(rows - 1, 0)], 3)
        return [("dividend", gain * (1 + gain_is_inside(listing.hours, rows))), ("capital_gain", gain)]
    return [("dividend", np.full(len(rows), profile.dividend))] if profile.dividend else []


def adjusted_closes(listing: DemoListing, rows: Minutes, now: int) -> FloatArray:
    """Return closes reduced by every later payment, in proportion to the close before it.

    With the provider's errors: a gain that the dividend already contains is subtracted twice (DODFX, 2025-12-18), and
    a dividend in another currency is treated as one in the share's own.
    """
    factor = np.ones(len(rows))
    for action in find_actions(listing, now):
        if action.kind != "split":
            session = int(np.searchsorted(listing.hours.open, action.time))
            before = np.array([max(session - 1, 0)])
            close = listing.days.close[before] / listing.split_ratio(before, now)
            factor[rows.session < session] *= 1 - action.value / float(close[0])
    return (rows.close * factor).astype(np.float32).astype(np.float64)


def state_events(listing: DemoListing, start: int, end: int, now: int) -> dict[str, Any]:
    """Return the ``events`` of an answer whose range is ``[start, end)``; ``{}`` when there are none."""
    events: dict[str, Any] = {}
    for action in find_actions(listing, now):
        if start <= action.time < end:
            name, row = _EVENT_NAMES[action.kind], _event(action)
            events.setdefault(name, {})[str(action.time)] = row
    return events


_EVENT_NAMES = {"split": "splits", "dividend": "dividends", "capital_gain": "capitalGains"}


def _event(action: DemoAction) -> dict[str, Any]:
    if action.kind == "split":
        new, old = int(action.value), action.denominator
        return {"date": action.time, "numerator": new, "denominator": old, "splitRatio": f"{new}:{old}"}
    row: dict[str, Any] = {"amount": action.value, "date": action.time}
    return row if action.currency is None else {**row, "currency": action.currency}

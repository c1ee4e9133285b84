"""The name of an interval for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval

_UNITS = {"m": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "y": "year"}
_LETTERS = {"m": "m", "h": "h", "d": "D", "wk": "W", "mo": "M", "y": "Y"}


def interval_text(interval: Interval) -> str:
    """Return ``4 hours``."""
    n, unit = interval.n_units, _UNITS[interval.unit]
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


def interval_label(interval: Interval) -> str:
    """Return what a button says: ``5m``, ``1D``, ``1W``, ``3M``, as charts elsewhere do."""
    return f"{interval.n_units}{_LETTERS[interval.unit]}"

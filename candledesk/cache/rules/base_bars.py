"""What must be known of a fetched interval so that bars of an interval derived from it are whole. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval

_SESSIONS_PER_UNIT = {"d": 1, "wk": 7, "mo": 31, "y": 366}  # coins trade every day


def base_count(interval: Interval, n_bars: int) -> int:
    """Return how many base bars surely hold ``n_bars`` of ``interval`` (a session's last derived bar may be short)."""
    base = interval.base
    if base is interval or n_bars == 0:
        return n_bars
    per_unit = _SESSIONS_PER_UNIT.get(interval.unit)
    ratio = interval.step_s // base.step_s if per_unit is None else interval.n_units * per_unit
    return (n_bars + 2) * ratio


def base_part(interval: Interval, span: Span) -> Span:
    """Return what must be known of the base so that the derived bars of ``span`` are whole at both ends."""
    if interval.base is interval:
        return span
    margin_s = max(2 * interval.step_s, interval.longest_s)
    return Span(min(span.start, max(HISTORY_START, span.start - margin_s)), span.end + margin_s)

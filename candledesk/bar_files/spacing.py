"""The interval of bars by the distances of their times, and whether one that is named can be theirs (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S, INTERVALS, MINUTE_S, parse_interval

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.interval import Interval

_FEWEST = 3  # bars whose distances say something
_WEEK, _MONTH, _QUARTER = (7 * DAY_S, 7 * DAY_S), (28 * DAY_S, 31 * DAY_S), (89 * DAY_S, 92 * DAY_S)
_LONG = ((_WEEK, "1wk"), (_MONTH, "1mo"), (_QUARTER, "3mo"))


def find_interval(times: IntArray) -> Interval | None:
    """Return the interval that most neighbours are apart, ``None`` where there are too few or it is none of ours."""
    steps = _steps(times)
    if len(steps) < _FEWEST - 1:
        return None
    values, counts = np.unique(steps, return_counts=True)
    usual = int(values[np.argmax(counts)])
    if usual < DAY_S:
        return None if usual % MINUTE_S else parse_interval(f"{usual // MINUTE_S}m")
    if usual == DAY_S:
        return INTERVALS["1d"]
    middle = int(np.median(steps))
    return next((INTERVALS[name] for (least, most), name in _LONG if least <= middle <= most), None)


def require_interval(times: IntArray, interval: Interval, *, has_clock: bool) -> None:
    """Raise ``InputError`` where the times cannot be those of ``interval``: a daily file as 5m, minutes as hours."""
    found, steps = find_interval(times), _steps(times)
    if not has_clock and not interval.is_daily:
        raise InputError("interval", f"The file has dates without a time of day: its bars are not of {interval.name}")
    if not len(steps) or found is None or found is interval:
        return
    is_finer, is_coarser = int(steps.min()) < min(interval.step_s, DAY_S), int(steps.min()) >= 2 * interval.step_s
    if interval.is_daily and found.is_daily:
        is_finer, is_coarser = found.step_s < interval.step_s, found.step_s > interval.step_s
    if is_finer or (is_coarser and found.step_s > interval.step_s):
        raise InputError("interval", f"The bars of the file are {found.name} apart: they are not of {interval.name}")


def _steps(times: IntArray) -> IntArray:
    unique = np.unique(times)
    return unique[1:] - unique[:-1]

"""From which bar on a value no longer depends on bars that are missing (WORKBENCH.md §1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Hole
from candledesk.indicators.primitives.recursive import with_reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import Bars, BoolArray, FloatArray
    from candledesk.indicators.declaration import Inputs, Params
    from candledesk.indicators.studies import Study

_SETTLED_DIGITS = 9
"""To how many digits a value is settled (WORKBENCH.md §1.5)."""
_STEADY = 16.0  # how much less a divisor may be than before


def settled_from(study: Study, inputs: Inputs, hole: Hole, *, is_below: bool) -> int:
    """Return the first bar from which a hole no longer shows; ``is_below``: in what another study makes of it."""
    indicator, params = study.indicator, study.params
    if indicator.settled_from is not None:
        return indicator.settled_from(inputs, params, hole)
    settle, n_bars = indicator.settle(params), indicator.lookback(params)
    n_bars += with_reserve(settle) if is_below else settle
    first = hole.index + n_bars
    if settle and study.source is not None:  # bars without a value are skipped
        valued = np.flatnonzero(~np.isnan(inputs.source[hole.index :]))
        first = hole.index + int(valued[n_bars]) if n_bars < len(valued) else len(inputs.bars)
    if not settle or indicator.divisor is None or first >= len(inputs.bars):
        return first
    behind = indicator.behind_ratio(params)
    ratio = indicator.divisor, inputs.take(slice(hole.index, None)), params
    return hole.index + behind + _known_ratio(*ratio, first - hole.index - behind, n_bars - behind)


def _known_ratio(
    divisor: Callable[[Inputs, Params], FloatArray], inputs: Inputs, params: Params, first: int, settle: int
) -> int:
    """Return the first bar at which a ratio of averages is known, at twice as many bars until one is.

    ``inputs``: from the hole on; ``first``: that bar by the numbers of the declaration; ``settle``: in how many bars
    what is unknown falls to a billionth. Of a divisor that has fallen too, it must fall as much more: the numbers allow
    for one that is a sixteenth of what it was.
    """
    n_bars = first + 1
    while True:
        part = np.nan_to_num(divisor(inputs.take(slice(0, n_bars)), params))
        with np.errstate(divide="ignore", invalid="ignore"):
            fallen = np.log10(np.maximum.accumulate(part) / part) - np.log10(_STEADY)
        n_more = np.where(part > 0, settle / _SETTLED_DIGITS * np.maximum(fallen, 0), np.inf)
        known = np.flatnonzero(np.arange(len(part)) >= first + n_more)
        if len(known):
            return int(known[0])
        if n_bars >= len(inputs.bars):
            return len(inputs.bars)
        n_bars *= 2


def holes_of(settled: BoolArray, bars: Bars) -> tuple[Hole, ...]:
    """Return as holes what is not settled of a line: what reads it begins anew behind each such run."""
    ends = np.flatnonzero(~settled[:-1] & settled[1:]) + 1
    holes = [Hole(int(index), int(bars.open_time[index - 1])) for index in ends]
    if len(settled) and not settled[-1]:
        holes.append(Hole(len(settled), int(bars.open_time[-1])))
    return tuple(holes)

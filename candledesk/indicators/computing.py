"""From bars to the values of a study, with what is settled; and the same after some bars changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Hole, Inputs, Reach
from candledesk.indicators.primitives.prices import PRICES
from candledesk.indicators.primitives.recursive import with_reserve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.domain.bars import Bars, BoolArray, FloatArray
    from candledesk.indicators.declaration import Market, Params
    from candledesk.indicators.studies import Study

_SETTLED_DIGITS = 9
"""To how many digits a value is settled (WORKBENCH.md §1.5)."""
_STEADY = 16.0  # how much less a divisor may be than before
_FIELDS = ("open_time", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, eq=False, slots=True)
class Values:
    """The values of a study at n bars.

    ``lines``: float64 ``(n,)`` by the name of the output, NaN where there is no value; ``settled``: bool ``(n,)``,
    false where older history, or bars that are missing, could still change the value.
    """

    lines: dict[str, FloatArray]
    settled: BoolArray

    def take(self, selection: slice) -> Values:
        """Return the values of some of the bars."""
        return Values({name: line[selection] for name, line in self.lines.items()}, self.settled[selection])


def compute(study: Study, bars: Bars, market: Market, holes: Sequence[Hole] = ()) -> Values:
    """Return the values of a study at each bar.

    ``holes``: where bars are missing; one at the first bar unless the series begins there. What needs volume has no
    values in a series without any.
    """
    lines, settled = _compute(study, bars, market, tuple(holes))
    return Values(dict(zip(study.indicator.output_names, lines, strict=True)), settled)


def _compute(
    study: Study, bars: Bars, market: Market, holes: tuple[Hole, ...], *, is_below: bool = False
) -> tuple[tuple[FloatArray, ...], BoolArray]:
    n, indicator = len(bars), study.indicator
    settled = np.ones(n, np.bool_)
    if study.source is None:
        source = PRICES[study.params.text("source")](bars) if indicator.has_source else np.empty(0)
    else:
        below = study.source
        lines, settled = _compute(below.study, bars, market, holes, is_below=True)
        source = lines[below.study.indicator.output_names.index(below.output)]
        holes = _holes_of(settled, bars)
    if not n or (indicator.needs_volume and not _has_volume(bars, market)):
        return tuple(np.full(n, np.nan) for _ in indicator.outputs), settled
    inputs = Inputs(bars, source, market)
    lines = indicator.compute(inputs, study.params)
    for hole in holes:
        settled[hole.index : _settled_from(study, inputs, hole, is_below=is_below)] = False
    if indicator.is_incomplete is not None:
        settled &= ~indicator.is_incomplete(inputs, study.params)
    return lines, settled


def _has_volume(bars: Bars, market: Market) -> bool:
    return bool(market.has_volume or bars.volume.any() or market.finer.volume.any())


def _settled_from(study: Study, inputs: Inputs, hole: Hole, *, is_below: bool) -> int:
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


def _holes_of(settled: BoolArray, bars: Bars) -> tuple[Hole, ...]:
    """Return as holes what is not settled of a line: what reads it begins anew behind each such run."""
    ends = np.flatnonzero(~settled[:-1] & settled[1:]) + 1
    holes = [Hole(int(index), int(bars.open_time[index - 1])) for index in ends]
    if len(settled) and not settled[-1]:
        holes.append(Hole(len(settled), int(bars.open_time[-1])))
    return tuple(holes)


def first_change(before: Bars, after: Bars) -> int:
    """Return the index of the first bar that differs in two versions of a series from the same bar on.

    The number of bars in the shorter one when it begins the longer one.
    """
    n = min(len(before), len(after))
    same = np.ones(n, np.bool_)
    for name in _FIELDS:
        same &= getattr(before, name)[:n] == getattr(after, name)[:n]
    changed = np.flatnonzero(~same)
    return int(changed[0]) if len(changed) else n


def recompute(
    study: Study, before: tuple[Bars, Values], after: Bars, market: Market, holes: Sequence[Hole] = ()
) -> Values:
    """Return the values of ``after``, computed anew from the first bar that changed only.

    ``before``: bars of the same series from the same first bar on, and their values under the same ``holes``. Values
    before the first changed bar are kept bit by bit, but for a zig zag, whose points are known bars later. What is not
    made of a number of bars, or depends on its start for longer, is computed as a whole.
    """
    bars, values = before
    changed = first_change(bars, after)
    n_before = study.lookback + study.settle
    start = changed - (2 * n_before if study.indicator.settled_from is None else n_before)
    is_local = all(one.indicator.reach is Reach.BARS and not one.indicator.is_known_later for one in study.chain)
    if start <= 0 or not is_local or any(hole.index > start for hole in holes):
        return compute(study, after, market, holes)
    new = compute(study, after.take(slice(start, None)), market, [Hole(0, int(after.open_time[start - 1]))])
    if changed < len(after) and not new.settled[changed - start]:
        return compute(study, after, market, holes)
    kept, fresh = values.take(slice(0, changed)), new.take(slice(changed - start, None))
    lines = {name: np.concatenate((kept.lines[name], fresh.lines[name])) for name in kept.lines}
    settled = np.concatenate((kept.settled, np.full(len(fresh.settled), bool(kept.settled[-1]))))
    return Values(lines, settled)

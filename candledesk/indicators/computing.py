"""From bars to the values of a study, with what is settled; and the same after some bars changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Hole, Inputs, Reach
from candledesk.indicators.past import NoPastError, Past
from candledesk.indicators.primitives.prices import PRICES
from candledesk.indicators.settling import holes_of, settled_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import Bars, BoolArray, FloatArray
    from candledesk.indicators.declaration import Market
    from candledesk.indicators.studies import Study

    Columns = tuple[FloatArray, ...]

_FIELDS = ("open_time", "open", "high", "low", "close", "volume")
_N_BACK = 8  # bars that may change at the end without a run over others: the forming one, and some that settle


@dataclass(frozen=True, eq=False, slots=True)
class Values:
    """The values of a study at n bars.

    ``lines``: float64 ``(n,)`` by the name of the output, NaN where there is no value; ``settled``: bool ``(n,)``,
    false where older history, or bars that are missing, could still change the value. ``state``: what ``recompute``
    carries on from.
    """

    lines: dict[str, FloatArray]
    settled: BoolArray
    state: State | None = None

    def take(self, selection: slice) -> Values:
        """Return the values of some of the bars."""
        return Values({name: line[selection] for name, line in self.lines.items()}, self.settled[selection])


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """What the recursive parts of a study's kernels returned at the last bars.

    ``parts``: ``Past.made`` of each study of the chain, the innermost first; ``market``: what it was made of.
    """

    parts: tuple[tuple[Columns, ...], ...]
    market: Market


def compute(study: Study, bars: Bars, market: Market, holes: Sequence[Hole] = ()) -> Values:
    """Return the values of a study at each bar.

    ``holes``: where bars are missing; one at the first bar unless the series begins there. What needs volume has no
    values in a series without any.
    """
    pasts = [Past() for _ in study.chain]
    lines, settled = _compute(study, bars, market, tuple(holes), pasts)
    values = Values(dict(zip(study.indicator.output_names, lines, strict=True)), settled)
    is_carried_on = _is_carried_on(study) and _has_volume(study, bars, market)
    return replace(values, state=_state_of(study.lookback + 1, market, pasts)) if is_carried_on else values


def _has_volume(study: Study, bars: Bars, market: Market) -> bool:
    """Tell whether the series has what the studies of the chain need of volume."""
    if not any(one.indicator.needs_volume for one in study.chain):
        return True
    return market.has_volume or bool(bars.volume.any()) or bool(market.finer.volume.any())


def _compute(
    study: Study, bars: Bars, market: Market, holes: tuple[Hole, ...], pasts: Sequence[Past], *, is_below: bool = False
) -> tuple[tuple[FloatArray, ...], BoolArray]:
    """Return the lines and what is settled of them; ``pasts``: one of each study of the chain, the innermost first."""
    n, indicator = len(bars), study.indicator
    settled, below = np.ones(n, np.bool_), None
    if study.source is not None:
        below, settled = _compute(study.source.study, bars, market, holes, pasts[:-1], is_below=True)
        holes = holes_of(settled, bars)
    source = _source_of(study, bars, below)
    if not n or not _has_volume(study, bars, market):
        return tuple(np.full(n, np.nan) for _ in indicator.outputs), settled
    lines = indicator.compute(Inputs(bars, source, market, pasts[-1]), study.params)
    inputs = Inputs(bars, source, market)
    for hole in holes:
        settled[hole.index : settled_from(study, inputs, hole, is_below=is_below)] = False
    if indicator.is_incomplete is not None:
        settled &= ~indicator.is_incomplete(inputs, study.params)
    return lines, settled


def _source_of(study: Study, bars: Bars, below: tuple[FloatArray, ...] | None) -> FloatArray:
    """Return what a study reads: a price, or one of the lines of the study below it."""
    if study.source is None or below is None:
        return PRICES[study.params.text("source")](bars) if study.indicator.has_source else np.empty(0)
    return below[study.source.study.indicator.output_names.index(study.source.output)]


def first_change(before: Bars, after: Bars) -> int:
    """Return the index of the first bar that differs in two versions of a series from the same bar on.

    The number of bars in the shorter one when it begins the longer one.
    """
    n = min(len(before), len(after))
    columns = [(getattr(before, name)[:n], getattr(after, name)[:n]) for name in _FIELDS]
    if n and all(one[:-1].tobytes() == other[:-1].tobytes() for one, other in columns):  # the usual tick
        return n if all(one[-1] == other[-1] for one, other in columns) else n - 1
    same = np.ones(n, np.bool_)
    for one, other in columns:
        same &= one == other
    changed = np.flatnonzero(~same)
    return int(changed[0]) if len(changed) else n


def recompute(
    study: Study,
    before: tuple[Bars, Values],
    after: Bars,
    market: Market,
    holes: Sequence[Hole] = (),
    changed: int | None = None,
) -> Values:
    """Return the values of ``after``, computed anew from the first bar that changed only.

    ``before``: bars of the same series from the same first bar on, and their values under the same ``holes``;
    ``changed``: ``first_change`` of both, if it is known. Values before the first changed bar are kept bit by bit, but
    for a zig zag, whose points are known bars later. When only the last bars have changed, as by a tick, the recursive
    parts carry on behind the others: the result is that of a run over all bars, to a relative 1e-12. After an older
    change, some bars before it are computed again. What is not made of a number of bars, or depends on its start for
    longer, is computed as a whole.
    """
    bars, values = before
    changed = first_change(bars, after) if changed is None else changed
    if changed == len(bars) == len(after) and _is_same_market(study, values.state, market):
        return values
    new = None
    if study.indicator.is_same is not None:
        new = _extend(study, before, after, changed)
    elif all(hole.index < changed for hole in holes):  # behind a hole the new values are not settled
        new = _carry_on(study, before, after, market, changed)
    return new or _recompute_behind(study, before, after, market, holes, changed)


def _carry_on(study: Study, before: tuple[Bars, Values], after: Bars, market: Market, changed: int) -> Values | None:
    """Return the values when only the last bars have changed; ``None`` when the state before them is not known."""
    bars, values = before
    n_before = study.lookback + 1  # a range needs the close before
    start, n_back = changed - n_before, len(bars) - changed
    state = values.state
    if state is None or start < 0 or n_back > _N_BACK or not values.settled[changed - 1]:
        return None
    if changed >= len(after) or not _is_same_market(study, state, market) or not _has_volume(study, after, market):
        return None
    pasts = [Past(_without_last(parts, n_back), len(after) - changed) for parts in state.parts]
    try:
        new = _carried_lines(study, after.take(slice(start, None)), market, pasts)
    except NoPastError:
        return None
    lines = zip(values.lines.items(), new, strict=True)
    joined = {name: np.concatenate((line[:changed], end[n_before:])) for (name, line), end in lines}
    settled = values.settled  # what follows a settled value without a hole is settled too
    if len(after) != len(bars):
        settled = np.concatenate((settled[:changed], np.ones(len(after) - changed, np.bool_)))
    return Values(joined, settled, _state_of(n_before, market, pasts))


def _carried_lines(study: Study, bars: Bars, market: Market, pasts: Sequence[Past]) -> tuple[FloatArray, ...]:
    """Return the lines at the last bars, whose windows are whole at the new ones."""
    below = None if study.source is None else _carried_lines(study.source.study, bars, market, pasts[:-1])
    return study.indicator.compute(Inputs(bars, _source_of(study, bars, below), market, pasts[-1]), study.params)


def _extend(study: Study, before: tuple[Bars, Values], after: Bars, changed: int) -> Values | None:
    """Return the values as they were, and none at new bars, where ``Indicator.is_same`` allows it."""
    bars, values = before
    is_same, n_beside = study.indicator.is_same, study.indicator.lookback(study.params)
    start, n_more = changed - 2 * n_beside - 1, len(after) - len(bars)
    if is_same is None or start < 0 or n_more < 0 or len(after) - n_beside > changed:
        return None
    if not np.array_equal(bars.open_time[start:], after.open_time[start : len(bars)]):
        return None
    if not is_same(bars.take(slice(start, None)), after.take(slice(start, None)), study.params):
        return None
    if not n_more:
        return values
    none = np.full(n_more, np.nan)
    settled = np.concatenate((values.settled, np.full(n_more, values.settled[-1])))
    return Values({name: np.concatenate((line, none)) for name, line in values.lines.items()}, settled)


def _without_last(parts: Sequence[Columns], n: int) -> Sequence[Columns]:
    return [tuple(column[: len(column) - n] for column in columns) for columns in parts] if n else parts


def _is_carried_on(study: Study) -> bool:
    """Tell whether the kernels of a study pass all of their recursive parts through ``Past``."""
    for one in study.chain:
        row = one.indicator
        if row.version or row.is_known_later or row.reach not in (Reach.BARS, Reach.ANCHOR):
            return False
    return True


def _state_of(n_before: int, market: Market, pasts: Sequence[Past]) -> State:
    """``n_before``: the bars before the first changed one that a later run needs."""
    n_kept = n_before + _N_BACK
    parts = tuple(tuple(tuple(_last(column, n_kept) for column in part) for part in past.made) for past in pasts)
    return State(parts, market)


def _last(column: FloatArray, n: int) -> FloatArray:
    """Return the last values, without holding the others in memory."""
    return column if len(column) <= 2 * n else column[-n:].copy()


def _is_same_market(study: Study, state: State | None, market: Market) -> bool:
    """Tell whether the values were made of the same market, as far as they depend on more than the bars."""
    if all(one.indicator.reach is Reach.BARS for one in study.chain):
        return True
    if state is None:
        return False
    before = state.market
    if before is market:
        return True
    dates = (before.lacking, market.lacking), (before.splits, market.splits), (before.dividends, market.dividends)
    return (
        before.calendar.equals(market.calendar)
        and before.interval is market.interval
        and all(one is other if one is None or other is None else np.array_equal(one, other) for one, other in dates)
        and before.daily.equals(market.daily)
    )


def _recompute_behind(
    study: Study, before: tuple[Bars, Values], after: Bars, market: Market, holes: Sequence[Hole], changed: int
) -> Values:
    """Return the values with those behind some bars before the first changed one computed again, or else all."""
    bars, values = before
    n_before = study.lookback + study.settle
    start = changed - (2 * n_before if study.indicator.settled_from is None else n_before)
    is_local = all(one.indicator.reach is Reach.BARS and not one.indicator.is_known_later for one in study.chain)
    is_local &= _has_volume(study, bars, market) and _has_volume(study, after, market)
    if start <= 0 or not is_local or any(hole.index > start for hole in holes):
        return compute(study, after, market, holes)
    whole = replace(market, has_volume=True)  # the last bars alone may have none
    new = compute(study, after.take(slice(start, None)), whole, [Hole(0, int(after.open_time[start - 1]))])
    if changed < len(after) and not new.settled[changed - start]:
        return compute(study, after, market, holes)
    kept, fresh = values.take(slice(0, changed)), new.take(slice(changed - start, None))
    lines = {name: np.concatenate((kept.lines[name], fresh.lines[name])) for name in kept.lines}
    settled = np.concatenate((kept.settled, np.full(len(fresh.settled), bool(kept.settled[-1]))))
    return Values(lines, settled, new.state)

"""Trend machines: a state that each bar changes by comparisons, run over all parts of a series at once.

Such a machine forgets its start (WORKBENCH.md §1.5). The series is cut into lanes, each is begun some bars early in any
state, and where its state then differs from the end of the lane before, that lane is run again from there. The result
is bit by bit that of one run from the first bar to the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.indicators.past import Past

    Columns = tuple[FloatArray, ...]

Begin = Callable[["Columns"], "Columns"]
"""From the columns of one bar to the state after it, when it is the first one; elementwise."""
Step = Callable[["Columns", "Columns"], "Columns"]
"""From the state before a bar and its columns to the state after it; elementwise."""

_N_EARLY = 48  # bars that a lane is begun early: enough for most starts, and few steps for the bars of a forming candle
_N_STEPS = 255  # of a lane; not 256, with which all lanes would share few places of the processor's cache
_N_LANES = 2_048  # at a time
_MOST_FOLLOWED = 4_096  # bars


def run_machine(begin: Begin, step: Step, columns: Columns, start: Columns | None = None) -> Columns:
    """Return the state after each bar, one array float64 ``(n,)`` for each of its numbers.

    ``columns``: what a bar contributes, float64 ``(n,)`` each. ``start``: the state before the first bar, one number
    each; ``None``: the first bar begins one.
    """
    n = len(columns[0])
    state = start
    parts = []
    for first in range(0, n, _N_STEPS * _N_LANES):
        early = min(first, _N_EARLY)
        part = tuple(column[first - early : first + _N_STEPS * _N_LANES] for column in columns)
        states = _run_part(begin, step, part, early, state)
        parts.append(states)
        state = tuple(one[-1:] for one in states)
    if not parts:
        return tuple(np.empty(0) for _ in begin(columns))
    return tuple(np.concatenate(pieces) for pieces in zip(*parts, strict=True))


def follow_machine(begin: Begin, step: Step, columns: Columns, past: Past) -> Columns:
    """Return the state after each bar as ``run_machine``, carried on behind the bars that have not changed."""

    def run(first: int, state: Columns | None) -> Columns:
        if state is None:
            return run_machine(begin, step, columns)
        states = []
        for row in range(first, len(columns[0])):
            state = step(state, tuple(column[row : row + 1] for column in columns))
            states.append(state)
        return tuple(np.concatenate(parts) for parts in zip(*states, strict=True))

    return past.follow(len(columns[0]), run)


def _run_part(begin: Begin, step: Step, columns: Columns, n_early: int, start: Columns | None) -> Columns:
    """Run over the bars behind the first ``n_early``; ``start``: the state before them."""
    n = len(columns[0]) - n_early
    n_steps = min(_N_STEPS, max(_N_EARLY, int(np.sqrt(n))))
    n_lanes = -(-n // n_steps)
    lanes = tuple(_in_lanes(column[n_early:], n_steps, n_lanes) for column in columns)
    begins = _early_states(begin, step, columns, n_early + n_steps * np.arange(n_lanes))
    is_begun = start is not None
    if start is not None:
        for one, value in zip(begins, start, strict=True):
            one[0] = value[0]
    states = _run_lanes(begin, step, lanes, begins, is_begun=is_begun)
    is_wrong = _differ(tuple(one[1:] for one in begins), tuple(one[-1, :-1] for one in states))
    while is_wrong.any():
        wrong = np.flatnonzero(is_wrong) + 1
        again = tuple(one[-1, wrong - 1] for one in states)
        for one, value in zip(begins, again, strict=True):
            one[wrong] = value
        found = _run_lanes(begin, step, tuple(lane[:, wrong] for lane in lanes), again, is_begun=True)
        for one, values in zip(states, found, strict=True):
            one[:, wrong] = values
        is_wrong = _differ(tuple(one[1:] for one in begins), tuple(one[-1, :-1] for one in states))
    return tuple(np.ascontiguousarray(one.T).reshape(-1)[:n] for one in states)


def _in_lanes(column: FloatArray, n_steps: int, n_lanes: int) -> FloatArray:
    """Return the column as one row per step and one column per lane; the last lane is filled with its last value."""
    padded = np.full(n_steps * n_lanes, column[-1])
    padded[: len(column)] = column
    return np.ascontiguousarray(padded.reshape(n_lanes, n_steps).T)


def _early_states(begin: Begin, step: Step, columns: Columns, firsts: IntArray) -> Columns:
    """Return for each lane the state before its first bar, after a begin some bars earlier; lane 0 has its own."""
    n_early = min(_N_EARLY, int(firsts[-1]))
    ahead = np.maximum(firsts - n_early, 0)
    states = tuple(np.array(one, np.float64) for one in begin(tuple(column[ahead] for column in columns)))
    for back in range(1, n_early):
        states = step(states, tuple(column[ahead + back] for column in columns))
    return tuple(np.array(one, np.float64) for one in states)


def _run_lanes(begin: Begin, step: Step, lanes: Columns, before: Columns, *, is_begun: bool) -> Columns:
    """Return the states of all lanes, step by step; not ``is_begun``: the first lane begins with its first bar."""
    state = step(before, tuple(lane[0] for lane in lanes))
    if not is_begun:
        first = begin(tuple(lane[0, :1] for lane in lanes))
        state = tuple(np.concatenate((new, one[1:])) for new, one in zip(first, state, strict=True))
    states = tuple(np.empty(lanes[0].shape) for _ in state)
    for row in range(len(lanes[0])):
        if row:
            state = step(state, tuple(lane[row] for lane in lanes))
        for kept, one in zip(states, state, strict=True):
            kept[row] = one
    return states


def _differ(some: Columns, others: Columns) -> BoolArray:
    """Tell for each lane whether two states differ in any bit that matters."""
    different = np.zeros(len(some[0]), np.bool_)
    for one, other in zip(some, others, strict=True):
        different |= (one != other) & ~(np.isnan(one) & np.isnan(other))
    return different


def agreed_after(begin: Begin, step: Step, columns: Columns, starts: Sequence[Columns]) -> int:
    """Return after how many bars a machine that is begun with the first bar, or in any of ``starts``, is in one state.

    ``starts``: states before the first bar, one number each. Once the states are equal they remain so. One more than
    the number of bars when they are not after 4,096 bars, or after all there are.
    """
    first = tuple(column[:1] for column in columns)
    states = [begin(first), *(step(start, first) for start in starts)]
    together = tuple(np.concatenate(parts) for parts in zip(*states, strict=True))
    n = len(columns[0])
    for row in range(1, min(n, _MOST_FOLLOWED)):
        if all((one == one[0]).all() for one in together):
            return row - 1
        together = step(together, tuple(column[row : row + 1] for column in columns))
    return n + 1


def first_bar(is_reached: Callable[[Columns], BoolArray], columns: Columns) -> int:
    """Return the first bar of which ``is_reached`` is true, looking at twice as many bars until one is.

    One more than the number of bars when there is none.
    """
    n_bars, n = _N_STEPS, len(columns[0])
    while True:
        found = np.flatnonzero(is_reached(tuple(column[:n_bars] for column in columns)))
        if len(found):
            return int(found[0])
        if n_bars >= n:
            return n + 1
        n_bars *= 2

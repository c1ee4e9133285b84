"""The parabolic stop and reverse (WORKBENCH.md §1.3).

It starts on the second bar, rising when that closes higher. Each bar moves it towards the extreme of the trend. Where
the bar passes it the trend turns, from the extreme; it never lies beyond the lows (highs) of the two bars before.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Hole, Indicator, Inputs, Output, Pane, Params, Plot, number_of
from candledesk.indicators.primitives.machines import agreed_after, first_bar, follow_machine, run_machine
from candledesk.indicators.primitives.prices import shifted

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray

    Columns = tuple[FloatArray, ...]

_N_TURNS = 8  # of 8,000 random starts one showed after six
_FAR = 0.1  # of the price: how far away an extreme of older bars is supposed at most
_SETTLE = 512  # bars: the greatest of 400 starts took 70 (WORKBENCH.md §1.5)


def _entry(params: Params, columns: Columns, rising: FloatArray) -> Columns:
    """Return the state before the bar with which a trend starts."""
    high, low, high_1, low_1 = columns[:4]
    begun = np.full_like(high, params.number("start"))
    return rising, np.where(rising > 0, low_1, high_1), np.where(rising > 0, high, low), begun


def _begin(params: Params, columns: Columns) -> Columns:
    close, close_1 = columns[6:]
    return _step(params, _entry(params, columns, np.where(close > close_1, 1.0, -1.0)), columns)


def _step(params: Params, state: Columns, columns: Columns) -> Columns:
    """Return the direction (1 or −1), the stop, the extreme and the acceleration after a bar."""
    rising, stop, extreme, factor = state
    high, low, high_1, low_1, high_2, low_2 = columns[:6]
    is_up = rising > 0
    stop = stop + factor * (extreme - stop)
    is_turned = np.where(is_up, stop > low, stop < high)
    outer, inner = np.where(is_up, high, low), np.where(is_up, low, high)
    is_further = np.where(is_up, outer > extreme, outer < extreme)
    reached = np.where(is_further, outer, extreme)
    faster = np.where(is_further, np.minimum(factor + params.number("increment"), params.number("maximum")), factor)
    stop = np.where(is_turned, reached, stop)
    extreme = np.where(is_turned, inner, reached)
    factor = np.where(is_turned, params.number("start"), faster)
    is_up = is_up != is_turned
    clamped = np.where(is_up, np.minimum(stop, np.minimum(low_1, low_2)), np.maximum(stop, np.maximum(high_1, high_2)))
    return np.where(is_up, 1.0, -1.0), clamped, extreme, factor


def _columns(inputs: Inputs, first: int) -> Columns:
    """Return of each bar from ``first`` on: high, low, those of the two bars before, close, and the close before.

    The second bar has one bar before it, which is counted twice.
    """
    bars = inputs.bars
    high_1, low_1, close_1 = (shifted(column, 1) for column in (bars.high, bars.low, bars.close))
    high_2, low_2 = shifted(bars.high, 2), shifted(bars.low, 2)
    high_2[1:2], low_2[1:2] = high_1[1:2], low_1[1:2]
    columns = (bars.high, bars.low, high_1, low_1, high_2, low_2, bars.close, close_1)
    return tuple(column[first:] for column in columns)


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    result = np.full(len(inputs.bars), np.nan)
    if len(result) > 1:
        result[1:] = follow_machine(partial(_begin, params), partial(_step, params), _columns(inputs, 1), inputs.past)[
            1
        ]
    return (result,)


def _settled_from(inputs: Inputs, params: Params, hole: Hole) -> int:
    """Return when a trend is known by its own beginning, which is known by that of the trend before.

    Runs in both directions, slow and fast, with near and far extremes, are followed until they are one, and from there
    on for as many turns as carry an extreme of older bars along.
    """
    first = hole.index + 2
    if first >= len(inputs.bars):
        return len(inputs.bars)
    begin, step, columns = partial(_begin, params), partial(_step, params), _columns(inputs, first)
    agreed = agreed_after(begin, step, columns, _starts(params, tuple(column[:1] for column in columns)))

    def is_known(part: Columns) -> BoolArray:
        rising = run_machine(begin, step, part)[0]
        is_turn = np.append(False, rising[1:] != rising[:-1])
        is_turn[: agreed + 1] = False
        known: BoolArray = np.cumsum(is_turn) >= _N_TURNS
        return known

    return first + first_bar(is_known, columns)


def _starts(params: Params, columns: Columns) -> list[Columns]:
    starts: list[Columns] = []
    for direction, far in itertools.product((1.0, -1.0), (0.0, _FAR)):
        rising, stop, extreme, factor = _entry(params, columns, np.full(1, direction))
        extreme = extreme + direction * far * np.abs(extreme)
        starts += [(rising, stop, extreme, speed) for speed in (factor, np.full(1, params.number("maximum")))]
    return starts


SAR = Indicator(
    id="sar",
    title="Parabolic SAR",
    params=(
        number_of("start", 0.02, 0.0001, 1.0),
        number_of("increment", 0.02, 0.0001, 1.0),
        number_of("maximum", 0.2, 0.0001, 1.0),
    ),
    outputs=(Output("value", Plot.CROSSES),),
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda _params: 1,
    settle=lambda _params: _SETTLE,
    settled_from=_settled_from,
)

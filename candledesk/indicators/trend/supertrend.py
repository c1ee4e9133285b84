"""Supertrend: bands of the average true range that are carried, and the side of them on which the close is.

The lower band keeps its maximum unless the close before was below it, the upper one is mirrored; the trend starts down
and turns when the close passes the carried band (WORKBENCH.md §1.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Hole, Indicator, Inputs, Output, Pane, Params, Plot, length_of, number_of
from candledesk.indicators.primitives.machines import first_bar, follow_machine, run_machine
from candledesk.indicators.primitives.prices import PRICES, shifted
from candledesk.indicators.primitives.recursive import rma_settle
from candledesk.indicators.volatility.atr import average_range

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray

    Columns = tuple[FloatArray, ...]

_TREND_SETTLE = 512  # bars: the greatest of 400 starts took 81 (WORKBENCH.md §1.5)


def _begin(columns: Columns) -> Columns:
    lower, upper, close, _ = columns
    return lower, upper, np.full_like(close, -1.0)


def _step(state: Columns, columns: Columns) -> Columns:
    """Return the carried bands and the direction (1 up, −1 down) after a bar."""
    kept_lower, kept_upper, direction = state
    lower, upper, close, before = columns
    new_lower = np.where(before < kept_lower, lower, np.maximum(lower, kept_lower))
    new_upper = np.where(before > kept_upper, upper, np.minimum(upper, kept_upper))
    rising = np.where(direction > 0, close >= new_lower, close > new_upper)
    return new_lower, new_upper, np.where(rising, 1.0, -1.0)


def _columns(inputs: Inputs, params: Params, first: int) -> Columns:
    """Return the bands around each bar from ``first`` on, its close, and the close before."""
    bars = inputs.bars
    width = params.number("factor") * average_range(bars, params.integer("atr_length"), inputs.past)[first:]
    middle = PRICES["hl2"](bars)[first:]
    before = shifted(bars.close, 1)[first:]
    return middle - width, middle + width, bars.close[first:], before


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n, first = len(inputs.bars), params.integer("atr_length") - 1
    line, direction = np.full(n, np.nan), np.full(n, np.nan)
    if n > first:
        lower, upper, side = follow_machine(_begin, _step, _columns(inputs, params, first), inputs.past)
        line[first:] = np.where(side > 0, lower, upper)
        direction[first:] = side
    return line, direction


def _possible_begin(columns: Columns) -> Columns:
    """Return all that the state after the first bar can be: the ends of both bands, and each direction (1: possible).

    A carried band lies between the band of the bar and the close before; beyond that close it would not be carried.
    """
    lower, upper, _, before = columns
    possible = np.ones_like(lower)
    return lower, np.maximum(lower, before), np.minimum(upper, before), upper, possible, possible


def _possible_step(state: Columns, columns: Columns) -> Columns:
    """Return all that the state after a bar can be, from all that it can have been before."""
    lower_from, lower_to, upper_from, upper_to, is_up, is_down = state
    lower, upper, close, before = columns
    lower_from = np.where(lower_to > before, lower, np.maximum(lower, lower_from))
    lower_to = np.maximum(lower, np.minimum(lower_to, before))
    upper_to = np.where(upper_from < before, upper, np.minimum(upper, upper_to))
    upper_from = np.minimum(upper, np.maximum(upper_from, before))
    to_up = ((is_up > 0) & (close >= lower_from)) | ((is_down > 0) & (close > upper_from))
    to_down = ((is_up > 0) & (close < lower_to)) | ((is_down > 0) & (close <= upper_to))
    return lower_from, lower_to, upper_from, upper_to, to_up.astype(np.float64), to_down.astype(np.float64)


def _is_one_state(columns: Columns) -> BoolArray:
    lower_from, lower_to, upper_from, upper_to, is_up, is_down = run_machine(_possible_begin, _possible_step, columns)
    is_one: BoolArray = (lower_from == lower_to) & (upper_from == upper_to) & (is_up != is_down)
    return is_one


def _settled_from(inputs: Inputs, params: Params, hole: Hole) -> int:
    """Return the first bar at which only one state is possible, whatever came before the hole."""
    n = params.integer("atr_length")
    first, n_looked_at = hole.index + n + rma_settle(n), 2 * _TREND_SETTLE
    if first >= len(inputs.bars):
        return len(inputs.bars)
    while True:
        part = inputs.take(slice(0, first + n_looked_at))
        found = first_bar(_is_one_state, _columns(part, params, first))
        if found < n_looked_at or len(part.bars) == len(inputs.bars):
            return first + found
        n_looked_at *= 8


SUPERTREND = Indicator(
    id="supertrend",
    title="Supertrend",
    params=(length_of(10, "atr_length"), number_of("factor", 3.0, 0.01, 100.0)),
    outputs=(Output("line", Plot.LINE), Output("direction", Plot.NONE)),
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda params: params.integer("atr_length") - 1,
    settle=lambda params: 1 + rma_settle(params.integer("atr_length")) + _TREND_SETTLE,
    settled_from=_settled_from,
)

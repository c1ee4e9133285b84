"""Averages that carry on from the one before: y = a·x + (1 − a)·y' (WORKBENCH.md §1.2).

The series is cut into lanes of 64 values, all lanes are stepped through at once, and what each lane receives from the
one before is added afterwards, times its decay: exact for a linear recursion. The value at a bar does not depend on how
many bars follow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray
    from candledesk.indicators.past import Past

_N_STEPS = 64
_N_LANES = 2_048  # at a time: their values stay in the processor's cache
EMA_SETTLE, RMA_SETTLE = 10.4, 20.7
"""Bars per length until the start no longer shows to a relative 1e-9: ln(1e9) / −ln(1 − a) (WORKBENCH.md §1.5)."""


def ema(values: FloatArray, n: int, past: Past) -> FloatArray:
    """Return the exponential average, a = 2 / (n + 1), seeded by the mean of the first ``n`` values; float64 ``(m,)``.

    Bars without a value (NaN) are skipped: they get none, and the average carries on behind them.
    """
    return _average(values, n, 2 / (n + 1), past)


def rma(values: FloatArray, n: int, past: Past) -> FloatArray:
    """Return Wilder's average, a = 1 / n; seed and bars without a value as in ``ema``."""
    return _average(values, n, 1 / n, past)


def ema_settle(n: int) -> int:
    """Return how many bars behind the first value an ``ema`` is the same from any start."""
    return math.ceil(EMA_SETTLE * (n + 1)) if n > 1 else 0


def rma_settle(n: int) -> int:
    """Return how many bars behind the first value an ``rma`` is the same from any start."""
    return math.ceil(RMA_SETTLE * n) if n > 1 else 0


def with_reserve(settle: int) -> int:
    """Return a number of bars to settle for what is computed of settled values: differences of them lose digits."""
    return math.ceil(1.5 * settle)


def _average(values: FloatArray, n: int, alpha: float, past: Past) -> FloatArray:
    def run(first: int, state: tuple[FloatArray, ...] | None) -> tuple[FloatArray, ...]:
        if state is None:
            return (_seeded(values, n, alpha),)
        return (_carried_on(values[first:], alpha, float(state[0][0])),)

    return past.follow(len(values), run)[0]


def _carried_on(values: FloatArray, alpha: float, carried: float) -> FloatArray:
    """Return the average of a few values behind one whose average is ``carried``."""
    result = []
    for value in values.tolist():
        if not math.isnan(value):
            carried = alpha * value + (1.0 - alpha) * carried
            result.append(carried)
        else:
            result.append(value)
    return np.array(result)


def _seeded(values: FloatArray, n: int, alpha: float) -> FloatArray:
    is_missing = np.isnan(values)
    if not is_missing.any():
        return _seeded_whole(values, n, alpha)
    result = np.full(len(values), np.nan)
    result[~is_missing] = _seeded_whole(values[~is_missing], n, alpha)
    return result


def _seeded_whole(values: FloatArray, n: int, alpha: float) -> FloatArray:
    result = np.full(len(values), np.nan)
    if len(values) < n:
        return result
    carried = float(values[:n].mean())
    result[n - 1] = carried
    per_part = _N_STEPS * _N_LANES
    for start in range(n, len(values), per_part):
        part = _recur(values[start : start + per_part], alpha, carried)
        result[start : start + len(part)] = part
        carried = float(part[-1])
    return result


def _recur(values: FloatArray, alpha: float, carried: float) -> FloatArray:
    """Return y = a·x + (1 − a)·y' with ``carried`` before the first value."""
    n_lanes = -(-len(values) // _N_STEPS)
    padded = np.zeros(n_lanes * _N_STEPS)
    np.multiply(values, alpha, out=padded[: len(values)])
    steps = np.ascontiguousarray(padded.reshape(n_lanes, _N_STEPS).T)
    kept = 1.0 - alpha
    before = np.empty(n_lanes)
    for step in range(1, _N_STEPS):
        np.multiply(steps[step - 1], kept, out=before)
        steps[step] += before
    decay = kept ** np.arange(1, _N_STEPS + 1)
    steps += decay[:, None] * _carries(steps[-1], float(decay[-1]), carried)
    return np.ascontiguousarray(steps.T).reshape(-1)[: len(values)]


def _carries(ends: FloatArray, decay: float, carried: float) -> FloatArray:
    """Return what each lane receives from the lane before it."""
    received = []
    for end in ends.tolist():
        received.append(carried)
        carried = end + decay * carried
    return np.array(received)

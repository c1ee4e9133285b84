"""The stochastic oscillator: no value where all prices of the window are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Indicator, Inputs, Output, Pane, Params, Plot, length_of
from candledesk.indicators.primitives.windows import highest, lowest, sma

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray

K_AND_D = (Output("k", Plot.LINE), Output("d", Plot.LINE))


def place_in_range(values: FloatArray, high: FloatArray, low: FloatArray, n: int, *, least: float = 0.0) -> FloatArray:
    """Return where each value lies between the lowest and the highest price of n bars, from 0 to 100.

    Float64 ``(m,)``; NaN where the two are equal, or no more than ``least`` apart.
    """
    top, bottom = highest(high, n), lowest(low, n)
    width = top - bottom
    width[width <= least] = np.nan
    place: FloatArray = 100 * (values - bottom) / width
    return place


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    bars = inputs.bars
    k = sma(place_in_range(bars.close, bars.high, bars.low, params.integer("k")), params.integer("smooth_k"))
    return k, sma(k, params.integer("d"))


STOCHASTIC = Indicator(
    id="stochastic",
    title="Stochastic",
    params=(length_of(14, "k"), length_of(1, "smooth_k"), length_of(3, "d")),
    outputs=K_AND_D,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: sum(params.integer(name) - 1 for name in ("k", "smooth_k", "d")),
    levels=(80.0, 50.0, 20.0),
)

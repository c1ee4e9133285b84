"""The commodity channel index: no value where all prices of the window are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.windows import mean_deviation, sma

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray

_SCALE = 0.015  # Lambert's constant: about three quarters of the values lie within ±100
_ROUNDING = 1e-12  # of the mean: values that stand still but for roundings, as an average of equal prices does


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n, values = params.integer("length"), inputs.source
    mean, deviation = sma(values, n), mean_deviation(values, n)
    deviation[deviation <= _ROUNDING * np.abs(mean)] = np.nan
    return ((values - mean) / (_SCALE * deviation),)


CCI = Indicator(
    id="cci",
    title="Commodity channel index",
    params=(length_of(20), source_of("hlc3")),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
    levels=(100.0, -100.0),
)

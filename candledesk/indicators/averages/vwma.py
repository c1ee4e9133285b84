"""The volume-weighted moving average: no value where the window has no volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.windows import window_sum

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n, volume = params.integer("length"), inputs.bars.volume
    with np.errstate(invalid="ignore", divide="ignore"):
        result = window_sum(inputs.source * volume, n) / window_sum(volume, n)
    result[~np.isfinite(result)] = np.nan
    return (result,)


VWMA = Indicator(
    id="vwma",
    title="Volume-weighted moving average",
    params=(length_of(20), source_of()),
    outputs=LINE,
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
    needs_volume=True,
)

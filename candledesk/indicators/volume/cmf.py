"""The Chaikin money flow: a bar whose high is its low adds nothing; no value where the window has no volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of
from candledesk.indicators.primitives.windows import window_sum

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    bars, n = inputs.bars, params.integer("length")
    width = bars.high - bars.low
    is_flat = width == 0
    width[is_flat] = 1.0
    flow = ((bars.close - bars.low) - (bars.high - bars.close)) / width * bars.volume
    flow[is_flat] = 0.0
    total = window_sum(bars.volume, n)
    total[total == 0] = np.nan
    return (window_sum(flow, n) / total,)


CMF = Indicator(
    id="cmf",
    title="Chaikin money flow",
    params=(length_of(20),),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
    needs_volume=True,
    levels=(0.0,),
)

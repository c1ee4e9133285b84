"""The money flow index: unchanged bars count in neither sum; without falling bars 100."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.prices import shifted
from candledesk.indicators.primitives.windows import window_sum

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n, change = params.integer("length"), inputs.source - shifted(inputs.source, 1)
    flow = inputs.source * inputs.bars.volume
    flow[np.isnan(change)] = np.nan
    rising = window_sum(np.where(change > 0, flow, flow * 0), n)
    falling = window_sum(np.where(change < 0, flow, flow * 0), n)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = 100 - 100 / (1 + rising / falling)
    result[falling == 0] = 100.0
    return (result,)


MFI = Indicator(
    id="mfi",
    title="Money flow index",
    params=(length_of(14), source_of("hlc3")),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length"),
    needs_volume=True,
    levels=(80.0, 20.0),
)

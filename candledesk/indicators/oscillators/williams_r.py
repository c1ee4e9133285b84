"""Williams %R: no value where all prices of the window are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.windows import highest, lowest

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n = params.integer("length")
    top = highest(inputs.bars.high, n)
    width = top - lowest(inputs.bars.low, n)
    width[width == 0] = np.nan
    return (100 * (inputs.source - top) / width,)


WILLIAMS_R = Indicator(
    id="williams_r",
    title="Williams %R",
    params=(length_of(14), source_of()),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
    levels=(-20.0, -50.0, -80.0),
)

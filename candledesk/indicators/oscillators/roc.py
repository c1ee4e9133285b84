"""The rate of change in per cent: no value where the price then was 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.prices import shifted

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    before = shifted(inputs.source, params.integer("length"))
    before[before == 0] = np.nan
    return (100 * (inputs.source - before) / before,)


ROC = Indicator(
    id="roc",
    title="Rate of change",
    params=(length_of(9), source_of()),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length"),
    levels=(0.0,),
)

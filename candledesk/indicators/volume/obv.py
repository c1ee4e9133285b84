"""On-balance volume: the volume of rising bars less that of falling ones, summed from the first bar of the series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Hole, Indicator, Inputs, Pane, Params, Reach, source_of

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, _params: Params) -> tuple[FloatArray, ...]:
    signed = np.zeros(len(inputs.bars))
    signed[1:] = np.sign(inputs.source[1:] - inputs.source[:-1]) * inputs.bars.volume[1:]
    signed[np.isnan(signed)] = 0.0  # where the source has no value, nothing is added
    return (np.cumsum(signed),)


def _settled_from(inputs: Inputs, _params: Params, _hole: Hole) -> int:
    """What is missing anywhere shifts every later value."""
    return len(inputs.bars)


OBV = Indicator(
    id="obv",
    title="On-balance volume",
    params=(source_of(),),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    settled_from=_settled_from,
    reach=Reach.HISTORY,
    needs_volume=True,
)

"""The volume of each bar and its mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import Indicator, Inputs, Output, Pane, Params, Plot, length_of
from candledesk.indicators.primitives.windows import sma

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    volume = inputs.bars.volume
    return volume.copy(), sma(volume, params.integer("length"))


VOLUME = Indicator(
    id="volume",
    title="Volume",
    params=(length_of(20),),
    outputs=(Output("value", Plot.COLUMNS), Output("average", Plot.LINE)),
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
    needs_volume=True,
)

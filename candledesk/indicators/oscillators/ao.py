"""The awesome oscillator: the mean of hl2 over 5 bars less that over 34."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import Indicator, Inputs, Output, Pane, Params, Plot, length_of
from candledesk.indicators.primitives.prices import PRICES
from candledesk.indicators.primitives.windows import sma

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    middle = PRICES["hl2"](inputs.bars)
    return (sma(middle, params.integer("fast")) - sma(middle, params.integer("slow")),)


AO = Indicator(
    id="ao",
    title="Awesome oscillator",
    params=(length_of(5, "fast"), length_of(34, "slow")),
    outputs=(Output("value", Plot.COLUMNS),),
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: max(params.integer("fast"), params.integer("slow")) - 1,
    levels=(0.0,),
)

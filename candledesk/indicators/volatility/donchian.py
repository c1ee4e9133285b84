"""Donchian channels: the highest high, the lowest low, and their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import Indicator, Inputs, Output, Pane, Params, Plot, length_of
from candledesk.indicators.primitives.windows import highest, lowest

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    upper = highest(inputs.bars.high, params.integer("length"))
    lower = lowest(inputs.bars.low, params.integer("length"))
    return upper, (upper + lower) / 2, lower


DONCHIAN = Indicator(
    id="donchian",
    title="Donchian channels",
    params=(length_of(20),),
    outputs=tuple(Output(name, Plot.LINE) for name in ("upper", "basis", "lower")),
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
)

"""Bollinger bands: the mean ± a multiple of the population standard deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import (
    Indicator,
    Inputs,
    Output,
    Pane,
    Params,
    Plot,
    length_of,
    number_of,
    source_of,
)
from candledesk.indicators.primitives.windows import sma, stdev

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n = params.integer("length")
    basis, width = sma(inputs.source, n), params.number("mult") * stdev(inputs.source, n)
    return basis, basis + width, basis - width


BOLLINGER = Indicator(
    id="bollinger",
    title="Bollinger bands",
    params=(length_of(20), source_of(), number_of("mult", 2.0, 0.001, 50.0)),
    outputs=tuple(Output(name, Plot.LINE) for name in ("basis", "upper", "lower")),
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
)

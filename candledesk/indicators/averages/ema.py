"""The exponential moving average."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.recursive import ema, ema_settle

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    return (ema(inputs.source, params.integer("length"), inputs.past),)


EMA = Indicator(
    id="ema",
    title="Exponential moving average",
    params=(length_of(9), source_of()),
    outputs=LINE,
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
    settle=lambda params: ema_settle(params.integer("length")),
)

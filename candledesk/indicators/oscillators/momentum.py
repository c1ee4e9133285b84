"""Momentum: the change over n bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.prices import shifted

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    return (inputs.source - shifted(inputs.source, params.integer("length")),)


MOMENTUM = Indicator(
    id="momentum",
    title="Momentum",
    params=(length_of(10), source_of()),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length"),
    levels=(0.0,),
)

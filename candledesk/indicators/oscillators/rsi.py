"""The relative strength index: without losses 100, without gains 0 (WORKBENCH.md §1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.prices import shifted
from candledesk.indicators.primitives.recursive import rma, rma_settle

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray
    from candledesk.indicators.past import Past


def relative_strength(values: FloatArray, n: int, past: Past) -> FloatArray:
    """Return the index of n bars, float64 ``(m,)`` from 0 to 100; the first value is that of the bar n."""
    change = values - shifted(values, 1)
    gain, loss = rma(np.maximum(change, 0.0), n, past), rma(np.maximum(-change, 0.0), n, past)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = 100 - 100 / (1 + gain / loss)
    result[loss == 0] = 100.0
    return result


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    return (relative_strength(inputs.source, params.integer("length"), inputs.past),)


RSI = Indicator(
    id="rsi",
    title="Relative strength index",
    params=(length_of(14), source_of()),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length"),
    settle=lambda params: rma_settle(params.integer("length")),
    levels=(70.0, 50.0, 30.0),
)

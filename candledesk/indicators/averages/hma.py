"""The Hull moving average: wma(2 · wma(n/2) − wma(n), √n), with n/2 truncated and √n rounded (WORKBENCH.md §1.3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.primitives.windows import wma

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _last_length(n: int) -> int:
    return math.floor(math.sqrt(n) + 0.5)


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n = params.integer("length")
    return (wma(2 * wma(inputs.source, n // 2) - wma(inputs.source, n), _last_length(n)),)


HMA = Indicator(
    id="hma",
    title="Hull moving average",
    params=(length_of(9, minimum=2), source_of()),
    outputs=LINE,
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1 + _last_length(params.integer("length")) - 1,
)

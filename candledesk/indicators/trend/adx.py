"""The directional movement index and its average (WORKBENCH.md §1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Indicator, Inputs, Output, Pane, Params, Plot, length_of
from candledesk.indicators.primitives.prices import true_range
from candledesk.indicators.primitives.recursive import rma, rma_settle

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray
    from candledesk.indicators.past import Past


def _kept(values: FloatArray, past: Past) -> FloatArray:
    """Return the values, and where there is none the last one before."""

    def run(first: int, state: tuple[FloatArray, ...] | None) -> tuple[FloatArray, ...]:
        own = values if state is None else np.concatenate((*state, values[first:]))
        place = np.maximum.accumulate(np.where(np.isnan(own), 0, np.arange(len(own))))
        return (own[place] if state is None else own[place][1:],)

    return past.follow(len(values), run)[0]


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    bars, n = inputs.bars, params.integer("di_length")
    rise, fall = np.full(len(bars), np.nan), np.full(len(bars), np.nan)
    rise[1:], fall[1:] = bars.high[1:] - bars.high[:-1], bars.low[:-1] - bars.low[1:]
    plus = np.where((rise > fall) & (rise > 0), rise, 0.0)
    minus = np.where((fall > rise) & (fall > 0), fall, 0.0)
    plus[:1] = minus[:1] = np.nan
    past = inputs.past
    ranges = rma(true_range(bars, has_first=False), n, past)
    ranges[ranges == 0] = np.nan
    plus_di, minus_di = (_kept(100 * rma(moved, n, past) / ranges, past) for moved in (plus, minus))
    total = plus_di + minus_di
    total[total == 0] = 1.0
    index = rma(np.abs(plus_di - minus_di) / total, params.integer("adx_smoothing"), past)
    return 100 * index, plus_di, minus_di


ADX = Indicator(
    id="adx",
    title="Average directional index",
    params=(length_of(14, "di_length"), length_of(14, "adx_smoothing")),
    outputs=tuple(Output(name, Plot.LINE) for name in ("adx", "plus_di", "minus_di")),
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("di_length") + params.integer("adx_smoothing") - 1,
    settle=lambda params: rma_settle(params.integer("di_length")) + rma_settle(params.integer("adx_smoothing")),
)

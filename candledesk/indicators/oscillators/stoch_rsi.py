"""The stochastic oscillator of the relative strength index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import Indicator, Inputs, Pane, Params, length_of, source_of
from candledesk.indicators.oscillators.rsi import relative_strength
from candledesk.indicators.oscillators.stochastic import K_AND_D, place_in_range
from candledesk.indicators.primitives.recursive import rma_settle, with_reserve
from candledesk.indicators.primitives.windows import sma

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    strength = relative_strength(inputs.source, params.integer("rsi_length"), inputs.past)
    k = sma(place_in_range(strength, strength, strength, params.integer("stoch_length")), params.integer("k"))
    return k, sma(k, params.integer("d"))


STOCH_RSI = Indicator(
    id="stoch_rsi",
    title="Stochastic RSI",
    params=(
        length_of(3, "k"),
        length_of(3, "d"),
        length_of(14, "rsi_length"),
        length_of(14, "stoch_length"),
        source_of(),
    ),
    outputs=K_AND_D,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: (
        params.integer("rsi_length") + sum(params.integer(name) - 1 for name in ("stoch_length", "k", "d"))
    ),
    settle=lambda params: with_reserve(rma_settle(params.integer("rsi_length"))),
    levels=(80.0, 20.0),
)

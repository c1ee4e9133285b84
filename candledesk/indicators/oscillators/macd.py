"""Moving average convergence and divergence: each average has its own seed (WORKBENCH.md §1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import (
    Indicator,
    Inputs,
    Output,
    Pane,
    Params,
    Plot,
    choice_of,
    length_of,
    source_of,
)
from candledesk.indicators.primitives.recursive import ema, ema_settle
from candledesk.indicators.primitives.windows import sma

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _average(inputs: Inputs, kind: str, values: FloatArray, n: int) -> FloatArray:
    return ema(values, n, inputs.past) if kind == "ema" else sma(values, n)


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    kind = params.text("average")
    fast, slow = (_average(inputs, kind, inputs.source, params.integer(name)) for name in ("fast", "slow"))
    macd = fast - slow
    signal = _average(inputs, params.text("signal_average"), macd, params.integer("signal"))
    return macd, signal, macd - signal


def _slower(params: Params) -> int:
    return max(params.integer("fast"), params.integer("slow"))


def _settle(params: Params) -> int:
    own = ema_settle(_slower(params)) if params.text("average") == "ema" else 0
    return own + (ema_settle(params.integer("signal")) if params.text("signal_average") == "ema" else 0)


MACD = Indicator(
    id="macd",
    title="MACD",
    params=(
        length_of(12, "fast"),
        length_of(26, "slow"),
        length_of(9, "signal"),
        source_of(),
        choice_of("average", "ema", "ema", "sma"),
        choice_of("signal_average", "ema", "ema", "sma"),
    ),
    outputs=(Output("macd", Plot.LINE), Output("signal", Plot.LINE), Output("histogram", Plot.COLUMNS)),
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: _slower(params) - 1 + params.integer("signal") - 1,
    settle=_settle,
    levels=(0.0,),
)

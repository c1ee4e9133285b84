"""Keltner channels: an average of the close ± a multiple of a range (WORKBENCH.md §1.3)."""

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
    number_of,
    source_of,
)
from candledesk.indicators.primitives.prices import true_range
from candledesk.indicators.primitives.recursive import ema, ema_settle, rma, rma_settle
from candledesk.indicators.primitives.windows import sma
from candledesk.indicators.volatility.atr import average_range

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _width(inputs: Inputs, params: Params) -> FloatArray:
    style, bars = params.text("style"), inputs.bars
    if style == "atr":
        return average_range(bars, params.integer("atr_length"), inputs.past)
    return (
        true_range(bars, has_first=True)
        if style == "true_range"
        else rma(bars.high - bars.low, params.integer("length"), inputs.past)
    )


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n = params.integer("length")
    basis = ema(inputs.source, n, inputs.past) if params.text("average") == "ema" else sma(inputs.source, n)
    width = params.number("mult") * _width(inputs, params)
    return basis, basis + width, basis - width


def _lookback(params: Params) -> int:
    of_width = {"atr": params.integer("atr_length") - 1, "true_range": 0, "range": params.integer("length") - 1}
    return max(params.integer("length") - 1, of_width[params.text("style")])


def _settle(params: Params) -> int:
    of_basis = ema_settle(params.integer("length")) if params.text("average") == "ema" else 0
    of_width = {
        "atr": 1 + rma_settle(params.integer("atr_length")),  # the first true range lacks the close before
        "true_range": 1,
        "range": rma_settle(params.integer("length")),
    }
    return max(of_basis, of_width[params.text("style")])


KELTNER = Indicator(
    id="keltner",
    title="Keltner channels",
    params=(
        length_of(20),
        number_of("mult", 2.0, 0.001, 50.0),
        source_of(),
        choice_of("average", "ema", "ema", "sma"),
        choice_of("style", "atr", "atr", "true_range", "range"),
        length_of(10, "atr_length"),
    ),
    outputs=tuple(Output(name, Plot.LINE) for name in ("basis", "upper", "lower")),
    pane=Pane.PRICE,
    compute=_compute,
    lookback=_lookback,
    settle=_settle,
)

"""The average true range: Wilder's average of the true range, whose first bar counts high − low."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import LINE, Indicator, Inputs, Pane, Params, choice_of, length_of
from candledesk.indicators.past import Past
from candledesk.indicators.primitives.prices import true_range
from candledesk.indicators.primitives.recursive import ema, ema_settle, rma, rma_settle
from candledesk.indicators.primitives.windows import sma, wma

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray

_WINDOWS = {"sma": sma, "wma": wma}
_AVERAGES = {"rma": rma, "ema": ema}
_SETTLES = {"rma": rma_settle, "ema": ema_settle}


def average_range(bars: Bars, n: int, past: Past | None = None) -> FloatArray:
    """Return Wilder's average of the true range, float64 ``(m,)``; the first value is that of the bar n − 1."""
    return rma(true_range(bars, has_first=True), n, past or Past())


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    ranges = true_range(inputs.bars, has_first=True)
    name, n = params.text("average"), params.integer("length")
    return (_WINDOWS[name](ranges, n) if name in _WINDOWS else _AVERAGES[name](ranges, n, inputs.past),)


def _settle(params: Params) -> int:
    """The first true range lacks the close before, wherever a series is cut: it settles one bar later."""
    settle = _SETTLES.get(params.text("average"))
    return 1 if settle is None else 1 + settle(params.integer("length"))


ATR = Indicator(
    id="atr",
    title="Average true range",
    params=(length_of(14), choice_of("average", "rma", "rma", "sma", "ema", "wma")),
    outputs=LINE,
    pane=Pane.OWN,
    compute=_compute,
    lookback=lambda params: params.integer("length") - 1,
    settle=_settle,
)

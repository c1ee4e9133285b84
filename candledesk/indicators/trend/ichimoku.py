"""Ichimoku: each line is given at the bar it is computed for; the drawing shifts three of them (WORKBENCH.md §1.3).

The displacement counts the current bar: with 26, the spans are drawn 25 bars ahead and the lagging close 25 bars back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.indicators.declaration import Indicator, Inputs, Output, Pane, Params, Plot, length_of
from candledesk.indicators.primitives.windows import highest, lowest

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    bars = inputs.bars
    conversion, base, span_b = (
        (highest(bars.high, params.integer(name)) + lowest(bars.low, params.integer(name))) / 2
        for name in ("conversion", "base", "span_b")
    )
    return conversion, base, (conversion + base) / 2, span_b, bars.close.copy()


def _shifts(params: Params) -> dict[str, int]:
    n_bars = params.integer("displacement") - 1
    return {"span_a": n_bars, "span_b": n_bars, "lagging": -n_bars}


ICHIMOKU = Indicator(
    id="ichimoku",
    title="Ichimoku",
    params=(
        length_of(9, "conversion"),
        length_of(26, "base"),
        length_of(52, "span_b"),
        length_of(26, "displacement"),
    ),
    outputs=tuple(Output(name, Plot.LINE) for name in ("conversion", "base", "span_a", "span_b", "lagging")),
    pane=Pane.PRICE,
    compute=_compute,
    lookback=lambda params: max(params.integer(name) for name in ("conversion", "base", "span_b")) - 1,
    shifts=_shifts,
)

"""The arithmetic of a planned position, and what became of it (WORKBENCH.md §2.6). Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import Bars, BoolArray

_MOST_LOTS = 1e15  # more is as good as without a limit
Outcome = Literal["open", "target", "stop", "unknown"]


@dataclass(frozen=True, slots=True)
class PositionInputs:
    """What a position is planned from; prices in the instrument's currency.

    ``risk``: percent of ``account`` when ``is_percent``, else money; ``lot``: units of one lot; ``point_value``: money
    for one unit of price; ``quantity_decimals``: digits of the quantity, which is rounded down.
    """

    entry: float
    target: float
    stop: float
    is_long: bool = True
    account: float = 10_000.0
    risk: float = 1.0
    is_percent: bool = True
    lot: float = 1.0
    leverage: float = 1.0
    point_value: float = 1.0
    quantity_decimals: int = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows: ``quantity`` in lots, amounts in money; ``ratio``: reward to risk, ``None`` without a risk."""

    quantity: float
    reward: float
    loss: float
    balance_at_target: float
    balance_at_stop: float
    ratio: float | None


def plan_position(inputs: PositionInputs) -> Plan:
    """Return quantity, amounts and ratio.

    The quantity is the smaller of what the risk allows, risk / (|entry - stop| · point value · lot), and what the
    account can buy, account · leverage / (entry · point value · lot).
    """
    money = inputs.account * inputs.risk / 100 if inputs.is_percent else inputs.risk
    unit = inputs.point_value * inputs.lot
    to_stop, to_target = abs(inputs.entry - inputs.stop), abs(inputs.target - inputs.entry)
    by_risk = money / (to_stop * unit) if to_stop * unit > 0 else math.inf
    worth = abs(inputs.entry) * unit
    by_account = inputs.account * inputs.leverage / worth if worth > 0 else math.inf
    quantity = min(by_risk, by_account)
    quantity = _rounded_down(quantity, inputs.quantity_decimals) if quantity < _MOST_LOTS else 0.0
    reward, loss = to_target * quantity * unit, to_stop * quantity * unit
    ratio = to_target / to_stop if to_stop > 0 else None
    return Plan(quantity, reward, loss, inputs.account + reward, inputs.account - loss, ratio)


def _rounded_down(quantity: float, decimals: int) -> float:
    unit = 10.0**decimals
    return math.floor(quantity * unit * (1 + 1e-12)) / unit  # 0.29 * 100 is 28.999…


def find_outcome(
    inputs: PositionInputs, bars: Bars, finer: Callable[[int, int], Bars | None] | None = None
) -> tuple[Outcome, int | None]:
    """Return what a position came to, and the open_time of the bar that closed it.

    ``bars``: those behind the entry's, on the basis of the prices. Where one bar touches target and stop, ``finer`` is
    called with its open_time and that of the next bar (or the same, for the last one) and returns finer bars of it that
    are complete, ``None`` when there are none; without them, or when a finer bar touches both too, the outcome is
    ``unknown``: it is never assumed.
    """
    target = _reached(bars, inputs.entry, inputs.target, is_above=inputs.is_long)
    stop = _reached(bars, inputs.entry, inputs.stop, is_above=not inputs.is_long)
    hits = np.flatnonzero(target | stop)
    if not len(hits):
        return "open", None
    at = int(hits[0])
    time = int(bars.open_time[at])
    if target[at] and stop[at]:
        following = int(bars.open_time[at + 1]) if at + 1 < len(bars) else time
        inner = finer(time, following) if finer is not None else None
        if inner is None or not len(inner):
            return "unknown", time
        outcome, when = find_outcome(inputs, inner)
        return ("unknown", time) if outcome == "open" else (outcome, when)
    return "target" if target[at] else "stop", time


def _reached(bars: Bars, entry: float, price: float, *, is_above: bool) -> BoolArray:
    """Tell which bars reach a price from the side of the entry; a bar that opens beyond it has reached it too.

    ``is_above``: whether a price at the entry itself is reached from below, as a stop that was moved there.
    """
    found: BoolArray = bars.high >= price if price > entry or (price == entry and is_above) else bars.low <= price
    return found

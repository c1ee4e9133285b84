"""The formulas of pivot points from the prices of the period before (WORKBENCH.md §1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import FloatArray

N_LEVELS = 5  # on each side


@dataclass(frozen=True, eq=False, slots=True)
class PeriodPrices:
    """Prices of the period before, float64 ``(n,)``; ``opening``: the open of the current one."""

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    opening: FloatArray


Levels = tuple["FloatArray", "tuple[FloatArray, ...]", "tuple[FloatArray, ...]"]
"""The pivot, then resistances and supports from the inner one outwards, as many as the kind has."""


def _traditional(one: PeriodPrices) -> Levels:
    high, low = one.high, one.low
    pivot = (high + low + one.close) / 3
    above = (2 * pivot - low, pivot + (high - low), *(k * pivot + high - k * low for k in (2, 3, 4)))
    below = (2 * pivot - high, pivot - (high - low), *(k * pivot + low - k * high for k in (2, 3, 4)))
    return pivot, above, below


def _fibonacci(one: PeriodPrices) -> Levels:
    pivot, width = (one.high + one.low + one.close) / 3, one.high - one.low
    shares = (0.382, 0.618, 1.0)
    return pivot, tuple(pivot + share * width for share in shares), tuple(pivot - share * width for share in shares)


def _woodie(one: PeriodPrices) -> Levels:
    high, low = one.high, one.low
    pivot = (high + low + 2 * one.opening) / 4
    outer_above, outer_below = high + 2 * (pivot - low), low - 2 * (high - pivot)
    above = (2 * pivot - low, pivot + (high - low), outer_above, outer_above + (high - low))
    below = (2 * pivot - high, pivot - (high - low), outer_below, outer_below - (high - low))
    return pivot, above, below


def _classic(one: PeriodPrices) -> Levels:
    pivot, width = (one.high + one.low + one.close) / 3, one.high - one.low
    above = (2 * pivot - one.low, *(pivot + n * width for n in (1, 2, 3)))
    below = (2 * pivot - one.high, *(pivot - n * width for n in (1, 2, 3)))
    return pivot, above, below


def _camarilla(one: PeriodPrices) -> Levels:
    pivot, width = (one.high + one.low + one.close) / 3, 1.1 * (one.high - one.low)
    with np.errstate(invalid="ignore", divide="ignore"):
        outer = np.where(one.low == 0, np.nan, one.high / one.low) * one.close
    above = (*(one.close + width / part for part in (12, 6, 4, 2)), outer)
    below = (*(one.close - width / part for part in (12, 6, 4, 2)), one.close - (outer - one.close))
    return pivot, above, below


def _demark(one: PeriodPrices) -> Levels:
    total = one.high + one.low + one.close
    chosen = np.where(one.close < one.open, one.low, np.where(one.close > one.open, one.high, one.close))
    base = total + chosen
    return base / 4, (base / 2 - one.low,), (base / 2 - one.high,)


FORMULAS: dict[str, Callable[[PeriodPrices], Levels]] = {
    "traditional": _traditional,
    "fibonacci": _fibonacci,
    "woodie": _woodie,
    "classic": _classic,
    "camarilla": _camarilla,
    "demark": _demark,
}
"""The kinds by name."""

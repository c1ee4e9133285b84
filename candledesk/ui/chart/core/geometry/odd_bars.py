"""How odd bars are drawn, and which of their prices the axis is fitted to; computed once for each window. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.prices.oddity import Oddity, odd_text
from candledesk.domain.prices.opens import is_open_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.bars import BoolArray, FloatArray

Usual = tuple["FloatArray", "FloatArray"]
"""Highs and lows of rows without bars that are flagged as jumps; NaN for a row of nothing else."""


@dataclass(frozen=True, slots=True, eq=False)
class Oddities:
    """The rows of a window that are drawn or scaled in a special way; all arrays have shape ``(n,)``.

    ``drawn``: the rows as they are drawn; ``high`` and ``low``: what the price axis is fitted to, NaN for rows that it
    leaves out; ``is_left_out``: rows of which bars are left out of these; ``is_below``: rows with a price at or below
    zero; ``is_open_unknown``: rows whose open was not sent. ``ordinary``: what averages are made of, without what the
    scale leaves out; ``ordinary_above``: without prices at or below zero, too, for a logarithmic axis.
    """

    drawn: Bars
    high: FloatArray
    low: FloatArray
    is_left_out: BoolArray
    is_below: BoolArray
    is_open_unknown: BoolArray
    ordinary: Bars
    ordinary_above: Bars


def find_oddities(bars: Bars, flags: Mapping[int, int], usual: Usual | None, *, is_single: bool) -> Oddities | None:
    """Return what is not ordinary in ``bars``, ``None`` when they are drawn as they are and scale as they are.

    ``flags``: of each row that holds a flagged bar, by its open time; ``usual``: see ``Usual``; ``is_single``: every
    row is one stored bar, so that a flag is the row's own.
    """
    unknown = is_open_unknown(bars.open, bars.low)
    if is_single:
        unknown = unknown | _has_flag(bars, flags, Oddity.OPEN_UNKNOWN)
    left_out = np.zeros(len(bars), np.bool_)
    if usual is not None:
        left_out = (usual[0] != bars.high) | (usual[1] != bars.low)  # NaN differs from everything
    drawn = drawn_bars(bars, unknown, left_out)
    below = drawn.low <= 0
    if drawn is bars and not left_out.any() and not below.any():
        return None
    high, low = drawn.high, drawn.low
    if usual is not None:
        high, low = np.where(left_out, usual[0], high), np.where(left_out, usual[1], low)
    ordinary = ordinary_bars(drawn, left_out, high, low)
    return Oddities(drawn, high, low, left_out, below, unknown, ordinary, ordinary_bars(ordinary, below))


def _has_flag(bars: Bars, flags: Mapping[int, int], flag: Oddity) -> BoolArray:
    times = [time for time, one in flags.items() if one & flag]
    found: BoolArray = np.isin(bars.open_time, times) if times else np.zeros(len(bars), np.bool_)
    return found


def drawn_bars(bars: Bars, unknown: BoolArray, left_out: BoolArray) -> Bars:
    """Return the bars as they are drawn, the same object when that is as they are.

    An ``unknown`` open is the close before, or the bar's own close where there is none or where the bar before is
    ``left_out`` of the scale; low and high reach to open and close, so that a wick holds its body.
    """
    opens = bars.open
    if unknown.any():
        before = np.append(np.nan, bars.close[:-1])
        before[1:][left_out[:-1]] = np.nan
        opens = np.where(unknown, np.where(np.isnan(before), bars.close, before), opens)
    high = np.maximum(bars.high, np.maximum(opens, bars.close))
    low = np.minimum(bars.low, np.minimum(opens, bars.close))
    if opens is bars.open and np.array_equal(high, bars.high) and np.array_equal(low, bars.low):
        return bars
    return Bars(bars.open_time, opens, high, low, bars.close, bars.volume)


def ordinary_bars(bars: Bars, is_odd: BoolArray, high: FloatArray | None = None, low: FloatArray | None = None) -> Bars:
    """Return the bars with the odd ones cut to ``low`` and ``high``, the same object when none is odd.

    Where these are NaN or not given, the odd bar is flat at the close before it, the first ones at the first close that
    is not odd.
    """
    if not is_odd.any():
        return bars
    flat = is_odd & np.isnan(high) if high is not None else is_odd
    columns = [bars.open, bars.high, bars.low, bars.close]
    if high is not None and low is not None:
        columns = [np.where(is_odd, np.fmax(np.fmin(column, high), low), column) for column in columns]
    known = np.flatnonzero(~flat)
    if not len(known):
        return bars
    at = known[np.maximum(np.searchsorted(known, np.arange(len(bars)), side="right") - 1, 0)]
    opens, highs, lows, closes = (np.where(flat, columns[3][at], column) for column in columns)
    return Bars(bars.open_time, opens, highs, lows, closes, bars.volume)


def usual_of(bars: Bars, flags: Mapping[int, int]) -> Usual | None:
    """Return the ranges of bars without those that are flagged as jumps, ``None`` when none is.

    For pictures of single bars: a derived bar that holds a jump is left out whole.
    """
    is_jump = _has_flag(bars, flags, Oddity.JUMP)
    if not is_jump.any():
        return None
    return np.where(is_jump, np.nan, bars.high), np.where(is_jump, np.nan, bars.low)


def flags_text(flags: int, *, is_single: bool) -> str:
    """Say why a row is flagged; ``is_single``: it is one stored bar, else it holds such bars. Empty: it is not."""
    if not flags:
        return ""
    return f"{'Odd bar' if is_single else 'Holds odd bars'}: {odd_text(flags)}"

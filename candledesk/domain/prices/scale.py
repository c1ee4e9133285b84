"""Blocks of bars on another scale than their neighbours: the other unit of the currency, or a missing split. Pure.

Providers mix pence and pounds, cents and rand, agorot and shekels (yahoo.md §4.17), and sometimes leave rows before a
reported split unadjusted (§4.2). Both appear as a block of bars with a jump by a known factor at either end. A jump
down without a jump back is not such a block: a share can lose 99 % of its price, but it does not rise a hundredfold
overnight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.currency import unit_factor
from candledesk.domain.prices.oddity import Oddity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import BoolArray, FloatArray, IntArray

_WITHOUT_UNITS = frozenset({"CRYPTOCURRENCY", "CURRENCY", "INDEX"})
MOVE = math.log(2.5)  # the largest real move from one bar to the next, besides the factor
JUMP = math.log(4.0)  # a price further from its neighbours is far from them
_CLEAR_SPLIT = math.log(1.5)  # one jump of a smaller split cannot be distinguished from a day's move
_NEAR_SPLIT_S = 10 * DAY_S  # unadjusted rows extend to a few days before the split
_RECENT_S = 10 * DAY_S  # the regular market price is compared with bars that are not older
_APART_S = 20 * DAY_S  # bars that are further apart are not neighbours
_N_AROUND = 5  # closes on either side, with whose median a price is compared

Split = tuple[int, float]  # (ex-date at 00:00 UTC, new shares per old)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts about an instrument's prices besides its bars.

    ``unit``: how many of the smaller unit of its currency make one of the larger, 0 where prices have one unit only;
    ``is_small_unit``: prices are in the smaller unit, so that the other unit gives lower numbers; ``market``: time (UTC
    seconds) and regular market price of the answer; ``splits``: as reported by the provider; ``reference``: for each
    bar a close that is known to be right, float64 ``(n,)``, NaN where there is none.
    """

    unit: float = 0.0
    is_small_unit: bool = False
    market: tuple[int, float] | None = None
    splits: Sequence[Split] = ()
    reference: FloatArray | None = None


def unit_of(currency: str | None, quote_type: str) -> float:
    """Return how many smaller units of an instrument's currency make a larger one, 0 where its prices have one only."""
    return 0.0 if quote_type in _WITHOUT_UNITS else unit_factor(currency)


def read_scale(open_time: IntArray, sent: FloatArray, evidence: Evidence) -> tuple[FloatArray, IntArray]:
    """Return the divisor of each bar's prices, float64 ``(n,)``, and its flags, int64 ``(n,)``.

    The flags are UNIT and BASIS of ``domain.prices.oddity``. ``sent``: float64 ``(4, n)``, open, high, low and close as
    received. Bars without sufficient evidence have divisor 1 and no flag.
    """
    divisor, flags = np.ones(len(open_time)), np.zeros(len(open_time), np.int64)
    usable = np.flatnonzero(sent[3] > 0)
    if not len(usable):
        return divisor, flags
    times, closes = open_time[usable], np.log(sent[3, usable])
    found = _unadjusted_factors(times, closes, evidence.splits)
    closes = closes - np.log(found)
    divisor[usable], flags[usable] = found, np.where(found != 1.0, int(Oddity.BASIS), 0)
    if evidence.unit:
        levels = _unit_levels(times, closes, usable, evidence)
        divisor[usable] *= evidence.unit ** levels.astype(np.float64)
        flags[usable] |= np.where(levels != 0, int(Oddity.UNIT), 0)
    return divisor, flags


def read_prices(sent: FloatArray, divisor: FloatArray, unit: float) -> tuple[FloatArray, BoolArray]:
    """Return the prices on the instrument's own scale, float64 ``(4, n)``, and a mask of bars in both units.

    In such a bar each price is read in the unit in which it is near the close.
    """
    read = sent / divisor
    if not unit:
        return read, np.zeros(len(divisor), np.bool_)
    logs = np.log(np.where(read > 0, read, np.nan))
    away = logs - logs[3]
    steps = np.round(away / math.log(unit))
    is_off = (np.abs(steps) == 1) & (np.abs(away - steps * math.log(unit)) < MOVE)
    read = read / float(unit) ** np.where(is_off, steps, 0.0)
    is_mixed: BoolArray = is_off.any(axis=0)
    read[1, is_mixed] = np.fmax.reduce(read, axis=0)[is_mixed]
    read[2, is_mixed] = np.fmin.reduce(read, axis=0)[is_mixed]
    return read, is_mixed


def find_jumps(open_time: IntArray, prices: FloatArray) -> BoolArray:
    """Return a mask of the bars with a price far from both the bars before and the bars after; bool ``(n,)``.

    ``prices``: float64 ``(4, n)`` on one scale. The bars before and after must agree among themselves. The first and
    the last bar are never in the mask.
    """
    n = len(open_time)
    is_jump = np.zeros(n, np.bool_)
    usable = np.flatnonzero((prices[1:] > 0).all(axis=0))
    if len(usable) < 3:  # noqa: PLR2004 - one bar and a neighbour on each side
        return is_jump
    logs = np.log(prices[:, usable], where=prices[:, usable] > 0, out=np.full((4, len(usable)), np.nan))
    closes = logs[3]
    reach = np.fmax.reduce(np.abs(logs - np.append(closes[0], closes[:-1])), axis=0)
    for at in np.flatnonzero(reach > JUMP).tolist():
        for row in (at - 1, at):
            if row > 0 and not is_jump[usable[row]]:
                is_jump[usable[row]] = _is_far(logs, row)
    return is_jump


def _is_far(logs: FloatArray, row: int) -> bool:
    """Tell whether the bars before and after agree on a price from which the bar has one that is far away."""
    closes = logs[3]
    before, after = closes[max(0, row - _N_AROUND) : row], closes[row + 1 : row + 1 + _N_AROUND]
    if not len(before) or not len(after):
        return False
    left, right = float(np.median(before)), float(np.median(after))
    if abs(left - right) > MOVE:
        return False
    return bool(np.nanmax(np.abs(logs[:, row] - (left + right) / 2)) > JUMP)


def _steps(closes: FloatArray, times: IntArray, factor: float) -> IntArray:
    """Return for each bar after the first the number of powers of ``factor`` from the bar before to it: -1, 0 or 1."""
    moves, size = np.diff(closes), abs(math.log(factor))
    steps = np.round(moves / size).astype(np.int64)
    is_step = (np.abs(steps) == 1) & (np.abs(moves - steps * size) < min(MOVE, size / 2))
    return np.where(is_step & (np.diff(times) < _APART_S), steps, 0)


def _unadjusted_factors(times: IntArray, closes: FloatArray, splits: Sequence[Split]) -> FloatArray:
    """Return for each bar the factor of later splits for which it was not adjusted; 1 for an adjusted bar."""
    divisor = np.ones(len(times))
    for date, factor in splits:
        if abs(math.log(factor)) < _CLEAR_SPLIT:
            continue
        n_early = int(np.searchsorted(times, date))
        if not 0 < n_early < len(times):
            continue
        # Unadjusted bars are higher (a split) or lower (a consolidation) by the factor: a run of them ends with step
        # -1.
        away = math.copysign(1.0, math.log(factor))
        steps = _steps(closes, times, factor)[:n_early] * away
        ends = np.flatnonzero(steps == -1)
        starts = np.flatnonzero(steps == 1)
        for end in ends[::-1].tolist():
            opened = starts[starts < end]
            earlier = ends[ends < end]
            is_bounded = bool(len(opened)) and (not len(earlier) or opened[-1] > earlier[-1])
            first = int(opened[-1]) + 1 if is_bounded else 0
            if is_bounded or (not len(earlier) and times[end + 1] > date - _NEAR_SPLIT_S):
                divisor[first : end + 1] *= factor
                closes = np.concatenate([closes[:first], closes[first : end + 1] - math.log(factor), closes[end + 1 :]])
    return divisor


def _unit_levels(times: IntArray, closes: FloatArray, usable: IntArray, evidence: Evidence) -> IntArray:
    """Return for each bar the number of powers of the unit between the instrument's own level and it: -1, 0 or 1."""
    levels = np.append(0, np.cumsum(_steps(closes, times, evidence.unit)))
    own = np.zeros(len(times), np.int64)
    cuts = np.flatnonzero(np.diff(times) >= _APART_S) + 1
    for piece in np.split(np.arange(len(times)), cuts):
        own[piece] = _own_level(piece, times, closes, levels, usable, evidence)
    away = levels - own
    return np.where(np.abs(away) == 1, away, 0)


def _own_level(
    piece: IntArray, times: IntArray, closes: FloatArray, levels: IntArray, usable: IntArray, evidence: Evidence
) -> IntArray:
    """Return for each bar of one piece without long pauses the level of the instrument's own unit."""
    here, size = levels[piece], math.log(evidence.unit)
    if evidence.reference is not None:
        away = (closes[piece] - np.log(evidence.reference[usable[piece]])) / size
        is_known = np.abs(away - np.round(away)) * size < MOVE
        if is_known.any():
            own = here[is_known] - np.round(away[is_known]).astype(np.int64)
            return np.full(len(piece), _most_frequent(own))
    market = _market_level(piece, times, closes, here, evidence)
    if market is not None:
        return _without_falls(here, market, is_end_known=True)
    steps = np.diff(here)[np.diff(here) != 0]
    if not len(steps):
        return here
    if len(steps) == 1 and steps[0] > 0:  # no price rises so far overnight: one side is in the other unit
        return np.full(len(here), here[-1] if evidence.is_small_unit else here[0])
    return _without_falls(here, _most_frequent(here), is_end_known=False)


def _market_level(
    piece: IntArray, times: IntArray, closes: FloatArray, here: IntArray, evidence: Evidence
) -> int | None:
    """Return the own level by the regular market price; ``None`` when that is not near the piece's newest bar."""
    if evidence.market is None or evidence.market[1] <= 0:
        return None
    time, price = evidence.market
    size = math.log(evidence.unit)
    away = (closes[piece[-1]] - math.log(price)) / size
    is_near = abs(time - int(times[piece[-1]])) < _RECENT_S and abs(away - round(away)) * size < MOVE
    return int(here[-1]) - round(away) if is_near and abs(round(away)) <= 1 else None


def _without_falls(here: IntArray, own: int, *, is_end_known: bool) -> IntArray:
    """Return the own level of each bar: ``own``, except for bars before or after what may be a real, lasting fall.

    Bars before the first step that are above ``own`` keep their level, because the price may have been that high. Bars
    after the last step that are below ``own`` keep theirs until more bars are known, unless the market price confirms
    the level of the end (``is_end_known``).
    """
    result = np.full(len(here), own)
    changes = np.flatnonzero(np.diff(here))
    if not len(changes):
        return result
    first, last = int(changes[0]) + 1, int(changes[-1]) + 1
    if here[0] > own:
        result[:first] = here[0]
    if here[-1] < own and not is_end_known:
        result[last:] = here[-1]
    return result


def _most_frequent(values: IntArray) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[np.argmax(counts)])

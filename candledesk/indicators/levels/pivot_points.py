"""Pivot points standard: levels from the period before the current one (WORKBENCH.md §1.4).

Periods are cut by the venue's calendar, and their prices come from daily bars, so that all intervals show the same
levels. A period with a missing day gives levels from the other days, which count as unsettled, and the day is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S, MINUTE_S
from candledesk.domain.prices.resample import merge_runs
from candledesk.indicators.declaration import (
    Hole,
    Indicator,
    Inputs,
    Market,
    Output,
    Pane,
    Params,
    Plot,
    Reach,
    choice_of,
)
from candledesk.indicators.levels.formulas import FORMULAS, N_LEVELS, PeriodPrices
from candledesk.indicators.past import NoPastError
from candledesk.indicators.primitives.anchored import dates_of, first_of_runs, period_of, period_start

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray

_ANCHORS = ("day", "week", "month", "quarter", "year", "2y", "3y", "5y", "10y")
_NAMES = ("p", *(f"{side}{n}" for n in range(1, N_LEVELS + 1) for side in "rs"))


def period_name(market: Market, params: Params) -> str:
    """Return the period of the levels; ``auto``: day up to 15 minutes, week for longer intraday bars, month for days.

    Weeks and months get those of a year (WORKBENCH.md §1.4).
    """
    chosen, step_s = params.text("anchor"), market.interval.step_s
    if chosen != "auto":
        return chosen
    if step_s <= 15 * MINUTE_S:
        return "day"
    if step_s < DAY_S:
        return "week"
    return "month" if step_s < 7 * DAY_S else "year"


def _keys_before(market: Market, name: str, keys: IntArray) -> IntArray:
    """Return for ascending period keys the key of the period before by the calendar; one that no bar has without."""
    sessions = market.calendar.date
    if not len(sessions):
        return keys - 1
    row = np.searchsorted(sessions, keys) - 1
    return np.where(row < 0, keys - 1, period_of(market, name, sessions)[np.maximum(row, 0)])


def _period_prices(inputs: Inputs, name: str) -> PeriodPrices:
    """Return for each bar the prices of the period before its own, NaN where no daily bar of that is known."""
    market, bars = inputs.market, inputs.bars
    keys = period_of(market, name, dates_of(market, bars.open_time))
    daily_keys = period_of(market, name, market.daily.open_time)
    first = first_of_runs(daily_keys)
    periods = merge_runs(market.daily, daily_keys, first) if len(first) else market.daily
    own = first_of_runs(keys)
    before = _keys_before(market, name, keys[own])
    row = np.searchsorted(periods.open_time, before)
    is_known = np.zeros(len(own), np.bool_)
    inside = row < len(periods)
    is_known[inside] = periods.open_time[row[inside]] == before[inside]
    lengths = np.diff(np.append(own, len(bars)))

    def spread(column: FloatArray) -> FloatArray:
        values = np.full(len(own), np.nan)
        values[is_known] = column[row[is_known]]
        return np.repeat(values, lengths)

    opening = np.repeat(bars.open[own], lengths)
    return PeriodPrices(spread(periods.open), spread(periods.high), spread(periods.low), spread(periods.close), opening)


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    market, name = inputs.market, period_name(inputs.market, params)
    keys = period_of(market, name, dates_of(market, inputs.bars.open_time))

    def run(first: int, state: tuple[FloatArray, ...] | None) -> tuple[FloatArray, ...]:
        if state is None:
            return (keys.astype(np.float64), *_levels(inputs, params))
        if keys[-1] != state[0][0]:
            raise NoPastError  # a new period has levels of its own
        n_new = len(keys) - first
        return state if n_new == 1 else tuple(np.repeat(column, n_new) for column in state)

    return inputs.past.follow(len(keys), run)[1:]


def _levels(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    prices = _period_prices(inputs, period_name(inputs.market, params))
    pivot, above, below = FORMULAS[params.text("kind")](prices)
    values = [pivot]
    for n in range(N_LEVELS):
        values += [side[n] if n < len(side) else np.full(len(pivot), np.nan) for side in (above, below)]
    return tuple(values)


def _settled_from(inputs: Inputs, params: Params, hole: Hole) -> int:
    """Only Woodie's pivot reads the open of the current period, which a hole can hide."""
    if params.text("kind") != "woodie":
        return hole.index
    market = inputs.market
    times = np.append(hole.last_missing, inputs.bars.open_time[hole.index :])
    keys = period_of(market, period_name(market, params), dates_of(market, times))
    return hole.index + int(np.searchsorted(keys[1:], keys[0], side="right"))


def _is_incomplete(inputs: Inputs, params: Params) -> BoolArray:
    """Tell for each bar whether a daily bar of the period before its own is missing."""
    lacking, before, lengths = _lacking_before(inputs.market, params, inputs.bars.open_time)
    return np.repeat(np.isin(before, lacking), lengths)


def _missing_days(market: Market, params: Params, open_time: IntArray) -> IntArray:
    """Return the sessions without a daily bar in the periods before those of bars."""
    lacking, before, _ = _lacking_before(market, params, open_time)
    return np.empty(0, np.int64) if market.lacking is None else market.lacking[np.isin(lacking, before)]


def _lacking_before(market: Market, params: Params, open_time: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the period of each missing session, the one before each period of bars, and how many bars that has."""
    name = period_name(market, params)
    keys = period_of(market, name, dates_of(market, open_time))
    own = first_of_runs(keys)
    lacking = period_of(market, name, np.empty(0, np.int64) if market.lacking is None else market.lacking)
    return lacking, _keys_before(market, name, keys[own]), np.diff(np.append(own, len(keys)))


def _anchor_start(market: Market, params: Params, open_time: int) -> int:
    return period_start(market, period_name(market, params), dates_of(market, np.array([open_time], np.int64)))


PIVOT_POINTS = Indicator(
    id="pivot_points",
    title="Pivot points standard",
    params=(choice_of("kind", "traditional", *FORMULAS), choice_of("anchor", "auto", "auto", *_ANCHORS)),
    outputs=tuple(Output(name, Plot.LEVEL) for name in _NAMES),
    pane=Pane.PRICE,
    compute=_compute,
    settled_from=_settled_from,
    is_incomplete=_is_incomplete,
    missing_days=_missing_days,
    reach=Reach.ANCHOR,
    anchor_start=_anchor_start,
    needs_daily=True,
)

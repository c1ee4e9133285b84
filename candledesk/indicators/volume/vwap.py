"""The volume-weighted average price since an anchor, with a band of its standard deviation (WORKBENCH.md §1.4).

A period begins with the first bar of a session of the venue's calendar, or with an ex-date. Prices are summed as
distances from the first one of the period, which keeps the digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.span import HISTORY_START
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
    number_of,
    source_of,
)
from candledesk.indicators.primitives.anchored import dates_of, period_of, period_start, weighted_by_period

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray

_PERIODS = {"session": "day"}
_EVENTS = ("splits", "dividends")


def _keys(market: Market, params: Params, open_time: IntArray) -> IntArray:
    """Return a number for each bar that changes with every new anchor."""
    anchor, dates = params.text("anchor"), dates_of(market, open_time)
    if anchor in _EVENTS:
        return np.searchsorted(_ex_dates(market, anchor), dates, side="right").astype(np.int64)
    return period_of(market, _PERIODS.get(anchor, anchor), dates)


def _ex_dates(market: Market, anchor: str) -> IntArray:
    dates = market.splits if anchor == "splits" else market.dividends
    return np.empty(0, np.int64) if dates is None else dates


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    keys = _keys(inputs.market, params, inputs.bars.open_time)
    vwap, deviation = weighted_by_period(keys, inputs.source, inputs.bars.volume, inputs.past)
    width = params.number("mult") * deviation
    return vwap, vwap + width, vwap - width


def _settled_from(inputs: Inputs, params: Params, hole: Hole) -> int:
    """Return the end of the period that lacks bars, if it is the one of the bar behind the hole."""
    times = np.append(hole.last_missing, inputs.bars.open_time[hole.index :])
    keys = _keys(inputs.market, params, times)
    return hole.index + int(np.searchsorted(keys[1:], keys[0], side="right"))


def _anchor_start(market: Market, params: Params, open_time: int) -> int:
    anchor, date = params.text("anchor"), dates_of(market, np.array([open_time], np.int64))
    if anchor not in _EVENTS:
        return period_start(market, _PERIODS.get(anchor, anchor), date)
    before = _ex_dates(market, anchor)
    before = before[before <= date[0]]
    return period_start(market, "day", before[-1:]) if len(before) else HISTORY_START


VWAP = Indicator(
    id="vwap",
    title="Volume-weighted average price",
    params=(
        choice_of("anchor", "session", "session", "week", "month", "quarter", "year", "decade", "century", *_EVENTS),
        source_of("hlc3"),
        number_of("mult", 1.0, 0.0, 50.0),
    ),
    outputs=tuple(Output(name, Plot.LINE) for name in ("vwap", "upper", "lower")),
    pane=Pane.PRICE,
    compute=_compute,
    settled_from=_settled_from,
    reach=Reach.ANCHOR,
    anchor_start=_anchor_start,
    needs_volume=True,
)

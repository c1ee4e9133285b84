"""Adjustment of prices at read time; stored prices are split-adjusted and not dividend-adjusted (DESIGN.md, rule 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import bar_dates
from candledesk.domain.prices.currency import convert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

_MOST = 2 / 3  # share of a fund's events that decides for all: its provider treats nearly all of them alike


class DatedAction(Protocol):
    """A corporate action on its ex-date (00:00 UTC).

    ``kind``: ``split`` (``value``: new shares per old), ``dividend`` or ``capital_gain`` (``value``: cash per share);
    ``currency`` of the cash, ``None`` when it is the price's own.
    """

    @property
    def date(self) -> int: ...  # noqa: D102 - described by the class
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def currency(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class _Cash:
    """The payments of ``date`` per share, in the currency of the prices."""

    date: int
    dividend: float = 0.0
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class PricedAction:
    """An action with its value in the currency of the prices; see ``DatedAction``."""

    date: int
    kind: str
    value: float
    currency: str | None = None


def in_currency(
    actions: Iterable[DatedAction], currency: str | None, rate_of: Callable[[int, str, str], float | None]
) -> tuple[list[PricedAction], list[DatedAction]]:
    """Return the actions with values in the currency of the prices, and the actions that cannot be converted.

    ``currency``: of the prices; ``None`` when unknown, then no value is converted. ``rate_of``: returns for a date
    (00:00 UTC) the price of one unit of a currency in another, ``None`` when it is not known.
    """
    priced: list[PricedAction] = []
    others: list[DatedAction] = []
    for one in actions:
        value: float | None = one.value
        if one.kind != "split" and currency and one.currency and one.currency != currency:
            value = convert(one.value, one.currency, currency, partial(rate_of, one.date))
        if value is None:
            others.append(one)
        else:
            priced.append(PricedAction(one.date, one.kind, value, currency))
    return priced, others


def adjust_bars(
    bars: Bars,
    interval: Interval,
    calendar: SessionCalendar,
    actions: Sequence[DatedAction],
    mode: Literal["none", "splits", "all"],
    daily: Bars | None = None,
) -> Bars:
    """Return ``bars`` on another basis; adjust base bars first and resample to 1wk and longer afterwards.

    ``actions``: with cash in the currency of the prices (``in_currency``). Mode ``splits``: as stored. ``none``: as
    traded on the day, each price times the product of all later splits and each volume divided by it. ``all``: split-,
    dividend- and gain-adjusted, each price before an ex-date times ``1 - cash / close of the session before`` (the CRSP
    back-adjustment, which adjusted closes also follow, yahoo.md §4), with unchanged volume. ``daily``: stored 1d bars
    with those closes; without them the closes of ``bars`` are used. Cash without an earlier close, or not below it, is
    ignored. A gain that the dividend of its day contains already is not subtracted again (``_contains_gains``).
    """
    if mode == "splits" or not len(bars):
        return bars
    own_dates = bar_dates(calendar, interval, bars.open_time)
    if mode == "none":
        splits = sorted((one.date, one.value) for one in actions if one.kind == "split" and one.value > 0)
        if not splits:
            return bars
        ratio = _product_of_later(own_dates, *_columns(splits))
        return _scaled(bars, ratio, bars.volume / ratio)
    cash = _cash_by_date(actions)
    if not cash:
        return bars
    dates, closes = _last_closes(*((own_dates, bars.close) if daily is None else (daily.open_time, daily.close)))
    is_contained = _contains_gains(cash, dates, closes)
    paid = [(one.date, _paid(one, is_contained=is_contained)) for one in cash]
    ex_dates, values = _columns(paid)
    return _scaled(bars, _product_of_later(own_dates, ex_dates, _factors(ex_dates, values, dates, closes)), bars.volume)


def _columns(rows: Sequence[tuple[int, float]]) -> tuple[IntArray, FloatArray]:
    dates, values = zip(*rows, strict=True)
    return np.array(dates, np.int64), np.array(values, np.float64)


def _cash_by_date(actions: Iterable[DatedAction]) -> list[_Cash]:
    """Return the payments of each date, ascending."""
    found: dict[int, _Cash] = {}
    for one in actions:
        if one.kind in {"dividend", "capital_gain"} and one.value > 0:
            previous = found.get(one.date, _Cash(one.date))
            is_gain = one.kind == "capital_gain"
            dividend, gain = previous.dividend + one.value * (not is_gain), previous.gain + one.value * is_gain
            found[one.date] = _Cash(one.date, dividend, gain)
    return [found[date] for date in sorted(found)]


def _paid(cash: _Cash, *, is_contained: bool) -> float:
    """Return the cash per share of one date: the dividend only, where it contains the gain and is not smaller."""
    return cash.dividend if is_contained and cash.dividend >= cash.gain else cash.dividend + cash.gain


def _contains_gains(cash: Sequence[_Cash], dates: IntArray, closes: FloatArray) -> bool:
    """Tell whether a fund's dividends contain its capital gains already, as they do for many funds (yahoo.md §4).

    Determined from the prices, as in yfinance 1.7.0's repair of double-counted gains: on its ex-date a fund falls by
    its payment. For each ex-date with a gain not above the dividend, the fall less the usual move of a day without a
    payment is compared with the dividend alone and with both. The result is true when two thirds of these days are
    nearer to the dividend alone; a single day proves nothing.
    """
    ex_dates = np.array([one.date for one in cash], np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        falls = (closes[:-1] - closes[1:]) / closes[:-1]
    is_plain = np.isfinite(falls) & ~np.isin(dates[1:], ex_dates)
    usual = float(np.mean(np.abs(falls[is_plain]))) if is_plain.any() else 0.0
    matches = []
    for one in cash:
        at = int(np.searchsorted(dates, one.date))
        is_known = 0 < at < len(dates) and dates[at] == one.date and np.isfinite(falls[at - 1]) and closes[at - 1] > 0
        if is_known and 0 < one.gain <= one.dividend:
            alone = one.dividend / closes[at - 1]
            both = alone + one.gain / closes[at - 1]
            fall = falls[at - 1] - usual
            matches.append(bool(abs(fall - alone) < abs(fall - both)))
    return bool(matches) and sum(matches) >= _MOST * len(matches)


def _last_closes(dates: IntArray, closes: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the dates and their last closes, without closes that are not numbers."""
    is_last = np.append(dates[1:] != dates[:-1], True)[: len(dates)] & np.isfinite(closes)
    return dates[is_last], closes[is_last]


def _scaled(bars: Bars, ratio: FloatArray, volume: FloatArray) -> Bars:
    """Return the bars with all prices times ``ratio``."""
    opens, highs, lows, closes = (price * ratio for price in (bars.open, bars.high, bars.low, bars.close))
    return Bars(bars.open_time, opens, highs, lows, closes, volume)


def _product_of_later(own_dates: IntArray, dates: IntArray, factors: FloatArray) -> FloatArray:
    """Return for each bar the product of the factors whose date lies after the bar's own."""
    suffix = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
    return suffix[np.searchsorted(dates, own_dates, side="right")]


def _factors(ex_dates: IntArray, values: FloatArray, dates: IntArray, closes: FloatArray) -> FloatArray:
    """Return ``1 - cash / previous close`` for each ex-date; 1 where there is no previous close above the cash."""
    if not len(closes):
        return np.ones(len(ex_dates))
    before = np.searchsorted(dates, ex_dates) - 1
    previous = np.where(before >= 0, closes[before], 0.0)
    return np.where(previous > values, 1.0 - values / np.where(previous > values, previous, np.inf), 1.0)

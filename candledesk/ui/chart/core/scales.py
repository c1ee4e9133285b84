"""The scale of a pane: values to pixels and back, autoscale, round ticks and their labels. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, overload

import numpy as np

from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.panes import Unit

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray

LEAST_PRICE = 1e-12  # a hundredth of the least price with ten decimals; lower prices are drawn as this one
MARGIN_TOP = 0.20  # CHART.md: autoscale margins
MARGIN_BOTTOM = 0.10
_WHOLE = 1e-6  # a step this close to whole units can be written with the decimals
_LINEAR_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# Of each decade, rounder ones first; the others are added where there is room between them.
_LOG_MANTISSAS = (
    (1.0,),
    (2.0, 5.0),
    (1.5, 3.0, 7.0),
    (1.2, 2.5, 4.0, 6.0, 8.0),
    (1.1, 1.3, 1.4, 1.6, 1.7, 1.8, 1.9, 2.2, 2.8, 3.5, 4.5, 9.0),
)
_PERCENT_WHOLE_FROM = 1_000.0
_SHORT_FROM = 100_000.0  # the axis of numbers that reaches so far shortens them
_LEAST_SHARE = 1e-9  # of the values in it; a range that is smaller is made wider
_FARTHEST, _FARTHEST_LOG = 1e15, 20.0  # the largest price of a bar or a drawing, and beyond it in log10
_LOG_TICKS_FROM = 2.5  # below this ratio high/low, linear ticks read better on a logarithmic axis


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The lowest and the highest value of an axis; in log10 of the value when ``is_log``."""

    lo: float
    hi: float
    is_log: bool = False
    is_inverted: bool = False

    def scaled(self, factor: float) -> ValueRange:
        """Scale about the centre; a factor above 1 shows more."""
        return self._bounded((self.lo + self.hi) / 2, (self.hi - self.lo) / 2 * factor)

    def shifted(self, fraction: float) -> ValueRange:
        """Move by a fraction of the range; positive moves the candles down."""
        step = (self.hi - self.lo) * fraction * (-1 if self.is_inverted else 1)
        return self._bounded((self.lo + self.hi) / 2 + step, (self.hi - self.lo) / 2)

    def _bounded(self, centre: float, half: float) -> ValueRange:
        """Return the range about a centre, neither empty nor beyond what numbers can tell apart."""
        farthest = _FARTHEST_LOG if self.is_log else _FARTHEST
        centre = min(max(centre, -farthest), farthest)
        half = min(max(half, abs(centre) * _LEAST_SHARE, LEAST_PRICE), farthest)
        return replace(self, lo=centre - half, hi=centre + half)


@dataclass(frozen=True, slots=True)
class PaneScale:
    """A range of values on the pixels ``[top, bottom)`` of a pane.

    ``decimals``: digits after the point of a label. ``mode`` and ``base`` decide what the labels of prices count:
    percent of ``base``, or ``base`` as 100. They move no pixel.
    """

    range: ValueRange
    top: float
    bottom: float
    unit: Unit = Unit.PRICE
    decimals: int = 2
    mode: PriceMode = PriceMode.NORMAL
    base: float = 1.0

    @overload
    def y_of(self, value: FloatArray) -> FloatArray: ...
    @overload
    def y_of(self, value: float) -> float: ...
    def y_of(self, value: FloatArray | float) -> FloatArray | float:
        """Return the pixels of values."""
        counted = np.log10(np.maximum(value, LEAST_PRICE)) if self.range.is_log else value
        share = (counted - self.range.lo) / (self.range.hi - self.range.lo)
        if self.range.is_inverted:
            return self.top + share * (self.bottom - self.top)
        return self.bottom - share * (self.bottom - self.top)

    def value_at(self, y: float) -> float:
        """Return the value under a pixel."""
        share = (y - self.top) / (self.bottom - self.top)
        share = share if self.range.is_inverted else 1 - share
        value = self.range.lo + share * (self.range.hi - self.range.lo)
        return float(10**value) if self.range.is_log else value

    @property
    def is_short(self) -> bool:
        """Whether its labels are shortened to K, M and B."""
        is_large = self.unit is Unit.NUMBER and max(abs(self.range.lo), abs(self.range.hi)) >= _SHORT_FROM
        return is_large or self.unit is Unit.VOLUME

    def label(self, value: float) -> str:
        """Return the label of a value on the axis."""
        if self.is_short:
            return format_volume(value)
        if self.mode is PriceMode.PERCENT:
            most = max(abs(self.value_at(y) / self.base - 1) for y in (self.top, self.bottom)) * 100
            return format_percent((value / self.base - 1) * 100, is_whole=most >= _PERCENT_WHOLE_FROM)
        if self.mode is PriceMode.INDEXED:
            return format_price(value / self.base * 100, 2)
        return format_price(value, self.decimals)

    def levels(self, min_gap_px: float) -> tuple[tuple[float, str], ...]:
        """Return the pixel and the label of each of ``ticks``; of volumes without needless zeros."""
        is_short = self.is_short
        return tuple(
            (float(self.y_of(value)), format_volume(value, is_short=True) if is_short else self.label(value))
            for value in self.ticks(min_gap_px)
        )

    def ticks(self, min_gap_px: float) -> list[float]:
        """Return ascending values whose labels are round, at least ``min_gap_px`` apart."""
        height = self.bottom - self.top
        if height < min_gap_px:
            return []
        low, high = sorted((self.value_at(self.bottom), self.value_at(self.top)))
        if self.mode in (PriceMode.PERCENT, PriceMode.INDEXED):
            zero = self.base if self.mode is PriceMode.PERCENT else 0.0
            unit = self.base / 100
            return [
                zero + value * unit
                for value in _round_values((low - zero) / unit, (high - zero) / unit, min_gap_px / height, 2)
            ]
        if self.range.is_log and low > 0 and high / low >= _LOG_TICKS_FROM:
            return self._log_ticks(low, high, min_gap_px)
        values = _round_values(low, high, min_gap_px / height, self.decimals)
        return self._spaced(values, min_gap_px) if self.range.is_log else values

    def _log_ticks(self, low: float, high: float, min_gap_px: float) -> list[float]:
        """Return round prices of a logarithmic axis: rounder ones first, others where they keep their distance."""
        decades = [10.0**k for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
        per_log, lowest = (self.bottom - self.top) / (self.range.hi - self.range.lo), math.log10(low)
        taken: list[tuple[float, float]] = []  # the pixel counted upward, and the price
        for mantissas in _LOG_MANTISSAS:
            prices = (mantissa * decade for decade in decades for mantissa in mantissas)
            for price in (price for price in prices if low <= price <= high):
                up = (math.log10(price) - lowest) * per_log
                at = bisect_left(taken, (up,))
                near = [abs(other - up) for other, _ in taken[max(at - 1, 0) : at + 1]]
                if min(near, default=math.inf) >= min_gap_px:
                    taken.insert(at, (up, price))
        return [price for _, price in taken]

    def _spaced(self, values: list[float], min_gap_px: float) -> list[float]:
        kept: list[float] = []
        for value in values:
            if not kept or abs(self.y_of(value) - self.y_of(kept[-1])) >= min_gap_px:
                kept.append(value)
        return kept


def _round_values(low: float, high: float, share: float, decimals: int) -> list[float]:
    """Return the multiples of a round step within ``[low, high]``; the step is at least ``share`` of that range."""
    step = nice_step((high - low) * share, decimals)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, decimals + 4) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def nice_step(least: float, decimals: int) -> float:
    """Return the smallest of 1, 2, 2.5, 5 × 10ⁿ that is at least ``least`` and that ``decimals`` can write out."""
    unit = 10.0**-decimals
    least = max(least, unit)
    power = 10.0 ** math.floor(math.log10(least) + 1e-12)
    steps = (power * step for step in _LINEAR_STEPS if power * step >= least * (1 - 1e-9))
    return next(step for step in steps if abs(step / unit - round(step / unit)) < _WHOLE * step / unit)


def autoscale(
    low: float, high: float, *, is_log: bool = False, is_inverted: bool = False, top: float = MARGIN_TOP
) -> ValueRange:
    """Return the range that shows ``[low, high]`` with a share ``top`` of it at the top and 10 % at the bottom."""
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if is_log:
        low, high = math.log10(max(low, LEAST_PRICE)), math.log10(max(high, LEAST_PRICE))
    if high - low <= max(abs(high) * _LEAST_SHARE, LEAST_PRICE):
        pad = 0.01 if is_log else abs(high) * 0.005 if abs(high) > LEAST_PRICE else 1e-6
        low, high = low - pad, high + pad
    unit = (high - low) / (1 - top - MARGIN_BOTTOM)
    above, below = (MARGIN_BOTTOM, top) if is_inverted else (top, MARGIN_BOTTOM)
    return ValueRange(low - unit * below, high + unit * above, is_log, is_inverted)


def format_price(price: float, decimals: int) -> str:
    """Return a price with its thousands set apart and the instrument's decimals."""
    return f"{price:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def format_percent(percent: float, *, is_whole: bool) -> str:
    """Return a signed percentage: ``+12.34%``, ``+250,000%``.

    ``is_whole``: as all of an axis that reaches beyond a thousand, so that it keeps to nine characters.
    """
    decimals = 0 if is_whole else 2
    text = f"{percent:+,.{decimals}f}%".replace("-", "\N{MINUS SIGN}")
    return text if any(digit in text for digit in "123456789") else text[1:]


def format_volume(volume: float, *, is_short: bool = False) -> str:
    """Return a volume with two decimals of its unit, ``1.20M``, or without needless zeros, ``1.2M``."""
    for limit, suffix in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(volume) >= limit:
            text = f"{volume / limit:g}{suffix}" if is_short else f"{volume / limit:.2f}{suffix}"
            return text.replace("-", "\N{MINUS SIGN}")
    return f"{volume:.0f}".replace("-", "\N{MINUS SIGN}")

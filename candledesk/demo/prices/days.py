"""Daily bars of one instrument: real ones where they may be used, a seeded random walk elsewhere.

The minutes of a session are made from its daily bar (minutes.py), so that all intervals agree, and twenty years of
daily bars can be made without any minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from candledesk.demo.instruments.paying_days import paying_rows
from candledesk.demo.prices.crude import put_april_of_2020
from candledesk.demo.prices.noise import draw_gaussian, draw_smooth, noise_key
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.demo.instruments.profile import Profile
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar

_YEAR_DAYS = 365.25
_WALK_START = date(1979, 12, 1)
_OLD_WALK_START = date(1961, 12, 1)  # for instruments that were listed before the other start


@dataclass(frozen=True, eq=False, slots=True)
class DayTable:
    """Raw daily bars (before any split), one row per session of ``hours``; prices rounded to the tick."""

    hours: SessionCalendar
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: IntArray


def day_number(day: date) -> int:
    """Return the days since 1970."""
    return int(datetime.combine(day, time(), UTC).timestamp()) // DAY_S


class DayMaker:
    """Makes the daily table of one profile."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._walk_start = day_number(_WALK_START if profile.listed > _WALK_START else _OLD_WALK_START)

    def make_table(self, hours: SessionCalendar) -> DayTable:
        """Return the bars of every session in ``hours``: a pure function of the profile and the session dates."""
        profile = self._profile
        days = hours.date // DAY_S
        level = self._walk(int(days[-1]) + 1)
        index = days - self._walk_start
        close = level[index]
        sigma = self._volatility(days)
        gap = np.exp(0.4 * sigma * draw_gaussian(noise_key(profile.noise_name, "gap"), days))
        open_ = np.concatenate([level[index[:1] - 1], close[:-1]]) * gap
        keys = [noise_key(profile.noise_name, name) for name in ("up", "down")]
        tail = [0.45 * sigma * np.abs(draw_gaussian(key, days)) for key in keys]
        high = np.maximum(open_, close) * np.exp(tail[0])
        low = np.minimum(open_, close) * np.exp(-tail[1])
        volume = self._volume(days, np.abs(np.log(close / open_)) / sigma)
        ratio = self._split_ratio(days)
        volume = (volume * ratio).astype(np.int64)
        open_, high, low, close = (np.round(values / ratio, profile.decimals) for values in (open_, high, low, close))
        if profile.has_real_days:
            _put_real_days(hours.date, (open_, high, low, close), volume, ratio)
        if profile.has_negative_days:
            put_april_of_2020(hours.date, (open_, high, low, close))
        if profile.is_fund:
            close = self._less_distributions(hours, close)
            open_ = high = low = close
        return DayTable(hours, open_, high, low, close, volume)

    def _less_distributions(self, hours: SessionCalendar, close: FloatArray) -> FloatArray:
        """Return a fund's one price a day, reduced by every payment."""
        rows, left = paying_rows(self._profile, hours), np.ones(len(close), np.float64)
        left[rows] -= 2 * self._profile.gain  # the gain, and as much again as income (actions.py)
        price: FloatArray = np.round(close * np.cumprod(left), self._profile.decimals).astype(np.float64)
        return price

    def _walk(self, last_day: int) -> FloatArray:
        """Return the closing level of every calendar day from the walk's start to ``last_day``."""
        profile = self._profile
        first, anchor = self._walk_start, self._anchor_day()
        days = np.arange(first, max(last_day, anchor) + 1, dtype=np.int64)
        steps = self._volatility(days) * draw_gaussian(noise_key(profile.noise_name, "walk"), days)
        log = np.cumsum(steps) if profile.pull == 0 else _pulled(steps, profile.pull)
        log += profile.drift / _YEAR_DAYS * np.arange(len(days))
        log += np.log(self._anchor_price()) - log[anchor - first]
        return np.exp(log)

    def _anchor_price(self) -> float:
        return float(_real_days()["close"][-1]) if self._profile.has_real_days else self._profile.price

    def _anchor_day(self) -> int:
        if not self._profile.has_real_days:
            return day_number(self._profile.anchor)
        return int(_real_days()["date"][-1]) // DAY_S

    def _volatility(self, days: IntArray) -> FloatArray:
        """Return the standard deviation of each day's log return, which varies from month to month."""
        symbol = self._profile.noise_name
        regime = 0.35 * draw_smooth(noise_key(symbol, "regime"), days, 70)
        regime += 0.25 * draw_smooth(noise_key(symbol, "cluster"), days, 9)
        sigma: FloatArray = np.exp(regime - 0.1) * (self._profile.volatility / _YEAR_DAYS**0.5)
        return sigma

    def _split_ratio(self, days: IntArray) -> FloatArray:
        """Return for each day the number of shares that one share of the listing day has become."""
        ratio = np.ones(len(days))
        for split in self._profile.splits:
            ratio[days >= day_number(split.date)] *= split.ratio
        return ratio

    def _volume(self, days: IntArray, move: FloatArray) -> IntArray:
        noise = 0.3 * draw_gaussian(noise_key(self._profile.noise_name, "volume"), days)
        scale = np.exp(noise + 0.25 * np.minimum(move, 3.0))
        return (self._profile.volume * scale).astype(np.int64)


def _pulled(steps: FloatArray, pull: float) -> FloatArray:
    """Return the walk with these steps whose distance from zero shrinks by the share ``pull`` each day."""
    level, out = 0.0, np.empty(len(steps))
    for index, step in enumerate(steps.tolist()):
        level = level * (1 - pull) + step
        out[index] = level
    return out


class _RealDays:
    """hvsampledata's Apple dailies, read once."""

    @cached_property
    def columns(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        """Return the columns by name; ``date`` in UTC seconds."""
        import hvsampledata

        frame = hvsampledata.apple_stocks("pandas")
        names = ("open", "high", "low", "close", "volume")
        columns = {name: frame[name].to_numpy(np.float64) for name in names}
        columns["date"] = frame["date"].to_numpy("datetime64[s]").astype(np.int64)
        return columns


_REAL = _RealDays()


def _real_days() -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return _REAL.columns


def _put_real_days(dates: IntArray, prices: tuple[FloatArray, ...], volume: IntArray, ratio: FloatArray) -> None:
    """Overwrite the rows whose session has a real daily bar."""
    real = _real_days()
    where = np.searchsorted(dates, real["date"])
    for values, name in zip(prices, ("open", "high", "low", "close"), strict=True):
        values[where] = real[name] / ratio[where]
    np.maximum.reduce([prices[0], prices[1], prices[3]], out=prices[1])
    np.minimum.reduce([prices[0], prices[2], prices[3]], out=prices[2])
    volume[where] = (real["volume"] * ratio[where]).astype(np.int64)

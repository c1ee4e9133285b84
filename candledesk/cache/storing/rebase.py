"""Keeps all series of an instrument on one split basis, inside the transaction that stores an answer (rule 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.rules.coverage_rules import cover_retired, is_final_mask
from candledesk.cache.rules.split_basis import (
    align_factors,
    align_to_daily,
    changed_only,
    compare_basis,
    divide,
    is_same_market,
    split_factors,
    unstated_split,
)
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import bar_dates
from candledesk.domain.identity import is_other_company
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.providers.answers import SPLIT
from candledesk.store.market import bars as bar_store
from candledesk.store.market import corporate_actions as action_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market import split_basis as basis_store
from candledesk.store.market.odd_bars import OddBar

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.scale import Split
    from candledesk.store import Connection

_FOREVER = 2**40
_WHOLE = Span(HISTORY_START, _FOREVER)
FRESH_S = 120  # splits take effect between sessions; what was looked up so lately need not be looked up again


@dataclass(frozen=True, slots=True)
class Settled:
    """Whether an answer and what is stored are on one basis.

    ``unproven_since``: from when the dailies must be read before they can be mixed, ``None`` when it is proven;
    ``rebased``: the intervals whose stored bars were brought onto a new basis.
    """

    unproven_since: int | None = None
    rebased: tuple[Interval, ...] = ()


def read_splits(connection: Connection, symbol: str) -> list[Split]:
    """Return the instrument's splits as ``(ex-date, new shares per old)``, ascending."""
    return [(one.date, one.value) for one in action_store.read_actions(connection, symbol) if one.kind == SPLIT]


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer beside what is stored: its clean ``bars``, the span that was ``asked``, at ``now`` (UTC seconds).

    ``new_splits``: splits that the answer states and that are not stored; ``unit``: see ``domain.scale.Evidence``;
    ``market``: the answer's regular market price; ``is_checked``: the dailies were read for it, after an answer that
    was not proven.
    """

    symbol: str
    interval: Interval
    bars: Bars
    calendar: SessionCalendar
    asked: Span
    now: int
    new_splits: tuple[Split, ...] = ()
    unit: float = 0.0
    market: float | None = None
    is_checked: bool = False


def settle_basis(connection: Connection, new: Compared) -> Settled:
    """Bring what is stored onto the basis of an answer.

    The provider's prices are on the basis of ``now``. Those stored are known to be on the basis of an earlier instant;
    an answer that reaches from there to now states the splits between them. Beside that, the same bars are compared:
    where they differ as by a known split, every series follows in this transaction; where no known split explains it,
    or nothing can be compared, the dailies since the oldest stored bar must be read first, which tell all splits. Until
    then the splits that the answer states are not stored, so that they are new when the dailies bring them.
    """
    symbol, interval = new.symbol, new.interval
    oldest, known_until = basis_store.oldest_bar(connection, symbol), basis_store.read_basis(connection, symbol)
    reaches_now = new.asked.end >= new.now - FRESH_S  # the question was put before it was answered
    if oldest is None:  # what is stored from now on reflects all splits, listed or not
        basis_store.write_basis(connection, symbol, new.now, new.market)
        return Settled()
    known_since = max(known_until, oldest) if interval.is_daily else known_until
    lists_all_splits = reaches_now and new.asked.start <= known_since
    splits = sorted((dict(read_splits(connection, symbol)) | dict(new.new_splits)).items())
    stored = _stored_final(connection, symbol, interval, new.bars)
    missing = [split for split in new.new_splits if split[0] > known_until - DAY_S]  # in the stored prices
    aligned = new.bars if interval.is_daily else _aligned(connection, new, splits, missing)
    n_sure = sum(date + DAY_S <= known_until for date, _ in splits)
    n_reflected, n_compared = compare_basis(aligned, stored, splits, new.unit, n_sure)
    if n_reflected is None and lists_all_splits and interval.is_daily:
        found = unstated_split(new.bars, stored)
        if found is not None:  # all others are reflected, whether they are older or newer
            splits, n_reflected = [found], 0
    if lists_all_splits and not n_compared:  # the stored prices are older than the new splits, whatever they are
        n_reflected = len(splits) - len(missing)
        # A split that was known late can be in the stored prices or not: the dailies tell.
        is_doubtful = any(oldest < date <= known_until - DAY_S for date, _ in new.new_splits)
        lists_all_splits = interval.is_daily or not is_doubtful
    rebased: list[Interval] = []
    if n_reflected is not None and n_reflected < len(splits):
        rebased = _rebase_all(connection, new, aligned, splits, n_reflected)
    elif interval.is_daily and new.new_splits:
        rebased = _align_stored(connection, new, splits, len(splits))
    is_fresh = new.now - known_until <= FRESH_S
    if is_fresh and not new.is_checked and not is_same_market(basis_store.read_market(connection, symbol), new.market):
        is_fresh = False  # a split has come since, in the asked span or not
        lists_all_splits = lists_all_splits and interval.is_daily
    is_sure = lists_all_splits or is_fresh
    is_proven = is_sure or (n_reflected is not None and n_compared > 0)
    if lists_all_splits:
        basis_store.write_basis(connection, symbol, new.now, new.market)
    return Settled(None if is_proven else min(oldest, new.asked.start), tuple(rebased))


def _stored_final(connection: Connection, symbol: str, interval: Interval, bars: Bars) -> Bars:
    """Return the stored bars at an answer's times that were final when they were stored."""
    series_id = instrument_store.series_id(connection, symbol, interval)
    if series_id is None or not len(bars):
        return Bars.empty()
    span = Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 1)
    stored = bar_store.read_bars(connection, series_id, span)
    coverage = coverage_store.read_coverage(connection, series_id, span)
    return stored.take(is_final_mask(coverage, stored))


def retire_other_company(connection: Connection, answered: Instrument, interval: Interval, bars: Bars) -> str:
    """Move the bars of a company whose symbol has passed to another one to a new symbol, which is returned.

    Empty when the answer (``answered``, clean ``bars``) is about the company that is stored, or nothing is.
    """
    symbol = answered.symbol
    stored, newest = instrument_store.read_instrument(connection, symbol), basis_store.newest_bar(connection, symbol)
    if stored is None or newest is None or stored.name == answered.name:
        return ""
    old = _stored_final(connection, symbol, interval, bars)
    is_priced_otherwise = compare_basis(bars, old, read_splits(connection, symbol))[0] is None
    if not is_other_company(stored, answered, newest, is_priced_otherwise=is_priced_otherwise):
        return ""
    retired = instrument_store.retire_instrument(connection, symbol, newest)
    for series_id, found, _ in instrument_store.list_series(connection):
        if found == retired:
            previous = coverage_store.read_coverage(connection, series_id)
            coverage_store.write_coverage(connection, series_id, cover_retired(previous, newest, retired))
    return retired


def stored_daily(connection: Connection, symbol: str, span: Span) -> Bars | None:
    """Return the stored 1d bars of ``span``, ``None`` when the series does not exist."""
    series_id = instrument_store.series_id(connection, symbol, INTERVALS["1d"])
    return None if series_id is None else bar_store.read_bars(connection, series_id, span)


def daily_around(connection: Connection, symbol: str, bars: Bars) -> Bars | None:
    """Return the stored 1d bars around intraday ``bars``, by which these are judged."""
    if not len(bars):
        return None
    around = Span(int(bars.open_time[0]) - 90 * DAY_S, int(bars.open_time[-1]) + 90 * DAY_S)
    return stored_daily(connection, symbol, around)


def _aligned(connection: Connection, new: Compared, splits: list[Split], missing: list[Split]) -> Bars:
    """Return intraday bars of an answer without chunks of another basis, by the dailies; ``missing``: not in these."""
    bars = new.bars
    later = [split for split in splits if len(bars) and split[0] > int(bars.open_time[0])]
    daily = daily_around(connection, new.symbol, bars) if later else None
    if daily is None:
        return bars
    daily = divide(daily, split_factors(daily.open_time, missing)[0])
    return align_to_daily(bars, new.calendar, new.interval, daily, later)[0]


def _rebase_all(
    connection: Connection, new: Compared, aligned: Bars, splits: list[Split], n_reflected: int
) -> list[Interval]:
    """Bring the series that was compared, then all others, onto the basis of all ``splits``."""
    rebased: list[Interval] = []
    daily = INTERVALS["1d"]
    if _divide_series(connection, new, new.interval, splits, n_reflected):
        rebased.append(new.interval)
    if not new.interval.is_daily:
        n_reflected = _daily_reflects(connection, new, aligned, splits, n_reflected)
        if _divide_series(connection, new, daily, splits, n_reflected):
            rebased.append(daily)
    aligned_too = _align_stored(connection, new, splits, n_reflected)
    return rebased + [one for one in aligned_too if one not in rebased]


def _daily_reflects(connection: Connection, new: Compared, aligned: Bars, splits: list[Split], n_reflected: int) -> int:
    """Return how many splits the stored dailies reflect: by the sessions of an intraday answer, else as its series."""
    daily = daily_around(connection, new.symbol, aligned)
    if daily is None or not len(daily):
        return n_reflected
    dates = bar_dates(new.calendar, new.interval, aligned.open_time)
    last = np.flatnonzero(np.append(dates[1:] != dates[:-1], True))
    _, left, right = np.intersect1d(dates[last], daily.open_time, assume_unique=True, return_indices=True)
    fresh, stored = aligned.close[last][left], daily.close[right]
    usable = (fresh > 0) & (stored > 0) & (daily.open_time[right] < max(date for date, _ in splits))
    if not usable.any():
        return n_reflected
    factors = np.log(split_factors(daily.open_time[right][usable], splits))
    distance = np.median(np.abs(np.log(stored[usable]) - np.log(fresh[usable]) - factors), axis=1)[::-1]
    return len(splits) - int(np.argmin(distance))


def _divide_series(
    connection: Connection, new: Compared, interval: Interval, splits: list[Split], n_reflected: int
) -> bool:
    """Divide a stored series by the splits that it does not reflect; tell whether any bar changed."""
    series_id = instrument_store.series_id(connection, new.symbol, interval)
    if series_id is None or n_reflected >= len(splits):
        return False
    stored = bar_store.read_bars(connection, series_id, _WHOLE)
    dates = bar_dates(new.calendar, interval, stored.open_time)
    return _divide_stored(connection, series_id, stored, split_factors(dates, splits[n_reflected:])[0])


def _align_stored(connection: Connection, new: Compared, splits: list[Split], n_reflected: int) -> list[Interval]:
    """Bring every stored intraday series onto the basis of the dailies, stored or answered; return those that changed.

    ``n_reflected``: the splits that a series reflects of which no session can be compared with a daily bar, unless it
    is one of those that are ``done``: they reflect all.
    """
    daily = stored_daily(connection, new.symbol, _WHOLE) or Bars.empty()
    if new.interval.is_daily:
        daily = _overlaid(daily, new.bars)
    changed: list[Interval] = []
    for interval in INTERVALS.values():
        series_id = None if interval.is_daily else instrument_store.series_id(connection, new.symbol, interval)
        if series_id is None or not splits:
            continue
        before = max(date for date, _ in splits) + 2 * DAY_S
        stored = bar_store.read_bars(connection, series_id, Span(HISTORY_START, before))
        closes = np.where(stored.close > 0, stored.close, np.nan)
        n_own = len(splits) if interval is new.interval else n_reflected  # that one was compared, and follows already
        divisor = align_factors(stored.open_time, closes, new.calendar, interval, daily, splits, n_own)
        if _divide_stored(connection, series_id, stored, divisor):
            changed.append(interval)
    return changed


def _overlaid(stored: Bars, new: Bars) -> Bars:
    """Return the bars of both, ascending; the new one where both have one."""
    kept = stored.take(~np.isin(stored.open_time, new.open_time))
    columns = ("open_time", "open", "high", "low", "close", "volume")
    both = Bars(*(np.concatenate([getattr(kept, name), getattr(new, name)]) for name in columns))
    return both.take(np.argsort(both.open_time))


def _divide_stored(connection: Connection, series_id: int, stored: Bars, divisor: FloatArray) -> bool:
    if not len(stored) or (divisor == 1.0).all():
        return False
    _divide_odd(connection, series_id, stored, divisor)
    bar_store.write_bars(connection, series_id, changed_only(divide(stored, divisor), stored))
    return True


def _divide_odd(connection: Connection, series_id: int, stored: Bars, divisor: FloatArray) -> None:
    """Bring what was sent of flagged bars onto the new basis too: it is compared with what is read."""
    moved: list[OddBar] = []
    for bar in odd_store.read_odd(connection, series_id, _WHOLE):
        at = int(np.searchsorted(stored.open_time, bar.open_time))
        if bar.sent is None or at == len(stored) or stored.open_time[at] != bar.open_time or divisor[at] == 1.0:
            continue
        factor = float(divisor[at])
        opened, high, low, close = (None if price is None else price / factor for price in bar.sent)
        volume = None if bar.volume is None else bar.volume * factor
        moved.append(OddBar(bar.open_time, bar.flags, (opened, high, low, close), volume))
    odd_store.write_odd(connection, series_id, np.empty(0, np.int64), moved)

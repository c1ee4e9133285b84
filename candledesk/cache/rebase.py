"""Keeps all series of an instrument on one split basis, inside the transaction that stores an answer (rule 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.basis import align_to_daily, changed_only, close_ratio, is_near, is_same, rebase
from candledesk.cache.ledger import is_final_mask
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store import actions as action_store
from candledesk.store import bars as bar_store
from candledesk.store import coverage as coverage_store
from candledesk.store import instruments as instrument_store

if TYPE_CHECKING:
    from candledesk.cache.basis import Split
    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar
    from candledesk.store import Connection

_FOREVER = 2**40


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer's bars on the stored basis; ``is_doubtful``: they are not, and no known split explains it.

    ``rebased``: the intervals whose stored bars were brought onto a new basis.
    """

    bars: Bars
    is_doubtful: bool = False
    rebased: tuple[Interval, ...] = ()


def settle_basis(
    connection: Connection, symbol: str, interval: Interval, bars: Bars, calendar: SessionCalendar
) -> Settled:
    """Bring an answer and what is stored together; the instrument's splits must be written before.

    Daily bars are the judge: a daily answer that differs by a split's ratio re-bases the stored dailies, and then every
    intraday series follows its dailies. An intraday answer is aligned to the dailies.
    """
    splits = [(one.date, one.value) for one in action_store.read_actions(connection, symbol) if one.kind == "split"]
    rebased: list[Interval] = []
    if not interval.is_daily:
        bars = _aligned(connection, symbol, interval, bars, calendar, splits)
    elif _rebase_daily(connection, symbol, bars, splits):
        rebased.append(interval)
        rebased += _align_stored(connection, symbol, calendar, splits)
    ratio = _overlap_ratio(connection, symbol, interval, bars)
    if not is_same(ratio) and not interval.is_daily:
        rebased += _align_stored(connection, symbol, calendar, splits)
        ratio = _overlap_ratio(connection, symbol, interval, bars)
    return Settled(bars, not is_same(ratio), tuple(rebased))


def _overlap_ratio(connection: Connection, symbol: str, interval: Interval, bars: Bars) -> float | None:
    """Return new / stored closes over bars that were final when they were stored."""
    series_id = instrument_store.series_id(connection, symbol, interval)
    if series_id is None or not len(bars):
        return None
    span = Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 1)
    stored = bar_store.read_bars(connection, series_id, span)
    coverage = coverage_store.read_coverage(connection, series_id, span)
    return close_ratio(bars, stored.take(is_final_mask(coverage, stored)))


def has_bars_before(connection: Connection, series_id: int, time: int) -> bool:
    """Tell whether the series, or another of its instrument, holds bars that open earlier than ``time``."""
    siblings = instrument_store.sibling_series(connection, series_id)
    return any(bar_store.has_older(connection, sibling, time) for sibling in siblings)


def _stored_daily(connection: Connection, symbol: str, span: Span) -> Bars | None:
    series_id = instrument_store.series_id(connection, symbol, INTERVALS["1d"])
    return None if series_id is None else bar_store.read_bars(connection, series_id, span)


def _aligned(
    connection: Connection,
    symbol: str,
    interval: Interval,
    bars: Bars,
    calendar: SessionCalendar,
    splits: list[Split],
) -> Bars:
    later = [split for split in splits if len(bars) and split[0] > int(bars.open_time[0])]
    if not later:
        return bars
    span = Span(int(bars.open_time[0]) - 30 * DAY_S, int(bars.open_time[-1]) + 2 * DAY_S)
    daily = _stored_daily(connection, symbol, span)
    return bars if daily is None else align_to_daily(bars, calendar, interval, daily, later)[0]


def _rebase_daily(connection: Connection, symbol: str, bars: Bars, splits: list[Split]) -> bool:
    """Divide stored dailies before each split that the answer has and they have not; tell whether any changed."""
    series_id = instrument_store.series_id(connection, symbol, INTERVALS["1d"])
    if series_id is None or not splits:
        return False
    is_changed = False
    for date, factor in sorted(splits, reverse=True):
        stored = bar_store.read_bars(connection, series_id, Span(HISTORY_START, _FOREVER))
        early, late = stored.within(Span(HISTORY_START, date)), stored.within(Span(date, _FOREVER))
        ratio = close_ratio(bars, early)
        # A ratio that holds after the split too is another one's.
        if ratio is not None and is_near(ratio, 1.0 / factor) and is_same(close_ratio(bars, late)):
            bar_store.write_bars(connection, series_id, rebase(early, date, factor))
            is_changed = True
    return is_changed


def _align_stored(
    connection: Connection, symbol: str, calendar: SessionCalendar, splits: list[Split]
) -> list[Interval]:
    """Bring every stored intraday series onto the basis of the stored dailies; return those that changed."""
    daily = _stored_daily(connection, symbol, Span(HISTORY_START, _FOREVER))
    changed: list[Interval] = []
    for interval in INTERVALS.values():
        series_id = None if interval.is_daily else instrument_store.series_id(connection, symbol, interval)
        if series_id is None or daily is None or not splits:
            continue
        before = max(date for date, _ in splits) + 2 * DAY_S
        stored = bar_store.read_bars(connection, series_id, Span(HISTORY_START, before))
        aligned, n_changed = align_to_daily(stored, calendar, interval, daily, splits)
        if n_changed:
            bar_store.write_bars(connection, series_id, changed_only(aligned, stored))
            changed.append(interval)
    return changed

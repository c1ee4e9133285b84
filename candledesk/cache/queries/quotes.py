"""The latest stored price of symbols, with what it is compared with; nothing is asked of a provider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.quote_messages import Quote
from candledesk.domain.calendar.countdown import trading_hours
from candledesk.domain.calendar.sessions import bar_close_times, session_of
from candledesk.domain.coverage import CoverageState
from candledesk.domain.gaps import count_uncovered
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog, SeriesState
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

N_CLOSES = 45  # about two months of sessions: more than a line of 60 pixels can show
_DAILY = INTERVALS["1d"]
_INTRADAY = tuple(row for row in INTERVALS.values() if row.base is row and not row.is_daily)  # the finest first


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest bars of one series, and when the price of the last one was true (UTC seconds)."""

    interval: Interval
    known: SeriesState
    bars: Bars
    as_of: int


class QuoteReader:
    """Reads quotes from the database."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Read nothing yet."""
        self._context = context
        self._catalog = catalog

    def read(self, connection: Connection, symbols: Sequence[str]) -> list[Quote]:
        """Return a quote for each symbol, in the same order; on a reader thread."""
        findings: list[Finding] = []
        with snapshot(connection):
            quotes = [self._quote(connection, symbol, findings) for symbol in symbols]
        self._context.damage.report(connection, findings)
        return quotes

    def _quote(self, connection: Connection, symbol: str, findings: list[Finding]) -> Quote:
        known = self._catalog.read(connection, symbol, _DAILY)
        if known.instrument is None:
            return Quote(symbol)
        daily = self._newest(connection, known, _DAILY, N_CLOSES + 1, findings)
        rows = [self._newest_intraday(connection, symbol, interval, findings) for interval in _INTRADAY]
        newest = daily
        for row in rows:  # of two that are equally new, the daily bar and then the finest one
            if row is not None and (newest is None or row.as_of > newest.as_of):
                newest = row
        if newest is None:
            return Quote(symbol, known.instrument)
        return self._of_bars(connection, newest, daily, findings)

    def _newest_intraday(
        self, connection: Connection, symbol: str, interval: Interval, findings: list[Finding]
    ) -> _Newest | None:
        known = self._catalog.read(connection, symbol, interval)
        return self._newest(connection, known, interval, 1, findings)

    def _newest(
        self, connection: Connection, known: SeriesState, interval: Interval, n_bars: int, findings: list[Finding]
    ) -> _Newest | None:
        if known.series_id is None:
            return None
        bars = bar_store.read_bars_around(connection, known.series_id, None, n_bars, 0, findings)
        return _Newest(interval, known, bars, _as_of(known.readable, interval, bars)) if len(bars) else None

    def _of_bars(
        self, connection: Connection, newest: _Newest, daily: _Newest | None, findings: list[Finding]
    ) -> Quote:
        facts, session = newest.known.readable, _session_date(newest)
        recent = newest.bars
        if newest is not daily:
            back = Span(session - 5 * _DAILY.step_s, int(newest.bars.open_time[-1]) + 1)
            recent = bar_store.read_bars(connection, _series_of(newest), back, findings)
        previous = None if daily is None else _previous_daily(daily, session)
        if previous is None and newest is not daily:
            previous = _previous_intraday(newest, recent, session)
        today = recent.take(_dates(facts, newest.interval, recent) == session)
        closes, closes_of = _closes(newest, daily, today, session)
        quote = Quote(
            newest.known.instrument.symbol if newest.known.instrument else "",
            newest.known.instrument,
            float(newest.bars.close[-1]),
            newest.as_of,
            previous,
            float(today.volume.sum()),
            tuple(closes),
            closes_of,
        )
        return quote if facts is None else _with_hours(quote, facts)


def _series_of(newest: _Newest) -> int:
    if newest.known.series_id is None:
        raise ValueError("only a stored series has newest bars")
    return newest.known.series_id


def _as_of(facts: Facts | None, interval: Interval, bars: Bars) -> int:
    """Return when the last price was true: at the end of its bar, or when the forming bar was fetched."""
    opened = bars.open_time[-1:]
    if facts is None:
        return int(opened[0]) + interval.step_s
    ended = min(int(bar_close_times(facts.calendar, interval, opened)[0]), facts.now)
    holding = [row for row in facts.coverage if row.span.start <= opened[0] < row.span.end]
    moving = [row.fetched_at - facts.calendar.settle_s for row in holding if row.state is CoverageState.PROVISIONAL]
    return min([ended, *moving])


def _session_date(newest: _Newest) -> int:
    return int(_dates(newest.known.readable, newest.interval, newest.bars)[-1])


def _dates(facts: Facts | None, interval: Interval, bars: Bars) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the date of each bar's session as 00:00 UTC; a bar without a session has the date on which it opens."""
    days = bars.open_time // _DAILY.step_s * _DAILY.step_s
    if interval.is_daily or facts is None or not len(facts.calendar):
        return days
    rows = session_of(facts.calendar, interval, bars.open_time)
    return np.where(rows < 0, days, facts.calendar.date[rows])


def _previous_daily(daily: _Newest, session: int) -> float | None:
    """Return the daily close before ``session``, if no session between them could still have bars."""
    at = int(np.searchsorted(daily.bars.open_time, session)) - 1
    if at < 0:
        return None
    facts = daily.known.readable
    if facts is not None:
        dates = facts.calendar.date
        between = dates[(dates > daily.bars.open_time[at]) & (dates < session)]
        empty = [row.span for row in facts.coverage if row.state is CoverageState.KNOWN_EMPTY]
        if count_uncovered(between, empty):
            return None
    return float(daily.bars.close[at])


def _previous_intraday(newest: _Newest, recent: Bars, session: int) -> float | None:
    """Return the close of the session before, if the bar in which that session ended is stored."""
    facts = newest.known.readable
    if facts is None:
        return None
    row = int(np.searchsorted(facts.calendar.date, session)) - 1
    before = recent.take(_dates(facts, newest.interval, recent) < session)
    if row < 0 or not len(before):
        return None
    ended = int(bar_close_times(facts.calendar, newest.interval, before.open_time[-1:])[0])
    return float(before.close[-1]) if ended == int(facts.calendar.close[row]) else None


def _closes(newest: _Newest, daily: _Newest | None, today: Bars, session: int) -> tuple[list[float], Interval]:
    """Return daily closes, the last one the newest price; where they are fewer than two, those of the session."""
    past = [] if daily is None else daily.bars.close[daily.bars.open_time < session].tolist()
    if not past:
        return today.close[-N_CLOSES:].tolist(), newest.interval
    return [*past, float(newest.bars.close[-1])][-N_CLOSES:], _DAILY


def _with_hours(quote: Quote, facts: Facts) -> Quote:
    ended = int(np.searchsorted(facts.calendar.close, facts.now, side="right")) - 1
    return replace(
        quote,
        hours=trading_hours(facts.calendar, facts.interval, facts.now),
        closed_at=int(facts.calendar.close[ended]) if ended >= 0 else None,
        delay_s=facts.calendar.settle_s,
    )

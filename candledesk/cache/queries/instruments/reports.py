"""Describes an instrument, which is looked up at its provider when it is not in the cache."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.instrument_messages import InstrumentReport
from candledesk.cache.queries.instruments.corporate_events import read_corporate_events
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.errors import NotCachedError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.queries.missing_calendars import MissingCalendars
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.store import Connection

AHEAD_S = 7 * DAY_S
"""How far ahead sessions are listed (INTERFACE.md: the coming week)."""
_DAILY, _FINEST = INTERVALS["1d"], INTERVALS["1m"]


class InstrumentReader:
    """Answers ``CommandApi.describe_instrument``."""

    def __init__(
        self, context: CacheContext, catalog: Catalog, fill_scheduler: FillScheduler, calendars: MissingCalendars
    ) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler
        self._calendars = calendars

    def describe(self, symbol: str) -> Future[InstrumentReport]:
        """Return what is known; a symbol that is not in the cache costs one request."""
        return start_coroutine(self._describe(symbol))

    async def _describe(self, symbol: str) -> InstrumentReport:
        read = partial(self._read, symbol=symbol)
        found = await wait_for(self._context.readers.submit(read))
        if found is None:
            resolved = await wait_for(self._fill_scheduler.resolve_instrument(symbol, _DAILY))
            found = await wait_for(self._context.readers.submit(read))
            if found is None:
                raise resolved.error or NotCachedError(symbol)
        report, has_calendar = found
        if has_calendar or not await wait_for(self._calendars.load(symbol, _DAILY)):
            return report
        again = await wait_for(self._context.readers.submit(read))
        return report if again is None else again[0]

    def _read(self, connection: Connection, *, symbol: str) -> tuple[InstrumentReport, bool] | None:
        """Return the report and whether the calendar is known; ``None`` for a symbol that is not in the cache."""
        known = self._catalog.read(connection, symbol, _DAILY)
        if known.instrument is None:
            return None
        facts = known.readable
        if facts is None:
            return InstrumentReport(known.instrument), False
        sessions = coming_sessions(facts.calendar, known.now)
        events = read_corporate_events(connection, self._catalog, symbol, _FINEST)
        return InstrumentReport(known.instrument, sessions, events), True


def coming_sessions(calendar: SessionCalendar, now: int) -> tuple[Span, ...]:
    """Return the sessions that close after ``now`` and open within ``AHEAD_S`` of it."""
    rows = range(
        int(np.searchsorted(calendar.close, now, side="right")), int(np.searchsorted(calendar.open, now + AHEAD_S))
    )
    return tuple(Span(int(calendar.open[row]), int(calendar.close[row])) for row in rows)

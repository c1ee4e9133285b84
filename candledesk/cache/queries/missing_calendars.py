"""Computes the calendar that stored bars cannot be read without, when it was lost or never stored.

Without a calendar nothing tells which bars are final and which are missing, so stored bars are not shown. It needs no
request to the provider, so it is computed offline too.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from candledesk.cache.fetching.catalog import calendar_key
from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.cache.runtime.threads import run_into
from candledesk.domain.errors import CandleDeskError, EnvironmentFaultError
from candledesk.domain.venue import UnknownCalendarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.messages import BarsReply
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval

log = logging.getLogger(__name__)


class MissingCalendars:
    """Loads calendars on the fetch threads, each once however many need it."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._lock = threading.Lock()
        self._loading: dict[str, Future[None]] = {}

    def read(self, symbol: str, interval: Interval, read: Callable[[], Future[BarsReply]]) -> Future[BarsReply]:
        """Return the reply of ``read``; when it lacks a calendar that can be computed, that of reading once more."""
        return start_coroutine(self._read(symbol, interval, read))

    async def _read(self, symbol: str, interval: Interval, read: Callable[[], Future[BarsReply]]) -> BarsReply:
        reply = await wait_for(read())
        if reply.is_final is not None or not await wait_for(self.load(symbol, interval)):
            return reply
        return await wait_for(read())

    def load(self, symbol: str, interval: Interval) -> Future[bool]:
        """Compute the calendar of a stored symbol if it lacks one; return whether it can be read by one now."""
        return start_coroutine(self._load(symbol, interval))

    async def _load(self, symbol: str, interval: Interval) -> bool:
        base = interval.base
        known = await wait_for(self._context.readers.submit(lambda c: self._catalog.read(c, symbol, base)))
        if known.instrument is None or known.readable is not None:
            return known.readable is not None
        try:
            await wait_for(self._start(known.instrument))
        except (CandleDeskError, UnknownCalendarError) as error:
            log.warning("no calendar for %s: %s", symbol, error)
            return False
        known = await wait_for(self._context.readers.submit(lambda c: self._catalog.read(c, symbol, base)))
        return known.readable is not None

    def _start(self, instrument: Instrument) -> Future[None]:
        """Compute a calendar, or join who does."""
        key = calendar_key(instrument)
        with self._lock:
            running = self._loading.get(key)
            if running is not None:
                return running
            loading = self._loading[key] = Future()
        loading.add_done_callback(lambda _: self._forget(key))
        self._context.pool.submit(Priority.VIEWPORT, lambda: run_into(loading, self._compute, instrument))
        return loading

    def _compute(self, instrument: Instrument) -> None:
        with suppress(EnvironmentFaultError):  # nothing can be stored: the calendar serves this run
            self._catalog.load_calendar(instrument)

    def _forget(self, key: str) -> None:
        with self._lock:
            del self._loading[key]

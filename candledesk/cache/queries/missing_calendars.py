"""Computes the calendar that stored bars cannot be read without, when it was lost or never stored.

Without a calendar it is unknown which bars are final and which are missing, so stored bars are not shown. It needs no
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
from candledesk.cache.runtime.coroutines import in_time, start_coroutine, wait_for
from candledesk.cache.runtime.threads import run_into
from candledesk.domain.errors import CandleDeskError, EnvironmentFaultError
from candledesk.domain.venue import UnknownCalendarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog, SeriesState
    from candledesk.cache.messages import BarsReply
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval

log = logging.getLogger(__name__)
USUAL_S = 8.0  # wait for a calendar: most take a second, with the start of the fetch process three
PATIENT_S = 60.0  # of a request that may take as long as it needs
_LATE = True  # the result of a computation that took too long


class MissingCalendars:
    """Loads calendars on the fetch threads, each once however many need it."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._lock = threading.Lock()
        self._loading: dict[str, Future[bool]] = {}
        self._late: set[str] = set()

    def read(
        self, symbol: str, interval: Interval, read: Callable[[], Future[BarsReply]], timeout_s: float | None
    ) -> Future[BarsReply]:
        """Return the reply of ``read``; when it lacks a calendar that can be computed, that of reading once more.

        ``timeout_s``: the longest wait for the calendar (``None``: ``PATIENT_S``).
        """
        return start_coroutine(self._read(symbol, interval, read, PATIENT_S if timeout_s is None else timeout_s))

    async def _read(
        self, symbol: str, interval: Interval, read: Callable[[], Future[BarsReply]], timeout_s: float
    ) -> BarsReply:
        reply = await wait_for(read())
        if reply.is_final is not None or not await wait_for(self.load(symbol, interval, timeout_s)):
            return reply
        return await wait_for(read())

    def load(self, symbol: str, interval: Interval, timeout_s: float = USUAL_S) -> Future[bool]:
        """Compute the calendar of a stored symbol if it lacks one; return whether it can be read by one now.

        A calendar that has not come within ``timeout_s`` is not waited for again until it has.
        """
        return start_coroutine(self._load(symbol, interval, timeout_s))

    async def _load(self, symbol: str, interval: Interval, timeout_s: float) -> bool:
        known = await wait_for(self._read_known(symbol, interval))
        if known.instrument is None or known.readable is not None:
            return known.readable is not None
        key = calendar_key(known.instrument)
        loading = self._start(key, known.instrument)
        try:
            if loading is None or await wait_for(in_time(loading, timeout_s, _LATE, self._context.delayed_calls)):
                with self._lock:
                    self._late |= {key} & self._loading.keys()
                return False
        except (CandleDeskError, UnknownCalendarError) as error:
            log.warning("no calendar for %s: %s", symbol, error)
            return False
        known = await wait_for(self._read_known(symbol, interval))
        return known.readable is not None

    def _read_known(self, symbol: str, interval: Interval) -> Future[SeriesState]:
        return self._context.readers.submit(lambda connection: self._catalog.read(connection, symbol, interval.base))

    def _start(self, key: str, instrument: Instrument) -> Future[bool] | None:
        """Compute a calendar, or join the running computation; ``None`` when that is late."""
        with self._lock:
            if key in self._late:
                return None
            running = self._loading.get(key)
            if running is not None:
                return running
            loading = self._loading[key] = Future()
        loading.add_done_callback(lambda _: self._forget(key))
        self._context.pool.submit(Priority.VIEWPORT, lambda: run_into(loading, self._compute, instrument))
        return loading

    def _compute(self, instrument: Instrument) -> bool:
        with suppress(EnvironmentFaultError):  # nothing can be stored: the calendar serves this run
            self._catalog.load_calendar(instrument)
        return not _LATE

    def _forget(self, key: str) -> None:
        with self._lock:
            del self._loading[key]
            self._late.discard(key)

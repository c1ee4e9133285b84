"""The events of the cache and of the workspace as server-sent events, one bounded queue per reader.

Each event has an id. A reader that sends the last one it saw (``Last-Event-ID``) gets those that came since, or
``resync`` when they are not kept any more: then it reads again what it shows.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import orjson
from starlette.responses import StreamingResponse

from candledesk.cache.events import (
    BarsStored,
    CoverageChanged,
    DamageFound,
    EntriesRestored,
    FaultRaised,
    JobChanged,
    JobsChanged,
    LimiterChanged,
    MaintenanceChanged,
    RefreshDue,
    SymbolReused,
    WindowRequested,
)
from candledesk.cache.messages import Job
from candledesk.web.codec import encode
from candledesk.workspace.events import DrawingsChanged, LayoutChanged, WatchlistChanged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from candledesk.cache.events import Event
    from candledesk.domain.interval import Interval
    from candledesk.web.api.contract.endpoint import RequestContext
    from candledesk.web.server.event_log import LoggedEvent
    from candledesk.workspace.events import WorkspaceEvent

STREAM_TYPE = "text/event-stream"
HEARTBEAT_S = 15.0
MAX_WAITING = 256  # a reader that is further behind is disconnected: it reconnects and names the last event it saw
RESYNC = b'event: resync\ndata: {"reason":"Events were missed: read again what is shown."}\n\n'

# The name of each event in the stream, and the attribute that is sent (empty: the event itself).
_NAMES: dict[type, tuple[str, str]] = {
    BarsStored: ("bars_stored", ""),
    CoverageChanged: ("coverage_changed", ""),
    JobChanged: ("job", "job"),
    JobsChanged: ("jobs", ""),
    FaultRaised: ("fault", ""),
    SymbolReused: ("symbol_reused", ""),
    DamageFound: ("damage", ""),
    EntriesRestored: ("entries_restored", ""),
    LimiterChanged: ("limiter", "state"),
    MaintenanceChanged: ("maintenance", "task"),
    WatchlistChanged: ("watchlist", ""),
    LayoutChanged: ("layout", ""),
    DrawingsChanged: ("drawing", ""),
}


def encode_event(event: Event | WorkspaceEvent) -> bytes:
    """Return one event in the text form of server-sent events; ``TypeError`` for one that is not for readers."""
    if type(event) not in _NAMES:
        raise TypeError(f"{type(event).__name__} is not for readers of the stream")
    name, attribute = _NAMES[type(event)]
    message = getattr(event, attribute) if attribute else event
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(encode(message)) + b"\n\n"


def is_wanted(event: Event | WorkspaceEvent, symbol: str | None, interval: Interval | None) -> bool:
    """Tell whether a reader that asked for this series wants the event; a derived interval follows its base."""
    if isinstance(event, WindowRequested | RefreshDue):
        return False  # for the window of this process, not for readers
    subject = event.job if isinstance(event, JobChanged) else event
    if isinstance(subject, DrawingsChanged):
        return symbol in {None, subject.symbol}
    if not isinstance(subject, BarsStored | CoverageChanged | Job):
        return True
    names = None if interval is None else {interval.name, interval.base.name}
    return symbol in {None, subject.symbol} and (names is None or subject.interval.name in names)


class EventStream:
    """One reader's queue: filled from other threads, drained by the response until ``context.stopping`` is set.

    ``last_id``: the id of the last event that the reader saw before its connection broke.
    """

    def __init__(
        self, context: RequestContext, symbol: str | None, interval: Interval | None, last_id: str | None = None
    ) -> None:
        """Prepare the queue; the subscription begins with the answer's first byte."""
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[LoggedEvent] = asyncio.Queue(MAX_WAITING)
        self._cache, self._log = context.cache, context.events
        self._sources = [one.subscribe for one in (context.cache, context.workspace) if one is not None]
        self._stopping = context.stopping
        self._symbol, self._interval, self._last_id = symbol, interval, last_id
        self._number = 0  # of the last event that was sent or is not for this reader
        self._is_overrun = False

    def respond(self) -> StreamingResponse:
        """Return the response that reads the queue."""
        return StreamingResponse(self._read(), media_type=STREAM_TYPE)

    def _on_event(self, logged: LoggedEvent) -> None:
        with suppress(RuntimeError):  # the loop closed meanwhile
            self._loop.call_soon_threadsafe(self._put, logged)

    def _put(self, logged: LoggedEvent) -> None:
        if self._is_wanted(logged):
            try:
                self._queue.put_nowait(logged)
            except asyncio.QueueFull:
                self._is_overrun = True
        elif self._queue.empty():
            self._number = logged.number

    def _is_wanted(self, logged: LoggedEvent) -> bool:
        return is_wanted(logged.event, self._symbol, self._interval)

    async def _read(self) -> AsyncIterator[bytes]:
        self._log.open(self._sources)
        self._number, missed, leave = self._log.follow(self._on_event, self._last_id)
        endings = [leave, self._follow()]
        stop = asyncio.ensure_future(self._stopping.wait())
        taker = asyncio.ensure_future(self._queue.get())
        try:
            yield self._begin(missed)
            while not self._is_overrun:
                await asyncio.wait({taker, stop}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
                if stop.done():
                    return
                if not taker.done():
                    yield self._id_line() + b": still here\n\n"
                    continue
                logged, taker = taker.result(), asyncio.ensure_future(self._queue.get())
                self._number = logged.number
                yield self._id_line() + encode_event(logged.event)
        finally:
            stop.cancel()
            taker.cancel()
            for end in endings:
                end()

    def _begin(self, missed: list[LoggedEvent] | None) -> bytes:
        """Return what a reader gets first: the state of the limiter, a fault that lasts, and what it missed.

        The last of these has the id, so that a reader that does not get all of it names the former id again.
        """
        parts = [b"retry: 1000\n\n", encode_event(LimiterChanged(self._cache.limiter_state()))]
        if fault := self._cache.read_fault():
            parts.append(encode_event(FaultRaised(fault)))
        if missed is None:
            parts.append(RESYNC)
        parts += [encode_event(logged.event) for logged in missed or () if self._is_wanted(logged)]
        return b"".join([*parts[:-1], self._id_line(), parts[-1]])

    def _id_line(self) -> bytes:
        return b"id: " + self._log.id_of(self._number).encode() + b"\n"

    def _follow(self) -> Callable[[], None]:
        """Keep the series of a reader of one series up to date for as long as the stream is open."""
        if self._symbol is None or self._interval is None:
            return lambda: None
        return self._cache.follow(self._symbol, self._interval)

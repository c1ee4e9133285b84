"""The events of the cache and of the workspace as server-sent events, one bounded queue per reader."""

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
    from candledesk.workspace.events import WorkspaceEvent

STREAM_TYPE = "text/event-stream"
HEARTBEAT_S = 15.0
MAX_WAITING = 256  # a reader that is further behind is disconnected: it reconnects and reloads


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
    """One reader's queue: filled from other threads, drained by the response until ``context.stopping`` is set."""

    def __init__(self, context: RequestContext, symbol: str | None, interval: Interval | None) -> None:
        """Prepare the queue; the subscription begins with the answer's first byte."""
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Event | WorkspaceEvent] = asyncio.Queue(MAX_WAITING)
        self._cache = context.cache
        self._workspace = context.workspace
        self._stopping = context.stopping
        self._symbol, self._interval = symbol, interval
        self._is_overrun = False

    def respond(self) -> StreamingResponse:
        """Return the response that reads the queue."""
        return StreamingResponse(self._read(), media_type=STREAM_TYPE)

    def _on_event(self, event: Event | WorkspaceEvent) -> None:
        if is_wanted(event, self._symbol, self._interval):
            with suppress(RuntimeError):  # the loop closed meanwhile
                self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Event | WorkspaceEvent) -> None:
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self._is_overrun = True

    async def _read(self) -> AsyncIterator[bytes]:
        stop = asyncio.ensure_future(self._stopping.wait())
        taker = asyncio.ensure_future(self._queue.get())
        endings = [self._cache.subscribe(self._on_event), self._follow()]
        if self._workspace is not None:
            endings.append(self._workspace.subscribe(self._on_event))
        try:
            yield b"retry: 1000\n\n" + encode_event(LimiterChanged(self._cache.limiter_state()))
            if fault := self._cache.read_fault():
                yield encode_event(FaultRaised(fault))
            while not self._is_overrun:
                await asyncio.wait({taker, stop}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
                if stop.done():
                    return
                if not taker.done():
                    yield b": still here\n\n"
                    continue
                event, taker = taker.result(), asyncio.ensure_future(self._queue.get())
                yield encode_event(event)
        finally:
            stop.cancel()
            taker.cancel()
            for end in endings:
                end()

    def _follow(self) -> Callable[[], None]:
        """Keep the series of a reader of one series up to date for as long as the stream is open."""
        if self._symbol is None or self._interval is None:
            return lambda: None
        return self._cache.follow(self._symbol, self._interval)

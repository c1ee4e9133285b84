"""uvicorn's HTTP/1.1 protocol with limits for slow, silent and malformed connections."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from candledesk.web.server.guard import add_headers
from candledesk.web.server.problems import problem_body

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

MAX_CONNECTIONS = 512
# Descriptors that the connections leave free: what a running instance has open (25), a new fetch process, files that
# are written, and the connections that are accepted before the first of them can make room (BACKLOG).
N_SPARE_FILES = 44
BACKLOG = 8  # connections that are accepted in one step
MIN_CONNECTIONS = 6
REQUEST_TIMEOUT_S = 10.0  # from the connection, or the last answer, to a request that is whole
STALL_TIMEOUT_S = 20.0  # a reader that takes nothing of its answer for so long is disconnected
HOST_TEXT = "This server answers only to its own address on this machine."


class LoopbackProtocol(H11Protocol):
    """One connection.

    Malformed requests get problem details; a missing or doubled ``Host``, which h11 refuses before the guard, gets
    421. A connection that does not get a request together is ended, and so is one that does not take its answer.
    Beyond ``max_connections`` the one that has been idle for longest makes room.
    """

    max_connections = MAX_CONNECTIONS

    _idle_since = 0.0
    _request_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered on it."""
        cycle = self.cycle  # uvicorn's annotation hides that it starts as None
        return cycle is None or cycle.response_complete

    @property
    def idle_since(self) -> float:
        """Monotonic seconds of the connection, or of the end of the last answer."""
        return self._idle_since

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first request, and make room when there are too many connections."""
        super().connection_made(transport)
        self._begin_idling()
        if len(self.connections) > self.max_connections:
            idle = find_longest_idle(self.connections)
            if idle is not None:
                self.connections.discard(idle)  # at once: many connections may be made before connection_lost is called
                idle.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        super().connection_lost(exc)
        for timer in (self._request_timer, self._stall_timer):
            if timer is not None:
                timer.cancel()

    def on_response_complete(self) -> None:
        """Start the clock for the next request; a part of one must not keep the connection for ever."""
        self._begin_idling()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Start the clock of a reader that does not take its answer."""
        super().pause_writing()
        self._stall_timer = self.loop.call_later(STALL_TIMEOUT_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop that clock."""
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()

    def _begin_idling(self) -> None:
        self._idle_since = time.monotonic()
        if self._request_timer is not None:
            self._request_timer.cancel()
        self._request_timer = self.loop.call_later(REQUEST_TIMEOUT_S, self._end_if_idle)

    def _end_if_idle(self) -> None:
        if self.is_idle and not self.transport.is_closing():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that is no HTTP and close."""
        if not self.is_idle or self.conn.our_state is not h11.IDLE:
            self.transport.close()  # malformed data after a request that is being answered
            return
        is_host = "Host" in str(sys.exc_info()[1])  # h11: "Missing mandatory Host", "Found multiple Host"
        status = 421 if is_host else 400
        body = problem_body(status, HOST_TEXT if is_host else msg)
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        headers = add_headers([*headers, (b"connection", b"close")])
        for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def count_connections_allowed() -> int:
    """Return how many connections the system's limit of open files leaves room for, at most ``MAX_CONNECTIONS``."""
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(MIN_CONNECTIONS, min(MAX_CONNECTIONS, soft - N_SPARE_FILES))


def find_longest_idle(connections: Iterable[object]) -> LoopbackProtocol | None:
    """Return the connection that has been idle for longest, ``None`` when all are being answered."""
    idle = [row for row in connections if isinstance(row, LoopbackProtocol) and row.is_idle]
    return min(idle, key=lambda row: row.idle_since, default=None)

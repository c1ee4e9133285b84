"""The HTTP server of the demo market: loopback connections, faults of the transport, one log entry per request."""

from __future__ import annotations

import logging
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from candledesk.demo.http.control import answer_control
from candledesk.demo.http.hostile import answer_hostile_error
from candledesk.demo.http.market import LogEntry
from candledesk.demo.http.pages import JSON, Reply

if TYPE_CHECKING:
    from candledesk.demo.http.faults import Fault
    from candledesk.demo.http.market import Market

_LOGGER = logging.getLogger(__name__)
_MAX_BODY = 65_536
_IDLE_S = 60
_RIGHT_BACK = "<html><body><h1>Will be right back...</h1>Thank you for your patience.</body></html>"


class MarketServer(ThreadingHTTPServer):
    """Serves one market on loopback, a thread per connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], market: Market) -> None:
        super().__init__(address, _Handler)
        self.market = market
        self._open: set[socket.socket] = set()
        self._serving: list[threading.Thread] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Serve one connection and register it for ``end_connections``."""
        with self._lock:
            self._open.add(request)
            self._serving = [thread for thread in self._serving if thread.is_alive()] + [threading.current_thread()]
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Log errors of the market itself; connection errors are normal while faults are active."""
        error = sys.exception()
        if not isinstance(error, OSError):
            _LOGGER.error("the demo market failed to answer", exc_info=error)

    def end_connections(self) -> None:
        """Close every connection and wait shortly for their threads."""
        with self._lock:
            connections, threads = list(self._open), list(self._serving)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + 1.0
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    disable_nagle_algorithm = True
    server: MarketServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Log nothing, because the market has its own log."""

    def do_GET(self) -> None:
        """Answer a request."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a request."""
        self._serve()

    def _serve(self) -> None:
        market = self.server.market
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        host = (self.headers.get("X-Forwarded-Host") or self.headers.get("Host") or "").partition(":")[0]
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MAX_BODY))
        if path.startswith("/_demo"):
            if self.command != "GET" and self.headers.get("Origin") not in {None, self.server.url}:
                self._send(Reply.of_json({"error": "not for pages of other sites"}, 403))
            else:
                self._send(answer_control(market, self.command, path, query, body))
            return
        fault = market.faults.take(path, query)
        started = time.time()
        broken = self._broken_reply(fault) if fault is not None else None
        reply = market.answer(host, path, query, fault) if broken is None else broken
        if fault is not None and fault.kind == "truncated":
            reply = Reply(reply.status, reply.body[: len(reply.body) // 2])
        name = fault.kind if fault is not None else None
        status = 0 if name in {"hang", "reset"} else reply.status
        market.remember(LogEntry(started, host, path, query, status, name))
        self._deliver(reply, name)

    def _broken_reply(self, fault: Fault) -> Reply | None:
        """Return the reply that replaces the true answer, ``None`` when the true answer is needed."""
        if fault.kind == "delay":
            self.server.market.closing.wait(fault.delay_s)
        if fault.kind == "status":
            return _status_reply(fault.status)
        if fault.kind == "html":
            return Reply.of_html("<html><body>Please sign in to this network.</body></html>")
        if fault.kind == "hostile_error":
            return answer_hostile_error()
        if fault.kind == "right_back":
            return Reply.of_html(_RIGHT_BACK)
        return Reply(200, b"") if fault.kind in {"hang", "reset"} else None

    def _deliver(self, reply: Reply, fault: str | None) -> None:
        if fault == "hang":
            self.close_connection = True
            self._wait_for_end()
        elif fault == "reset":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self._send(reply, is_cut=fault == "cut")

    def _wait_for_end(self) -> None:
        """Keep the connection open until the client or the market closes it."""
        self.connection.settimeout(None)
        with suppress(OSError):
            while not self.server.market.closing.is_set() and self.connection.recv(4_096):
                pass

    def _send(self, reply: Reply, *, is_cut: bool = False) -> None:
        body = reply.body
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if is_cut:
            body, self.close_connection = body[: len(body) // 2], True
        self.wfile.write(body)


def _status_reply(status: int) -> Reply:
    """Return an error as the provider's edge server sends it (yahoo.md §1, §2.4)."""
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        return Reply.of_html("Edge: Too Many Requests", status)
    if status == 401:  # noqa: PLR2004 - Unauthorized
        body = b'{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}'
        return Reply(status, body, JSON)
    return Reply.of_html(f"<html><body><h1>{status} Error</h1></body></html>", status)

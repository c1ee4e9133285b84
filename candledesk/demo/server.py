"""The demo market's HTTP server on loopback."""

from __future__ import annotations

import logging
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from candledesk.demo.chart import RefusedError, answer_chart
from candledesk.demo.clock import DemoClock, parse_instant
from candledesk.demo.faults import CHART_PATH, FaultPlan, spoil
from candledesk.demo.pages import JSON, Reply, answer_page
from candledesk.demo.prices import Prices
from candledesk.demo.truth import make_truth
from candledesk.domain.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from candledesk.demo.faults import Fault
    from candledesk.domain.bars import Bars

_LOGGER = logging.getLogger(__name__)
_MAX_BODY = 65_536
_IDLE_S = 60
_RIGHT_BACK = "<html><body><h1>Will be right back...</h1>Thank you for your patience.</body></html>"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request: UNIX time, the host that was meant, path, query, the status given and the fault shown."""

    time: float
    host: str
    path: str
    query: dict[str, str]
    status: int
    fault: str | None


class DemoMarket:
    """A stand-in for Yahoo on loopback; a context manager.

    ``clock``: UNIX seconds, the real time by default; ``now`` freezes time there until ``clock.set`` changes it.
    ``faults`` (``FaultPlan``), ``log`` (list of ``LogEntry``) and ``clock`` (``DemoClock``) may be used while it runs.
    """

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        *,
        now: float | str | None = None,
        port: int = 0,
        log_file: Path | None = None,
    ) -> None:
        self.clock = DemoClock(clock)
        if now is not None:
            self.clock.set(now)
        self.faults = FaultPlan()
        self.log: list[LogEntry] = []
        self.closing = threading.Event()
        self.prices = Prices(self.clock.now())
        self._log_file = log_file
        self._log_lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread = start_daemon("demo-market", self._server.serve_forever, 0.05)

    def stop(self) -> None:
        """End every connection, hanging ones too."""
        self.closing.set()
        if self._thread is not None:
            self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def warm_up(self) -> None:
        """Load pandas and the first listings before somebody waits for them (three seconds on a cold machine)."""
        for symbol in ("AAPL", "BTC-USD"):
            self.prices.listing(symbol, self.clock.now())

    def reset(self) -> None:
        """Forget faults and log; return to the clock's own time."""
        self.faults.clear()
        self.clock.reset()
        with self._log_lock:
            self.log.clear()

    def truth(self, symbol: str, interval: str, start: int, end: int, now: int | None = None) -> Bars:
        """Return the final bars that a correct cache must hold (truth.py)."""
        return make_truth(self.prices, symbol, interval, start, end, self.clock.now() if now is None else now)

    def chart_log(self, symbol: str | None = None) -> list[LogEntry]:
        """Return the chart requests so far, of one symbol or of all."""
        prefix = CHART_PATH + (symbol or "")
        with self._log_lock:
            return [row for row in self.log if (row.path == prefix if symbol else row.path.startswith(prefix))]

    def remember(self, entry: LogEntry) -> None:
        """Add a request to the log."""
        with self._log_lock:
            self.log.append(entry)
            if self._log_file is not None:
                with self._log_file.open("ab") as file:
                    file.write(orjson.dumps(asdict(entry)) + b"\n")

    def answer(self, host: str, path: str, query: Mapping[str, str], fault: Fault | None) -> Reply:
        """Return the provider's answer, spoilt as ``fault`` says."""
        now = self.clock.now()
        if not path.startswith(CHART_PATH):
            return answer_page(self.prices, host, path, query, now)
        try:
            payload = answer_chart(self.prices, path.removeprefix(CHART_PATH), query, now)
        except RefusedError as refusal:
            return Reply.of_json(refusal.payload, refusal.status)
        if fault is not None:
            spoil(payload, fault)
        return Reply.of_json(payload)

    def control(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        """Answer ``/_demo/…``: faults, log, reset, clock, truth."""
        try:
            return self._control(method, path, query, orjson.loads(body) if body else {})
        except (InputError, KeyError, TypeError, ValueError) as error:
            return Reply.of_json({"error": str(error)}, 400)

    def _control(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Reply:  # noqa: ANN401
        if (method, path) == ("GET", "/_demo/truth"):
            start, end = parse_instant(query["start"]), parse_instant(query["end"])
            bars = self.truth(query["symbol"], query["interval"], start, end)
            columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume)
            return Reply.of_json([list(row) for row in zip(*(column.tolist() for column in columns), strict=True)])
        if (method, path) == ("GET", "/_demo/log"):
            with self._log_lock:
                return Reply.of_json([asdict(entry) for entry in self.log])
        if (method, path) == ("POST", "/_demo/reset"):
            self.reset()
        elif (method, path) == ("POST", "/_demo/clock") and isinstance(body, dict):
            self.clock.set(body["now"], is_frozen=bool(body.get("is_frozen", True)))
        elif (method, path) == ("POST", "/_demo/faults"):
            for row in body if isinstance(body, list) else [body]:
                self.faults.add(**row)
        elif method != "GET":
            return Reply.of_json({"error": f"no such control: {path}"}, 404)
        state = {"now": self.clock.now(), "faults": self.faults.as_json(), "symbols": list(self.prices.profiles)}
        return Reply.of_json(state)


def start_daemon(name: str, work: Callable[..., object], *arguments: object) -> threading.Thread:
    """Start a daemon thread; the only place in the demo that makes one."""
    thread = threading.Thread(target=work, args=arguments, name=name, daemon=True)
    thread.start()
    return thread


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], market: DemoMarket) -> None:
        super().__init__(address, _Handler)
        self.market = market
        self._open: set[socket.socket] = set()
        self._serving: list[threading.Thread] = []
        self._lock = threading.Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Serve one connection, known to ``end_connections``."""
        with self._lock:
            self._open.add(request)
            self._serving = [thread for thread in self._serving if thread.is_alive()] + [threading.current_thread()]
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Report our own mistakes; clients of a faulty market end connections badly all the time."""
        error = sys.exception()
        if not isinstance(error, OSError):
            _LOGGER.error("the demo market failed to answer", exc_info=error)

    def end_connections(self) -> None:
        """Shut every connection down and wait shortly for their threads."""
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
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Stay silent: the market has its own log."""

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
            if self.command != "GET" and self.headers.get("Origin") is not None:
                self._send(Reply.of_json({"error": "not for pages of other sites"}, 403))
            else:
                self._send(market.control(self.command, path, query, body))
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
        """Return what is sent in place of the true answer, ``None`` when that is still needed."""
        if fault.kind == "delay":
            self.server.market.closing.wait(fault.delay_s)
        if fault.kind == "status":
            return _status_reply(fault.status)
        if fault.kind == "html":
            return Reply.of_html("<html><body>Please sign in to this network.</body></html>")
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
        """Hold the connection until the client or the market ends it."""
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
    """Return an error as the provider's edge gives it (yahoo.md §1, §2.4)."""
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        return Reply.of_html("Edge: Too Many Requests", status)
    if status == 401:  # noqa: PLR2004 - Unauthorized
        body = b'{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}'
        return Reply(status, body, JSON)
    return Reply.of_html(f"<html><body><h1>{status} Error</h1></body></html>", status)

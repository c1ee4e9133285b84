"""A scripted loopback server in Yahoo's place: it answers as a test scripts it, and records the requests."""

import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import FetchRequest

DAY = 86_400
RESET = "reset"  # as a status: break the connection
HANG = "hang"  # as a status: say nothing until the test ends
DRIP = "drip"  # as a status: send a byte now and then


class ScriptedYahoo(ThreadingHTTPServer):
    """``script``: (status, body) pairs used up one a request; the last one stays."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = []
        self.requests = []
        self.is_over = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, *answers):
        self.script = list(answers)

    def next_answer(self, request):
        with self.lock:
            self.requests.append(request)
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return answer(request) if callable(answer) else answer

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        request = SimpleNamespace(path=parts.path, query=query, headers=dict(self.headers))
        status, body, *headers = self.server.next_answer(request)
        if status == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif status in (HANG, DRIP):
            self._stall(status == DRIP)
        else:
            self._send(status, body, dict(headers))

    def _send(self, status, body, headers):
        data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _stall(self, drips):
        if drips:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
        while not self.server.is_over.wait(0.05):
            if drips:
                self.wfile.write(b" ")
                self.wfile.flush()
        self.close_connection = True

    def log_message(self, *args):
        """Stay silent."""


@pytest.fixture
def yahoo_server():
    server = ScriptedYahoo()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.is_over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def cache_dir(tmp_path, monkeypatch):
    """Where yfinance may write; its default place is moved away too, so that a stray write is seen."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    return tmp_path / "py-yfinance"


@pytest.fixture(autouse=True)
def _yfinance_as_imported(monkeypatch):
    """Undo after each test what a YahooClient changes in yfinance for the whole process."""
    import yfinance as yf
    from yfinance.data import SingletonMeta, YfData

    for name in ("cache_get", "_get_cookie_and_crumb"):
        monkeypatch.setattr(YfData, name, vars(YfData)[name])
    monkeypatch.setattr(SingletonMeta, "_instances", {})
    monkeypatch.setitem(yf.config.debug.data, "hide_exceptions", True)


@pytest.fixture
def provider(yahoo_server, cache_dir):
    from candledesk.providers.yahoo.client import YahooClient

    return YahooClient(yahoo_server.url, cache_dir)


@pytest.fixture
def request_for():
    """Build a request; ``start`` and ``end`` in UTC seconds."""

    def build(start, end, interval="5m", symbol="AAPL", tz="America/New_York", extended=False, deadline_s=5.0):
        return FetchRequest(symbol, INTERVALS[interval], Span(start, end), tz, extended, deadline_s)

    return build


@pytest.fixture
def chart():
    """Build Yahoo's chart document for rows of (time, open, high, low, close, volume)."""

    def build(rows=(), *, periods=None, events=None, adj=False, **meta):
        columns = list(zip(*rows, strict=True)) or [[]] * 6
        quote = dict(zip(("open", "high", "low", "close", "volume"), map(list, columns[1:]), strict=True))
        result = {
            "meta": {
                "currency": "USD",
                "symbol": "AAPL",
                "exchangeName": "NMS",
                "instrumentType": "EQUITY",
                "exchangeTimezoneName": "America/New_York",
                "priceHint": 2,
                "firstTradeDate": 345_479_400,
                "regularMarketTime": int(time.time()),
                "longName": "Apple Inc.",
                "shortName": "Apple",
                "validRanges": ["1d", "max"],
                **meta,
            },
            "indicators": {"quote": [quote if rows else {}]},
        }
        if rows:
            result["timestamp"] = list(columns[0])
        if adj:
            result["indicators"]["adjclose"] = [{"adjclose": list(columns[4])}]
        if periods is not None:
            result["meta"]["tradingPeriods"] = periods
        if events is not None:
            result["events"] = events
        return {"chart": {"result": [result], "error": None}}

    return build


@pytest.fixture
def period():
    """Build one trading period."""
    return lambda start, end: {"timezone": "EST", "start": start, "end": end, "gmtoffset": -18_000}


@pytest.fixture
def no_chart():
    """Build Yahoo's error document."""
    return lambda text, code="Bad Request": {"chart": {"result": None, "error": {"code": code, "description": text}}}

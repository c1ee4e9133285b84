"""The started server: the socket, malformed requests on the wire, the event stream, and a quick end."""

import json
import socket
import threading
import time
from contextlib import ExitStack

import httpx2 as httpx
import pytest

from candledesk.cache.events import BarsStored, FaultRaised
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.web import http_server
from candledesk.web.http_server import WebServer
from candledesk.web.server.guard import MAX_STREAMS
from candledesk.web.server.protocol import REQUEST_TIMEOUT_S
from tests.web.conftest import RESOURCES, TOKEN
from tests.web.market import NOW, make_cache

AUTH = {"Authorization": f"Bearer {TOKEN}"}
HOST = b"Host: 127.0.0.1:%d\r\n"
MALFORMED = [
    ("no host", b"GET / HTTP/1.1\r\n\r\n", 421),
    ("no host, old HTTP", b"GET / HTTP/1.0\r\n\r\n", 421),
    ("two hosts", b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 421),
    ("own host, then a foreign one", b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil.test\r\n\r\n", 421),
    ("foreign host in the address", b"GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n", 421),
    ("two lengths", b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
    ("length and chunks", b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ("endless header", b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    ("endless address", b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    ("good", b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n", 200),
]


def exchange(server, request):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
            if b"Connection: close" not in request and b"\r\n\r\n" in answer:
                break
    return answer


def open_stream(server, last_id=None, **query):
    headers = AUTH if last_id is None else {**AUTH, "Last-Event-ID": last_id}
    return httpx.stream("GET", f"{server.url}/api/v1/events", params=query, headers=headers, timeout=5)


def read_events(lines, n):
    found, name = [], None
    for line in lines:
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            found.append((name, json.loads(line[6:])))
            if len(found) == n:
                return found
    return found


@pytest.mark.allow_logs
@pytest.mark.parametrize(("request_bytes", "status"), [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED])
def test_malformed_requests_are_problems(server, request_bytes, status):
    answer = exchange(server, request_bytes.replace(b"%d", str(server.port).encode()))
    assert int(answer.split(b" ", 2)[1]) == status
    assert b"content-security-policy" in answer.lower()
    assert b"Traceback" not in answer
    assert status == 200 or b"application/problem+json" in answer


def test_only_this_computer_reaches_the_socket(server):
    assert server._socket.getsockname()[0] == "127.0.0.1"
    assert server.url == f"http://127.0.0.1:{server.port}"


def test_no_answer_waits_for_the_acknowledgement_of_its_head(server):
    with httpx.Client() as client:
        assert client.get(f"{server.url}/healthz").status_code == 200
        (connection,) = server._server.server_state.connections
        ours = connection.transport.get_extra_info("socket")
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_chart_url_carries_a_code_and_series_in_the_fragment_alone(server):
    address, _, fragment = server.make_chart_url("^GSPC", "1h").partition("#")
    assert address == f"{server.url}/"
    assert fragment.endswith("&symbol=%5EGSPC&interval=1h")
    assert TOKEN not in fragment


def test_a_new_token_at_each_start(cache):
    servers = [WebServer(cache, resources=RESOURCES) for _ in range(2)]
    assert servers[0].token != servers[1].token
    assert min(len(server.token) for server in servers) >= 40
    for server in servers:
        server.stop()


def test_a_taken_port_is_said_in_a_sentence(server, cache):
    with pytest.raises(EnvironmentFaultError, match=f"Port {server.port}"):
        WebServer(cache, port=server.port, resources=RESOURCES)


def test_events_arrive_for_the_series_that_was_asked_for(server, cache):
    hour, day, four = INTERVALS["1h"], INTERVALS["1d"], "4h"
    with open_stream(server, symbol="aapl", interval=four) as answer:
        lines = answer.iter_lines()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert read_events(lines, 1)[0][0] == "limiter"
        cache.emit(BarsStored("AAPL", day, Span(0, 60), 1))
        cache.emit(BarsStored("MSFT", hour, Span(0, 60), 2))
        cache.emit(BarsStored("AAPL", hour, Span(0, 60), 3))
        cache.emit(FaultRaised("The disk is full."))
        stored = {
            "symbol": "AAPL",
            "interval": "1h",
            "from": "1970-01-01T00:00:00Z",
            "to": "1970-01-01T00:01:00Z",
            "rev": 3,
        }
        assert read_events(lines, 2) == [("bars_stored", stored), ("fault", {"text": "The disk is full."})]


def test_a_reader_that_comes_later_gets_the_fault_that_lasts(server, cache):
    cache.fault = "The disk is full."
    with open_stream(server) as answer:
        events = read_events(answer.iter_lines(), 2)
    assert (events[0][0], events[1]) == ("limiter", ("fault", {"text": "The disk is full."}))


def test_a_reader_that_leaves_is_forgotten(server, cache):
    readers = server._context.events._readers
    with open_stream(server) as answer:
        lines = answer.iter_lines()  # kept: a lost iterator closes the connection
        read_events(lines, 1)
        assert len(readers) == 1
    deadline = time.monotonic() + 5
    while readers and time.monotonic() < deadline:
        time.sleep(0.01)
    assert readers == []
    server.stop()
    assert cache.callbacks == []


def stored(rev):
    return BarsStored("AAPL", INTERVALS["1h"], Span(0, 60), rev)


def read_revisions(lines, n):
    return [row["rev"] for _name, row in read_events(lines, n)]


def read_id(lines):
    return next(line[4:] for line in lines if line.startswith("id: "))


def test_a_reader_that_comes_back_gets_what_it_missed_once_and_in_order(server, cache):
    with open_stream(server) as answer:
        lines = answer.iter_lines()
        first = read_id(lines)
        assert [name for name, _row in read_events(lines, 1)] == ["limiter"]
        cache.emit(stored(1))
        last = read_id(lines)
        assert last != first
        assert read_revisions(lines, 1) == [1]
    cache.emit(stored(2))
    cache.emit(BarsStored("MSFT", INTERVALS["1h"], Span(0, 60), 3))
    cache.emit(stored(4))
    with open_stream(server, last) as answer:
        lines = answer.iter_lines()
        assert [name for name, _row in read_events(lines, 1)] == ["limiter"]
        assert read_revisions(lines, 3) == [2, 3, 4]
        cache.emit(stored(5))
        assert read_revisions(lines, 1) == [5]
    with open_stream(server, first, symbol="AAPL", interval="1h") as answer:
        lines = answer.iter_lines()
        read_events(lines, 1)
        assert read_revisions(lines, 4) == [1, 2, 4, 5]


def test_a_reader_that_missed_nothing_gets_nothing_again(server, cache):
    with open_stream(server) as answer:
        last = read_id(answer.iter_lines())
    with open_stream(server, last) as answer:
        lines = answer.iter_lines()
        assert read_id(lines) == last
        cache.emit(stored(9))
        assert [row.get("rev") for _name, row in read_events(lines, 2)] == [None, 9]


@pytest.mark.parametrize("last_id", ["", "7", "00000000-1", "of another run", "\xe9"])
def test_a_reader_whose_last_event_is_not_known_has_to_read_again(server, last_id):
    with open_stream(server, last_id.encode("latin-1")) as answer:
        assert [name for name, _row in read_events(answer.iter_lines(), 2)] == ["limiter", "resync"]


def test_a_reader_of_a_future_event_has_to_read_again(server):
    with open_stream(server) as answer:
        run = read_id(answer.iter_lines()).split("-")[0]
    with open_stream(server, f"{run}-5") as answer:
        assert read_events(answer.iter_lines(), 2)[1][0] == "resync"


def test_one_stream_too_many_is_asked_to_come_back(server):
    with ExitStack() as stack:
        for _ in range(MAX_STREAMS):
            assert stack.enter_context(open_stream(server)).status_code == 200
        refused = httpx.get(f"{server.url}/api/v1/events", headers=AUTH)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert httpx.get(f"{server.url}/api/v1/limiter", headers=AUTH).status_code == 200


def test_the_end_waits_for_no_streams_answers_and_half_open_connections(monkeypatch):
    monkeypatch.setattr(http_server, "GRACE_S", 60)  # so long the end would take if it waited for one of them
    cache = make_cache(stuck=[])
    server = WebServer(cache, resources=RESOURCES, token=TOKEN, clock=lambda: NOW)
    server.start()
    half_open = socket.create_connection(("127.0.0.1", server.port))
    half_open.sendall(b"GET / HT")
    answers = []

    def wait_for_candles():
        answers.append(httpx.get(f"{server.url}/api/v1/candles?symbol=AAPL&interval=1d", headers=AUTH, timeout=10))

    waiter = threading.Thread(target=wait_for_candles)
    waiter.start()
    with open_stream(server) as answer:
        lines = answer.iter_lines()
        read_events(lines, 1)
        while not cache.stuck:
            time.sleep(0.01)
        server.stop(20)
        assert not server._thread.is_alive()
        assert list(lines) == [""]
    waiter.join()
    half_open.close()
    assert answers[0].status_code == 503
    assert cache.callbacks == []
    cache.stuck[0].set_result(None)  # a late answer is ignored
    server.stop()


def test_half_open_connections_do_not_hurt_others(server):
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    for connection in silent:
        connection.sendall(b"POST /api/v1/")
    begun = time.monotonic()
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    assert time.monotonic() - begun < REQUEST_TIMEOUT_S / 2, "before the others are ended"
    for connection in silent:
        connection.close()

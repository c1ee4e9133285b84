"""Slow, silent and greedy connections are ended, and others are answered meanwhile."""

import socket
import time

import httpx2 as httpx
import pytest

from candledesk.web.server import guard, protocol
from tests.web.conftest import TOKEN

AUTH = f"Authorization: Bearer {TOKEN}\r\n"
WAIT_S = 10
LONG = "/api/v1/candles?symbol=BTC-USD&interval=1h&from=2025-01-01&limit=5000"


def connect(server, text=""):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S)
    connection.sendall(text.replace("HOST", f"Host: 127.0.0.1:{server.port}\r\n").encode())
    return connection


def is_ended(connection):
    """Read until the other side has closed; a reset is an end too."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        return True
    finally:
        connection.close()
    return True


def is_well(server):
    return httpx.get(f"{server.url}/healthz", timeout=WAIT_S).json() == {"status": "ok"}


@pytest.fixture
def hasty():
    """Give a request 0.2 s; ``undo`` gives those that must be answered the usual time, however slow the machine is."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(protocol, "REQUEST_TIMEOUT_S", 0.2)
        yield patched


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET / HT",
        "GET /healthz HTTP/1.1\r\nHOST",
        "GET /healthz HTTP/1.1\r\nHOST\r\nGET /healthz HTTP/1.1\r\n",
        "GET /healthz HTTP/1.1\r\nHOSTContent-Length: 9\r\n\r\n",
    ],
    ids=["silent", "part of a line", "part of the headers", "part of a second request", "body that is not waited for"],
)
def test_a_request_that_never_gets_whole_is_ended(server, hasty, text):
    assert is_ended(connect(server, text))
    hasty.undo()
    assert is_well(server)


@pytest.mark.usefixtures("hasty")
def test_a_byte_now_and_then_does_not_keep_a_connection(server):
    def drip(connection):
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            connection.sendall(b"a")
            time.sleep(0.02)  # the pace of the sender, not a wait

    with connect(server, "GET /healthz HTTP/1.1\r\nHOSTX: ") as connection, pytest.raises(ConnectionError):
        drip(connection)


def test_a_body_that_does_not_come_is_refused(server, cache, monkeypatch):
    monkeypatch.setattr(guard, "BODY_TIMEOUT_S", 0.2)
    path = "/api/v1/candles/update-latest"
    head = f"POST {path} HTTP/1.1\r\nHOST{AUTH}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{"
    connection = connect(server, head)
    assert connection.recv(65536).startswith(b"HTTP/1.1 408 ")
    assert is_ended(connection)
    assert cache.calls_of("start_update") == []


def test_half_a_body_is_no_request(server, cache):
    path = "/api/v1/candles/update-latest"
    head = f"POST {path} HTTP/1.1\r\nHOST{AUTH}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    connect(server, head).close()
    assert is_well(server)
    assert cache.calls_of("start_update") == []


def test_who_does_not_take_the_answer_is_let_go_and_holds_no_place(server, monkeypatch):
    monkeypatch.setattr(protocol, "STALL_TIMEOUT_S", 0.2)
    monkeypatch.setattr(protocol, "REQUEST_TIMEOUT_S", 1.0)  # of those whose answer the system has taken whole
    greedy = []
    for _ in range(guard.MAX_REQUESTS + 4):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(WAIT_S)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(f"GET {LONG} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{AUTH}\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        greedy.append(connection)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{server.url}/api/v1/limiter", headers=headers, timeout=WAIT_S).status_code == 200
    deadline = time.monotonic() + WAIT_S
    while server._server.server_state.connections and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not server._server.server_state.connections
    for connection in greedy:
        connection.close()


def test_too_many_connections_make_room_from_the_oldest(server, monkeypatch):
    monkeypatch.setattr(server._server.config.http_protocol_class, "max_connections", 20)
    silent = [connect(server, "GET / HT") for _ in range(40)]
    assert is_well(server)
    assert len(server._server.server_state.connections) <= 20
    assert all(is_ended(connection) for connection in silent[:20])
    for connection in silent[20:]:
        connection.close()

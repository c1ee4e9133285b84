"""Malformed requests by the thousand and half-open connections by the hundred, on the wire of a real process."""

import contextlib
import os
import random
import socket

import pytest

from tests.faults.http_served import IS_FULL, PATIENCE_S, serving

N_REQUESTS = 10_000 if IS_FULL else 2_500
N_WARM = 1_000
N_HALF_OPEN = 200
SEED = int(os.environ.get("FAULTS_SEED", "20261124"))
GROWTH_MB = 12  # what an allocator may keep; ten thousand requests that leak 2 KB each would show
WHOLE_S = 0.02  # after that our side ends, for what is half a request will not be answered
PATHS = (
    "/",
    "/healthz",
    "/docs",
    "/openapi.json",
    "/assets/app.js",
    "/api/v1/candles?symbol=AAPL&interval=1d&fill=none&limit=3",
    "/api/v1/candles?symbol=AAPL&interval=1h&fill=none&from=2026-11-02&to=2026-11-09",
    "/api/v1/coverage?symbol=AAPL&interval=1d",
    "/api/v1/jobs",
    "/api/v1/jobs/1",
    "/api/v1/limiter",
    "/api/v1/symbols",
    "/api/v1/candles/backfill",
    "/api/v1/candles/update-latest",
    "/api/v1/jobs/1/cancel",
    "/nowhere",
)
METHODS = ("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "G\tT", "")
BODIES = (
    b"",
    b"{}",
    b"[]",
    b"{",
    b"null",
    b'{"symbol":1}',
    b'{"symbol":"AAPL","interval":"7x"}',
    b"\xff\x00",
    b"[" * 999,
)
ODD = (
    b"\x00",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b"%",
    b"%zz",
    b"%00",
    b"%ff",
    b"\xc3\x28",
    b"..%2f",
    b"&&==",
    b"?",
    b"#",
    b" ",
)


@pytest.fixture
def served(tmp_path):
    with serving(tmp_path) as served:
        yield served


def make_request(dice, served):
    """Return the bytes of a request that is wrong in one to four ways, or now and then right."""
    path, method = dice.choice(PATHS), dice.choice(METHODS)
    body = dice.choice(BODIES)
    headers = [
        ("Host", dice.choice([served.host] * 8 + ["evil.test", "127.0.0.1", "", f"{served.host}0", "[::1"])),
        (
            "Authorization",
            dice.choice([f"Bearer {served.token}"] * 8 + ["", "Bearer", "Basic x", f"Bearer {'a' * 43}"]),
        ),
        ("Content-Type", dice.choice(["application/json"] * 4 + ["text/plain", "application/json; charset=\x7f", ""])),
        ("Content-Length", dice.choice([str(len(body))] * 6 + ["-1", "1e3", "99999999999", "0", "٣"])),
    ]
    wrongs = dice.sample(WRONGS, dice.randrange(5))
    head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    raw = "\r\n".join(head).encode("utf-8", "replace") + b"\r\n\r\n" + body
    for wrong in wrongs:
        raw = wrong(dice, raw)
    return raw


def _flip(dice, raw):
    data = bytearray(raw)
    for _ in range(dice.randrange(1, 9)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def _insert(dice, raw):
    at = dice.randrange(len(raw))
    return raw[:at] + dice.choice(ODD) * dice.randrange(1, 5) + raw[at:]


def _cut(dice, raw):
    return raw[: dice.randrange(1, len(raw))]


def _repeat(dice, raw):
    """Double a header line, or send the whole again behind it."""
    lines = raw.split(b"\r\n")
    at = dice.randrange(len(lines))
    return dice.choice([raw + raw, b"\r\n".join([*lines[:at], lines[at], *lines[at:]])])


def _stuff(dice, raw):
    """Put in a header or a query that is odd, long, or about the framing."""
    line = dice.choice(
        [
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: gzip, chunked",
            b"Expect: 100-continue",
            b"Upgrade: websocket\r\nConnection: upgrade",
            b"Connection: close",
            b"Accept-Encoding: " + b"gzip;q=," * 50,
            b"If-None-Match: " + b'W/"x",' * 100,
            b"Content-Encoding: br",
            b"Sec-Fetch-Site: cross-site",
            b"Origin: http://evil.test",
            b"Range: bytes=0-1,2-3",
            b"X: " + b"a" * dice.choice([100, 9_000, 20_000, 70_000]),
            b": nameless",
            b" folded: 1",
        ]
    )
    first, _, rest = raw.partition(b"\r\n")
    return first + b"\r\n" + line + b"\r\n" + rest


def _query(dice, raw):
    odd = dice.choice(
        [b"limit=-1", b"limit=" + b"9" * 500, b"from=9999-12-31&to=0001-01-01", b"symbol=%F0%9F", b"a" * 9_000]
    )
    return raw.replace(b" HTTP/1.1", dice.choice([b"?", b"&"]) + odd + b" HTTP/1.1", 1)


def _garbage(dice, _raw):
    return dice.randbytes(dice.randrange(1, 3_000))


WRONGS = (_flip, _insert, _cut, _repeat, _stuff, _query, _garbage)


def exchange(served, request):
    """Send, end our side when nothing comes back, and return all that comes."""
    with socket.create_connection(served.address, timeout=WHOLE_S) as connection:
        answer = b""
        with contextlib.suppress(ConnectionError):  # it may hang up in the middle of what we send
            connection.sendall(request)
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(65536)
            connection.settimeout(PATIENCE_S)
            with contextlib.suppress(OSError):  # the other side may have reset it meanwhile: not connected
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        return answer


@pytest.mark.timeout(300)
def test_malformed_requests_hurt_nothing(served, figures):
    dice = random.Random(SEED)
    statuses = {}
    before = None
    for number in range(N_REQUESTS):
        if number == N_WARM:
            before = served.rss_mb, served.n_handles
        request = make_request(dice, served)
        answer = exchange(served, request)
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else None
        statuses[status] = statuses.get(status, 0) + 1
        assert status is None or status < 500, (request[:2000], answer[:2000])
        assert b"Traceback" not in answer, request
    served.time_request()
    rss_mb, n_handles = served.rss_mb, served.n_handles
    grown = f"RSS {before[0]:.1f} → {rss_mb:.1f} MB, handles {before[1]} → {n_handles}"
    figures(f"seed {SEED}: {grown}; answers {statuses}")
    assert {200, 400, 401, 403, 404, 405, 413, 414, 415, 421, 431} <= set(statuses)
    assert rss_mb - before[0] < GROWTH_MB
    assert n_handles <= before[1] + 3


@pytest.mark.timeout(120)
def test_half_open_connections_leave_others_alone(served, figures):
    alone = sorted(served.time_request() for _ in range(50))[25]
    head = f"GET /healthz HTTP/1.1\r\nHost: {served.host}\r\nX-Part: ".encode()
    silent = [socket.create_connection(served.address, timeout=PATIENCE_S) for _ in range(N_HALF_OPEN)]
    for number, connection in enumerate(silent):
        connection.sendall(head[: number % len(head)])
    beside = sorted(served.time_request() for _ in range(50))
    for connection in silent:
        connection.close()
    figures(f"alone {alone:.1f} ms; beside {N_HALF_OPEN} half-open p50 {beside[25]:.1f}, worst {beside[-1]:.1f} ms")
    assert beside[25] < max(20.0, 5 * alone)  # issue 6: 20 ms; the factor is for a machine that is busy

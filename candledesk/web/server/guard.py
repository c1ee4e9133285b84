"""The checks of every request before it reaches a route, as ASGI middleware."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from candledesk.web.server.datafeed_access import answer_preflight, covers, hide_secret, with_udf_status
from candledesk.web.server.problems import (
    INTERNAL_TEXT,
    BusyError,
    RequestRefusedError,
    describe_error,
    problem_response,
)
from candledesk.web.server.sign_in import bearer_of

if TYPE_CHECKING:
    from collections.abc import Container

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from candledesk.web.server.datafeed_access import DatafeedAccess
    from candledesk.web.server.sign_in import SignIn
    from candledesk.web.server.throttle import Bucket

_log = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
MAX_REQUESTS = 32
MAX_STREAMS = 16
MAX_HEADERS = 16 * 1024
MAX_TARGET = 8 * 1024
BODY_TIMEOUT_S = 10.0
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WITH_BODY = CHANGES - {"DELETE"}
STREAM_PATH = "/api/v1/events"
DOCS_PATH = "/docs"
POLICY = (
    b"default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; "
    b"img-src 'self' data:; frame-ancestors 'none'"
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
_NO_STORE = (b"cache-control", b"no-store")


def allowed_hosts(port: int) -> frozenset[bytes]:
    """Return the only values of ``Host`` that are accepted: a name that was rebound to this machine is refused."""
    return frozenset(f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]"))


def add_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with the security headers, and ``no-store`` unless it says otherwise."""
    names = {name.lower() for name, _ in headers}
    extra = list(SECURITY_HEADERS)
    if b"cache-control" not in names:
        extra.append(_NO_STORE)
    return [*headers, *extra]


class Guard:
    """ASGI middleware around the routes; ``open_paths`` (page, assets, ``/healthz``) are read without a token."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        port: int,
        sign_in: SignIn,
        open_paths: Container[str],
        posts: Bucket,
        datafeed: DatafeedAccess | None = None,
    ) -> None:
        """Prepare the comparisons for a server on ``port``; ``posts`` limits how many changes are answered.

        ``datafeed``: who may use the UDF datafeed, ``None`` while it is off.
        """
        self._app = app
        self._hosts = allowed_hosts(port)
        self._origins = frozenset(b"http://" + host for host in self._hosts)
        self._sign_in = sign_in
        self._open_paths = open_paths
        self._requests, self._streams = _Places(MAX_REQUESTS), _Places(MAX_STREAMS)
        self._posts = posts
        self._datafeed = datafeed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on; every answer carries the security headers."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return
        is_started = False
        place: _Place | None = None

        async def send_guarded(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                is_started = True
                message = {**message, "headers": add_headers([*message["headers"], *self._cors_headers(scope)])}
                if place is not None and scope["path"] != STREAM_PATH:
                    place.leave()  # the work is done: a slow reader does not occupy it
            await send(message)

        try:
            self._check(scope)
            replay = await _read_body(scope, receive)
            place = (self._streams if scope["path"] == STREAM_PATH else self._requests).enter()
            chosen = answer_preflight(scope) if scope["method"] == "OPTIONS" else self._app
            await chosen(scope, replay, send_guarded)
        except (RequestRefusedError, BusyError) as error:
            await with_udf_status(scope["path"], describe_error(error))(scope, receive, send_guarded)
        except Exception:  # noqa: BLE001 - logged, and never shown to the client
            _log.exception("A request to %s failed.", hide_secret(scope["path"]))
            if not is_started:
                failed = with_udf_status(scope["path"], problem_response(500, INTERNAL_TEXT))
                await failed(scope, receive, send_guarded)
        finally:
            if place is not None:
                place.leave()

    def _cors_headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        return [] if self._datafeed is None else self._datafeed.cors_headers(scope)

    def _check(self, scope: Scope) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        hosts = _values(headers, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise RequestRefusedError(421, "This server answers only to its own address on this machine.")
        _check_size(scope, headers)
        if self._datafeed is None or not self._datafeed.admits_page(scope, headers):
            self._check_site(scope, headers)
            if scope["method"] == "OPTIONS":
                raise RequestRefusedError(403, "No other site may use this server.")
        self._check_caller(scope, headers)
        if scope["method"] in CHANGES:  # only with the token: others cannot use up the places of those who have it
            wait_s = self._posts.take()
            if wait_s:
                text = "Too many changes in a short time: wait a little."
                raise RequestRefusedError(429, text, {"Retry-After": str(wait_s)})

    def _check_caller(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> None:
        """Check the token, or the secret of the datafeed; a preflight never has one, and nothing is answered to it."""
        is_open = scope["path"] in self._open_paths or _is_reader(scope, headers)
        if scope["method"] == "OPTIONS" or (is_open and scope["method"] not in CHANGES):
            return
        if self._datafeed is not None and covers(scope["path"]) and scope["method"] not in CHANGES:
            self._datafeed.check(scope, headers, self._sign_in.token.encode())
        else:
            self._check_token(headers)

    def _check_site(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> None:
        origins, sites = _values(headers, b"origin"), _values(headers, b"sec-fetch-site")
        if len(origins) > 1 or len(sites) > 1 or not self._origins.issuperset(origins):
            raise RequestRefusedError(403, "No other site may use this server.")
        if sites and sites[0] not in {b"same-origin", b"none"} and not _is_visit(scope, headers):
            raise RequestRefusedError(403, "No other site may use this server.")

    def _check_token(self, headers: list[tuple[bytes, bytes]]) -> None:
        if not self._sign_in.accepts(bearer_of(headers)):
            raise RequestRefusedError(
                401,
                "The token is missing or not the one of this run: endpoint.json has it.",
                {"WWW-Authenticate": "Bearer"},
            )


class _Places:
    """Limits how many requests of one kind are worked on at the same time."""

    def __init__(self, n_places: int) -> None:
        self._n_free = n_places

    def enter(self) -> _Place:
        """Take a place; ``BusyError`` when there is none."""
        if self._n_free <= 0:
            raise BusyError("Too many requests at once: try again in a second.")
        self._n_free -= 1
        return _Place(self)

    def free(self) -> None:
        self._n_free += 1


class _Place:
    """The place of one request, freed once."""

    def __init__(self, places: _Places) -> None:
        self._places: _Places | None = places

    def leave(self) -> None:
        places, self._places = self._places, None
        if places is not None:
            places.free()


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _check_size(scope: Scope, headers: list[tuple[bytes, bytes]]) -> None:
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_TARGET:
        raise RequestRefusedError(414, "The address is too long.")
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS:
        raise RequestRefusedError(431, "The headers are too long.")


def _is_visit(scope: Scope, headers: list[tuple[bytes, bytes]]) -> bool:
    """A person followed a link to the page itself, which holds no secret (the private redirect file is such a link)."""
    return scope["path"] == "/" and _is_navigation(scope, headers)


def _is_reader(scope: Scope, headers: list[tuple[bytes, bytes]]) -> bool:
    """A person opened the page about the API: a browser cannot send the token then, and the page holds no secret."""
    return scope["path"] == DOCS_PATH and _is_navigation(scope, headers)


def _is_navigation(scope: Scope, headers: list[tuple[bytes, bytes]]) -> bool:
    return (
        scope["method"] == "GET"
        and _values(headers, b"sec-fetch-mode") == [b"navigate"]
        and _values(headers, b"sec-fetch-dest") == [b"document"]
    )


def check_media_type(headers: list[tuple[bytes, bytes]]) -> None:
    """Raise ``RequestRefusedError`` (415) for a body that is not plain JSON; called where a route takes a body."""
    kinds = _values(headers, b"content-type")
    if len(kinds) != 1 or kinds[0].split(b";")[0].strip().lower() != b"application/json":
        raise RequestRefusedError(415, "Send the body as application/json.")
    if _values(headers, b"content-encoding"):
        raise RequestRefusedError(415, "Send the body without Content-Encoding.")


async def _read_body(scope: Scope, receive: Receive) -> Receive:
    """Return a ``receive`` that replays a whole body of at most ``MAX_BODY`` bytes, read within ``BODY_TIMEOUT_S``."""
    for length in _values(scope["headers"], b"content-length"):
        if not length.isdigit() or int(length) > MAX_BODY:
            raise RequestRefusedError(413, f"The body may have at most {MAX_BODY} bytes.")
    if scope["method"] in {"GET", "HEAD"}:
        return receive
    body, is_more = b"", True
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            while is_more:
                message = await receive()
                if message["type"] == "http.disconnect":  # an incomplete body is not a request
                    raise RequestRefusedError(400, "The connection ended before the body did.")
                body += message.get("body", b"")
                is_more = message.get("more_body", False)
                if len(body) > MAX_BODY:
                    raise RequestRefusedError(413, f"The body may have at most {MAX_BODY} bytes.")
    except TimeoutError:
        raise RequestRefusedError(408, "The body did not arrive in time.", {"Connection": "close"}) from None
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay

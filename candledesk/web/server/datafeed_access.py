"""Who may use the UDF datafeed: the secret in its address, and the sites whose pages may ask (INTERFACE.md, "HTTP").

A charting library runs in a page of another origin and can send no header of its own, so the secret is a part of the
address. Pages of the origins that the user has named get CORS headers; those of any other are refused.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import orjson
from starlette.responses import Response

from candledesk.web.server.problems import PROBLEM_TYPE, RequestRefusedError
from candledesk.web.server.sign_in import bearer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope

    Headers = list[tuple[bytes, bytes]]

PREFIX = "/udf/"
WIDGETS_PATH = "/widgets.json"
SECRET_PARAM = "secret"  # noqa: S105 - the name of a parameter
PREFLIGHT_S = 600
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_WRONG = "The address or the token is not the one of this home: `candledesk udf` prints the address."


@dataclass(frozen=True, slots=True)
class DatafeedAccess:
    """The datafeed while it is switched on; ``read_secret``: empty when nobody may use it."""

    read_secret: Callable[[], str]
    origins: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """The address of the datafeed on this server, without a slash at its end."""
        return PREFIX + self.read_secret()

    def admits_page(self, scope: Scope, headers: Headers) -> bool:
        """Tell whether a page of a named origin reads the datafeed; a browser states its origin, and once."""
        origins = [value for key, value in headers if key == b"origin"]
        return covers(scope["path"]) and scope["method"] in _READS and len(origins) == 1 and self._is_named(origins[0])

    def check(self, scope: Scope, headers: Headers, token: bytes) -> None:
        """Raise ``RequestRefusedError`` unless the secret is the right one, compared in constant time.

        ``/widgets.json`` has it in the query or as a bearer token, and takes ``token`` of the API as well.
        """
        secret = self.read_secret().encode()
        if scope["path"] == WIDGETS_PATH:
            given = [text.encode() for name, text in _pairs(scope) if name == SECRET_PARAM]
            given += [presented] if (presented := bearer_of(headers)) else []
            allowed = [secret, token]
        else:
            given, allowed = [scope["path"].removeprefix(PREFIX).partition("/")[0].encode()], [secret]
        matches = [bool(other) & secrets.compare_digest(one, other) for one in given for other in allowed]
        if len(given) != 1 or not any(matches):
            raise RequestRefusedError(401, _WRONG, {"WWW-Authenticate": "Bearer"})

    def cors_headers(self, scope: Scope) -> Headers:
        """Return the headers by which a browser decides whether the page that asked may read the answer."""
        if not covers(scope["path"]):
            return []
        found: Headers = [(b"vary", b"Origin")]
        if self.admits_page(scope, scope["headers"]):
            origin = next(value for key, value in scope["headers"] if key == b"origin")
            found.append((b"access-control-allow-origin", origin))
        return found

    def _is_named(self, origin: bytes) -> bool:
        return origin.decode("latin-1") in self.origins


def covers(path: str) -> bool:
    """Tell whether a path belongs to the datafeed."""
    return path.startswith(PREFIX) or path == WIDGETS_PATH


def answer_preflight(scope: Scope) -> Response:
    """Return the answer to a browser that asks before it sends a header of its own, or to an address on this machine.

    https://fetch.spec.whatwg.org (CORS-preflight fetch); https://wicg.github.io/private-network-access.
    """
    headers = {
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": str(PREFLIGHT_S),
    }
    if any(key == b"access-control-request-private-network" for key, _ in scope["headers"]):
        headers["Access-Control-Allow-Private-Network"] = "true"
    return Response(status_code=204, headers=headers)


def with_udf_status(path: str, response: Response) -> Response:
    """Return a problem in the form that clients of UDF read too: they look at ``s``, not at the status."""
    if response.media_type != PROBLEM_TYPE or not path.startswith(PREFIX):
        return response
    problem = orjson.loads(bytes(response.body))
    text = problem["code"] if problem["code"] == "unknown_symbol" else problem["detail"]
    body = orjson.dumps({"s": "error", "errmsg": text, **problem})
    kept = {key: value for key, value in response.headers.items() if key in {"retry-after", "www-authenticate"}}
    return Response(body, response.status_code, kept, PROBLEM_TYPE)


def hide_secret(path: str) -> str:
    """Return a path for the log."""
    return PREFIX + "…" if path.startswith(PREFIX) else path


def _pairs(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)

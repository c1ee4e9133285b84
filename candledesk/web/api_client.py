"""Requests of a second process to the API of the running instance."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import Future
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.domain.errors import CandleDeskError, EnvironmentFaultError
from candledesk.web.codec import decode
from candledesk.web.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
TIMEOUT_S = 40.0
MAX_REPEATS = 30  # of a request that is answered with 429


def answered(function: Callable[[], T]) -> Future[T]:
    """Return a future that has ended with what ``function`` returns, or with the expected error that it raises."""
    future: Future[T] = Future()
    try:
        future.set_result(function())
    except CandleDeskError as error:
        future.set_exception(error)
    return future


class ApiClient:
    """Sends JSON and reads JSON; a problem is raised as the error that the server answered with it."""

    def __init__(self, url: str, token: str) -> None:
        """``url`` and ``token`` as in ``endpoint.json``."""
        self._url = url
        self._token = token

    def get(self, path: str, query: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a GET; parameters of ``None`` are left out."""
        return self._send("GET", path + _query(query), None)

    def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a POST."""
        return self._send("POST", path, _encoded(body))

    def put(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a PUT."""
        return self._send("PUT", path, _encoded(body))

    def patch(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a PATCH."""
        return self._send("PATCH", path, _encoded(body))

    def delete(self, path: str, query: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a DELETE; parameters of ``None`` are left out."""
        return self._send("DELETE", path + _query(query), None)

    def _send(self, method: str, path: str, data: bytes | None) -> Any:  # noqa: ANN401 - JSON
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}{path}", data, headers, method=method)  # noqa: S310 - our own loopback address
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        n_repeats = 0
        while True:
            try:
                with opener.open(request, timeout=TIMEOUT_S) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.TOO_MANY_REQUESTS or n_repeats == MAX_REPEATS:
                    raise _read_problem(error) from None
                time.sleep(float(error.headers["Retry-After"]))
            except (OSError, HTTPException, ValueError) as error:  # another program may answer on that port
                raise EnvironmentFaultError(
                    f"The running CandleDesk at {self._url} does not answer: {error}"
                ) from error
            n_repeats += 1


def _query(values: dict[str, Any] | None) -> str:
    given = {key: value for key, value in (values or {}).items() if value is not None}
    return f"?{urllib.parse.urlencode(given)}" if given else ""


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _read_problem(error: urllib.error.HTTPError) -> CandleDeskError:
    try:
        return decode(Problem, json.loads(error.read())).error()
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return EnvironmentFaultError(f"The running CandleDesk answered with HTTP {error.code}")

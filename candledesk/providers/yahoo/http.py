"""The HTTP client under yfinance: one place for the deadline, the size cap, the redirection and the request count.

yfinance hands every request (chart, search, cookie, crumb, consent) to one ``curl_cffi`` session; this subclass makes
them follow the caller (yahoo.md §2.1, §3): ``history(timeout=3)`` against a silent host took 70 s without it.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from curl_cffi import CurlOpt
from curl_cffi.requests import Session

from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.texts import plain_text
from candledesk.providers.yahoo.documents import mend_chart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curl_cffi.requests import Response

MAX_BODY_BYTES = 32 << 20  # curl has no limit by default; the largest chart answer is about 2 MB
MAX_REDIRECTS = 5
DEFAULT_TIMEOUT_S = 20.0  # for a request outside of any ``call``
LEAST_TIMEOUT_S = 0.001  # curl counts whole milliseconds, and 0 of them are no limit at all: it waited for ever
HTTP_ERROR = 400
_CHART_PATH = "/v8/finance/chart/"


class DeadlineError(TimeoutError):
    """The caller's time was used up before the request could be sent."""


class StatusError(Exception):
    """The server answered with an error status; ``reason`` is its own description, empty when it gave none.

    Raised in place of returning the response: yfinance answers any status from 400 up by switching its cookie
    strategy, fetching a crumb and repeating the request, so that a definitive no costs three to five requests.
    """

    def __init__(self, status: int, reason: str, *, is_chart_error: bool) -> None:
        """Keep the status, the description and whether the body was the chart endpoint's own error document."""
        super().__init__(f"HTTP {status}: {reason}" if reason else f"HTTP {status}")
        self.status = status
        self.reason = reason
        self.is_chart_error = is_chart_error


@dataclass(slots=True)
class HttpCall:
    """One fetch of one thread: its deadline (monotonic seconds), its cost so far, the last answer's body as it came."""

    deadline: float
    n_requests: int = 0
    body: bytes = b""


class YahooHttpClient(Session[Any]):
    """A browser-like session that is safe to share between threads (curl_cffi keeps a handle per thread)."""

    def __init__(self, base_url: str | None = None) -> None:
        """Send everything to ``base_url`` when given (INTERFACE.md: ``CANDLEDESK_YAHOO_URL``), else to Yahoo."""
        options: dict[CurlOpt, Any] = {CurlOpt.MAXFILESIZE_LARGE: MAX_BODY_BYTES}
        if base_url is not None:
            options[CurlOpt.NOPROXY] = "*"  # curl_cffi 0.16 accepts trust_env and ignores it
        super().__init__(
            impersonate="chrome",
            trust_env=base_url is None,
            max_redirects=MAX_REDIRECTS,
            curl_options=options,
        )
        self._rewrite_to = None if base_url is None else base_url.rstrip("/")
        self._threads = threading.local()

    @contextmanager
    def call(self, deadline_s: float) -> Iterator[HttpCall]:
        """Bound all requests that this thread sends inside the block, and count them."""
        call = HttpCall(time.monotonic() + deadline_s)
        self._threads.call = call
        try:
            yield call
        finally:
            self._threads.call = None

    def request(self, method: Any, url: str, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - curl_cffi's own
        """Send one request; raise ``DeadlineError``, ``StatusError`` or what curl raises."""
        call: HttpCall | None = getattr(self._threads, "call", None)
        kwargs["timeout"] = _clamp(kwargs.get("timeout"), call)
        if self._rewrite_to is not None:
            url, host = self._rewritten(url)
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Forwarded-Host": host}
            kwargs["allow_redirects"] = False  # curl follows by itself and would leave the stand-in
        if call is not None:
            call.n_requests += 1
        response: Response = super().request(method, url, *args, **kwargs)
        if call is not None:
            call.n_requests += len(response.history)
            call.body = response.content
        if response.status_code >= HTTP_ERROR:
            raise _status_error(response)
        if _CHART_PATH in url:
            interval = INTERVALS.get(str((kwargs.get("params") or {}).get("interval", "")))
            response.content = mend_chart(response.content, step_s=DAY_S if interval is None else interval.step_s)
        response.json = partial(_parse, response)  # type: ignore[method-assign]
        return response

    def _rewritten(self, url: str) -> tuple[str, str]:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._rewrite_to}{parts.path}{query}", parts.netloc


def _parse(response: Response) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Parse as the standard library does: curl_cffi's own parser refuses lone surrogates, NaN and large integers."""
    return json.loads(response.content)


def _clamp(timeout: object, call: HttpCall | None) -> float:
    wished = DEFAULT_TIMEOUT_S
    if isinstance(timeout, tuple):
        wished = float(sum(timeout))
    elif isinstance(timeout, int | float):
        wished = float(timeout)
    left_s = DEFAULT_TIMEOUT_S if call is None else call.deadline - time.monotonic()
    if left_s < LEAST_TIMEOUT_S:
        raise DeadlineError("The time for this request is used up")
    return max(LEAST_TIMEOUT_S, min(wished, left_s))


def _status_error(response: Response) -> StatusError:
    """Read the error document: ``{"chart": {"error": {"description"}}}``, or ``finance`` from the crumb endpoints."""
    try:
        document = json.loads(response.content)
    except ValueError:
        return StatusError(response.status_code, "", is_chart_error=False)
    for part in ("chart", "finance"):
        section = document.get(part) if isinstance(document, dict) else None
        error = section.get("error") if isinstance(section, dict) else None
        if isinstance(error, dict):
            reason = plain_text(error.get("description")) or plain_text(error.get("code"))
            return StatusError(response.status_code, reason, is_chart_error=part == "chart")
    return StatusError(response.status_code, "", is_chart_error=False)

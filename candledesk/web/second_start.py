"""A second start on a home that is in use: it brings the open window to the front, or names the process in the way.

Imports little, so that the window comes to the front at once.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.endpoint_file import read_endpoint

if TYPE_CHECKING:
    from pathlib import Path

_PATH = "/api/v1/window/raise"
PATIENCE_S = 0.6  # a person must see the window, or read why not, within a second
_POLL_S = 0.05


class RaiseOutcome(Enum):
    """What a second start found."""

    RAISED = "raised"
    NO_WINDOW = "no window"  # the instance serves the browser chart only
    NOBODY = "nobody"  # no instance answers: none runs, it is just starting, or it hangs


@dataclass(frozen=True, slots=True)
class Holder:
    """The instance that answered at ``url``, process ``pid``."""

    outcome: RaiseOutcome
    pid: int = 0
    url: str = ""


_NOBODY = Holder(RaiseOutcome.NOBODY)


def _ask(url: str, token: str, body: dict[str, str], timeout_s: float) -> int:
    """Post to the running instance and return the status; ``OSError`` when it does not answer."""
    import urllib.error  # only here: without an instance the window need not wait for these imports
    import urllib.request

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}{_PATH}", json.dumps(body).encode(), headers)  # noqa: S310 - our own loopback address
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def raise_window(
    endpoint: Path, symbols: tuple[str, ...] = (), interval: str | None = None, *, timeout_s: float = PATIENCE_S
) -> Holder:
    """Ask the instance that wrote ``endpoint`` to show its window, with a chart per symbol.

    A stale file counts as no instance: the port is closed, or another program uses it, which refuses the token.
    """
    written = read_endpoint(endpoint)
    if written is None:
        return _NOBODY
    from http.client import HTTPException  # only here, as in _ask

    given = {} if interval is None else {"interval": interval}
    bodies = [given | ({"symbol": name} if name else {}) for name in symbols or ("",)]
    try:
        statuses = {_ask(written.url, written.token, body, timeout_s) for body in bodies}
    except (OSError, HTTPException):  # another program may answer on that port
        return _NOBODY
    if statuses == {HTTPStatus.OK}:
        return Holder(RaiseOutcome.RAISED, written.pid, written.url)
    is_served = HTTPStatus.CONFLICT in statuses
    return Holder(RaiseOutcome.NO_WINDOW, written.pid, written.url) if is_served else _NOBODY


def await_window(
    endpoint: Path, symbols: tuple[str, ...] = (), interval: str | None = None, *, patience_s: float
) -> Holder:
    """Repeat ``raise_window`` until an instance answers, for at most ``patience_s``."""
    give_up_at = time.monotonic() + patience_s
    holder = _NOBODY
    while holder.outcome is RaiseOutcome.NOBODY and (left_s := give_up_at - time.monotonic()) > 0:
        holder = raise_window(endpoint, symbols, interval, timeout_s=left_s)
        if holder.outcome is RaiseOutcome.NOBODY:
            time.sleep(_POLL_S)
    return holder


def describe_holder(holder: Holder) -> EnvironmentFaultError:
    """Return the error for a home that an instance without a window holds."""
    return EnvironmentFaultError(
        f"Process {holder.pid} serves this home without a window: use its chart in the browser (`candledesk "
        f"address` prints where it is), end it with `kill {holder.pid}`, or choose another home with --home"
    )

"""``endpoint.json``: address, token and process id of the running instance, for scripts and second starts.

``udf_url``, the address of the UDF datafeed with its secret, is there while that is switched on.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from candledesk.paths import write_private

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)
LOOPBACK = "http://127.0.0.1:"


@dataclass(frozen=True, slots=True)
class InstanceEndpoint:
    """Where the running instance answers: ``url`` without a path, its ``token``, its process id.

    ``udf_url``: the address of the UDF datafeed, empty while it is off.
    """

    url: str
    token: str
    pid: int
    udf_url: str = ""


def read_endpoint(path: Path) -> InstanceEndpoint | None:
    """Return what an instance wrote to ``path``; ``None`` for a file that is missing, unreadable or not of that form.

    Only an address on this machine is accepted: the token is sent to it.
    """
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(written, dict):
        return None
    url, token, pid = (written.get(name) for name in ("url", "token", "pid"))
    if not (isinstance(url, str) and isinstance(token, str) and isinstance(pid, int)):
        return None
    is_usable = url.startswith(LOOPBACK) and url.removeprefix(LOOPBACK).isdecimal() and token.isprintable()
    if not (is_usable and token.isascii()):
        return None
    udf_url = written.get("udf_url")
    is_own = isinstance(udf_url, str) and udf_url.startswith(f"{url}/") and udf_url.isascii() and udf_url.isprintable()
    return InstanceEndpoint(url, token, pid, str(udf_url) if is_own else "")


class EndpointFile:
    """The file of this instance; nothing depends on it but others that look for the instance."""

    def __init__(self, path: Path, endpoint: InstanceEndpoint) -> None:
        """Write nothing yet."""
        self._path = path
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._is_removed = False

    def keep(self, udf_url: str = "") -> None:
        """Write the file where it is missing or not this instance's: the disk was full, or it was removed.

        ``udf_url``: as in ``InstanceEndpoint``; its secret may have been replaced.
        """
        try:
            with self._lock:
                self._endpoint = replace(self._endpoint, udf_url=udf_url)
                if not self._is_removed and read_endpoint(self._path) != self._endpoint:
                    write_private(self._path, json.dumps(_fields(self._endpoint)))
        except OSError as error:
            log.warning("%s cannot be written, so other commands do not find this instance: %s", self._path, error)

    def remove(self) -> None:
        """Remove the file for good if it is this instance's; another instance may have its own there by now."""
        try:
            with self._lock:
                self._is_removed = True
                if read_endpoint(self._path) == self._endpoint:
                    self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be removed: %s", self._path, error)


def _fields(endpoint: InstanceEndpoint) -> dict[str, object]:
    return {name: value for name, value in asdict(endpoint).items() if name != "udf_url" or value}

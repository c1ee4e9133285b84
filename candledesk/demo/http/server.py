"""The demo market on loopback, served by a thread that can be started and stopped."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from candledesk.demo.http.market import Market
from candledesk.demo.http.transport import MarketServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType


class DemoMarket(Market):
    """A stand-in for Yahoo on loopback; a context manager. ``port`` 0: any free port; other options: see ``Market``."""

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        *,
        now: float | str | None = None,
        port: int = 0,
        log_file: Path | None = None,
    ) -> None:
        super().__init__(clock, now=now, log_file=log_file)
        self._server = MarketServer(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return self._server.url

    def start(self) -> None:
        """Start to serve requests."""
        self._thread = start_daemon("demo-market", self._server.serve_forever, 0.05)

    def stop(self) -> None:
        """Stop serving and close every connection, also those that hang."""
        self.closing.set()
        if self._thread is not None:
            self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()


def start_daemon(name: str, work: Callable[..., object], *arguments: object) -> threading.Thread:
    """Start a daemon thread; the only place in the demo that makes one."""
    thread = threading.Thread(target=work, args=arguments, name=name, daemon=True)
    thread.start()
    return thread

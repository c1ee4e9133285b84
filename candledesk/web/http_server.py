"""The HTTP server: a daemon thread with its own event loop, on a loopback socket."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING

import uvicorn

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.routes import build_routes
from candledesk.web.server.assets import load_assets
from candledesk.web.server.guard import Guard
from candledesk.web.server.protocol import BACKLOG, LoopbackProtocol, count_connections_allowed
from candledesk.web.server.sign_in import SignIn
from candledesk.web.server.throttle import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp

    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import WindowRequested
    from candledesk.web.server.assets import Asset
    from candledesk.web.server.datafeed_access import DatafeedAccess
    from candledesk.workspace.api import SubscribedWorkspace

_log = logging.getLogger(__name__)
HOST = "127.0.0.1"
HEADER_LIMIT = 16 * 1024
GRACE_S = 1
QUEUE = 128  # connections that may wait in the system to be accepted


def build_app(
    context: RequestContext, assets: dict[str, Asset], *, port: int, token: str, posts: Bucket | None = None
) -> ASGIApp:
    """Return the guarded application for a server on ``port``; ``posts`` limits how many changes are answered."""
    context.sign_in = SignIn(token)
    open_paths, allowed = {*assets, "/", "/healthz"}, posts or Bucket()
    return Guard(
        build_routes(context, assets),
        port=port,
        sign_in=context.sign_in,
        open_paths=open_paths,
        posts=allowed,
        datafeed=context.datafeed,
    )


class WebServer:
    """Serves the browser chart and the API over ``cache`` on a thread of its own.

    ``port`` 0 takes a free one; ``resources``: the folder that holds ``web/``; ``token``: a new one unless given;
    ``clock``: UTC seconds; ``on_window``: called on the server's thread when another start of the program asks for the
    window in front; ``workspace``: watchlists and layouts; ``imports``: the folder of files with foreign bars;
    ``datafeed``: who may use the UDF datafeed, ``None``: nobody.

    Raises ``EnvironmentFaultError`` when the port is taken.
    """

    def __init__(  # noqa: PLR0913 - what the server offers
        self,
        cache: CacheApi,
        *,
        port: int = 0,
        resources: Path,
        token: str | None = None,
        clock: Callable[[], float] = time.time,
        on_window: Callable[[WindowRequested], None] | None = None,
        workspace: SubscribedWorkspace | None = None,
        imports: Path | None = None,
        datafeed: DatafeedAccess | None = None,
    ) -> None:
        """Bind the socket at once, so that ``url`` is known before ``start``."""
        self.token = token or secrets.token_urlsafe(32)
        self._context = RequestContext(
            cache, asyncio.Event(), clock, on_window, workspace, imports=imports, datafeed=datafeed
        )
        self._socket = _bind(port)
        self.port: int = self._socket.getsockname()[1]
        self.posts = Bucket()
        app = build_app(self._context, load_assets(resources), port=self.port, token=self.token, posts=self.posts)
        config = uvicorn.Config(
            app,
            http=_protocol(),
            backlog=BACKLOG,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",  # malformed requests are not logged: a client can send any number of them
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=HEADER_LIMIT,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = _Server(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="candledesk-http", daemon=True)

    @property
    def url(self) -> str:
        """The server's address without a token."""
        return f"http://{HOST}:{self.port}"

    @property
    def udf_url(self) -> str:
        """The address of the UDF datafeed with its secret; empty while it is off."""
        datafeed = self._context.datafeed
        return "" if datafeed is None else self.url + datafeed.path

    def make_chart_url(self, symbol: str | None = None, interval: str | None = None) -> str:
        """Return an address of the page, for one series if it is named, that signs in once."""
        return self._context.sign_in.make_address(self.url, symbol, interval)

    def start(self) -> None:
        """Serve; returns when connections are accepted."""
        self._socket.listen(QUEUE)
        self._thread.start()
        if not self._is_running.wait(10):
            raise EnvironmentFaultError("The web server did not start.")

    def stop(self, deadline_s: float = 1.0) -> None:
        """End every stream and wait at most ``deadline_s``; may be called twice and before ``start``."""
        self._context.events.close()
        loop = self._loop
        if loop is not None and self._thread.is_alive():
            try:
                loop.call_soon_threadsafe(self._on_stop)
            except RuntimeError:  # the loop has just ended
                return
            self._thread.join(deadline_s)
        if not self._thread.is_alive():
            self._socket.close()

    def _on_stop(self) -> None:
        self._context.stopping.set()
        self._server.should_exit = True

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:  # noqa: BLE001 - the end of the server must be logged
            _log.exception("The web server ended.")

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self._is_running.set)
        await self._server.serve(sockets=[self._socket])


class _Server(uvicorn.Server):
    """uvicorn's server; its ``backlog`` is how many connections asyncio accepts in one step, not the system's queue."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        for one in sockets or ():
            one.listen(QUEUE)


def _protocol() -> type[LoopbackProtocol]:
    """Return the protocol with as many connections as this process may have."""
    return type("Protocol", (LoopbackProtocol,), {"max_connections": count_connections_allowed()})


def _bind(port: int) -> socket.socket:
    # Without the protocol asyncio does not set TCP_NODELAY, and an answer on a kept connection takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((HOST, port))
    except OSError as error:
        sock.close()
        raise EnvironmentFaultError(f"Port {port} cannot be used: {error.strerror}. Choose another or 0.") from error
    return sock

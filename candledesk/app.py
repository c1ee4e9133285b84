"""The composition root: builds and wires the parts of one process, and shuts them down in order."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.events import FaultRaised
from candledesk.cache.runtime.threads import start_daemon
from candledesk.cache.runtime.writer import Writer
from candledesk.cache.service import CacheService
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.progress import ignore_progress
from candledesk.endpoint_file import EndpointFile, InstanceEndpoint
from candledesk.log import Log
from candledesk.paths import open_home, resources_dir, write_private
from candledesk.settings import DEMO_SOURCE
from candledesk.store.lock import HomeLock
from candledesk.store.market.database import create_or_open
from candledesk.store.restoring import finish_restore
from candledesk.workspace.user_data import UserData

if TYPE_CHECKING:
    from candledesk.domain.progress import OnProgress
    from candledesk.paths import Paths
    from candledesk.settings import Settings
    from candledesk.web.http_server import WebServer
    from candledesk.web.server.datafeed_access import DatafeedAccess
    from candledesk.workspace.workspace import Workspace

log = logging.getLogger(__name__)
WEB_STOP_S = 0.5
EXIT_S = 2.8  # of the 3 s that a shutdown may take
ABORT_S = 0.3
KEEP_S = 5.0  # between two looks at endpoint.json
USER_DATA_S = 0.5  # to store user data after everything else has ended; its thread writes during that time too


class DemoProcess:
    """The demo market in a process of its own, which ends with this one."""

    def __init__(self) -> None:
        """Start the process and wait for its address; raise ``EnvironmentFaultError`` when it does not start."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "candledesk.demo", "--port", "0", "--die-with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        line = self._process.stdout.readline().decode().strip() if self._process.stdout else ""
        if not line.startswith("http"):
            raise EnvironmentFaultError("The demo market did not start: see the lines above")
        self.url = line

    def close(self) -> None:
        """End the process at once."""
        self._process.kill()


class Application:
    """One running CandleDesk: the cache service, and on request the demo market and the web server."""

    def __init__(
        self,
        settings: Settings,
        *,
        demo: bool = False,
        on_progress: OnProgress = ignore_progress,
        logger: str = "",
    ) -> None:
        """Lock the home, open the database and start the cache.

        An older database is migrated with ``on_progress``; ``former`` is the copy that was made before, else ``None``.
        ``logger``: the name of the logger whose records the log holds (``log.Log``).

        Raises ``HomeLockedError`` when another process holds the lock of the home, ``EnvironmentFaultError`` for faults
        of the disk or the operating system.
        """
        self.paths = open_home(settings.home, demo=demo).with_scratch()
        self.refusal = _read_only_refusal(self.paths)
        self._log = Log(self.paths.log, settings.log_level, logger)
        self._lock = HomeLock(self.paths.lock, is_read_only=self.refusal is not None)
        if self.refusal is None:
            finish_restore(self.paths.home)
        self._demo = DemoProcess() if demo else None
        if self._demo is not None:
            settings = replace(settings, yahoo_url=self._demo.url, requests_per_minute=600.0, request_burst=60)
        self.settings = settings
        try:
            self.former = create_or_open(self.paths.database, on_progress)
            self.service = CacheService(
                self.paths.database,
                settings,
                self.paths.yfinance_cache,
                refusal=self.refusal,
            )
        except BaseException:
            if self._demo is not None:
                self._demo.close()
            raise
        self.cache = self.service.controller
        self._web: WebServer | None = None
        self._endpoint: EndpointFile | None = None
        self._web_lock = threading.Lock()  # held while the server of a window starts, and to set _is_closing
        self._is_closing = False
        start = partial(Writer, name="candledesk-user-data")
        self.user_data = UserData(self.paths.user_database, start, refusal=self.refusal)  # opened at its first task
        self._workspace: Workspace | None = None
        self._workspace_lock = threading.Lock()

    @property
    def workspace(self) -> Workspace:
        """Watchlists, layouts and drawings; imported at the first use, for most commands need none of them."""
        from candledesk.workspace.workspace import Workspace

        with self._workspace_lock:
            if self._workspace is None:
                self._workspace = Workspace(self.user_data, self.service.symbol_names)
            return self._workspace

    @property
    def source(self) -> str:
        """The source of the data in words when it is not a provider, else empty."""
        return "" if self._demo is None else DEMO_SOURCE

    @property
    def terms(self) -> str:
        """The source of the data and its terms of use, as a sentence."""
        return self.service.terms if self._demo is None else DEMO_SOURCE

    def resume_jobs(self) -> int:
        """Queue the jobs that the last run did not finish; return their number."""
        return self.service.jobs.resume_previous() if self.refusal is None else 0

    def start_updates(self) -> None:
        """Update open charts and archived series from now on, unless the user has switched that off; tidy up."""
        if self.refusal is not None:
            return
        self.service.housekeeping.start()
        if self.settings.update == "on":
            self.service.updater.start()

    def make_web(self, port: int = 0, *, has_window: bool = False) -> WebServer:
        """Create the server of the browser chart and the API on its port; ``start_web`` starts it."""
        from candledesk.web.http_server import WebServer

        on_window = self.service.emit if has_window else None
        web = WebServer(
            self.cache,
            port=port,
            resources=resources_dir(),
            on_window=on_window,
            workspace=self.workspace,
            imports=self.paths.imports,
            datafeed=self._datafeed(),
        )
        self._web = web
        return web

    def _datafeed(self) -> DatafeedAccess | None:
        """Return who may use the UDF datafeed, ``None`` while it is off; its secret is made at the first start."""
        if self.settings.udf != "on":
            return None
        from candledesk.web.server.datafeed_access import DatafeedAccess
        from candledesk.web.udf.secret import DatafeedSecret

        secret = DatafeedSecret(self.paths.datafeed_secret)
        secret.ensure()
        return DatafeedAccess(secret.read, self.settings.allowed_origins())

    def start_web(self) -> None:
        """Start to serve, then write ``endpoint.json``, by which scripts and second starts find this instance.

        It is not written in a read-only home; window and web page then show why nothing new is stored.
        """
        web = self._web or self.make_web()
        web.start()
        self._endpoint = EndpointFile(self.paths.endpoint, InstanceEndpoint(web.url, web.token, os.getpid()))
        self._keep_endpoint(self._endpoint, web)
        if self.refusal is not None:
            self.service.emit(FaultRaised(str(self.refusal)))

    def _keep_endpoint(self, endpoint: EndpointFile, web: WebServer) -> None:
        """Write ``endpoint.json`` now, and whenever it is missing or out of date later."""
        endpoint.keep(web.udf_url)
        self.service.call_later(KEEP_S, lambda: self._keep_endpoint(endpoint, web))

    def start_web_aside(self) -> None:
        """Start the web server for a window on a thread of its own: its libraries take 0.1 s to import."""
        start_daemon("candledesk-web-start", self._start_web_of_window)

    def _start_web_of_window(self) -> None:
        with self._web_lock:
            if self._is_closing:
                return
            try:
                self.make_web(has_window=True)
                self.start_web()
            except EnvironmentFaultError as error:
                log.exception("the browser chart is not served")
                self.service.emit(FaultRaised(f"The browser chart is not served: {error}"))

    def open_browser(self) -> None:
        """Open the chart in the browser through a 0600 redirect file, so that no token is in a process list."""
        import webbrowser

        if self._web is None:
            return
        page = self.paths.opener
        target = self._web.make_chart_url()
        write_private(
            page, f'<!doctype html><meta http-equiv="refresh" content="0;url={target}"><title>CandleDesk</title>'
        )
        webbrowser.open(page.as_uri())

    def close(self) -> None:
        """Shut down in the order of DESIGN.md, "Threads", within 3 s even if a part hangs."""
        log.info("shutting down")
        self.user_data.close(0)  # its thread finishes the queued tasks while the other parts end
        with self._web_lock:
            self._is_closing = True
        if self._web is not None:
            self._web.stop(WEB_STOP_S)
        if self._endpoint is not None:
            self._endpoint.remove()
        self.service.close()
        if self._demo is not None:
            self._demo.close()
        if not self.user_data.close(USER_DATA_S):
            log.error("the last changes of layouts and lists could not be stored in time")
        self._lock.release()
        self._log.stop()
        if self.paths.scratch is not None:
            shutil.rmtree(self.paths.scratch, ignore_errors=True)

    def abort(self) -> None:
        """Queue running jobs again if the database can be written without waiting; the process ends right after."""
        self.service.requeue(ABORT_S)
        if self._demo is not None:
            self._demo.close()


def _read_only_refusal(paths: Paths) -> EnvironmentFaultError | None:
    """Return why nothing can be stored in a read-only home, for people; ``None`` when it can."""
    if paths.scratch is None:
        return None
    return EnvironmentFaultError(
        f"{paths.home} is read-only: stored bars are shown and nothing new is fetched. "
        "Give yourself write permission there, or set another --home."
    )


def end_process_within(limit_s: float, code: int) -> None:
    """End the process with ``code`` after ``limit_s`` seconds, in case an orderly shutdown hangs."""

    def end() -> None:
        time.sleep(limit_s)
        os._exit(code)

    start_daemon("candledesk-exit", end)


def run_window(application: Application, symbols: list[str], interval: str) -> int:
    """Show the window until it is closed, then end the process within 3 s."""
    from candledesk.workspace.layouts import AutosavedLayout

    layout = AutosavedLayout(application.user_data)  # read while the window's libraries are imported
    from candledesk.ui.features.registry import FEATURES
    from candledesk.ui.shell.app_window import WindowEnds, WindowOptions
    from candledesk.ui.shell.app_window import run_window as run
    from candledesk.ui.shell.feature import DataOrigin

    def quit_now() -> None:
        end_process_within(EXIT_S, 0)
        application.close()
        sys.stdout.flush()
        os._exit(0)

    def go_on() -> None:
        """Do what the first chart does not wait for; a fetch that it needs has started the fetch process itself."""
        application.start_web_aside()
        application.service.child.warm_up()
        application.start_updates()

    application.resume_jobs()  # before any fill of this run begins
    options = WindowOptions(
        application.paths.home,
        tuple(symbols),
        interval,
        application.settings.theme,
        application.paths.log,
        DataOrigin(application.source, application.terms),
    )
    ends = WindowEnds(on_shown=go_on, on_quit=quit_now, on_abort=application.abort)
    return run(
        application.cache,
        options,
        ends,
        features=FEATURES,
        layout=layout,
        workspace=application.workspace,
        open_browser=application.open_browser,
    )

"""Connections to the cache of a home: the running instance, else this process opens the home, without Qt.

All users of a home in one process share one connection. It is closed with its last user, and at the latest when the
interpreter ends.
"""

from __future__ import annotations

import atexit
import os
import threading
from typing import TYPE_CHECKING

from candledesk.domain.errors import CandleDeskError, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.app import Application
    from candledesk.cache.api import CommandApi
    from candledesk.settings import Settings
    from candledesk.workspace.api import WorkspaceApi


class Connection:
    """The cache of one home; ``n_users``: how many hold it."""

    def __init__(self, settings: Settings, *, demo: bool = False) -> None:
        """Find the running instance, or open the home.

        Raises ``EnvironmentFaultError``, of which ``HomeLockedError`` says that another process has the home open
        without answering others.
        """
        from candledesk.cache.own.own_indicators import OwnIndicators
        from candledesk.paths import open_home
        from candledesk.store.lock import HomeLockedError
        from candledesk.web.client import RemoteCache

        self.settings = settings
        self.process_id = os.getpid()
        self.n_users = 0
        self._application: Application | None = None
        endpoint = open_home(settings.home, demo=demo).endpoint
        remote = RemoteCache.find(endpoint)
        if remote is None:
            try:
                self._application = _open_application(settings, demo=demo)
            except HomeLockedError:  # it may have been starting
                remote = RemoteCache.find(endpoint)
                if remote is None:
                    raise
        if remote is not None:
            OwnIndicators(open_home(settings.home, demo=demo))  # declares those that the running instance may compute
        self.cache: CommandApi
        self.workspace: WorkspaceApi
        if self._application is not None:
            self.cache, self.workspace = self._application.cache, self._application.workspace
        elif remote is not None:
            self.cache, self.workspace = remote, remote.workspace

    @property
    def is_own(self) -> bool:
        """Whether this process has the home open."""
        return self._application is not None

    @property
    def is_usable(self) -> bool:
        """Whether it still answers; after a fork the child process cannot use it."""
        if self.process_id != os.getpid():
            return False
        try:
            self.cache.limiter_state()
        except CandleDeskError:
            return False
        return True

    def close(self) -> None:
        """Close the home if this process has opened it; takes at most 3 s."""
        if self._application is not None and self.process_id == os.getpid():
            self._application.close()


def _open_application(settings: Settings, *, demo: bool) -> Application:
    from candledesk.app import Application

    return Application(settings, demo=demo, logger="candledesk")


class Connections:
    """The connections of this process by home; safe from several threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.RLock()
        self._open: dict[Path, Connection] = {}
        self._default: Connection | None = None

    def acquire(self, settings: Settings, *, demo: bool = False) -> Connection:
        """Return the connection to a home; give it back with ``release``.

        Raises ``InputError`` when this process has the home open with other options.
        """
        from candledesk.paths import open_home

        home = open_home(settings.home, demo=demo).home
        with self._lock:
            connection = self._open.get(home)
            if connection is not None and not connection.is_usable:
                connection = None
            if connection is None:
                connection = self._open[home] = Connection(settings, demo=demo)
            elif connection.is_own and connection.settings != settings:
                raise InputError("home", f"This process has {home} open with other options: close that first")
            connection.n_users += 1
            return connection

    def release(self, connection: Connection) -> None:
        """Give a connection back; the last user's closes it."""
        with self._lock:
            connection.n_users -= 1
            if connection.n_users > 0:
                return
            self._open = {home: one for home, one in self._open.items() if one is not connection}
            connection.close()  # inside the lock: until then nobody else can open the home

    def default(self) -> CommandApi:
        """Return the cache of the usual home, which stays open until ``close_default`` or the interpreter's end."""
        from candledesk.settings import load_settings

        with self._lock:
            if self._default is not None and not self._default.is_usable:
                self.close_default()
            if self._default is None:
                self._default = self.acquire(load_settings())
            return self._default.cache

    def close_default(self) -> None:
        """Release what ``default`` has opened."""
        with self._lock:
            connection, self._default = self._default, None
            if connection is not None:
                self.release(connection)

    def close_all(self) -> None:
        """Close every connection, also those in use."""
        with self._lock:
            connections, self._open, self._default = list(self._open.values()), {}, None
            for connection in connections:
                connection.close()


CONNECTIONS = Connections()
atexit.register(CONNECTIONS.close_all)


def default_cache() -> CommandApi:
    """Return the cache that ``history``, ``Ticker`` and ``download`` read."""
    return CONNECTIONS.default()


def close() -> None:
    """Close the home that ``history``, ``Ticker`` and ``download`` have opened, so that a window can open it."""
    CONNECTIONS.close_default()

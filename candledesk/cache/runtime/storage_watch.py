"""Looking at the open database file every second, whether anything is stored or not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from candledesk.cache.runtime.threads import start_daemon

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.errors import EnvironmentFaultError
    from candledesk.store.file_guard import FileGuard

PERIOD_S = 1.0


class StorageWatch:
    """A thread of its own: a look may hang in a call of the system, as on a network disk that is gone."""

    def __init__(self, guard: FileGuard, on_look: Callable[[EnvironmentFaultError | None], None]) -> None:
        """Start the thread; ``on_look`` is called with the fault that is found, else with ``None``."""
        self._guard = guard
        self._on_look = on_look
        self._is_closing = threading.Event()
        start_daemon("candledesk-storage-watch", self._run)

    def close(self) -> None:
        """Look no more."""
        self._is_closing.set()

    def _run(self) -> None:
        while not self._is_closing.wait(PERIOD_S):
            self._on_look(self._guard.find_fault())

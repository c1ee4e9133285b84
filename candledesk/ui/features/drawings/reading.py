"""Reads the stored drawings of symbols, and again after they were changed over HTTP or by a script."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import CandleDeskError
from candledesk.ui.features.drawings.saving import ORIGIN
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from candledesk.ui.workspace_bridge import WorkspaceBridge
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.events import DrawingsChanged

_log = logging.getLogger(__name__)


class DrawingReader(QObject):
    """Reads each symbol once, and after changes that this window did not make.

    ``arrived`` carries a symbol and the list of its drawings: the latest that was asked for, no earlier ones.
    """

    arrived = Signal(str, object)

    def __init__(self, workspace: SubscribedWorkspace | None, bridge: WorkspaceBridge | None, parent: QObject) -> None:
        """``workspace``: ``None`` where nothing is stored."""
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = WidgetTasks(self, _log.warning)
        self._numbers: dict[str, int] = {}  # how often each symbol was asked for
        self._open: set[str] = set()
        if bridge is not None:
            bridge.drawings_changed.connect(self._on_drawings_changed)

    def read(self, symbol: str) -> None:
        """Read the drawings of a symbol unless that has been done."""
        if symbol and symbol not in self._numbers:
            self._request(symbol)

    def read_again(self) -> None:
        """Read what is on its way again: this window has stored drawings meanwhile, which may be missing in it."""
        for symbol in tuple(self._open):
            self._request(symbol)

    def close(self) -> None:
        """Read nothing any more."""
        self._workspace = None
        self._tasks.cancel()

    def _on_drawings_changed(self, event: DrawingsChanged) -> None:
        if event.symbol in self._numbers and event.origin != ORIGIN:
            self._request(event.symbol)

    def _request(self, symbol: str) -> None:
        self._numbers[symbol] = self._numbers.get(symbol, 0) + 1
        if self._workspace is not None:
            self._open.add(symbol)
            self._tasks.start(self._wait(symbol, self._numbers[symbol], self._workspace))

    async def _wait(self, symbol: str, number: int, workspace: SubscribedWorkspace) -> None:
        try:
            drawings = await result_of(workspace.list_drawings(symbol))
        except CancelledError:  # the user data are closed
            return
        except CandleDeskError as error:
            _log.warning("the drawings of %s could not be read: %s", symbol, error)
            if number == self._numbers.get(symbol):  # else it is being read again
                self._open.discard(symbol)
                self._numbers.pop(symbol)
            return
        if number == self._numbers.get(symbol):
            self._open.discard(symbol)
            self.arrived.emit(symbol, drawings)

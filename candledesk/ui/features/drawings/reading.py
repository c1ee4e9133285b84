"""Reads the stored drawings of symbols, and again after they were changed over HTTP or by a script."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from candledesk.domain.errors import CandleDeskError
from candledesk.ui.features.drawings.saving import ORIGIN

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.workspace_bridge import WorkspaceBridge
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.events import DrawingsChanged

_log = logging.getLogger(__name__)


class DrawingReader(QObject):
    """Reads each symbol once, and after changes that this window did not make.

    ``arrived`` carries a symbol and the list of its drawings; replies come in the order of the requests.
    """

    arrived = Signal(str, object)
    _read = Signal(str, object)  # symbol, Future[list[Drawing]]

    def __init__(self, workspace: SubscribedWorkspace | None, bridge: WorkspaceBridge | None, parent: QObject) -> None:
        """``workspace``: ``None`` where nothing is stored."""
        super().__init__(parent)
        self._workspace = workspace
        self._asked: set[str] = set()
        self._read.connect(self._on_read, Qt.ConnectionType.QueuedConnection)
        if bridge is not None:
            bridge.drawings_changed.connect(self._on_drawings_changed)

    def read(self, symbol: str) -> None:
        """Read the drawings of a symbol unless that has been done."""
        if symbol and symbol not in self._asked:
            self._request(symbol)

    def _on_drawings_changed(self, event: DrawingsChanged) -> None:
        if event.symbol in self._asked and event.origin != ORIGIN:
            self._request(event.symbol)

    def _request(self, symbol: str) -> None:
        self._asked.add(symbol)
        if self._workspace is not None:
            self._workspace.list_drawings(symbol).add_done_callback(partial(self._forward, symbol))

    def _forward(self, symbol: str, ended: Future[list[Drawing]]) -> None:
        if shiboken6.isValid(self):
            self._read.emit(symbol, ended)

    def _on_read(self, symbol: str, ended: Future[list[Drawing]]) -> None:
        try:
            drawings = ended.result()
        except CancelledError:  # the user data are closed
            return
        except CandleDeskError as error:
            _log.warning("the drawings of %s could not be read: %s", symbol, error)
            self._asked.discard(symbol)
            return
        self.arrived.emit(symbol, drawings)

"""The stored drawings of the symbols that a window shows: each symbol is read once, and all its charts get the same."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from candledesk.domain.errors import CandleDeskError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.workspace_bridge import WorkspaceBridge
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.events import DrawingsChanged

_log = logging.getLogger(__name__)


class WindowDrawings(QObject):
    """Brings stored drawings to the charts of a window, and again after they changed, here or over HTTP."""

    _read = Signal(str, object)  # symbol, Future[list[Drawing]]

    def __init__(self, charts: ChartController, workspace: SubscribedWorkspace, bridge: WorkspaceBridge) -> None:
        """Serve the charts of ``charts``."""
        super().__init__(charts)
        self._charts, self._workspace = charts, workspace
        self._drawings: dict[str, tuple[Drawing, ...]] = {}
        self._asked: set[str] = set()
        self._read.connect(self._on_read, Qt.ConnectionType.QueuedConnection)
        charts.series_changed.connect(self._on_series_changed)
        charts.chart_added.connect(self._on_series_changed)
        bridge.drawings_changed.connect(self._on_drawings_changed)

    def drawings_of(self, symbol: str) -> tuple[Drawing, ...]:
        """Return the drawings of a symbol as its charts show them, the lowest first."""
        return self._drawings.get(symbol, ())

    def show(self, symbol: str, drawings: tuple[Drawing, ...]) -> None:
        """Show drawings in every chart of a symbol, in the same frame."""
        self._drawings[symbol] = drawings
        for page in self._charts.pages():
            if page.model.series.symbol == symbol:
                page.model.set_drawings(drawings)

    def _on_series_changed(self, _page: object = None) -> None:
        for page in self._charts.pages():
            symbol = page.model.series.symbol
            if symbol in self._drawings:
                page.model.set_drawings(self._drawings[symbol])
            elif symbol and symbol not in self._asked:
                self._request(symbol)

    def _on_drawings_changed(self, event: DrawingsChanged) -> None:
        if event.symbol in self._drawings or event.symbol in self._asked:
            self._request(event.symbol)

    def _request(self, symbol: str) -> None:
        """Read the drawings of a symbol; replies come in the order of the requests."""
        self._asked.add(symbol)

        def forward(ended: Future[list[Drawing]]) -> None:
            if shiboken6.isValid(self):
                self._read.emit(symbol, ended)

        self._workspace.list_drawings(symbol).add_done_callback(forward)

    def _on_read(self, symbol: str, ended: Future[list[Drawing]]) -> None:
        try:
            drawings = tuple(ended.result())
        except CancelledError:  # the user data are closed
            return
        except CandleDeskError as error:
            _log.warning("the drawings of %s could not be read: %s", symbol, error)
            self._asked.discard(symbol)
            return
        self.show(symbol, drawings)

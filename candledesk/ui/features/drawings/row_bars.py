"""The real bars of rows of many, which the magnet of a zoomed-out chart looks for: read while the pointer is near."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from candledesk.cache.messages import BarsRequest
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.span import Span
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from candledesk.cache.api import CacheApi
    from candledesk.domain.bars import Bars
    from candledesk.ui.chart.core.scene import Series

_MOST = 256  # rows that are kept
_log = logging.getLogger(__name__)


class RowBars:
    """Bars of rows by their series and span; nothing is fetched from the provider."""

    def __init__(self, cache: CacheApi, owner: QObject) -> None:
        """Read from ``cache`` until ``owner`` is destroyed."""
        self._cache = cache
        self._tasks = WidgetTasks(owner, _log.warning)
        self._bars: dict[BarsRequest, Bars | None] = {}

    def bars_of(self, series: Series, row: int) -> Bars | None:
        """Return the bars of a row, ``None`` while they are being read."""
        axis = series.axis
        times = axis.open_time
        end = int(times[row + 1]) if row + 1 < len(times) else axis.loaded_end
        request = BarsRequest(series.symbol, series.interval, Span(int(times[row]), end), fill="none")
        if request not in self._bars:
            if len(self._bars) >= _MOST:
                self._bars.clear()
            self._bars[request] = None
            self._tasks.start(self._load(request))
        return self._bars[request]

    async def _load(self, request: BarsRequest) -> None:
        try:
            reply = await result_of(self._cache.load_bars(request))
        except (CancelledError, CandleDeskError):  # the first bar of the row is taken then
            return
        self._bars[request] = reply.bars

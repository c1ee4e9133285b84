"""Brings to a chart what its drawings need of stored bars: requested on reader threads, and again when bars change."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.cache.drawing_messages import MAX_ANCHORS, AnchorCounts, AnchorRequest, DrawingRequest, DrawingValues
from candledesk.cache.rules.drawing_tasks import COMPUTED
from candledesk.domain.errors import CandleDeskError
from candledesk.ui.chart.core.drawings.computed import tasks_of
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.gui_calls import on_gui_thread
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.drawings.placed import PlacedDrawings
    from candledesk.ui.chart.widget.chart_model import ChartModel

_log = logging.getLogger(__name__)
_WAIT_MS = 50  # a drag changes a drawing hundreds of times a second
_SHOW_MS = 50  # answers that come within it are shown together
_STORED_MS = 400  # as in ``StudyFeed``
_COUNTS = ""  # the key of the request for counts; others are the ids of drawings


class DrawingFeed(QObject):
    """Keeps places and values of drawings as new as the bars.

    One request is in flight at a time, so that a chart with many drawings leaves a reader thread to the bars. Values
    are asked of drawings that reach into the loaded bars, places of those that reach out of them.
    """

    def __init__(self, cache: CacheApi, bridge: Bridge, model: ChartModel) -> None:
        """Serve ``model``."""
        super().__init__(model)
        self._cache, self._model = cache, model
        self._asked: dict[str, AnchorRequest | DrawingRequest] = {}
        self._queue: dict[str, AnchorRequest | DrawingRequest] = {}
        self._in_flight = False
        self._values: dict[str, DrawingValues] = {}
        self._show_timer = single_shot_timer(self, _SHOW_MS, self._show_values)
        self._timer = single_shot_timer(self, _WAIT_MS, self._request_changed)
        self._stored_timer = single_shot_timer(self, _STORED_MS, self._request_again)
        model.series_changed.connect(self._on_changed)
        model.drawings_changed.connect(self._on_changed)
        bridge.bars_stored.connect(self._on_store_changed)
        bridge.coverage_changed.connect(self._on_store_changed)
        bridge.refresh_due.connect(self._on_refresh_due)

    @property
    def is_loading(self) -> bool:
        """Whether something is on its way or about to be requested."""
        is_busy = self._in_flight or self._show_timer.isActive()
        return is_busy or self._timer.isActive() or self._stored_timer.isActive()

    # -- when

    def _on_changed(self) -> None:
        if (self._model.scene.drawings.drawings or self._asked) and not self._timer.isActive():
            self._timer.start()

    def _on_store_changed(self, event: BarsStored | CoverageChanged) -> None:
        if event.symbol == self._model.series.symbol and self._asked and not self._stored_timer.isActive():
            self._stored_timer.start()

    def _on_refresh_due(self, event: RefreshDue) -> None:
        if event.symbol is None and self._asked and not self._stored_timer.isActive():
            self._stored_timer.start()

    def _request_again(self) -> None:
        """Request everything anew: bars were stored."""
        self._asked.clear()
        self._request_changed()

    # -- what

    def _request_changed(self) -> None:
        """Request what differs from what was requested last."""
        series, placed = self._model.series, placed_in(self._model.scene)
        if not series.axis.n_rows:
            return
        wanted: dict[str, AnchorRequest | DrawingRequest] = {}
        counts = self._counts_request(placed)
        if counts is not None:
            wanted[_COUNTS] = counts
        near = [one for one in placed.between(0, series.axis.n_bars) if one.tool.id in COMPUTED]
        for drawing_id, task in tasks_of(near, series).items():
            wanted[drawing_id] = DrawingRequest(series.symbol, series.interval, task)
        self._asked = {key: request for key, request in self._asked.items() if key in wanted}
        self._queue = {key: request for key, request in wanted.items() if self._asked.get(key) != request}
        self._send_next()

    def _counts_request(self, placed: PlacedDrawings) -> AnchorRequest | None:
        series = self._model.series
        times = series.axis.slot_times
        far = placed.uncounted(int(times[0]), int(times[-1]))[:MAX_ANCHORS]
        if not len(far):
            return None
        return AnchorRequest(series.symbol, series.interval, int(series.axis.open_time[0]), tuple(far.tolist()))

    def _send_next(self) -> None:
        if self._in_flight or not self._queue:
            return
        key = next(iter(self._queue))
        request = self._asked[key] = self._queue.pop(key)
        self._in_flight = True
        bars = self._cache.drawing_bars
        answer: Future[AnchorCounts] | Future[DrawingValues]
        answer = bars.count_anchors(request) if isinstance(request, AnchorRequest) else bars.load_values(request)
        answer.add_done_callback(partial(on_gui_thread(self, self._on_ended), key))

    def _on_ended(self, key: str, ended: Future[AnchorCounts] | Future[DrawingValues]) -> None:
        self._in_flight = False
        try:
            answer = ended.result()
        except CancelledError:  # the cache drops its futures when it closes
            return
        except CandleDeskError as error:
            _log.info("what a drawing shows of bars could not be read: %s", error)
        else:
            self._take(key, answer)
        self._send_next()

    def _take(self, key: str, answer: AnchorCounts | DrawingValues) -> None:
        if isinstance(answer, AnchorCounts):
            self._model.set_anchor_counts(answer)
            return
        self._values[key] = answer
        if not self._show_timer.isActive():
            self._show_timer.start()

    def _show_values(self) -> None:
        values, self._values = {**self._model.scene.drawing_values, **self._values}, {}
        wanted = {*self._asked, *self._queue}  # what is requested again is shown as it was until then
        self._model.set_drawing_values({key: one for key, one in values.items() if key in wanted})

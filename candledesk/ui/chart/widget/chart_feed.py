"""Brings bars to a chart: one request in flight, the latest wish wins, late replies are dropped."""

from __future__ import annotations

import logging
import time
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from candledesk.cache.messages import EdgeState, JobState, ViewportReply, ViewportRequest
from candledesk.domain.errors import CandleDeskError
from candledesk.ui.chart.core.chart_messages import date_text, error_notice, loading_notice, pause_text, series_notice
from candledesk.ui.chart.core.prefetch import (
    PrefetchWindow,
    latest_window,
    plan_prefetch,
    window_around,
    window_at_date,
)
from candledesk.ui.chart.widget.window_loader import prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import BarsStored, Job, LimiterState
    from candledesk.domain.interval import Interval
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.scene import Notice, Series
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.window_loader import Loaded

_log = logging.getLogger(__name__)
_AGAIN_MS = 500  # a lookup that fails at once must not become a loop
_COMING = (EdgeState.LOADING, EdgeState.MORE)
_ENDED_WITHOUT_BARS = frozenset({JobState.FAILED, JobState.CANCELLED})


class ChartFeed(QObject):
    """Turns the model's viewport into requests and replies into the model's series.

    ``opened`` when the chart shows another series; ``failed`` with a sentence when a series cannot be shown (the
    former one stays).
    """

    opened = Signal()
    failed = Signal(str)
    waiting_changed = Signal(str)

    def __init__(self, cache: CacheApi, bridge: Bridge, model: ChartModel, view_id: int) -> None:
        """Serve ``model`` as view ``view_id``, which no other view uses."""
        super().__init__(model)
        self._cache, self._bridge, self._model, self._view_id = cache, bridge, model, view_id
        self._target: tuple[str, Interval] | None = None
        self._leave: Callable[[], None] | None = None
        self._generation = 0
        self._future: Future[Loaded] | None = None
        self._last: PrefetchWindow | None = None
        self._is_dirty = False
        self._is_latest_requested = False
        self._date: int | None = None
        self._is_offline, self._pause = False, ""
        self._refused = ""
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._refresh)
        model.viewport_changed.connect(self._on_viewport_changed)
        model.latest_requested.connect(self._on_latest_requested)
        model.date_requested.connect(self._on_date_requested)
        bridge.bars_stored.connect(self._on_bars_stored)
        bridge.job_changed.connect(self._on_job_changed)
        bridge.limiter_changed.connect(self._on_limiter_changed)
        self._take_limiter(cache.limiter_state())
        model.show_notice(self._notice(model.series))

    @property
    def target(self) -> tuple[str, Interval] | None:
        """The series that is wanted, shown or still on its way."""
        return self._target

    def open(self, symbol: str, interval: Interval) -> None:
        """Show another series; the former one stays until the first answer."""
        self._set_target((symbol, interval))
        self._refused = ""
        self._last, self._is_dirty, self._is_latest_requested, self._date = None, False, False, None
        self._send(self._opening_window(interval))

    def close(self) -> None:
        """Ask for nothing more and drop what is under way."""
        self._set_target(None)
        self._future = None

    def _set_target(self, target: tuple[str, Interval] | None) -> None:
        """Change what is wanted; the cache keeps a series up to date while a chart follows it."""
        if target == self._target:
            return
        if self._leave is not None:
            self._leave()
        self._target = target
        self._leave = None if target is None else self._cache.follow(*target)

    def _opening_window(self, interval: Interval) -> PrefetchWindow:
        return latest_window(self._model.scene.viewport.n_screen, self._model.stride_of(interval))

    def _is_shown(self) -> bool:
        series = self._model.series
        return self._target == (series.symbol, series.interval)

    def _on_viewport_changed(self) -> None:
        if self._future is None and self._target is not None and self._is_shown():
            self._ask_if_needed()

    def _ask_if_needed(self) -> None:
        series, placed = self._model.series, self._model.placed
        stride = self._model.stride_of(series.interval)
        if self._date is not None:
            window: PrefetchWindow | None = window_at_date(self._date, placed.view.n_screen, stride)
        elif self._is_latest_requested:
            window = latest_window(placed.view.n_screen, stride)
        else:
            window = plan_prefetch(placed, series, stride)
            if window is None and self._is_dirty:  # the same window again
                window = self._last or window_around(placed, series, stride)
        if window is not None and (self._is_dirty or window != self._last):
            self._send(window)

    def _send(self, window: PrefetchWindow) -> None:
        if self._target is None:
            return
        symbol, interval = self._target
        self._generation += 1
        self._last, self._is_dirty = window, False
        request = ViewportRequest(
            self._view_id,
            self._generation,
            symbol,
            interval,
            window.anchor,
            window.n_before,
            window.n_after,
            window.stride,
        )
        self._future = prepare(self._cache.load_viewport(request))
        self._bridge.deliver(self._future, self._on_reply)

    def _on_reply(self, future: Future[Any]) -> None:
        if future is not self._future:
            return  # superseded
        self._future = None
        try:
            loaded: Loaded = future.result()
        except CancelledError:
            return
        except CandleDeskError as error:
            self._refuse(str(error))
            return
        except Exception:  # noqa: BLE001 - our bug, but the chart must not stay silent
            _log.exception("a viewport request failed")
            self._refuse("The bars could not be read: the log says why.")
            return
        if loaded.reply.request.generation != self._generation:
            return
        self._accept(loaded)
        if self._target is not None and self._future is None:
            self._ask_again()

    def _accept(self, loaded: Loaded) -> None:
        reply = loaded.reply
        is_other, has_previous = not self._is_shown(), len(self._model.series.bars) > 0
        if reply.error:
            if is_other and not has_previous:  # nothing is lost: the chart is the wanted one's from here on
                self._model.show_series(loaded.series)
            self._refuse(reply.error)
            return
        if is_other and has_previous and not len(reply.bars) and reply.instrument is None:
            if reply.edge is EdgeState.FAILED:
                self._refuse(reply.edge_reason)
            else:
                self.waiting_changed.emit(f"Looking up {reply.request.symbol}…")
            return
        if self._date is not None and not self._has_date(reply, self._date):
            return
        previous = None if is_other else self._model.series
        is_moving = self._is_latest_requested or self._date is not None
        if previous is not None and not is_moving and previous.is_same_as(reply):
            self.waiting_changed.emit("")
            return
        series = loaded.series if previous is None else loaded.series.replacing(previous)
        is_latest_requested = self._is_latest_requested and reply.request.anchor is None
        self._is_latest_requested = self._is_latest_requested and not is_latest_requested
        self._model.show_series(series, is_latest_requested=is_latest_requested, date=self._date)
        self._date = None
        self._model.show_notice(self._notice(series))
        if is_other:
            self.opened.emit()
        self.waiting_changed.emit("")

    def _has_date(self, reply: ViewportReply, date: int) -> bool:
        """Tell whether the reply shows the date that is waited for; say so when it never will."""
        if reply.request.anchor != date:
            return False  # asked before the date was: the next one is on its way
        is_reached = len(reply.bars) > 0 and (int(reply.bars.open_time[0]) <= date or reply.edge not in _COMING)
        if not is_reached and reply.edge in _COMING:
            self.waiting_changed.emit(f"Loading {date_text(date)}…")
        elif not is_reached:
            self._date = self._last = None
            self.waiting_changed.emit("")
            self.failed.emit(reply.edge_reason or f"There are no bars around {date_text(date)}.")
            self._refresh()  # the cache follows what was asked for last
        return is_reached

    def _refuse(self, text: str) -> None:
        """Keep the former chart and say why the new one does not come; an empty chart goes on waiting for its own."""
        series, wanted = self._model.series, self._target
        if len(series.bars):
            self._set_target((series.symbol, series.interval))
        is_going_back = self._target != wanted
        is_waiting = not len(series.bars) and not is_going_back
        if is_waiting:
            self._model.show_notice(error_notice(wanted[0] if wanted else "", text, is_offline=self._is_offline))
        self.waiting_changed.emit("")
        if not is_waiting or text != self._refused:  # it is tried again by itself: nobody wants a toast each time
            self.failed.emit(text)
        self._refused = text
        if is_going_back:
            self._last = None  # that was the other's: where this one is looked at counts
            self._refresh()  # the cache follows one series per view: what the former one waited for was dropped

    def _ask_again(self) -> None:
        if self._is_shown():
            self._ask_if_needed()
        elif self._is_dirty and self._target is not None:
            self._send(self._opening_window(self._target[1]))

    def _refresh(self) -> None:
        self._is_dirty = True
        if self._future is None:
            self._ask_again()

    def _concerns(self, symbol: str, interval: Interval) -> bool:
        return (
            self._target is not None and symbol == self._target[0] and interval.base.name == self._target[1].base.name
        )

    def _on_bars_stored(self, event: BarsStored) -> None:
        if self._concerns(event.symbol, event.interval) and not self._is_beyond_the_window(event):
            self._refresh()

    def _is_beyond_the_window(self, event: BarsStored) -> bool:
        """Older bars are known to be stored already: a running backfill changes nothing here."""
        series = self._model.series
        is_cut = self._is_shown() and self._date is None and series.edge is EdgeState.MORE and len(series.bars) > 0
        return is_cut and event.span.end <= int(series.bars.open_time[0])

    def _on_job_changed(self, job: Job) -> None:
        """A lookup that failed stores nothing and is told by its job alone."""
        is_waiting = not self._is_shown() or not len(self._model.series.bars)
        if is_waiting and job.state in _ENDED_WITHOUT_BARS and self._concerns(job.symbol, job.interval):
            self._again.start()

    def _on_date_requested(self, open_time: int) -> None:
        self._date, self._is_latest_requested = open_time, False
        self._refresh()

    def _on_latest_requested(self) -> None:
        self._is_latest_requested, self._date = True, None
        self._refresh()

    def _on_limiter_changed(self, state: LimiterState) -> None:
        was_offline = self._is_offline
        self._take_limiter(state)
        if self._target is None:
            return
        if self._is_shown():
            self._model.show_notice(self._notice(self._model.series))
        if was_offline and not self._is_offline and not len(self._model.series.bars):
            self._refresh()

    def _take_limiter(self, state: LimiterState) -> None:
        self._is_offline, self._pause = state.is_offline, pause_text(state, time.time())
        self._model.set_reach(is_offline=self._is_offline, pause=self._pause)

    def _notice(self, series: Series) -> Notice | None:
        return series_notice(series, is_offline=self._is_offline, pause=self._pause)

    def try_again(self) -> None:
        """Ask at once for a series of which nothing is shown yet, as after a refusal."""
        if self._target is not None and not len(self._model.series.bars):
            self.show_loading()
            self._refresh()

    def show_loading(self) -> None:
        """Say that the first series is on its way (nothing else is shown yet)."""
        if self._target is not None and not self._model.series.symbol:
            self._model.show_notice(loading_notice(self._target[0], self._target[1].name))

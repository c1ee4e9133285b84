"""Brings bars to a chart: gives events to the feed's state machine and carries out its actions."""

from __future__ import annotations

import logging
import time
from collections import deque
from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.cache.messages import JobState, ViewportRequest
from candledesk.domain.errors import CandleDeskError
from candledesk.ui.chart.core.chart_messages import error_notice, loading_notice, pause_text, series_notice
from candledesk.ui.chart.core.feed.feed_events import (
    GoalSet,
    JobEnded,
    NetworkLost,
    NetworkRestored,
    RetryDue,
    RetryRequested,
    SeriesClosed,
    SeriesOpened,
    StoreChanged,
    ViewportMoved,
    WindowPlanned,
    next_state,
)
from candledesk.ui.chart.core.feed.feed_replies import ReplyArrived, RequestCancelled, RequestFailed
from candledesk.ui.chart.core.feed.feed_states import (
    Closed,
    Follow,
    Loading,
    Open,
    PlanOpening,
    PlanWindow,
    Report,
    RetryLater,
    SayPlace,
    SayWaiting,
    Send,
    ShowEmpty,
    Showing,
    ShowLoading,
    Shown,
    ShowRefusal,
    ShowWindow,
)
from candledesk.ui.chart.core.feed.prefetch import (
    FollowView,
    GoToDate,
    GoToLatest,
    OpenAt,
    opening_window,
    plan_window,
    study_lookback,
)
from candledesk.ui.chart.core.series_view import right_time_in
from candledesk.ui.chart.widget.window_loader import build_window
from candledesk.ui.gui_calls import on_gui_thread
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue
    from candledesk.cache.messages import Job, LimiterState
    from candledesk.domain.interval import Interval
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.feed.feed_events import Event
    from candledesk.ui.chart.core.feed.feed_states import Action, Display, SeriesKey, State
    from candledesk.ui.chart.core.scene import Notice, Series
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.window_loader import Loaded

_log = logging.getLogger(__name__)
_RETRY_MS = 500  # a look-up that fails at once must not become a loop
_ENDED_WITHOUT_BARS = frozenset({JobState.FAILED, JobState.CANCELLED})


class ChartFeed(QObject):
    """Turns the model's viewport into requests and replies into the model's series.

    ``opened`` when the chart shows another series; ``failed`` with a sentence when a series cannot be shown (the
    previous one stays); ``waiting_changed`` with what is waited for, empty when the wait is over.

    A reply reaches the GUI thread by one queued signal and not as a coroutine: each further turn of the event loop
    costs a frame while the chart is dragged (measured beside a busy window: 0.2 ms, and 5 to 11 ms as a coroutine).
    """

    opened = Signal()
    failed = Signal(str)
    waiting_changed = Signal(str)

    def __init__(self, cache: CacheApi, bridge: Bridge, model: ChartModel, view_id: int) -> None:
        """Serve ``model`` as view ``view_id``, which no other view uses."""
        super().__init__(model)
        self._cache, self._model, self._view_id = cache, model, view_id
        self._state: State = Closed()
        self._events: deque[Event] = deque()
        self._is_handling = False
        self._unfollow: Callable[[], None] | None = None
        self._is_offline, self._pause = False, ""
        self._is_active = True
        self._held: Send | None = None
        self._retry = single_shot_timer(self, _RETRY_MS, self._on_retry_due)
        model.viewport_changed.connect(self._on_viewport_changed)
        model.latest_requested.connect(self._on_latest_requested)
        model.date_requested.connect(self._on_date_requested)
        model.first_requested.connect(self._on_first_requested)
        bridge.bars_stored.connect(self._on_store_changed)
        bridge.coverage_changed.connect(self._on_store_changed)
        bridge.refresh_due.connect(self._on_refresh_due)
        bridge.job_changed.connect(self._on_job_changed)
        bridge.limiter_changed.connect(self._on_limiter_changed)
        self._take_limiter(cache.limiter_state())
        model.show_notice(self._notice(model.series))

    @property
    def target(self) -> SeriesKey | None:
        """The series that is wanted, shown or still on its way."""
        return self._state.target if isinstance(self._state, Open) else None

    @property
    def is_loading(self) -> bool:
        """Whether a request is in flight."""
        return isinstance(self._state, Loading)

    @property
    def is_settled(self) -> bool:
        """Whether the chart shows what is wanted: no request is in flight, and no date or look-up is waited for."""
        return isinstance(self._state, Showing)

    @property
    def has_date(self) -> bool:
        """Whether a date is to be shown that is not shown yet."""
        return isinstance(self._state, Open) and isinstance(self._state.goal, GoToDate)

    def open(self, symbol: str, interval: Interval, at: GoToDate | None = None) -> None:
        """Show another series, ``at`` a date or where the chart looks now; the previous one stays until the reply.

        At the latest bar it stays at the latest; where the other series does not reach, the nearest bars are shown.
        """
        right_time = right_time_in(interval, self._model.placed, self._model.series)
        goal = FollowView() if right_time is None else OpenAt(right_time)
        self._handle(SeriesOpened((symbol, interval), at or goal))

    def set_active(self, *, is_active: bool) -> None:
        """Set whether bars may be requested; else the last request is held until they may, as in a hidden chart."""
        self._is_active = is_active
        if is_active and self._held is not None:
            held, self._held = self._held, None
            self._send(held)

    def go_to(self, open_time: int, right_bars: float) -> None:
        """Show the bar of a time (UTC seconds) ``right_bars`` bars left of the right edge, once it is loaded."""
        self._handle(GoalSet(GoToDate(open_time, right_bars)))

    def close(self) -> None:
        """Request nothing more; a reply that is still in flight is dropped."""
        self._handle(SeriesClosed())

    def try_again(self) -> None:
        """Request at once the bars of a series of which nothing is shown yet, as after a refusal."""
        self._handle(RetryRequested())

    def show_loading(self) -> None:
        """Write into the chart that the first series is being loaded (nothing else is shown yet)."""
        if self.target is not None:
            self._show_loading(self.target)

    # -- events

    def _handle(self, event: Event) -> None:
        """Carry out what follows from ``event``; events that actions cause are handled after it, in their order."""
        self._events.append(event)
        if self._is_handling:
            return
        self._is_handling = True
        try:
            while self._events:
                self._state, actions = next_state(self._state, self._events.popleft(), self._shown())
                for action in actions:
                    self._run(action)
        finally:
            self._is_handling = False

    def _shown(self) -> Shown:
        series = self._model.series
        times = series.bars.open_time
        return Shown((series.symbol, series.interval), int(times[0]) if len(times) else None, series.edge)

    def _on_viewport_changed(self) -> None:
        self._handle(ViewportMoved())

    def _on_date_requested(self, open_time: int) -> None:
        self._handle(GoalSet(GoToDate(open_time)))

    def _on_first_requested(self, open_time: int) -> None:
        self._handle(GoalSet(GoToDate(open_time, is_first=True)))

    def _on_latest_requested(self) -> None:
        self._handle(GoalSet(GoToLatest()))

    def _on_retry_due(self) -> None:
        self._handle(RetryDue())

    def _on_store_changed(self, event: BarsStored | CoverageChanged) -> None:
        self._handle(StoreChanged(event.symbol, event.interval.base.name, event.span.end))

    def _on_refresh_due(self, event: RefreshDue) -> None:
        if event.symbol is None or event.interval is None:
            self._handle(StoreChanged())
        else:
            self._handle(StoreChanged(event.symbol, event.interval.base.name))

    def _on_job_changed(self, job: Job) -> None:
        if job.state in _ENDED_WITHOUT_BARS:
            self._handle(JobEnded(job.symbol, job.interval.base.name))

    def _on_limiter_changed(self, state: LimiterState) -> None:
        was_offline = self._is_offline
        self._take_limiter(state)
        if self.target == self._shown().key:
            self._model.show_notice(self._notice(self._model.series))
        if was_offline is not self._is_offline:
            self._handle(NetworkLost() if self._is_offline else NetworkRestored())

    def _on_request_ended(self, generation: int, future: Future[Loaded]) -> None:
        try:
            loaded = future.result()
        except CancelledError:
            self._handle(RequestCancelled(generation))
        except CandleDeskError as error:
            self._handle(RequestFailed(generation, str(error)))
        except Exception:  # noqa: BLE001 - our bug, but the chart must not stay silent
            _log.exception("a viewport request failed")
            self._handle(RequestFailed(generation, "The bars could not be read: the log says why."))
        else:
            self._handle(self._reply_event(loaded))

    def _reply_event(self, loaded: Loaded) -> ReplyArrived:
        reply, shown = loaded.reply, self._model.series
        is_same_series = (shown.symbol, shown.interval) == (reply.request.symbol, reply.request.interval)
        return ReplyArrived(
            generation=reply.request.generation,
            window=loaded.series,
            anchor=reply.request.anchor,
            first_open_time=int(reply.bars.open_time[0]) if len(reply.bars) else None,
            edge=reply.edge,
            edge_reason=reply.edge_reason,
            error=reply.error,
            is_known=reply.instrument is not None,
            is_unchanged=is_same_series and shown.is_same_as(reply),
            is_offline=self._is_offline,
        )

    # -- actions

    def _run(self, action: Action) -> None:
        match action:
            case Follow(target):
                self._follow(target)
            case PlanOpening((_, interval) as target, goal):
                scene = self._model.scene
                n_screen, n_lookback = scene.viewport.n_screen, study_lookback(scene.studies)
                stride = self._model.stride_of(interval)
                self._handle(WindowPlanned(target, opening_window(goal, n_screen, stride, n_lookback)))
            case PlanWindow():
                self._plan(action)
            case Send():
                self._send(action)
            case RetryLater():
                self._retry.start()
            case _:
                self._display(action)

    def _display(self, action: Display) -> None:
        match action:
            case ShowWindow():
                self._show_window(action)
            case ShowEmpty(window):
                self._model.show_series(window)
            case ShowRefusal(symbol, text):
                self._model.show_notice(error_notice(symbol, text, is_offline=self._is_offline))
            case ShowLoading(target):
                self._show_loading(target)
            case SayWaiting(text):
                self.waiting_changed.emit(text)
            case Report(text):
                self.failed.emit(text)
            case SayPlace(text):
                self._model.said.emit(text)

    def _follow(self, target: SeriesKey | None) -> None:
        """Change the series that the cache keeps up to date for this chart."""
        if self._unfollow is not None:
            self._unfollow()
        self._unfollow = None if target is None else self._cache.follow(*target)

    def _plan(self, action: PlanWindow) -> None:
        series = self._model.series
        window = plan_window(
            action.goal,
            self._model.placed,
            series,
            self._model.stride_of(series.interval),
            action.last,
            is_required=action.is_required,
            n_lookback=study_lookback(self._model.scene.studies),
        )
        if window is not None:
            self._handle(WindowPlanned(action.target, window))

    def _send(self, action: Send) -> None:
        if not self._is_active:
            self._held = action
            return
        symbol, interval = action.target
        window, generation = action.window, action.generation
        request = ViewportRequest(
            self._view_id,
            generation,
            symbol,
            interval,
            window.anchor,
            window.n_before,
            window.n_after,
            window.stride,
        )
        report = partial(on_gui_thread(self, self._on_request_ended), generation)
        build_window(self._cache.load_viewport(request)).add_done_callback(report)

    def _show_window(self, action: ShowWindow) -> None:
        series = action.window if action.is_new else action.window.replacing(self._model.series)
        self._model.show_series(
            series,
            is_latest_requested=action.is_latest,
            date=action.date,
            right_bars=action.right_bars,
            is_first=action.is_first,
            right_time=action.right_time,
        )
        self._model.show_notice(self._notice(series))
        if action.is_new:
            self.opened.emit()

    def _show_loading(self, target: SeriesKey) -> None:
        if not self._model.series.symbol:
            self._model.show_notice(loading_notice(target[0], target[1].name))

    def _take_limiter(self, state: LimiterState) -> None:
        self._is_offline, self._pause = state.is_offline, pause_text(state, time.time())
        self._model.set_reach(is_offline=self._is_offline, pause=self._pause)

    def _notice(self, series: Series) -> Notice | None:
        return series_notice(series, is_offline=self._is_offline, pause=self._pause)

"""The events of a chart's feed: which state and which actions follow from each. Pure: no Qt, no clock, no I/O.

At most one request is in flight, the latest goal wins, and a reply to an older request changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.chart_messages import date_text, offline_text
from candledesk.ui.chart.core.feed.feed_states import (
    Closed,
    Follow,
    Loading,
    LookingUp,
    Open,
    PlanOpening,
    PlanWindow,
    Refused,
    Report,
    RetryLater,
    SayWaiting,
    Send,
    ShowEmpty,
    Showing,
    ShowLoading,
    ShowRefusal,
    ShowWindow,
    WaitingForDate,
)
from candledesk.ui.chart.core.feed.prefetch import FollowView, GoToDate, GoToLatest

if TYPE_CHECKING:
    from candledesk.ui.chart.core.feed.feed_states import Action, SeriesKey, Shown, State, Step
    from candledesk.ui.chart.core.feed.prefetch import Goal, PrefetchWindow
    from candledesk.ui.chart.core.scene import Series

_COMING = (EdgeState.LOADING, EdgeState.MORE)
_LATEST = FollowView()


def next_state(state: State, event: Event, shown: Shown) -> Step:
    """Return what follows from ``event`` while the chart shows ``shown``; a closed feed only opens."""
    if isinstance(event, SeriesOpened):
        return event.apply(state, shown)
    return (state, ()) if isinstance(state, Closed) else event.apply(state, shown)


@dataclass(frozen=True, slots=True)
class SeriesOpened:
    """Another series, or the same again, is to be shown; a request in flight is superseded.

    ``goal``: where in it, at first; the latest bar unless it is a date.
    """

    target: SeriesKey
    goal: Goal = _LATEST

    def apply(self, state: State, _shown: Shown) -> Step:
        """Look the series up; what the chart shows stays until the first reply."""
        is_followed = not isinstance(state, Closed) and state.target == self.target
        opened = LookingUp(self.target, state.generation, self.goal)
        return opened, (*(() if is_followed else (Follow(self.target),)), PlanOpening(self.target, self.goal))


@dataclass(frozen=True, slots=True)
class SeriesClosed:
    """Nothing is to be loaded any more."""

    def apply(self, state: Open, _shown: Shown) -> Step:
        """End; a reply that is still in flight will change nothing."""
        return Closed(state.generation), (Follow(None),)


@dataclass(frozen=True, slots=True)
class ViewportMoved:
    """The view moved, or shows another window."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request more bars when too few are loaded beside the screen; after a reply that is looked at anyway."""
        return state, (() if isinstance(state, Loading) else _plan(state, shown))


@dataclass(frozen=True, slots=True)
class GoalSet:
    """A date or the latest bar is to be shown, which is not in the loaded window."""

    goal: Goal

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request it, after the request that is in flight."""
        base = _rest(Showing, state) if isinstance(state, WaitingForDate) else state
        return _look_again(replace(base, goal=self.goal), shown)


@dataclass(frozen=True, slots=True)
class StoreChanged:
    """The cache stored bars, its coverage of them changed, or it suggests to read them again.

    ``symbol`` and ``base`` (the name of the stored interval) are ``None`` when every series is meant; ``end``: the
    end of the span that changed, ``None`` when it is not known.
    """

    symbol: str | None = None
    base: str | None = None
    end: int | None = None

    def apply(self, state: Open, shown: Shown) -> Step:
        """Read the window again, unless only bars older than a window that is cut off anyway changed."""
        is_concerned = self.symbol is None or (self.symbol, self.base) == _stored(state.target)
        return _look_again(state, shown) if is_concerned and not self._is_beyond(state, shown) else (state, ())

    def _is_beyond(self, state: Open, shown: Shown) -> bool:
        is_cut = shown.key == state.target and shown.edge is EdgeState.MORE and not isinstance(state.goal, GoToDate)
        first = shown.first_open_time
        return is_cut and self.end is not None and first is not None and self.end <= first


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A job of a series failed or was cancelled. A look-up that failed stores nothing: its job alone reports it."""

    symbol: str
    base: str

    def apply(self, state: Open, shown: Shown) -> Step:
        """Try again soon when nothing of the series is shown."""
        is_waiting = shown.key != state.target or not shown.has_bars
        return state, ((RetryLater(),) if is_waiting and (self.symbol, self.base) == _stored(state.target) else ())


@dataclass(frozen=True, slots=True)
class RetryDue:
    """The pause after a failed look-up is over."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request the same again."""
        return _look_again(state, shown)


@dataclass(frozen=True, slots=True)
class NetworkLost:
    """The provider cannot be reached any more."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Go back to the chart that is shown from a series that is looked up: nothing of it is stored."""
        if isinstance(state, LookingUp) and shown.has_bars and shown.key != state.target:
            return _refuse(state, offline_text(state.target[0]), shown)
        return state, ()


@dataclass(frozen=True, slots=True)
class NetworkRestored:
    """The provider can be reached again."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request the bars of an empty chart."""
        return (state, ()) if shown.has_bars else _look_again(state, shown)


@dataclass(frozen=True, slots=True)
class RetryRequested:
    """The user wants an empty chart to be tried again now."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Say so, and request its bars."""
        if shown.has_bars:
            return state, ()
        state_after, actions = _look_again(state, shown)
        return state_after, (ShowLoading(state.target), *actions)


@dataclass(frozen=True, slots=True)
class WindowPlanned:
    """The window that ``PlanOpening`` or ``PlanWindow`` asked for."""

    target: SeriesKey
    window: PrefetchWindow

    def apply(self, state: Open, _shown: Shown) -> Step:
        """Request it, unless a request was sent since."""
        if isinstance(state, Loading) or state.target != self.target:
            return state, ()
        generation = state.generation + 1
        loading = Loading(state.target, generation, state.goal, self.window, state.refusal)
        return loading, (Send(state.target, generation, self.window),)


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request ended with an error instead of a reply."""

    generation: int
    text: str

    def apply(self, state: Open, shown: Shown) -> Step:
        """Report it."""
        if isinstance(state, Loading) and state.generation == self.generation:
            return _refuse(state, self.text, shown)
        return state, ()


@dataclass(frozen=True, slots=True)
class RequestCancelled:
    """The cache dropped a request, as it does when it closes."""

    generation: int

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request nothing before something changes."""
        if not isinstance(state, Loading) or state.generation != self.generation:
            return state, ()
        return _rest(Showing if shown.key == state.target else LookingUp, state), ()


@dataclass(frozen=True, slots=True)
class ReplyArrived:
    """A window arrived.

    ``anchor``: of its request. ``first_open_time``: ``None`` when it has no bars. ``is_known``: the instrument is
    known. ``is_unchanged``: it would change nothing on the chart. ``is_offline``: the provider cannot be reached.
    """

    generation: int
    window: Series
    anchor: int | None = None
    first_open_time: int | None = None
    edge: EdgeState = EdgeState.LOADING
    edge_reason: str = ""
    error: str = ""
    is_known: bool = True
    is_unchanged: bool = False
    is_offline: bool = False

    def apply(self, state: Open, shown: Shown) -> Step:
        """Show the window, wait for what it does not have yet, or report why it has nothing."""
        if not isinstance(state, Loading) or state.generation != self.generation:
            return state, ()
        is_new = state.target != shown.key
        if self.error:
            return self._refuse(state, shown)
        if is_new and shown.has_bars and self.first_open_time is None and not self.is_known:
            return self._wait_for_look_up(state, shown)
        if isinstance(state.goal, GoToDate) and not is_new and not self._has(state.goal):
            return self._wait_for_date(state, state.goal, shown)
        return self._show(state, shown, is_new=is_new)

    def _refuse(self, state: Loading, shown: Shown) -> Step:
        if shown.key == state.target or shown.has_bars:
            return _refuse(state, self.error, shown)
        refused, actions = _refuse(state, self.error, replace(shown, key=state.target))
        return refused, (ShowEmpty(self.window), *actions)  # no chart is lost: the empty one becomes the target's

    def _wait_for_look_up(self, state: Loading, shown: Shown) -> Step:
        if self.edge is EdgeState.FAILED:
            return _refuse(state, self.edge_reason, shown)
        if self.is_offline:
            return _refuse(state, offline_text(state.target[0]), shown)
        looking_up = _rest(LookingUp, state)
        return looking_up, (
            SayWaiting(f"Looking up {state.target[0]}…"),
            *_plan(looking_up, shown, is_required=state.is_outdated),
        )

    def _has(self, goal: GoToDate) -> bool:
        if self.anchor != goal.open_time or self.first_open_time is None:
            return False
        return self.first_open_time <= goal.open_time or self.edge not in _COMING

    def _wait_for_date(self, state: Loading, goal: GoToDate, shown: Shown) -> Step:
        date = date_text(goal.open_time)
        waiting = _rest(WaitingForDate, state)
        if self.anchor != goal.open_time:  # requested before the date was set: the next request asks for it
            return waiting, _plan(waiting, shown, is_required=state.is_outdated)
        if self.edge in _COMING:
            return waiting, (SayWaiting(f"Loading {date}…"), *_plan(waiting, shown, is_required=state.is_outdated))
        showing = replace(_rest(Showing, state), goal=FollowView(), window=None)
        text = self.edge_reason or f"There are no bars around {date}."
        return showing, (SayWaiting(""), Report(text), *_plan(showing, shown, is_required=True))

    def _show(self, state: Loading, shown: Shown, *, is_new: bool) -> Step:
        is_latest = isinstance(state.goal, GoToLatest) and self.anchor is None
        goal = state.goal if isinstance(state.goal, GoToDate) else None
        is_at_date = goal is not None and (not is_new or self._has(goal))
        is_reached = is_latest or is_at_date
        showing = _rest(Showing, state)
        if is_reached:
            showing = replace(showing, goal=FollowView())
        actions: tuple[Action, ...] = (
            SayWaiting(""),
            *_plan(showing, replace(shown, key=state.target), is_required=state.is_outdated),
        )
        if not is_new and self.is_unchanged and isinstance(state.goal, FollowView):
            return showing, actions
        date, right_bars = (goal.open_time, goal.right_bars) if goal is not None and is_at_date else (None, None)
        return showing, (ShowWindow(self.window, is_new, is_latest, date, right_bars), *actions)


Event = (
    SeriesOpened
    | SeriesClosed
    | ViewportMoved
    | GoalSet
    | StoreChanged
    | JobEnded
    | RetryDue
    | NetworkLost
    | NetworkRestored
    | RetryRequested
    | WindowPlanned
    | RequestFailed
    | RequestCancelled
    | ReplyArrived
)


def _stored(target: SeriesKey) -> tuple[str, str]:
    """Return symbol and stored interval of a series."""
    return target[0], target[1].base.name


def _rest(kind: type[Open], state: Open) -> Open:
    """Return a state of ``kind`` with nothing in flight."""
    return kind(state.target, state.generation, state.goal, state.window, state.refusal)


def _plan(state: Open, shown: Shown, *, is_required: bool = False) -> tuple[Action, ...]:
    """Return the plan of the next request; of a series that is not shown only the first window can be planned."""
    if shown.key == state.target:
        return (PlanWindow(state.target, state.goal, state.window, is_required),)
    return (PlanOpening(state.target, state.goal),) if is_required else ()


def _look_again(state: Open, shown: Shown) -> Step:
    """Request the window again, after the request that is in flight."""
    if isinstance(state, Loading):
        return replace(state, is_outdated=True), ()
    return state, _plan(state, shown, is_required=True)


def _refuse(state: Loading | LookingUp, text: str, shown: Shown) -> Step:
    """Keep the chart that is shown, and say why the target does not come; an empty chart goes on waiting for it."""
    is_outdated = isinstance(state, Loading) and state.is_outdated
    if not shown.has_bars:
        refused = replace(_rest(Refused, state), refusal=text)
        report = (Report(text),) if text != state.refusal else ()  # it is tried again without a person's doing
        said = (ShowRefusal(state.target[0], text), SayWaiting(""), *report)
        return refused, (*said, *_plan(refused, shown, is_required=is_outdated))
    showing = _rest(Showing, state)
    if shown.key == state.target:
        return showing, (SayWaiting(""), Report(text), *_plan(showing, shown, is_required=is_outdated))
    # The cache follows one series per view: what the shown one waited for was dropped, and is requested again.
    showing = replace(showing, target=shown.key, goal=FollowView(), window=None)
    return showing, (Follow(shown.key), SayWaiting(""), Report(text), *_plan(showing, shown, is_required=True))

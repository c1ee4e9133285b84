"""The events of a chart's feed: which state and which actions follow from each. Pure: no Qt, no clock, no I/O.

At most one request is in flight, the latest goal wins, and a reply to an older request changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.chart_messages import offline_text
from candledesk.ui.chart.core.feed.feed_replies import ReplyArrived, RequestCancelled, RequestFailed
from candledesk.ui.chart.core.feed.feed_states import (
    Closed,
    Follow,
    Loading,
    LookingUp,
    Open,
    PlanOpening,
    RetryLater,
    Send,
    Showing,
    ShowLoading,
    WaitingForDate,
)
from candledesk.ui.chart.core.feed.feed_steps import look_again, plan, refuse, rest
from candledesk.ui.chart.core.feed.prefetch import FollowView, GoToDate

if TYPE_CHECKING:
    from candledesk.ui.chart.core.feed.feed_states import SeriesKey, Shown, State, Step
    from candledesk.ui.chart.core.feed.prefetch import Goal, PrefetchWindow

_FOLLOW_VIEW = FollowView()


def next_state(state: State, event: Event, shown: Shown) -> Step:
    """Return what follows from ``event`` while the chart shows ``shown``; a closed feed only opens."""
    if isinstance(event, SeriesOpened):
        return event.apply(state, shown)
    return (state, ()) if isinstance(state, Closed) else event.apply(state, shown)


@dataclass(frozen=True, slots=True)
class SeriesOpened:
    """Another series, or the same again, is to be shown; a request in flight is superseded.

    ``goal``: at its latest bar (``FollowView``), at a date, or where the chart is scrolled back to (``OpenAt``).
    """

    target: SeriesKey
    goal: Goal = _FOLLOW_VIEW

    def apply(self, state: State, shown: Shown) -> Step:
        """Look the series up; what the chart shows stays until the first reply."""
        previous, goal = state if isinstance(state, Open) else None, self.goal
        if previous and not shown.has_bars and isinstance(goal, FollowView):
            goal = previous.goal  # nothing was shown yet at the place that the chart was opened with
        opened = LookingUp(self.target, state.generation, goal)
        is_followed = previous is not None and previous.target == self.target
        return opened, (*(() if is_followed else (Follow(self.target),)), PlanOpening(self.target, goal))


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
        return state, (() if isinstance(state, Loading) else plan(state, shown))


@dataclass(frozen=True, slots=True)
class GoalSet:
    """A date or the latest bar is to be shown, which is not in the loaded window."""

    goal: Goal

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request it, after the request that is in flight."""
        base = rest(Showing, state) if isinstance(state, WaitingForDate) else state
        return look_again(replace(base, goal=self.goal), shown)


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
        return look_again(state, shown) if is_concerned and not self._is_beyond(state, shown) else (state, ())

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
        return look_again(state, shown)


@dataclass(frozen=True, slots=True)
class NetworkLost:
    """The provider cannot be reached any more."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Go back to the chart that is shown from a series that is looked up: nothing of it is stored."""
        if isinstance(state, LookingUp) and shown.has_bars and shown.key != state.target:
            return refuse(state, offline_text(state.target[0]), shown)
        return state, ()


@dataclass(frozen=True, slots=True)
class NetworkRestored:
    """The provider can be reached again."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request the bars of an empty chart."""
        return (state, ()) if shown.has_bars else look_again(state, shown)


@dataclass(frozen=True, slots=True)
class RetryRequested:
    """The user wants an empty chart to be tried again now."""

    def apply(self, state: Open, shown: Shown) -> Step:
        """Say so, and request its bars."""
        if shown.has_bars:
            return state, ()
        state_after, actions = look_again(state, shown)
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

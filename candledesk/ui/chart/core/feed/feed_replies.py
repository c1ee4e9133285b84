"""What follows for a chart's feed when a request ends: with a window, with an error, or not at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.chart_messages import date_text, offline_text
from candledesk.ui.chart.core.feed.feed_states import (
    Loading,
    LookingUp,
    Report,
    SayPlace,
    SayWaiting,
    ShowEmpty,
    Showing,
    ShowWindow,
    WaitingForDate,
)
from candledesk.ui.chart.core.feed.feed_steps import plan, refuse, rest
from candledesk.ui.chart.core.feed.prefetch import FollowView, GoToDate, GoToLatest, OpenAt
from candledesk.ui.chart.core.scene import first_time
from candledesk.ui.chart.core.series_view import reach_text

if TYPE_CHECKING:
    from candledesk.ui.chart.core.feed.feed_states import Action, Open, Shown, Step
    from candledesk.ui.chart.core.feed.prefetch import Goal
    from candledesk.ui.chart.core.scene import Series

_COMING = (EdgeState.LOADING, EdgeState.MORE)


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request ended with an error instead of a reply."""

    generation: int
    text: str

    def apply(self, state: Open, shown: Shown) -> Step:
        """Report it."""
        if isinstance(state, Loading) and state.generation == self.generation:
            return refuse(state, self.text, shown)
        return state, ()


@dataclass(frozen=True, slots=True)
class RequestCancelled:
    """The cache dropped a request, as it does when it closes."""

    generation: int

    def apply(self, state: Open, shown: Shown) -> Step:
        """Request nothing before something changes."""
        if not isinstance(state, Loading) or state.generation != self.generation:
            return state, ()
        return rest(Showing if shown.key == state.target else LookingUp, state), ()


@dataclass(frozen=True, slots=True)
class ReplyArrived:
    """A window arrived.

    ``anchor``: of its request. ``first_open_time``: ``None`` when it has no bars. ``is_known``: the instrument is
    known. ``is_unchanged``: it would change nothing on the chart. ``is_offline``: nothing can be fetched now.
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
        if isinstance(state.goal, OpenAt) and self._lacks_place(state.goal):
            return self._open_elsewhere(state, state.goal, shown)
        return self._show(state, shown, is_new=is_new)

    def _refuse(self, state: Loading, shown: Shown) -> Step:
        if shown.key == state.target or shown.has_bars:
            return refuse(state, self.error, shown)
        refused, actions = refuse(state, self.error, replace(shown, key=state.target))
        return refused, (ShowEmpty(self.window), *actions)  # no chart is lost: the empty one becomes the target's

    def _wait_for_look_up(self, state: Loading, shown: Shown) -> Step:
        if self.edge is EdgeState.FAILED:
            return refuse(state, self.edge_reason, shown)
        if self.is_offline:
            return refuse(state, offline_text(state.target[0]), shown)
        looking_up = rest(LookingUp, state)
        return looking_up, (
            SayWaiting(f"Looking up {state.target[0]}…"),
            *plan(looking_up, shown, is_required=state.is_outdated),
        )

    def _has(self, goal: GoToDate) -> bool:
        return self.anchor == goal.anchor and self._is_around(goal.anchor)

    def _wait_for_date(self, state: Loading, goal: GoToDate, shown: Shown) -> Step:
        date = date_text(goal.open_time)
        waiting = rest(WaitingForDate, state)
        if self.anchor != goal.anchor:  # requested before the date was set: the next request asks for it
            return waiting, plan(waiting, shown, is_required=state.is_outdated)
        first = self._begins_after(goal)
        if first is not None:
            nearer = replace(waiting, goal=replace(goal, near=first), window=None)
            return nearer, plan(nearer, shown, is_required=True)
        if self.edge in _COMING and not self.is_offline:
            return waiting, (SayWaiting(f"Loading {date}…"), *plan(waiting, shown, is_required=state.is_outdated))
        showing = replace(rest(Showing, state), goal=FollowView(), window=None)
        lack = f"The bars of {date} are not stored, and nothing can be fetched now."
        text = lack if self.edge in _COMING else self.edge_reason or f"There are no bars around {date}."
        return showing, (SayWaiting(""), Report(text), *plan(showing, shown, is_required=True))

    def _begins_after(self, goal: GoToDate | OpenAt) -> int | None:
        """Return when the history begins that has no bars at the time of a goal, ``None`` when that is not the reason.

        Nothing is fetched before that time, whatever the edge is.
        """
        first = first_time(self.window)
        is_earlier = first is not None and first > goal.anchor and goal.near is None
        return first if is_earlier and self.first_open_time is None else None

    def _lacks_place(self, goal: OpenAt) -> bool:
        """Whether no bars come around the time that was asked for."""
        if self.first_open_time is not None or not self.is_known:
            return False
        return self._begins_after(goal) is not None or self.edge not in _COMING or self.is_offline

    def _open_elsewhere(self, state: Loading, goal: OpenAt, shown: Shown) -> Step:
        """Look where the history begins, when that is later than what was asked for, else at the latest bar."""
        first, key = self._begins_after(goal), shown.key
        next_goal: Goal = FollowView() if first is None else replace(goal, near=first)
        looking = replace(rest(Showing if key == state.target else LookingUp, state), goal=next_goal, window=None)
        series, date = f"{state.target[1].name} bars of {state.target[0]}", date_text(goal.right_time)
        lack = f"The {series} around {date} are not stored" if self.edge in _COMING else f"There are no {series} then"
        said = (SayPlace(f"{lack}: the latest are shown"),) if isinstance(next_goal, FollowView) else ()
        return looking, (*said, *plan(looking, shown, is_required=True))

    def _show(self, state: Loading, shown: Shown, *, is_new: bool) -> Step:
        goal, showing = state.goal, rest(Showing, state)
        window = ShowWindow(self.window, is_new=is_new)
        is_reached, said = False, ""
        match goal:
            case GoToLatest():
                is_reached = self.anchor is None
                window = replace(window, is_latest=is_reached)
            case GoToDate(date, right_bars) if not is_new or self._has(goal):
                is_asked = right_bars is None and not goal.is_first  # by a person, who named the date
                is_reached, said = True, reach_text(self.window, date) if is_asked else ""
                window = replace(window, date=date, right_bars=right_bars, is_first=goal.is_first)
            case OpenAt(right_time):
                is_reached = self._is_around(goal.anchor)
                said = reach_text(self.window, right_time) if is_reached else ""
                window = replace(window, right_time=right_time)
        if is_reached:
            showing = replace(showing, goal=FollowView())
        actions: tuple[Action, ...] = (
            SayWaiting(""),
            *plan(showing, replace(shown, key=state.target), is_required=state.is_outdated),
        )
        if not is_new and self.is_unchanged and isinstance(goal, FollowView):
            return showing, actions
        return showing, (window, *actions, *((SayPlace(said),) if said else ()))

    def _is_around(self, time: int) -> bool:
        """Whether the bars at a time are there, or the oldest ones when none come that are older."""
        first = self.first_open_time
        return first is not None and (first <= time or self.edge not in _COMING or self.is_offline)

"""The states of a chart's feed, and the actions that its driver carries out. What leads on is in ``feed_events``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.feed.prefetch import FollowView

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.feed.prefetch import Goal, PrefetchWindow
    from candledesk.ui.chart.core.scene import Series

    SeriesKey = tuple[str, Interval]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the chart shows when an event occurs; ``first_open_time`` (UTC seconds) is ``None`` without bars."""

    key: SeriesKey
    first_open_time: int | None = None
    edge: EdgeState = EdgeState.LOADING

    @property
    def has_bars(self) -> bool:
        """Whether there is something to draw."""
        return self.first_open_time is not None


# -- states

_FOLLOW_VIEW = FollowView()


@dataclass(frozen=True, slots=True)
class Closed:
    """No series is open. ``generation``: the number of the last request."""

    generation: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """What every state with an open series keeps.

    ``target``: the series that is to be shown. ``goal``: where in it. ``window``: what was requested last.
    ``refusal``: the last reason why an empty chart stayed empty, which is reported once.
    """

    target: SeriesKey
    generation: int = 0
    goal: Goal = _FOLLOW_VIEW
    window: PrefetchWindow | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Loading(Open):
    """Request ``generation`` is in flight; ``is_outdated``: something changed since it was sent."""

    is_outdated: bool = False


@dataclass(frozen=True, slots=True)
class Showing(Open):
    """The chart shows the target, and nothing is in flight."""


@dataclass(frozen=True, slots=True)
class WaitingForDate(Open):
    """The chart shows the target; the date of ``goal`` will be shown when its bars are stored."""


@dataclass(frozen=True, slots=True)
class LookingUp(Open):
    """The chart still shows what it showed before; nothing is known of the target yet."""


@dataclass(frozen=True, slots=True)
class Refused(Open):
    """The chart is empty and says why; it is tried again after a change, with the network, or on request."""


State = Closed | Open


# -- actions


@dataclass(frozen=True, slots=True)
class Follow:
    """Let the cache keep ``target`` up to date instead of the series before; ``None``: no series."""

    target: SeriesKey | None


@dataclass(frozen=True, slots=True)
class Send:
    """Request a window."""

    target: SeriesKey
    generation: int
    window: PrefetchWindow


@dataclass(frozen=True, slots=True)
class PlanOpening:
    """Plan the first window of a series that is not shown, and report it as ``WindowPlanned``."""

    target: SeriesKey
    goal: Goal = _FOLLOW_VIEW


@dataclass(frozen=True, slots=True)
class PlanWindow:
    """Plan a window from what the chart shows (``prefetch.plan_window``); report it, if any, as ``WindowPlanned``."""

    target: SeriesKey
    goal: Goal
    last: PrefetchWindow | None
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Report ``RetryDue`` after a short pause, so that a look-up that fails at once does not become a loop."""


@dataclass(frozen=True, slots=True)
class ShowWindow:
    """Show a window: as another series when ``is_new``; at its latest bar, or at ``date``, when that was the goal.

    ``right_bars``: how many bars the date lies left of the right edge, ``None`` for the middle; ``is_first``: it is
    that of the first bar, which belongs at the left edge. ``right_time``: what is to lie at the right edge (UTC
    seconds), ``None`` for the latest bar or the present view.
    """

    window: Series
    is_new: bool = False
    is_latest: bool = False
    date: int | None = None
    right_bars: float | None = None
    is_first: bool = False
    right_time: int | None = None


@dataclass(frozen=True, slots=True)
class ShowEmpty:
    """Let an empty chart show the window without bars of a series that was refused."""

    window: Series


@dataclass(frozen=True, slots=True)
class ShowRefusal:
    """Write into the empty chart why ``symbol`` cannot be shown."""

    symbol: str
    text: str


@dataclass(frozen=True, slots=True)
class ShowLoading:
    """Write into a chart that never showed a series that ``target`` is being loaded."""

    target: SeriesKey


@dataclass(frozen=True, slots=True)
class SayWaiting:
    """Report what is waited for; empty when the wait is over."""

    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """Report why something could not be shown."""

    text: str


@dataclass(frozen=True, slots=True)
class SayPlace:
    """Say that the chart shows another place than was asked for, and why."""

    text: str


Display = ShowWindow | ShowEmpty | ShowRefusal | ShowLoading | SayWaiting | Report | SayPlace
Action = Follow | Send | PlanOpening | PlanWindow | RetryLater | Display
Step = tuple[State, tuple[Action, ...]]

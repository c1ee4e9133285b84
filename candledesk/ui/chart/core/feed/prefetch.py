"""Which bars a chart requests: a screen on each side is prefetched, and nothing is requested twice. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import EdgeState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.chart.core.viewport import Placed

_GRAIN = 500  # counts are rounded up to this, so that a pan by one bar needs no other window
_SCREENS_BEFORE = 3
_SCREENS_AFTER = 2
_DEEPEST = 20_000  # bars outside the screen that one request may ask for; those of the screen are always requested
_WIDEST = 200_000  # bars on a screen up to which a whole empty screen is requested at once
_MOST_LOOKBACK = 5_000  # bars: more than an exponential average of 400 bars needs
MAX_ROWS = 20_000  # rows up to which the window stays connected with the latest bar


@dataclass(frozen=True, slots=True)
class PrefetchWindow:
    """The counts of a ``ViewportRequest``; ``anchor`` ``None`` is the latest bar."""

    anchor: int | None
    n_before: int
    n_after: int
    stride: int = 1


@dataclass(frozen=True, slots=True)
class FollowView:
    """The goal of a chart that shows where the user scrolled: bars on the screen and beside it."""


@dataclass(frozen=True, slots=True)
class GoToLatest:
    """The goal of a chart that is to show its latest bar, which the loaded window does not reach."""


@dataclass(frozen=True, slots=True)
class GoToDate:
    """The goal of a chart that is to show the bar of a time (UTC seconds) outside the loaded window.

    ``right_bars``: how many bars it lies left of the right edge, ``None`` for the middle of the view. ``near``: where
    bars are requested instead, when there can be none at that time; ``is_first``: the first bar there is is wanted, at
    the left edge.
    """

    open_time: int
    right_bars: float | None = None
    near: int | None = None
    is_first: bool = False

    @property
    def anchor(self) -> int:
        """The time around which bars are requested."""
        return self.open_time if self.near is None else self.near


@dataclass(frozen=True, slots=True)
class OpenAt:
    """The goal of a chart that opens a series where another one was scrolled back to.

    ``right_time``: what lies at the right edge (UTC seconds); ``near``: where bars are requested instead, when there
    can be none at that time.
    """

    right_time: int
    near: int | None = None

    @property
    def anchor(self) -> int:
        """The time around which bars are requested."""
        return self.right_time if self.near is None else self.near


Goal = FollowView | GoToLatest | GoToDate | OpenAt


def _round_up(count: float, grain: int = _GRAIN) -> int:
    return max(grain, math.ceil(count / grain) * grain)


def grain_of(screen: int) -> int:
    """Return the multiple to which windows are aligned: at least a quarter of a screen, the same for similar zooms."""
    return max(_GRAIN, 1 << math.ceil(math.log2(max(screen, 4) / 4)))


def latest_window(n_screen: int, stride: int = 1) -> PrefetchWindow:
    """Return the first window of a series: three screens up to the latest bar."""
    return PrefetchWindow(None, _round_up(min(_SCREENS_BEFORE * n_screen, n_screen + _DEEPEST)), 0, stride)


def window_at_date(open_time: int, n_screen: int, stride: int = 1) -> PrefetchWindow:
    """Return the window that shows a date outside the loaded window: two screens on each side."""
    n_beside = _round_up(min(2 * n_screen, n_screen + _DEEPEST))
    return PrefetchWindow(open_time, n_beside, n_beside, stride)


def opening_window(goal: Goal, n_screen: int, stride: int = 1, n_lookback: int = 0) -> PrefetchWindow:
    """Return the first window of a series that is opened, at its latest bar or at the time of its goal.

    ``n_lookback``: how many bars more are requested before it, for what is computed from older bars.
    """
    if isinstance(goal, OpenAt | GoToDate):
        return _deepened(window_at_date(goal.anchor, n_screen, stride), n_lookback)
    return _deepened(latest_window(n_screen, stride), n_lookback)


def study_lookback(studies: Iterable[ChartStudy]) -> int:
    """Return how many bars before a bar the values of studies are made of there until they are settled; limited."""
    return min(max((one.study.lookback + one.study.settle for one in studies), default=0), _MOST_LOOKBACK)


def _deepened(window: PrefetchWindow, n_lookback: int) -> PrefetchWindow:
    return replace(window, n_before=_round_up(window.n_before + n_lookback)) if n_lookback else window


def window_around(placed: Placed, series: Series, stride: int = 1) -> PrefetchWindow:
    """Return the window around the screen: up to the latest bar where that is near enough.

    The window does not depend on how far the view is scrolled into the empty region left of the oldest bar, and is
    aligned, so that small moves plan the same window.
    """
    n, screen = placed.n_bars, placed.view.n_screen
    if n == 0:
        return latest_window(screen, stride)
    grain = grain_of(screen)
    lo = _oldest(placed, series, grain)
    if series.at_latest and (placed.right_edge + _SCREENS_AFTER * screen >= n - 1 or n - lo <= MAX_ROWS * stride):
        return PrefetchWindow(None, _round_up(n - lo, grain), 0, stride)
    edge = placed.axis.aligned(placed.right_edge, grain) + grain
    row = placed.axis.row_at(min(max(edge, 0), n - 1))
    at = placed.axis.start_of(row)
    n_after = min(_SCREENS_AFTER * screen, max(screen, n - at + placed.axis.n_newer))
    return PrefetchWindow(int(placed.open_time[row]), _round_up(at - lo, grain), _round_up(n_after, grain), stride)


def _oldest(placed: Placed, series: Series, grain: int) -> float:
    """Return the index of the oldest bar to request; negative before the loaded window."""
    screen = placed.view.n_screen
    depth = min((_SCREENS_BEFORE - 1) * screen, _DEEPEST)
    if series.edge is EdgeState.START or placed.left_edge >= screen:
        return placed.axis.aligned(placed.left_edge, grain) - depth
    if screen <= _WIDEST:  # as deep as the view can be scrolled, however deep it is scrolled now
        return -screen - depth
    return min(0, placed.axis.aligned(placed.left_edge, grain)) - depth


def plan_prefetch(placed: Placed, series: Series, stride: int = 1) -> PrefetchWindow | None:
    """Return the window to request, or ``None`` when a screen on each side is loaded or known not to exist."""
    n, screen = placed.n_bars, placed.view.n_screen
    if n == 0:
        return None
    beside = min(screen, _DEEPEST)
    is_older_missing = series.edge in (EdgeState.MORE, EdgeState.LOADING) and placed.left_edge < beside
    is_newer_missing = not series.at_latest and placed.right_edge + beside > n - 1
    if is_older_missing or is_newer_missing or placed.axis.stride != stride:
        return window_around(placed, series, stride)
    return None


def plan_window(
    goal: Goal,
    placed: Placed,
    series: Series,
    stride: int,
    last: PrefetchWindow | None,
    *,
    is_required: bool,
    n_lookback: int = 0,
) -> PrefetchWindow | None:
    """Return the window to request next, ``None`` when none is needed.

    ``last``: the window that was requested before; it is not requested again unless ``is_required``, when something
    changed in it. ``n_lookback``: see ``opening_window``; nothing is requested for it alone.
    """
    window = _window_of(goal, placed, series, stride)
    if window is not None:
        window = _deepened(window, n_lookback)
    elif is_required:
        window = last or _deepened(window_around(placed, series, stride), n_lookback)
    if is_required or window is None or last is None:
        return window
    return None if window == last or _holds(last, window, placed) else window


def _holds(last: PrefetchWindow, window: PrefetchWindow, placed: Placed) -> bool:
    """Return whether the window ``last`` reaches as far back as ``window`` and a screen beyond the right edge.

    A view at the border between two aligned windows would ask for both in turn without end: other bars have other
    labels on the price axis, another width of the plot, and so another right edge.
    """
    at_last, at = _anchor_index(last, placed), _anchor_index(window, placed)
    if at_last is None or at is None or last.stride != window.stride:
        return False
    newest = min(placed.right_edge + min(placed.view.n_screen, _DEEPEST), placed.n_bars - 1)
    return at_last - last.n_before <= at - window.n_before and at_last + last.n_after >= newest


def _anchor_index(window: PrefetchWindow, placed: Placed) -> float | None:
    """Return the index of a window's anchor, ``None`` when it is not among the rows that are loaded."""
    times = placed.open_time
    if window.anchor is None or not int(times[0]) <= window.anchor <= int(times[-1]):
        return None
    return float(placed.axis.start_of(int(np.searchsorted(times, window.anchor))))


def _window_of(goal: Goal, placed: Placed, series: Series, stride: int) -> PrefetchWindow | None:
    match goal:
        case GoToLatest() | GoToDate() | OpenAt():
            return opening_window(goal, placed.view.n_screen, stride)
        case FollowView():
            return plan_prefetch(placed, series, stride)

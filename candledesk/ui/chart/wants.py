"""Which bars a chart should ask for: a screen on each side is prefetched, and nothing is asked twice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.viewport import MAX_BARS

if TYPE_CHECKING:
    from candledesk.ui.chart.viewport import Placed

_GRAIN = 500  # counts are rounded up to this, so that a pan by one bar asks nothing new
_SCREENS_BEFORE = 3
_SCREENS_AFTER = 2


@dataclass(frozen=True, slots=True)
class Want:
    """The counts of a ``ViewportRequest``; ``anchor`` ``None`` is the latest bar."""

    anchor: int | None
    n_before: int
    n_after: int


def _round_up(count: float) -> int:
    return max(_GRAIN, math.ceil(count / _GRAIN) * _GRAIN)


def want_latest(n_screen: int) -> Want:
    """Return what to ask for when a series is opened."""
    return Want(None, min(MAX_BARS, _round_up(_SCREENS_BEFORE * n_screen)), 0)


def want_around(placed: Placed, *, at_latest: bool) -> Want:
    """Return the window around the screen: to the latest bar while that fits into ``MAX_BARS``."""
    n, screen = len(placed.open_time), placed.view.n_screen
    if n == 0:
        return want_latest(screen)
    before_latest = n - placed.left_edge + (_SCREENS_BEFORE - 1) * screen
    if at_latest and (before_latest <= MAX_BARS or placed.right_edge + screen >= n - 1):
        return Want(None, min(MAX_BARS, _round_up(before_latest)), 0)
    row = min(max(math.ceil(placed.right_edge), 0), n - 1)
    before = min(MAX_BARS, _round_up(row - placed.left_edge + (_SCREENS_BEFORE - 1) * screen))
    after = min(MAX_BARS - before, _round_up(_SCREENS_AFTER * screen))
    return Want(int(placed.open_time[row]), before, max(0, after))


def plan_want(placed: Placed, edge: EdgeState, *, at_latest: bool) -> Want | None:
    """Return what to ask for now, or ``None`` when a screen on each side is loaded or known not to exist."""
    n, screen = len(placed.open_time), placed.view.n_screen
    if n == 0:
        return None
    is_older_missing = edge in (EdgeState.MORE, EdgeState.LOADING) and placed.left_edge < screen
    is_newer_missing = not at_latest and placed.right_edge + screen > n - 1
    return want_around(placed, at_latest=at_latest) if is_older_missing or is_newer_missing else None

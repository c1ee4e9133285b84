"""How far a chart zooms and about which place; zooming out never leaves a third of it empty. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.options import WheelZoom
from candledesk.ui.chart.core.viewport import DEFAULT_SPACING, Logical

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.core.viewport import Placed, Viewport

_ROOM = 1.25  # how much wider than a whole history the view may be
_MANY_BARS = 20_000  # that may be looked at before they are stored
_MOST_EMPTY = 1 / 3  # of the chart at either end (WINDOW.md, rule 5)


def is_at_right_edge(wheel: WheelZoom, *, is_latest_visible: bool, has_ctrl: bool) -> bool:
    """Return whether the wheel zooms about the right edge, and not about the cursor; Ctrl changes to the other."""
    if wheel is WheelZoom.CURSOR:
        return has_ctrl
    return is_latest_visible and not has_ctrl


def is_oldest_known(series: Series, *, is_offline: bool = False) -> bool:
    """Return whether nothing older comes: at the start of history, after a failure, or without a network."""
    return series.edge in {EdgeState.START, EdgeState.FAILED} or (is_offline and series.edge is EdgeState.LOADING)


def min_spacing(series: Series, width: float, *, is_offline: bool = False) -> float:
    """Return the least bar spacing: nothing is gained by zooming out far beyond what is stored of a history."""
    n_stored = series.axis.n_stored
    is_whole = is_oldest_known(series, is_offline=is_offline) and series.at_latest and n_stored > 0
    n_most = n_stored * _ROOM if is_whole else max(_MANY_BARS, n_stored * _ROOM)
    return min(DEFAULT_SPACING, width / n_most)


def zoomed(placed: Placed, series: Series, x: float, factor: float, *, is_offline: bool = False) -> Viewport:
    """Return the view scaled by ``factor`` with what is under the logical pixel ``x`` kept there.

    Zooming out, an end of the history does not move further into the chart than a third, where it is not already.
    """
    width = placed.view.width
    view = placed.zoom_at(x, factor, min_spacing=min_spacing(series, width, is_offline=is_offline))
    if factor >= 1 or placed.n_bars == 0:
        return view
    after, n_screen, n_before = view.place(series.axis), width / view.spacing, width / placed.view.spacing
    edge = float(after.right_edge)
    if is_oldest_known(series, is_offline=is_offline):
        share = max(_MOST_EMPTY, (-0.5 - placed.left_edge) / n_before)
        edge = max(edge, -0.5 + (1 - share) * n_screen)
    if series.at_latest:
        share = max(_MOST_EMPTY, (placed.right_edge - placed.n_bars + 0.5) / n_before)
        edge = min(edge, placed.n_bars - 0.5 + share * n_screen)
    return view if edge == after.right_edge else after.moved(Logical(edge), view.spacing)

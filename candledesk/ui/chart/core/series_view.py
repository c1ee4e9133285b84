"""Where a chart looks when another window of bars is shown: of the same series, or of another one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.chart.core.scene import min_spacing, view_of_date
from candledesk.ui.chart.core.viewport import Viewport

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.core.viewport import Placed


def is_same_series(one: Series, other: Series) -> bool:
    """Return whether two windows are of the same symbol and interval."""
    return (one.symbol, one.interval) == (other.symbol, other.interval)


def followed_view(placed: Placed, previous: Series, series: Series, width: float, *, is_fitting: bool) -> Viewport:
    """Return the view on another window of the same series: nothing on screen moves, unless newer bars push it.

    ``width``: of the plot; ``is_fitting``: every bar stays on screen.
    """
    view = placed.followed(series.axis, is_latest=previous.at_latest).resized_from_left(width)
    return view.place(series.axis).fit() if is_fitting else view


def jumped_view(view: Viewport, series: Series, width: float, date: int | None) -> Viewport:
    """Return the view with a date (UTC seconds) in the middle, ``None``: on the latest bar."""
    view = Viewport(spacing=view.spacing, width=width)
    return view if date is None else view_of_date(view, series, date)


def opened_view(view: Viewport, series: Series, width: float) -> Viewport:
    """Return the view on a series that was not shown before."""
    return Viewport(spacing=max(view.spacing, min_spacing(series, width)), width=width)

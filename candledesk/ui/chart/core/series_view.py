"""Where a chart looks when another window of bars is shown: of the same series, or of another one. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import DAY_S
from candledesk.ui.chart.core.chart_messages import date_text
from candledesk.ui.chart.core.scene import first_time, view_of_date
from candledesk.ui.chart.core.viewport import DEFAULT_RIGHT_BARS, DEFAULT_SPACING, Logical, Viewport
from candledesk.ui.chart.core.zoom import min_spacing

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.axis import BarAxis
    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.core.viewport import Placed

_NEAR_S = 7 * DAY_S  # a history that ends or is listed so near to a time reaches it: holidays, and the first bar's date


@dataclass(frozen=True, slots=True)
class ChartPlace:
    """Where a chart looks, whatever series it shows.

    ``right_time``: what lies at its right edge (UTC seconds), ``None``: the latest bar is on screen, ``right_bars``
    bars left of that edge. ``spacing``: logical pixels per bar.
    """

    right_time: int | None = None
    right_bars: float = DEFAULT_RIGHT_BARS
    spacing: float = DEFAULT_SPACING


def is_same_series(one: Series, other: Series) -> bool:
    """Return whether two windows are of the same symbol and interval."""
    return (one.symbol, one.interval) == (other.symbol, other.interval)


def place_of(placed: Placed, series: Series) -> ChartPlace:
    """Return where a chart looks; without bars at the latest one."""
    view = placed.view
    if placed.n_bars == 0 or (series.at_latest and placed.is_latest_visible()):
        return ChartPlace(None, placed.right_edge - (placed.n_bars - 1) if placed.n_bars else view.right, view.spacing)
    return ChartPlace(time_of_edge(placed.axis, placed.right_edge), spacing=view.spacing)


def right_time_in(interval: Interval, placed: Placed, series: Series) -> int | None:
    """Return what is to lie at the right edge in another interval (UTC seconds), ``None`` for the latest bar.

    Of a day that is cut by the edge all intraday bars are shown: its date would else be lost.
    """
    time = place_of(placed, series).right_time
    if time is None or interval.is_daily or not series.interval.is_daily:
        return time
    return time_of_edge(placed.axis, math.ceil(placed.right_edge + 0.5) - 0.5)


def time_of_edge(axis: BarAxis, edge: float) -> int:
    """Return the time (UTC seconds) at a fractional index where bars are cut: a bar's share of it is counted.

    The window must not be empty. Unlike ``BarAxis.time_at`` it counts no closed hours.
    """
    slot = math.ceil(edge + 0.5) - 1
    if not axis.is_single or not 0 <= slot < axis.n_slots:
        return axis.time_at(edge + 0.5)
    return round(int(axis.slot_times[slot]) + (edge + 0.5 - slot) * axis.step_s)


def edge_of_time(axis: BarAxis, time: int) -> float:
    """Return the fractional index at which a time cuts the bars, the inverse of ``time_of_edge``."""
    slot = int(axis.slot_times.searchsorted(time, side="right")) - 1
    if not axis.is_single or slot < 0 or (slot == axis.n_slots - 1 and axis.n_upcoming):
        return axis.index_at(time) - 0.5
    return slot + min(1.0, (time - int(axis.slot_times[slot])) / axis.step_s) - 0.5


def followed_view(placed: Placed, previous: Series, series: Series, width: float, *, is_fitting: bool) -> Viewport:
    """Return the view on another window of the same series: nothing on screen moves, unless newer bars push it.

    ``width``: of the plot; ``is_fitting``: every bar stays on screen.
    """
    view = placed.followed(series.axis, is_latest=previous.at_latest).resized_from_left(width)
    return view.place(series.axis).fit() if is_fitting else view


def jumped_view(
    view: Viewport,
    series: Series,
    width: float,
    date: int | None,
    *,
    right_bars: float | None = None,
    is_first: bool = False,
) -> Viewport:
    """Return the view with a date (UTC seconds) in the middle, ``None``: on the latest bar.

    ``right_bars``: so many bars left of the right edge instead; ``is_first``: that of the first bar, which is shown at
    the left edge.
    """
    view = Viewport(spacing=view.spacing, width=width)
    if is_first and series.axis.n_older == 0:
        return view.place(series.axis).on_first()
    return view if date is None else view_of_date(view, series, date, right_bars)


def oldest_time(series: Series, *, is_offline: bool) -> int | None:
    """Return when the first bar there is opens (UTC seconds), stored or not, ``None`` when it is loaded or not known.

    Without a network it is the first one that is stored.
    """
    times = series.bars.open_time
    stored = series.axis.stored_from if series.axis.n_older else None
    begins = None if is_offline else first_time(series)
    known = [time for time in (stored, begins) if time is not None]
    oldest = min(known, default=None)
    is_loaded = series.edge is EdgeState.START or not len(times) or oldest is None or oldest >= times[0]
    return None if is_loaded else oldest


def begin_text(series: Series) -> str:
    """Return when the loaded bars of a series begin, as a sentence; empty without bars."""
    times = series.bars.open_time
    if not len(times):
        return ""
    first = int(times[0])
    is_start = series.edge is EdgeState.START
    return (
        f"{_subject(series, first)} on {date_text(first)}"
        if is_start
        else f"The first bar here is of {date_text(first)}"
    )


def later_text(series: Series, time: int) -> str:
    """Return a sentence when a time (UTC seconds) lies behind the latest bar, else nothing."""
    times = series.bars.open_time
    is_later = series.at_latest and len(times) > 0 and time >= series.axis.loaded_end
    return f"The latest bar of {series.symbol} is of {date_text(int(times[-1]))}" if is_later else ""


def opened_view(place: ChartPlace, series: Series, width: float) -> Viewport:
    """Return the view on a series that was not shown before, at the place where another one was.

    Where the series has no bars at that time, the nearest ones are shown: its first at the left, or its latest.
    """
    view = Viewport(right=place.right_bars, spacing=max(place.spacing, min_spacing(series, width)), width=width)
    if place.right_time is None or not len(series.bars):
        return view
    placed = view.place(series.axis)
    if series.edge is EdgeState.START and place.right_time < int(series.bars.open_time[0]):
        return placed.on_first()
    edge = edge_of_time(series.axis, place.right_time)
    if series.at_latest and edge >= placed.n_bars - 1:
        return replace(view, right=DEFAULT_RIGHT_BARS)
    return placed.moved(Logical(edge), view.spacing)


def reach_text(series: Series, time: int) -> str:
    """Return a sentence when the bars of a series begin after a time (UTC seconds) or end before it, else nothing."""
    times = series.bars.open_time
    if not len(times):
        return ""
    first, last = int(times[0]), series.axis.loaded_end
    if series.edge is EdgeState.START and time < first:
        return f"{_subject(series, first)} on {date_text(first)}"
    return f"{series.symbol} ends on {date_text(int(times[-1]))}" if series.at_latest and time > last + _NEAR_S else ""


def _subject(series: Series, first: int) -> str:
    """Return ``AAPL begins``; ``5m bars of AAPL begin`` when it was listed long before."""
    listed = series.instrument.first_open_time if series.instrument is not None else None
    is_whole = series.interval.is_daily if listed is None else first <= listed + _NEAR_S
    return f"{series.symbol} begins" if is_whole else f"{series.interval.name} bars of {series.symbol} begin"

"""What a chart shows, as frozen values: the series, the view on it and the words when there is nothing to draw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import EdgeState
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.drawings.drawing import DrawingSet
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.geometry.odd_bars import find_oddities
from candledesk.ui.chart.core.options import ChartOptions, PriceMode
from candledesk.ui.chart.core.panes import DEFAULT_PANES, Pane
from candledesk.ui.chart.core.time_ticks import TimeAxisData, build_calendar
from candledesk.ui.chart.core.viewport import Logical, Viewport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.cache.drawing_messages import AnchorCounts, DrawingValues
    from candledesk.cache.messages import ViewportReply
    from candledesk.domain.calendar.countdown import TradingHours
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.compares.compare import Compare
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents
    from candledesk.ui.chart.core.geometry.measurement import Measurement
    from candledesk.ui.chart.core.geometry.odd_bars import Oddities
    from candledesk.ui.chart.core.geometry.pane_drop import PaneDrop
    from candledesk.ui.chart.core.scales import ValueRange
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.chart.core.studies.study_values import StudyValues

DEFAULT_DECIMALS = 2
NO_DRAWINGS = DrawingSet()


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The loaded window of one series: rows of one bar or of many, and the axis that they lie on.

    ``flags``: of each row that holds a flagged bar, by its open time; ``oddities``: how rows are drawn that are not
    drawn as they are, ``None`` when all are. ``oldest_askable``: how far back the provider answers (UTC seconds),
    ``None`` for no limit but the listing.
    """

    symbol: str
    interval: Interval
    bars: Bars
    axis: BarAxis
    calendar: TimeAxisData
    instrument: Instrument | None = None
    edge: EdgeState = EdgeState.LOADING
    edge_reason: str = ""
    at_latest: bool = True
    hours: TradingHours | None = None
    flags: Mapping[int, int] = field(default_factory=dict)
    oddities: Oddities | None = None
    oldest_askable: int | None = None

    @property
    def drawn(self) -> Bars:
        """The rows as they are drawn."""
        return self.bars if self.oddities is None else self.oddities.drawn

    @property
    def is_single(self) -> bool:
        """Whether every row is one stored bar."""
        return self.axis.is_single and self.interval.base is self.interval

    @property
    def decimals(self) -> int:
        """Digits after the point of a price."""
        return self.instrument.price_decimals if self.instrument else DEFAULT_DECIMALS

    def is_same_as(self, reply: ViewportReply) -> bool:
        """Whether a reply of the same series would change nothing."""
        return (
            self.flags == reply.odd
            and (self.edge, self.edge_reason, self.at_latest, self.instrument)
            == (reply.edge, reply.edge_reason, reply.at_latest, reply.instrument)
            and (self.axis.stride, self.axis.n_older, self.axis.n_newer)
            == (reply.request.stride, reply.n_older, reply.n_newer)
            and self.bars.equals(reply.bars)
            and np.array_equal(self.axis.upcoming_times, () if reply.upcoming is None else reply.upcoming)
        )

    @classmethod
    def empty(cls) -> Series:
        """Return no series at all."""
        none = Bars.empty()
        calendar = build_calendar(none.open_time, "UTC", is_daily=True)
        return cls("", INTERVALS["1d"], none, BarAxis(none.open_time), calendar, edge=EdgeState.START)

    @classmethod
    def from_reply(cls, reply: ViewportReply) -> Series:
        """Build the window of a reply."""
        zone = reply.instrument.tz if reply.instrument else "UTC"
        interval = reply.request.interval
        is_single = reply.starts is None and interval.base is interval
        axis = BarAxis(
            reply.bars.open_time,
            reply.starts,
            stride=reply.request.stride,
            n_older=reply.n_older,
            n_newer=reply.n_newer,
            stored_from=reply.stored_from,
            upcoming=reply.upcoming,
            step_s=interval.step_s,
        )
        return cls(
            symbol=reply.request.symbol,
            interval=interval,
            bars=reply.bars,
            axis=axis,
            calendar=build_calendar(axis.slot_times, zone, is_daily=interval.is_daily, n_upcoming=axis.n_upcoming),
            instrument=reply.instrument,
            edge=reply.edge,
            edge_reason=reply.edge_reason,
            at_latest=reply.at_latest,
            hours=reply.hours,
            flags=reply.odd,
            oldest_askable=reply.oldest_askable,
            oddities=find_oddities(reply.bars, reply.odd, reply.usual, is_single=is_single),
        )

    def replacing(self, previous: Series) -> Series:
        """Return the window with its bars in the same blocks as in the window of the same series that it replaces."""
        return replace(self, axis=self.axis.continuing(previous.axis))


def first_time(series: Series) -> int | None:
    """Return when the history of a series begins (UTC seconds): its listing or the look-back; ``None`` when unknown."""
    if series.hours is None and not series.interval.is_daily:
        return None  # the look-back is not known yet
    listed = series.instrument.first_open_time if series.instrument else None
    floor = None if series.oldest_askable is None else series.oldest_askable + DAY_S
    return max((time for time in (listed, floor) if time is not None), default=None)


def view_of_date(view: Viewport, series: Series, date: int, right_bars: float | None = None) -> Viewport:
    """Return the view with a date in the middle; near the start of history with the first bar at the left edge.

    ``right_bars``: the bar of the date lies so many bars left of the right edge instead.
    """
    placed = view.place(series.axis)
    if right_bars is not None and series.axis.n_rows:
        start = series.axis.start_of(series.axis.row_of(date))
        return placed.moved(Logical(start + right_bars), view.spacing)
    views = [placed.centred(date), *([placed.on_first()] if series.edge is EdgeState.START else [])]
    return max(views, key=lambda moved: moved.place(series.axis).right_edge)


@dataclass(frozen=True, slots=True)
class Notice:
    """Words in the middle of a chart that has no bars."""

    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ChartScene:
    """Everything that one paint needs.

    ``price_range`` ``None``: autoscale to the visible bars; ``pause``: why nothing is fetched now, as a sentence.
    ``panes``: from the top, one of them that of prices; ``maximised``: the id of the pane that has all of the height,
    empty for none. ``studies``: the indicators, the lowest first; ``study_values``: what came of them, by key.
    ``compares`` and ``compare_values``: the same of compared series.
    ``events``: dividends, splits and gains, perhaps still of the series that was shown before.
    ``drawings``: those of the symbol, the lowest first; ``selected_drawings``: the ids of those that show their
    handles; ``anchor_counts``: where points beyond the loaded bars lie, and ``drawing_values`` what was computed of
    bars, by the id of the drawing. ``chart``: the id of the chart, by which drawings are its own; empty until the first
    of them is.
    ``measured``: what is measured now, ``None`` for nothing; ``drop``: where a pane or an indicator that is being
    dragged would land.
    """

    series: Series = field(default_factory=Series.empty)
    viewport: Viewport = field(default_factory=Viewport)
    price_range: ValueRange | None = None
    price_mode: PriceMode = PriceMode.NORMAL
    is_inverted: bool = False
    notice: Notice | None = None
    is_offline: bool = False
    is_counting: bool = False
    pause: str = ""
    panes: tuple[Pane, ...] = DEFAULT_PANES
    maximised: str = ""
    options: ChartOptions = field(default_factory=ChartOptions)
    studies: tuple[ChartStudy, ...] = ()
    study_values: Mapping[str, StudyValues] = field(default_factory=dict)
    compares: tuple[Compare, ...] = ()
    compare_values: Mapping[str, CompareValues] = field(default_factory=dict)
    measured: Measurement | None = None
    drop: PaneDrop | None = None
    events: SeriesEvents | None = None
    drawings: DrawingSet = NO_DRAWINGS
    selected_drawings: frozenset[str] = frozenset()
    anchor_counts: AnchorCounts | None = None
    drawing_values: Mapping[str, DrawingValues] = field(default_factory=dict)
    chart: str = ""

    @property
    def shown_events(self) -> SeriesEvents | None:
        """The events of the series that is shown, ``None`` while they have not come."""
        found, series = self.events, self.series
        is_own = found is not None and (found.symbol, found.interval) == (series.symbol, series.interval)
        return found if is_own else None

    @property
    def is_log(self) -> bool:
        """Whether the price axis is logarithmic."""
        return self.price_mode is PriceMode.LOG

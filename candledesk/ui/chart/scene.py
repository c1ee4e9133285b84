"""What a chart shows, as frozen values: the series, the view on it and the words when there is nothing to draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import EdgeState
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.layout import PaneSplit
from candledesk.ui.chart.options import ChartOptions, PriceMode
from candledesk.ui.chart.ticks import Calendar, build_calendar
from candledesk.ui.chart.viewport import Viewport

if TYPE_CHECKING:
    from candledesk.cache.messages import ViewportReply
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.scales import PriceRange

DEFAULT_DECIMALS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The loaded window of one series. ``origin``: absolute index of row 0, stable while the window moves."""

    symbol: str
    interval: Interval
    bars: Bars
    calendar: Calendar
    origin: int = 0
    instrument: Instrument | None = None
    edge: EdgeState = EdgeState.LOADING
    edge_reason: str = ""
    at_latest: bool = True

    @property
    def decimals(self) -> int:
        """Digits after the point of a price."""
        return self.instrument.price_decimals if self.instrument else DEFAULT_DECIMALS

    def is_same_as(self, reply: ViewportReply) -> bool:
        """Whether a reply of the same series would change nothing."""
        return (
            (self.edge, self.edge_reason, self.at_latest, self.instrument)
            == (reply.edge, reply.edge_reason, reply.at_latest, reply.instrument)
        ) and self.bars.equals(reply.bars)

    @classmethod
    def empty(cls) -> Series:
        """Return no series at all."""
        none = Bars.empty()
        calendar = build_calendar(none.open_time, "UTC", is_daily=True)
        return cls("", INTERVALS["1d"], none, calendar, edge=EdgeState.START)

    @classmethod
    def from_reply(cls, reply: ViewportReply, former: Series | None = None) -> Series:
        """Build the window of a reply; ``former`` is the same series' window that it replaces."""
        zone = reply.instrument.tz if reply.instrument else "UTC"
        same = former is not None and (former.symbol, former.interval) == (reply.request.symbol, reply.request.interval)
        return cls(
            symbol=reply.request.symbol,
            interval=reply.request.interval,
            bars=reply.bars,
            calendar=build_calendar(reply.bars.open_time, zone, is_daily=reply.request.interval.is_daily),
            origin=_origin(reply.bars, former) if former is not None and same else 0,
            instrument=reply.instrument,
            edge=reply.edge,
            edge_reason=reply.edge_reason,
            at_latest=reply.at_latest,
        )


def _origin(bars: Bars, former: Series) -> int:
    """Return the absolute index of the new row 0, by a bar that both windows hold."""
    if not len(bars) or not len(former.bars):
        return former.origin
    shared = min(int(bars.open_time[-1]), int(former.bars.open_time[-1]))
    new_row, old_row = (int(np.searchsorted(times, shared)) for times in (bars.open_time, former.bars.open_time))
    return former.origin + old_row - new_row


@dataclass(frozen=True, slots=True)
class Notice:
    """Words in the middle of a chart that has no bars."""

    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ChartScene:
    """Everything that one paint needs. ``price_range`` ``None``: autoscale to the visible bars."""

    series: Series = field(default_factory=Series.empty)
    viewport: Viewport = field(default_factory=Viewport)
    price_range: PriceRange | None = None
    price_mode: PriceMode = PriceMode.NORMAL
    is_inverted: bool = False
    notice: Notice | None = None
    is_offline: bool = False
    split: PaneSplit = field(default_factory=PaneSplit)
    options: ChartOptions = field(default_factory=ChartOptions)

    @property
    def is_log(self) -> bool:
        """Whether the price axis is logarithmic."""
        return self.price_mode is PriceMode.LOG

"""A drawing: points of time and raw price, what it looks like, and where it is shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from candledesk.domain.interval import parse_interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.interval import Interval

PRICE_PANE = "price"
RAW = "raw"
"""The only basis of stored prices: as traded at the time of the point (WORKBENCH.md §2.2)."""
BUCKETS = ("minutes", "hours", "days", "weeks", "months")
"""The groups of intervals by which a drawing can be shown or hidden."""
_BUCKET_OF_UNIT = {"m": "minutes", "h": "hours", "d": "days", "wk": "weeks", "mo": "months", "y": "months"}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point of a drawing.

    ``time``: UTC seconds, the open_time of the bar of ``interval`` in which it was drawn (daily and longer: the date at
    00:00 UTC); ``price``: on the raw basis of ``time``, ``None`` where a tool needs no price. ``extra``: fields of its
    JSON that this version does not know.
    """

    time: int
    price: float | None
    interval: str = "1d"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bar_length(self) -> Interval:
        """The interval in which it was drawn."""
        return parse_interval(self.interval)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing of a symbol; shown on every chart of that symbol, unless it belongs to one of them.

    ``type``: the id of its tool, perhaps of one that this version does not know. ``pane``: ``price`` or the key of an
    indicator. ``style``: what differs from the tool's defaults. ``intervals``: the ``BUCKETS`` in which it is shown,
    ``None`` for all. ``z``: the order of painting, ``None`` when not stored yet: above all others. ``group``: drawings
    with the same one are selected together. ``by``: the script that made it, empty for a person. ``chart``: the id of
    the only chart that shows it, empty for all. ``extra``: fields of its JSON that this version does not know.
    """

    id: str
    type: str
    symbol: str
    points: tuple[Anchor, ...]
    pane: str = PRICE_PANE
    style: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    visible: bool = True
    locked: bool = False
    intervals: tuple[str, ...] | None = None
    z: int | None = None
    group: str = ""
    by: str = ""
    chart: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def is_shown_on(self, interval: Interval) -> bool:
        """Whether it is visible on a chart of ``interval``."""
        return self.visible and (self.intervals is None or bucket_of(interval) in self.intervals)

    def belongs_to(self, chart: str) -> bool:
        """Whether it is drawn in the chart of this id, as it is unless it belongs to another one."""
        return self.chart in {"", chart}

    def with_point(self, at: int, anchor: Anchor) -> Drawing:
        """Return it with one point replaced."""
        return replace(self, points=(*self.points[:at], anchor, *self.points[at + 1 :]))


@dataclass(frozen=True, slots=True, eq=False)
class DrawingSet:
    """The drawings of a chart, the lowest first; equal to itself only, so that it is a key of what is made from it."""

    drawings: tuple[Drawing, ...] = ()


def bucket_of(interval: Interval) -> str:
    """Return the group of intervals that ``interval`` belongs to."""
    return _BUCKET_OF_UNIT[interval.unit]

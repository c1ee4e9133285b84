"""What charts ask of the cache for drawings: how many bars lie between, and what is computed of bars."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.drawings.position import Outcome

MAX_ANCHORS = 2_000  # of one request
MAX_SAMPLES = 20_000  # points of a curve


@dataclass(frozen=True, slots=True)
class AnchorRequest:
    """Where times lie among the bars of a series that a chart has not loaded.

    ``reference``: when a loaded bar opens, from which bars are counted; ``times``: ascending, at most ``MAX_ANCHORS``.
    All in the times that key the bars of ``interval`` (UTC seconds).
    """

    symbol: str
    interval: Interval
    reference: int
    times: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AnchorCounts:
    """The bars on both sides of each time of a request, as far as there are any.

    ``open_time``: ascending, int64 ``(n,)``; ``position``: how many bars each is behind that of the reference
    (negative: before it), int64 ``(n,)``. Bars that are not stored are those that the venue's calendar expects.
    """

    request: AnchorRequest
    open_time: IntArray
    position: IntArray


@dataclass(frozen=True, slots=True)
class VwapTask:
    """The mean price since a time, weighted by volume.

    ``ends``: the instants at which it is wanted, ascending, at most ``MAX_SAMPLES``: of the bars that open before each.
    """

    start: int
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProfileTask:
    """The volume by price of a span; ``value_area``: the share of the volume that the value area holds, 0 to 1."""

    span: Span
    n_rows: int
    value_area: float


@dataclass(frozen=True, slots=True)
class PositionTask:
    """What became of a position after the bar of its entry.

    ``time``: the open_time of that bar, which was drawn in the interval ``drawn``. Prices on the basis of the bars
    (split-adjusted).
    """

    time: int
    drawn: Interval
    entry: float
    target: float
    stop: float


@dataclass(frozen=True, slots=True)
class VolumeTask:
    """The volume of a span."""

    span: Span


DrawingTask = VwapTask | ProfileTask | PositionTask | VolumeTask
"""Times and spans are those that key the bars of the chart's interval."""


@dataclass(frozen=True, slots=True)
class DrawingRequest:
    """What a drawing of a chart shows of stored bars."""

    symbol: str
    interval: Interval
    task: DrawingTask


@dataclass(frozen=True, slots=True, eq=False)
class DrawingValues:
    """What a drawing shows of stored bars.

    ``source``: the interval that it was computed from, the finest that is stored without a gap (of a VWAP also one that
    is longer than the chart's), else the chart's own; empty when nothing is stored. ``has_gaps``: bars are missing.
    ``curves``: ``vwap`` and ``deviation`` at the ends of the task, NaN where there is none, float64 ``(n,)``. ``rows``:
    (lower price, upper price, share of the widest row, whether it is in the value area). ``outcome``: of a position,
    with the price of its last known bar. ``volume``: ``None`` when it is not known.
    """

    request: DrawingRequest
    source: str = ""
    has_gaps: bool = False
    curves: Mapping[str, FloatArray] = field(default_factory=dict)
    rows: tuple[tuple[float, float, float, bool], ...] = ()
    outcome: Outcome = "unknown"
    last: float | None = None
    volume: float | None = None

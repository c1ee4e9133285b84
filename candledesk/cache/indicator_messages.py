"""The request for the values of an indicator, and the reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from candledesk.cache.messages import Gap
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.indicators.studies import Study

N_LATEST = 500
"""Bars of an answer when a request names neither a span nor a number."""
MAX_BARS = 100_000
"""The most bars of one answer; more are refused with ``InputError``."""


@dataclass(frozen=True, slots=True)
class IndicatorRequest:
    """The values of a study at the stored bars of a span; nothing is requested of the provider.

    ``n_bars``: at least so many bars before the end of the span, if there are; it outranks the start. ``span``
    ``None``: up to the latest bar. ``as_of`` (UTC seconds): what was known then: bars that were closed, prices on the
    basis of the splits until then.
    """

    symbol: str
    interval: Interval
    study: Study
    span: Span | None = None
    n_bars: int | None = None
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One row of a volume profile."""

    low: float
    high: float
    up: Annotated[float, "volume of bars that closed at or above their open"]
    down: Annotated[float, "volume of the other bars"]
    in_value_area: bool


@dataclass(frozen=True, eq=False, slots=True)
class IndicatorReply:
    """The values of a study at n bars.

    ``open_time``: int64 ``(n,)``; ``is_final``, ``settled``: bool ``(n,)``: whether the bar can no longer change, and
    whether older history can no longer change the value. ``lines``: float64 ``(n,)`` by output, NaN where there is no
    value. ``shifts``: by how many bars an output is drawn to the right; ``upcoming``: when the bars open that the
    calendar expects next, as many as the greatest shift. ``gaps``: bars that are missing in what the values are made
    of, from some way before the first one on. ``notes``: what a person should know, a sentence each.
    """

    request: IndicatorRequest
    open_time: IntArray
    is_final: BoolArray
    settled: BoolArray
    lines: Mapping[str, FloatArray]
    shifts: Mapping[str, int] = field(default_factory=dict)
    upcoming: tuple[int, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    profile: tuple[ProfileRow, ...] = ()
    rev: int = 0


@dataclass(frozen=True, slots=True)
class IndicatorRowsRequest:
    """The lines of a study for a chart whose rows stand for up to ``stride`` bars each (8, 64 or 512)."""

    symbol: str
    interval: Interval
    study: Study
    span: Span
    stride: int


@dataclass(frozen=True, eq=False, slots=True)
class IndicatorRows:
    """The lines of a study, reduced to n rows of bars; the rows are those of a chart's bars at the same stride.

    ``open_time``, ``n_bars``: int64 ``(n,)``, of the first bar of each row, and how many bars it holds; ``least``,
    ``greatest``, ``last``: float64 ``(n,)`` by output: the extremes of the values at those bars, and the value at the
    last one. ``settled``: bool ``(n,)``, whether all values of a row are. ``rev``: the series' revision.
    """

    request: IndicatorRowsRequest
    open_time: IntArray
    n_bars: IntArray
    least: Mapping[str, FloatArray]
    greatest: Mapping[str, FloatArray]
    last: Mapping[str, FloatArray]
    settled: BoolArray
    rev: int

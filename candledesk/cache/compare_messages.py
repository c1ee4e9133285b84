"""The request for another series beside that of a chart, and the reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.cache.messages import Gap
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """The closes of ``other`` beside the stored bars of ``symbol`` that open in a span, in the same interval.

    ``stride``: each row of the answer stands for the bars of so many steps (1, 8, 64, 512), cut as a chart's rows are;
    derived intervals are answered bar by bar. ``may_fetch``: what is missing of ``other`` is requested of
    its provider, and stored, as for a chart.
    """

    symbol: str
    interval: Interval
    other: str
    span: Span
    stride: int = 1
    may_fetch: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class CompareRows:
    """The other's closes at n rows, aligned by time (``domain.compare.alignment``).

    ``open_time``: of each row's first main bar, int64 ``(n,)``; ``least``, ``greatest``, ``last``: of the closes beside
    the row's bars, float64 ``(n,)``, NaN where the other has none; ``own_time``: the open of the other's bar beside the
    row's last one, int64 ``(n,)``, 0 for none; ``is_carried``: bool ``(n,)``, whether the last close is that of an
    older bar, because the other's venue was closed. ``instrument``: the other one; ``gaps``: what is missing of it.
    """

    request: CompareRequest
    open_time: IntArray
    least: FloatArray
    greatest: FloatArray
    last: FloatArray
    own_time: IntArray
    is_carried: BoolArray
    instrument: Instrument
    gaps: tuple[Gap, ...] = ()

"""What each tool of drawings asks of stored bars, and what it shows of the answer. Pure.

The cache computes of the finest interval that is stored without a gap; the note of the drawing names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from candledesk.cache.drawing_messages import PositionTask, ProfileTask, VolumeTask, VwapTask
from candledesk.domain.span import Span
from candledesk.drawings.tools.ranges.position import outcome_words

if TYPE_CHECKING:
    from candledesk.cache.drawing_messages import DrawingTask, DrawingValues
    from candledesk.domain.bars import FloatArray
    from candledesk.drawings.drawing import Anchor


@dataclass(frozen=True, slots=True)
class TaskInputs:
    """A drawing on the bars of a chart.

    ``points``: as they are stored; ``prices``: of the points on the basis of the bars (split-adjusted), NaN for none;
    ``spans``: start and end of the bar that each was drawn in, in the times that key the bars of the chart; ``style``:
    whole.
    """

    type: str
    style: Mapping[str, Any]
    points: Sequence[Anchor]
    prices: tuple[float, ...]
    spans: Sequence[tuple[int, int]]

    @property
    def span(self) -> Span:
        """From the first of the bars it was drawn in to the end of the last one."""
        return Span(min(start for start, _ in self.spans), max(end for _, end in self.spans))


@dataclass(frozen=True, slots=True, eq=False)
class ShownValues:
    """What a drawing shows of bars; empty where it shows nothing.

    ``curves``: ``vwap`` and its band, ``upper`` and ``lower``, at the ends of the task, NaN where there is none. The
    other fields as in ``DrawingValues``; ``note``: what became of a position, and which bars everything is made of.
    """

    note: str = ""
    curves: Mapping[str, FloatArray] = field(default_factory=dict)
    rows: tuple[tuple[float, float, float, bool], ...] = ()
    volume: float | None = None


def drawing_task(inputs: TaskInputs, ends: tuple[int, ...] = ()) -> DrawingTask:
    """Return what is computed for a drawing of a ``COMPUTED`` tool; ``ends``: of the points of a curve."""
    return _TASKS[inputs.type](inputs, ends)


def shown_values(inputs: TaskInputs, values: DrawingValues) -> ShownValues:
    """Return what a drawing of a ``COMPUTED`` tool shows of the values that were computed for it."""
    return _SHOWN[inputs.type](inputs, values)


def _vwap_task(inputs: TaskInputs, ends: tuple[int, ...]) -> VwapTask:
    return VwapTask(inputs.spans[0][0], ends)


def _profile_task(inputs: TaskInputs, _ends: tuple[int, ...]) -> ProfileTask:
    return ProfileTask(inputs.span, int(inputs.style["rows"]), float(inputs.style["value_area"]))


def _volume_task(inputs: TaskInputs, _ends: tuple[int, ...]) -> VolumeTask:
    return VolumeTask(inputs.span)


def _position_task(inputs: TaskInputs, _ends: tuple[int, ...]) -> PositionTask:
    entry = inputs.points[0]
    return PositionTask(entry.time, entry.bar_length, *inputs.prices)


_TASKS: Mapping[str, Callable[[TaskInputs, tuple[int, ...]], DrawingTask]] = {
    "anchored_vwap": _vwap_task,
    "volume_profile": _profile_task,
    "date_price_range": _volume_task,
    "long_position": _position_task,
    "short_position": _position_task,
}
COMPUTED = frozenset(_TASKS)
"""The tools that show something of stored bars."""


_NO_VOLUME = ShownValues("No volume is stored")  # of currencies, ratios, some indices


def _source_note(values: DrawingValues) -> str:
    return f"from {values.source}" + (", bars are missing" if values.has_gaps else "")


def _shown_vwap(inputs: TaskInputs, values: DrawingValues) -> ShownValues:
    if not values.curves:
        return _NO_VOLUME
    mean, deviation = values.curves["vwap"], values.curves["deviation"]
    curves = {"vwap": mean}
    if inputs.style["bands"]:
        width = float(inputs.style["bands"][0]) * deviation
        curves |= {"upper": mean + width, "lower": mean - width}
    return ShownValues(f"VWAP {_source_note(values)}", curves)


def _shown_profile(_inputs: TaskInputs, values: DrawingValues) -> ShownValues:
    return ShownValues(f"Volume {_source_note(values)}", rows=values.rows) if values.rows else _NO_VOLUME


def _shown_volume(_inputs: TaskInputs, values: DrawingValues) -> ShownValues:
    return ShownValues(volume=values.volume)


def _shown_position(inputs: TaskInputs, values: DrawingValues) -> ShownValues:
    if not values.source:
        return ShownValues()
    is_long = inputs.type == "long_position"
    words = outcome_words(values.outcome, values.last, inputs.prices, inputs.style, is_long=is_long)
    return ShownValues(f"{words} ({_source_note(values)})")


_SHOWN: Mapping[str, Callable[[TaskInputs, DrawingValues], ShownValues]] = {
    "anchored_vwap": _shown_vwap,
    "volume_profile": _shown_profile,
    "date_price_range": _shown_volume,
    "long_position": _shown_position,
    "short_position": _shown_position,
}

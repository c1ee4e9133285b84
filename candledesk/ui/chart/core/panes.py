"""The panes of a chart: a list with weights, their edges on whole device pixels, and what lies under a pixel. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRICE = "price"
VOLUME = "volume"
MIN_PANE_PX = 30  # CHART.md, panes; logical pixels
_SPARE = 2  # so many more panes of that height must have room before another pane is shown
_SEPARATOR_REACH = 4.0  # logical pixels from a separator that still grab it


class Unit(StrEnum):
    """What the axis of a pane counts."""

    PRICE = "price"  # in the scale mode of the chart: normal, logarithmic, percent, indexed
    VOLUME = "volume"  # from zero, shortened to K, M and B
    NUMBER = "number"  # large ones are shortened as volumes are


@dataclass(frozen=True, slots=True)
class Pane:
    """One pane: ``id`` is what layers name it by, ``weight`` its share of the height beside the others' weights."""

    id: str
    weight: float
    unit: Unit = Unit.NUMBER


DEFAULT_PANES = (Pane(PRICE, 0.82, Unit.PRICE), Pane(VOLUME, 0.18, Unit.VOLUME))


class PaneBox(NamedTuple):
    """A pane and its device pixels ``[top, bottom)``."""

    pane: Pane
    top: int
    bottom: int

    @property
    def height(self) -> int:
        """Device pixels; 0 for a pane that is not shown."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Panes:
    """Edges in device pixels; the axes of values are right of ``plot_w``, the time axis is below ``time_top``.

    ``boxes``: the panes that are shown, from the top; between two of them lies a separator.
    """

    width: int
    height: int
    plot_w: int
    time_top: int
    boxes: tuple[PaneBox, ...]

    def box(self, pane: str) -> PaneBox:
        """Return the edges of a pane, without height when it is not shown."""
        for box in self.boxes:
            if box.pane.id == pane:
                return box
        return PaneBox(Pane(pane, 0.0), self.time_top, self.time_top)

    def box_at(self, y: float) -> PaneBox:
        """Return the pane under a device pixel above the time axis; a separator counts to the pane above it."""
        for box in reversed(self.boxes):
            if box.top <= y:
                return box
        return self.boxes[0]

    def separators(self) -> Iterator[tuple[PaneBox, PaneBox]]:
        """Return the panes above and below each separator."""
        return pairwise(self.boxes)


def place_panes(
    panes: Sequence[Pane], size: tuple[int, int], axis: tuple[int, int], dpr: float, *, maximised: str = ""
) -> Panes:
    """Divide the device pixels of a chart, ``dpr`` of them per logical pixel, among panes from the top.

    ``size``: width and height of the chart; ``axis``: width of the value axes and height of the time axis. A low chart
    leaves out the last panes; ``maximised``: the pane that has all of the height, where it is one of ``panes``.
    """
    (width, height), (axis_w, axis_h) = size, axis
    time_top, plot_w = max(0, height - axis_h), max(1, width - axis_w)
    line, least = max(1, round(dpr)), round(MIN_PANE_PX * dpr)
    n_fitting = next((n for n in range(len(panes), 1, -1) if time_top >= (n + _SPARE) * least), 1)
    shown = panes[:n_fitting]
    shown = [pane for pane in shown if pane.id == maximised] or shown
    total, boxes, bottom = sum(pane.weight for pane in shown), [], time_top
    for at in range(len(shown) - 1, 0, -1):
        share = sum(pane.weight for pane in shown[at:]) / total
        top = max(min(time_top - round(time_top * share), bottom - least), at * (least + line))
        boxes.append(PaneBox(shown[at], top, bottom))
        bottom = top - line
    boxes.append(PaneBox(shown[0], 0, bottom))
    return Panes(width, height, plot_w, time_top, tuple(reversed(boxes)))


def move_separator(panes: tuple[Pane, ...], placed: Panes, lower: str, y: float, dpr: float) -> tuple[Pane, ...]:
    """Return the panes with the separator above the pane ``lower`` at ``y`` logical pixels.

    Only ``lower`` and the pane above it change; both keep 30 logical pixels (CHART.md).
    """
    shown = [box.pane for box in placed.boxes]
    at = next(at for at, pane in enumerate(shown) if pane.id == lower)
    height, total = max(placed.time_top / dpr, 1.0), sum(pane.weight for pane in shown)
    least = MIN_PANE_PX / height
    pair = (shown[at - 1].weight + shown[at].weight) / total
    below = sum(pane.weight for pane in shown[at + 1 :]) / total
    share = max(min(1 - y / height - below, pair - least), least)
    changed = {lower: share * total, shown[at - 1].id: (pair - share) * total}
    return tuple(replace(pane, weight=changed.get(pane.id, pane.weight)) for pane in panes)


class Zone(Enum):
    """The kinds of parts of a chart that can be grabbed."""

    PLOT = auto()
    SEPARATOR = auto()
    VALUE_AXIS = auto()
    TIME_AXIS = auto()
    LEGEND = auto()
    EVENT = auto()
    PANE_HEAD = auto()


class Hit(NamedTuple):
    """What lies under a pixel: its kind, its pane (of a separator the pane below it) and, if one says so, its layer."""

    zone: Zone
    pane: str = ""
    layer: str = ""


def hit_axes(panes: Panes, x: float, y: float, dpr: float) -> Hit | None:
    """Return the axis or separator under a device pixel, ``None`` in the plot."""
    if y >= panes.time_top:
        return Hit(Zone.TIME_AXIS)
    for upper, lower in panes.separators():
        if abs(y - (upper.bottom + lower.top) / 2) <= _SEPARATOR_REACH * dpr:
            return Hit(Zone.SEPARATOR, lower.pane.id)
    return Hit(Zone.VALUE_AXIS, panes.box_at(y).pane.id) if x >= panes.plot_w else None


def hit_plot(panes: Panes, y: float) -> Hit:
    """Return the pane under a device pixel."""
    return Hit(Zone.PLOT, panes.box_at(y).pane.id)

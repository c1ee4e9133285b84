"""What a layer is, and what it paints from: one solved frame of a chart and what lies over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QRect

from candledesk.ui.chart.core.time_ticks import TimeTick, time_ticks
from candledesk.ui.chart.paint.axis_text import levels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtGui import QPainter

    from candledesk.drawings.figures import Point, Text
    from candledesk.ui.chart.core.autoscale import Extent, ShownBars
    from candledesk.ui.chart.core.crosshair import CrosshairPoint
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.geometry.pane_head import HeadTarget
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.core.scene import ChartScene, Series
    from candledesk.ui.chart.core.studies.legend_rows import LegendTarget
    from candledesk.ui.theme.themes import Theme

_TIME_GAP = 76.0  # logical pixels between time labels
_SESSION_GAP = 48.0  # narrower sessions have no lines between them


@dataclass(eq=False)
class Picture:
    """A frame of a scene in a theme.

    ``point``: where the crosshair is, ``None`` while it is hidden; ``countdown``: the time to the close of the last
    bar, empty when none is shown; ``hovered``: the row of the legend under the mouse; ``head``: the pane under it;
    ``handles`` and ``labels``: of the drawing under it, in logical pixels, the labels only when it hides them else;
    ``within``: the logical pixels that are painted now, empty for all of them. Nothing else changes, so that layers can
    keep what they worked out with the picture.
    """

    frame: Frame
    scene: ChartScene
    theme: Theme
    point: CrosshairPoint | None = None
    countdown: str = ""
    hovered: LegendTarget | None = None
    head: HeadTarget | None = None
    handles: tuple[Point, ...] = ()
    labels: tuple[Text, ...] = ()
    within: QRect = field(default_factory=QRect)

    @property
    def series(self) -> Series:
        """The loaded window."""
        return self.scene.series

    @property
    def has_bars(self) -> bool:
        """Whether a bar is on screen."""
        return self.frame.hi > self.frame.lo

    @cached_property
    def time_labels(self) -> list[tuple[TimeTick, int]]:
        """The labels of the time axis, each with its device pixel."""
        ticks = time_ticks(self.series.calendar, self.frame.placed, _TIME_GAP)
        return list(zip(ticks, (round(x) for x in self.frame.device_xs([tick.index for tick in ticks])), strict=True))

    @cached_property
    def levels(self) -> dict[str, tuple[tuple[float, str], ...]]:
        """The device pixels and the labels of the round values of each pane that is shown, by its id."""
        frame = self.frame
        return {box.pane.id: levels_of(frame.scales[box.pane.id], frame.dpr) for box in frame.panes.boxes}

    @cached_property
    def session_slots(self) -> list[int]:
        """The slots on screen that begin a session; none when these lines are off or have no room between them."""
        frame, (lo, hi) = self.frame, self.frame.placed.visible_slots()
        if not self.scene.options.has_sessions:
            return []
        starts = lo + np.flatnonzero(self.series.calendar.is_session_start[lo:hi])
        return [] if len(starts) * _SESSION_GAP * frame.dpr > frame.panes.plot_w else starts.tolist()

    def are_within(self, rects: Iterable[QRect]) -> list[bool]:
        """Tell of rectangles of logical pixels whether they are painted, at least in part; a null one never is."""
        within = self.within
        return (
            [not rect.isNull() for rect in rects] if within.isEmpty() else [within.intersects(rect) for rect in rects]
        )


class Cover(NamedTuple):
    """The logical pixels of a part of a layer, and a value that is another one when that part looks different."""

    rect: QRect
    key: object


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing that is painted; layers with a higher ``z`` lie above.

    ``paint`` is called with a painter of device pixels. ``pane``: the pane that it belongs to, empty for the whole
    chart; a layer of a pane that is not shown is neither painted nor hit. ``hit`` returns what lies under a device
    pixel, or ``None`` to let it through to the layers below; ``autoscale`` what the axis of its pane must show.
    ``cover``: of a layer that changes while the chart below it does not: what it covers. It is painted over a copy of
    the chart, and only where that changed.
    """

    id: str
    z: int
    paint: Callable[[QPainter, Picture], None]
    pane: str = ""
    hit: Callable[[Frame, float, float], Hit | None] | None = None
    autoscale: Callable[[ShownBars], Extent | None] | None = None
    cover: Callable[[Picture], tuple[Cover, ...]] | None = None

    def is_shown(self, frame: Frame) -> bool:
        """Whether there is room for it."""
        return not self.pane or frame.panes.box(self.pane).height > 0


def in_order(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return the layers from the lowest to the highest; of the same ``z`` the later one lies above."""
    return tuple(sorted(layers, key=lambda layer: layer.z))

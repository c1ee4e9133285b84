"""Where the chart looks: a position anchored to a bar's time, so that older bars never move what is on screen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NewType

from candledesk.ui.chart.core.axis import AxisRow, BarAxis, BarIndex

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray

Logical = NewType("Logical", float)  # fractional index; bar i is centred on i and is one wide
Pixel = NewType("Pixel", float)  # logical pixels from the plot's left edge
OpenTime = NewType("OpenTime", int)  # UTC seconds of a bar's open

DEFAULT_SPACING = 8.0
DEFAULT_RIGHT_BARS = 6.5
_BARS_KEPT = 2  # CHART.md: over-scroll until 2 bars remain


@dataclass(frozen=True, slots=True)
class Viewport:
    """A view of a gapless series.

    ``right``: bars from the anchor bar's centre to the plot's right edge; ``spacing``: pixels per bar;
    ``width``: pixels of the plot. ``anchor_time`` ``None``: the latest bar, whatever it is.
    """

    anchor_time: OpenTime | None = None
    right: float = DEFAULT_RIGHT_BARS
    spacing: float = DEFAULT_SPACING
    width: float = 800.0

    @property
    def n_screen(self) -> int:
        """How many bars fit on one screen, at least 1."""
        return max(1, math.ceil(self.width / self.spacing))

    def place(self, axis: BarAxis | IntArray) -> Placed:
        """Resolve against a loaded window; open times alone (ascending, shape ``(n,)``) are rows of one bar each."""
        axis = axis if isinstance(axis, BarAxis) else BarAxis(axis)
        if self.anchor_time is None or axis.n_rows == 0:
            return Placed(self, axis, BarIndex(axis.n_bars - 1))
        return Placed(self, axis, axis.start_of(axis.row_of(self.anchor_time)))

    def anchored(self, axis: BarAxis, edge: float, spacing: float) -> Viewport:
        """Put the right edge on a fractional index of a window, anchored to the row nearest to it."""
        row = axis.row_at(edge)
        anchor_time = OpenTime(int(axis.open_time[row]))
        return replace(self, anchor_time=anchor_time, right=edge - axis.start_of(row), spacing=spacing)

    def resized(self, width: float) -> Viewport:
        """Keep the right edge and the bar spacing (CHART.md, right edge)."""
        width = max(1.0, width)
        return self if width == self.width else replace(self, width=width)

    def resized_from_left(self, width: float) -> Viewport:
        """Keep every bar where it is on screen and move the right edge: the price axis became wider or narrower."""
        width = max(1.0, width)
        return replace(self, width=width, right=self.right + (width - self.width) / self.spacing)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A viewport on a loaded window; ``anchor`` is the index of its anchor bar (-1 when there are no bars)."""

    view: Viewport
    axis: BarAxis
    anchor: BarIndex

    @property
    def open_time(self) -> IntArray:
        """The open time of each row's first bar."""
        return self.axis.open_time

    @property
    def n_bars(self) -> int:
        """How many bars are loaded."""
        return self.axis.n_bars

    @property
    def right_edge(self) -> Logical:
        """Fractional index at the plot's right edge."""
        return Logical(self.anchor + self.view.right)

    @property
    def left_edge(self) -> Logical:
        """Fractional index at the plot's left edge; negative when the view reaches before the oldest bar."""
        return Logical(self.right_edge - self.view.width / self.view.spacing)

    def x_of(self, index: float) -> Pixel:
        """Return the pixel of a bar's centre."""
        return Pixel(self.view.width - (self.right_edge - index) * self.view.spacing)

    def row_x(self, row: int) -> Pixel:
        """Return the pixel of a row's middle."""
        return self.x_of(self.axis.middle_of(row))

    def logical_at(self, x: float) -> Logical:
        """Return the fractional index under a pixel."""
        return Logical(self.right_edge - (self.view.width - x) / self.view.spacing)

    def visible(self) -> tuple[AxisRow, AxisRow]:
        """Return the half-open range of rows of which at least a part is on screen."""
        n = self.n_bars
        lo = min(max(0, math.ceil(self.left_edge - 0.5)), n)
        hi = max(lo, min(n, math.floor(self.right_edge + 0.5) + 1))
        return self.axis.rows_between(lo, hi)

    def visible_slots(self) -> tuple[int, int]:
        """Return the half-open range of slots of which at least a part is on screen: rows, and bars to come."""
        lo, hi = self.visible()
        n_ahead = min(self.axis.n_upcoming, math.floor(self.right_edge + 0.5) + 1 - self.n_bars)
        return lo, hi + max(0, n_ahead)

    def is_latest_visible(self) -> bool:
        """Whether the newest loaded bar's centre is on screen."""
        n = self.n_bars
        return n > 0 and 0 <= self.x_of(n - 1) <= self.view.width

    def pan(self, dx: float) -> Viewport:
        """Move the bars by ``dx`` pixels to the right."""
        return self.moved(Logical(self.right_edge - dx / self.view.spacing), self.view.spacing)

    def zoom_at(self, x: float, factor: float, *, min_spacing: float = 0.0) -> Viewport:
        """Scale the spacing by ``factor`` and keep what is under pixel ``x`` there."""
        spacing = max(min_spacing, min(self.view.spacing * factor, self.view.width / 2))
        return self.moved(Logical(self.logical_at(x) + (self.view.width - x) / spacing), spacing)

    def fit(self) -> Viewport:
        """Show every loaded bar and room for those that are stored on either side of the window."""
        spacing = min(self.view.width / (max(1, self.axis.n_stored) + 2), self.view.width / 2)
        return self.moved(Logical(max(1, self.n_bars) + self.axis.n_newer + 0.5), spacing)

    def on_first(self) -> Viewport:
        """Show the oldest loaded bar at the left edge."""
        edge = self.view.width / self.view.spacing - DEFAULT_RIGHT_BARS
        return self.moved(Logical(edge), self.view.spacing)

    def centred(self, open_time: int) -> Viewport:
        """Show the bar of a time, or the nearest one, in the middle."""
        index = self.axis.middle_of(self.axis.row_of(open_time)) if self.axis.n_rows else 0.0
        return self.moved(Logical(index + self.view.width / self.view.spacing / 2), self.view.spacing)

    def moved(self, right_edge: Logical, spacing: float) -> Viewport:
        """Return the view at ``right_edge``, clamped, anchored to the row nearest to that edge."""
        n = self.n_bars
        if n == 0:
            return replace(self.view, spacing=spacing)
        kept = min(_BARS_KEPT, n)
        highest = n - kept - 0.5 + self.view.width / spacing
        edge = max(kept - 0.5, min(float(right_edge), highest))
        return self.view.anchored(self.axis, edge, spacing)

    def followed(self, newer: BarAxis | IntArray, *, is_latest: bool = True) -> Viewport:
        """Return the view for the window that replaces this one.

        Scrolled back, nothing moves: the anchor is a time. With the latest bar on screen (``is_latest``: the newest
        loaded bar is the latest one), newer bars shift the view.
        """
        newer = newer if isinstance(newer, BarAxis) else BarAxis(newer)
        if self.axis.n_rows == 0 or newer.n_rows == 0:
            return self.view
        anchor_time = int(self.axis.open_time[self.axis.row_at(self.anchor)])
        shift = newer.shift_from(self.axis, anchor_time)
        if shift is None:
            return self.view
        n_appended = max(0, newer.n_bars - (self.n_bars + shift))
        edge = self.right_edge + shift + (n_appended if is_latest and self.is_latest_visible() else 0)
        return self.view.anchored(newer, edge, self.view.spacing)

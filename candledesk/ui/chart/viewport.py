"""Where the chart looks: a position anchored to a bar's time, so that older bars never move what is on screen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NewType

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray

Index = NewType("Index", int)  # row in the loaded window of bars
Logical = NewType("Logical", float)  # fractional index; bar i is centred on i and is one wide
Pixel = NewType("Pixel", float)  # logical pixels from the plot's left edge
OpenTime = NewType("OpenTime", int)  # UTC seconds of a bar's open

DEFAULT_SPACING = 8.0
DEFAULT_RIGHT_BARS = 6.5
MAX_BARS = 20_000
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

    def place(self, open_time: IntArray) -> Placed:
        """Resolve against the loaded window (ascending open times, shape ``(n,)``)."""
        if self.anchor_time is None or len(open_time) == 0:
            return Placed(self, open_time, Index(len(open_time) - 1))
        row = int(np.searchsorted(open_time, self.anchor_time))
        return Placed(self, open_time, Index(min(row, len(open_time) - 1)))

    def resized(self, width: float) -> Viewport:
        """Keep the right edge and the bar spacing (CHART.md, right edge)."""
        return replace(self, width=max(1.0, width))

    def resized_from_left(self, width: float) -> Viewport:
        """Keep every bar where it is on screen and move the right edge: the price axis became wider or narrower."""
        width = max(1.0, width)
        return replace(self, width=width, right=self.right + (width - self.width) / self.spacing)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A viewport on a loaded window of bars; ``anchor`` is the row of its anchor bar (-1 when there are no bars)."""

    view: Viewport
    open_time: IntArray
    anchor: Index

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

    def logical_at(self, x: float) -> Logical:
        """Return the fractional index under a pixel."""
        return Logical(self.right_edge - (self.view.width - x) / self.view.spacing)

    def bar_at(self, x: float) -> Index | None:
        """Return the bar whose slot holds the pixel, clamped to the window; ``None`` when there are no bars."""
        n = len(self.open_time)
        return Index(min(max(round(self.logical_at(x)), 0), n - 1)) if n else None

    def visible(self) -> tuple[Index, Index]:
        """Return the half-open range of rows of which at least a part is on screen."""
        n = len(self.open_time)
        lo = min(max(0, math.ceil(self.left_edge - 0.5)), n)
        hi = max(lo, min(n, math.floor(self.right_edge + 0.5) + 1))
        return Index(lo), Index(hi)

    def is_latest_visible(self) -> bool:
        """Whether the newest loaded bar's centre is on screen."""
        n = len(self.open_time)
        return n > 0 and 0 <= self.x_of(n - 1) <= self.view.width

    def pan(self, dx: float) -> Viewport:
        """Move the bars by ``dx`` pixels to the right."""
        return self.moved(Logical(self.right_edge - dx / self.view.spacing), self.view.spacing)

    def zoom_at(self, x: float, factor: float, *, min_spacing: float = 0.0) -> Viewport:
        """Scale the spacing by ``factor`` and keep what is under pixel ``x`` there."""
        spacing = self._clamp_spacing(self.view.spacing * factor, min_spacing)
        return self.moved(Logical(self.logical_at(x) + (self.view.width - x) / spacing), spacing)

    def fit(self) -> Viewport:
        """Show every loaded bar."""
        n = max(1, len(self.open_time))
        spacing = self._clamp_spacing(self.view.width / (n + 2), 0.0)
        return self.moved(Logical(n + 0.5), spacing)

    def moved(self, right_edge: Logical, spacing: float) -> Viewport:
        """Return the view at ``right_edge``, clamped, anchored to the bar nearest to that edge."""
        n = len(self.open_time)
        if n == 0:
            return replace(self.view, spacing=spacing)
        kept = min(_BARS_KEPT, n)
        highest = n - kept - 0.5 + self.view.width / spacing
        edge = max(kept - 0.5, min(float(right_edge), highest))
        anchor = min(max(round(edge), 0), n - 1)
        return replace(
            self.view, anchor_time=OpenTime(int(self.open_time[anchor])), right=edge - anchor, spacing=spacing
        )

    def followed(self, newer: IntArray) -> Viewport:
        """Return the view for the window that replaces this one.

        Scrolled back, nothing moves: the anchor is a time. With the latest bar on screen, newer bars shift the view.
        """
        n = len(self.open_time)
        if n == 0 or len(newer) == 0:
            return self.view
        if newer[-1] > self.open_time[-1] and self.is_latest_visible():
            return replace(self.view, anchor_time=OpenTime(int(newer[-1])), right=float(self.right_edge) - (n - 1))
        if self.view.anchor_time is None:
            return replace(self.view, anchor_time=OpenTime(int(self.open_time[-1])))
        return self.view

    def _clamp_spacing(self, spacing: float, min_spacing: float) -> float:
        lowest = max(self.view.width / MAX_BARS, min_spacing)
        return max(lowest, min(spacing, self.view.width / 2))

"""The layers above the copied picture of a chart: each is repainted alone, where what it covers has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.paint.layer import Cover, Layer, Picture

_NEAR_PX = 24_000  # logical pixels of a merged rectangle that cost less than painting its two parts one by one


class Overlay:
    """What lies over one chart now."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        """Take from ``layers``, the lowest first, those that have a ``cover``."""
        self._layers = [layer for layer in layers if layer.cover is not None]
        self._shown: list[Layer] = []
        self._covers: list[tuple[Cover, ...]] | None = None  # of the picture, once they are needed
        self._picture: Picture | None = None

    def show(self, picture: Picture) -> list[QRect]:
        """Show another picture; return what to repaint, in logical pixels.

        That is nothing when the frame is another one: then the chart is painted anew, with all that lies over it.
        """
        previous, self._picture = self._picture, picture
        if previous is None or previous.frame is not picture.frame:
            self._shown = [layer for layer in self._layers if layer.is_shown(picture.frame)]
            self._covers = None
            return []
        old = self._covers_of(previous) if self._covers is None else self._covers
        self._covers = self._covers_of(picture)
        return [rect for before, after in zip(old, self._covers, strict=True) for rect in changed_rects(before, after)]

    def _covers_of(self, picture: Picture) -> list[tuple[Cover, ...]]:
        return [layer.cover(picture) for layer in self._shown if layer.cover is not None]

    def paint(self, painter: QPainter, within: QRect) -> None:
        """Paint what lies within a rectangle of logical pixels, with a painter of device pixels."""
        picture = self._picture
        if picture is None:
            return
        picture.within = within
        self._covers = self._covers_of(picture) if self._covers is None else self._covers
        for layer, covers in zip(self._shown, self._covers, strict=True):
            if any(within.intersects(cover.rect) for cover in covers):
                layer.paint(painter, picture)


def changed_rects(old: Sequence[Cover], new: Sequence[Cover]) -> list[QRect]:
    """Return where two covers of a layer, part by part, differ; parts that moved a little are merged.

    Each rectangle is painted by itself: a paint through a clip of many parts is ten times as slow.
    """
    if not old or not new:  # the layer appears or vanishes
        return [cover.rect for cover in old or new if not cover.rect.isEmpty()]
    rects: list[QRect] = []
    for before, after in zip(old, new, strict=True):
        if before == after:
            continue
        both = before.rect.united(after.rect)
        is_near = _area(both) < _NEAR_PX + _area(before.rect) + _area(after.rect)
        rects += [both] if is_near else [before.rect, after.rect]
    return [rect for rect in rects if not rect.isEmpty()]


def _area(rect: QRect) -> int:
    return rect.width() * rect.height()

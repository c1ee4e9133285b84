"""The layers above the copied picture of a chart: each is repainted alone, where what it covers has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.chart.paint.layer import paint_each

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
        self._covers: list[tuple[Cover, ...]] = [() for _ in self._layers]
        self._picture: Picture | None = None

    def show(self, picture: Picture) -> list[QRect]:
        """Show another picture; return what to repaint, in logical pixels, while the chart below stays the same."""
        former, self._picture = self._covers, picture
        self._covers = [
            layer.cover(picture) if layer.cover is not None and layer.is_shown(picture.frame) else ()
            for layer in self._layers
        ]
        return [rect for old, new in zip(former, self._covers, strict=True) for rect in changed_rects(old, new)]

    def paint(self, painter: QPainter, within: QRect) -> None:
        """Paint what lies within a rectangle of logical pixels, with a painter of device pixels."""
        picture = self._picture
        if picture is not None:
            picture.within = within
            paint_each(painter, picture, self._layers)


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
        n_apart = sum(rect.width() * rect.height() for rect in (before.rect, after.rect))
        is_near = both.width() * both.height() < _NEAR_PX + n_apart
        rects += [both] if is_near else [before.rect, after.rect]
    return [rect for rect in rects if not rect.isEmpty()]

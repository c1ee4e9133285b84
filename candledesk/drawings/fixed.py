"""Drawings that stand at a share of their pane's width and height instead of at a time and a price. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import Point

if TYPE_CHECKING:
    from collections.abc import Mapping

    Box = tuple[float, float, float, float]

_DIGITS = 5  # of a share: less than a tenth of a pixel


def fixed_point(style: Mapping[str, Any], box: Box) -> Point:
    """Return the pixel of a fixed drawing; ``box``: left, top, right and bottom of its pane in pixels."""
    left, top, right, bottom = box
    return Point(left + style["fixed_x"] * (right - left), top + style["fixed_y"] * (bottom - top))


def shares_of(at: Point, box: Box) -> dict[str, float]:
    """Return the values of a style that fix a drawing at a pixel of the pane ``box``, as shares from 0 to 1."""
    left, top, right, bottom = box
    across, down = (at.x - left) / max(right - left, 1.0), (at.y - top) / max(bottom - top, 1.0)
    return {name: round(min(max(share, 0.0), 1.0), _DIGITS) for name, share in (("fixed_x", across), ("fixed_y", down))}

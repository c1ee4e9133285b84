"""What Shift does: directions in steps of 45° while a point is placed, one axis while a drawing is moved. Pure."""

from __future__ import annotations

import math

from candledesk.drawings.figures import Point

_STEP = math.pi / 4


def on_step_of_45(start: Point, end: Point) -> Point:
    """Return ``end`` moved to the nearest direction of 0°, 45° or 90° on screen, seen from ``start``."""
    dx, dy = end.x - start.x, end.y - start.y
    angle = round(math.atan2(dy, dx) / _STEP) * _STEP
    ux, uy = math.cos(angle), math.sin(angle)
    length = dx * ux + dy * uy
    return Point(start.x + length * ux, start.y + length * uy)


def on_one_axis(dx: float, dy: float) -> tuple[float, float]:
    """Return the larger part of a movement; the other one is 0."""
    return (dx, 0.0) if abs(dx) >= abs(dy) else (0.0, dy)

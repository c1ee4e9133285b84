"""The line of closes as points in device pixels. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray

_FAR = 4_000  # pixels beyond the pane that a line may still run, so that its slope stays right


def line_points(x: FloatArray, y: FloatArray, top: int, bottom: int) -> FloatArray:
    """Return the middles of the pixels ``(x, y)`` as shape ``(n, 2)``; far values are cut, for they break painters."""
    return np.stack((np.rint(x) + 0.5, np.clip(y, top - _FAR, bottom + _FAR) + 0.5), axis=1)


def area_points(points: FloatArray, floor: float) -> FloatArray:
    """Return the outline of the area between a line and ``floor``, shape ``(n + 2, 2)``."""
    if not len(points):
        return points
    ends = np.array([[points[-1, 0], floor], [points[0, 0], floor]])
    return np.concatenate((points, ends))

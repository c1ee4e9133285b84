"""Kinetic panning: how fast the finger was, and how a chart slows down. Pure.

The constants are those of Lightweight Charts (``src/model/kinetic-animation.ts``), which CHART.md names as reference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_MIN_SPEED = 0.2  # pixels per millisecond: slower is no flick
_MAX_SPEED = 7.0
_DAMPING = 0.997  # of the speed, per millisecond
_MIN_MOVE = 15.0  # pixels between the samples that count
_MAX_AGE_MS = 50.0  # a finger that rested longer before its release makes no flick
_REST_PX = 1.0  # the animation ends so many pixels before its limit


@dataclass(frozen=True, slots=True)
class Flick:
    """Kinetic panning after a drag: ``speed`` in pixels per millisecond, to the right when positive."""

    speed: float

    @property
    def duration_ms(self) -> float:
        """Milliseconds until it stops."""
        far = abs(self.speed) / -math.log(_DAMPING)
        return math.log(_REST_PX / far) / math.log(_DAMPING) if far > _REST_PX else 0.0

    def moved(self, elapsed_ms: float) -> float:
        """Return the pixels moved after ``elapsed_ms``."""
        return self.speed * math.expm1(elapsed_ms * math.log(_DAMPING)) / math.log(_DAMPING)


class FlickMeter:
    """Measures the speed of a drag from positions in pixels and times in milliseconds."""

    def __init__(self) -> None:
        """Start without samples."""
        self._samples: list[tuple[float, float]] = []

    def start(self, x: float, at_ms: float) -> None:
        """Begin a new drag."""
        self._samples = [(x, at_ms)]

    def add(self, x: float, at_ms: float) -> None:
        """Take a position; one closer than 15 pixels to the previous one replaces it."""
        if len(self._samples) > 1 and abs(x - self._samples[-2][0]) < _MIN_MOVE:
            self._samples[-1] = (x, at_ms)
        else:
            self._samples = [*self._samples[-3:], (x, at_ms)]

    def flick(self, at_ms: float) -> Flick | None:
        """Return the flick of a release at ``at_ms``, ``None`` when the drag was slow or had stopped."""
        if len(self._samples) < 2 or at_ms - self._samples[-1][1] > _MAX_AGE_MS:  # noqa: PLR2004
            return None
        (x0, t0), (x1, t1) = self._samples[0], self._samples[-1]
        if t1 <= t0:
            return None
        speed = max(-_MAX_SPEED, min((x1 - x0) / (t1 - t0), _MAX_SPEED))
        return Flick(speed) if abs(speed) >= _MIN_SPEED else None

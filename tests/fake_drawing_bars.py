"""What the fake cache answers drawings: a test says it, and it remembers what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.drawing_messages import AnchorCounts, DrawingValues
from tests.fake_jobs import resolved

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.drawing_messages import AnchorRequest, DrawingRequest


class FakeDrawingBars:
    """Implements ``candledesk.cache.api.DrawingBarsApi``.

    ``counts``: the position of each known bar by its open time; ``values``: returns what a drawing shows.
    """

    def __init__(self) -> None:
        self.asked: list[AnchorRequest | DrawingRequest] = []
        self.counts: dict[int, int] = {}
        self.values: Callable[[DrawingRequest], DrawingValues] = DrawingValues

    def count_anchors(self, request: AnchorRequest) -> Future[AnchorCounts]:
        self.asked.append(request)
        times = np.array(sorted(self.counts), np.int64)
        positions = np.array([self.counts[time] for time in times.tolist()], np.int64)
        return resolved(lambda: AnchorCounts(request, times, positions))

    def load_values(self, request: DrawingRequest) -> Future[DrawingValues]:
        self.asked.append(request)
        return resolved(lambda: self.values(request))

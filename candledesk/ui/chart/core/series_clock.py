"""The time to the close of the forming bar: counted from the cache's clock, since its hours arrived. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from candledesk.domain.calendar.countdown import seconds_to_close

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series


class SeriesClock:
    """Counts on this computer's clock, which may differ from the cache's, from when a series arrived."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._received_at = 0.0

    def received(self, at: float) -> None:
        """Note that the hours of a series arrived at ``at`` (this computer's clock, seconds)."""
        self._received_at = at

    def seconds_to_close(self, series: Series, at: float) -> int | None:
        """Return how long the forming bar still has at ``at``, ``None`` when none forms."""
        hours = series.hours
        if hours is None or not series.at_latest:
            return None
        return seconds_to_close(hours, hours.now + math.floor(at - self._received_at))

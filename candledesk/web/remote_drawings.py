"""What drawings need of the bars of the running instance, for a second process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.drawing_messages import DrawingRequest, DrawingValues, VwapTask
from candledesk.web.api.workspace.drawing_bars import (
    COUNTS_PATH,
    VALUES_PATH,
    counts_body,
    read_counts,
    read_values,
    values_body,
)
from candledesk.web.api_client import answered

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.drawing_messages import AnchorCounts, AnchorRequest
    from candledesk.web.api_client import ApiClient

N_ENDS = 4_000  # of one request; 48 KB of the 64 that the server takes


class RemoteDrawingBars:
    """Implements ``DrawingBarsApi`` with the answers of the instance that holds the home; its calls block."""

    def __init__(self, api: ApiClient) -> None:
        """``api``: a client of that instance."""
        self._api = api

    def count_anchors(self, request: AnchorRequest) -> Future[AnchorCounts]:
        """Return where points lie beyond the bars that a chart has loaded."""
        return answered(lambda: read_counts(request, self._api.post(COUNTS_PATH, counts_body(request))))

    def load_values(self, request: DrawingRequest) -> Future[DrawingValues]:
        """Return what a drawing shows of stored bars; a long curve is asked for in parts."""
        return answered(lambda: self._values(request))

    def _values(self, request: DrawingRequest) -> DrawingValues:
        task = request.task
        if not isinstance(task, VwapTask) or len(task.ends) <= N_ENDS:
            return read_values(request, self._api.post(VALUES_PATH, values_body(request)))
        parts = [
            self._values(replace(request, task=replace(task, ends=task.ends[at : at + N_ENDS])))
            for at in range(0, len(task.ends), N_ENDS)
        ]
        curves = {name: np.concatenate([part.curves[name] for part in parts]) for name in parts[0].curves}
        return replace(parts[0], request=request, curves=curves)

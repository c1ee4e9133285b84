"""What the cache answers drawings; the module that computes is imported at its first use."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.drawing_messages import AnchorCounts, AnchorRequest, DrawingRequest, DrawingValues
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.queries.drawings.loader import DrawingLoader


class DrawingCalls:
    """Implements ``DrawingBarsApi``."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Import nothing yet."""
        self._context, self._catalog = context, catalog
        self._lock = threading.Lock()
        self._loader: DrawingLoader | None = None

    def count_anchors(self, request: AnchorRequest) -> Future[AnchorCounts]:
        """Return where points lie beyond the bars that a chart has loaded."""
        return self._created().count_anchors(request)

    def load_values(self, request: DrawingRequest) -> Future[DrawingValues]:
        """Return what a drawing shows of stored bars."""
        return self._created().load_values(request)

    def _created(self) -> DrawingLoader:
        from candledesk.cache.queries.drawings.loader import DrawingLoader

        with self._lock:
            if self._loader is None:
                self._loader = DrawingLoader(self._context, self._catalog)
            return self._loader

"""Asks the provider's search once the typing pauses: one request at a time, of the newest text only."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.ui.chart.core.chart_messages import is_held, limiter_text
from candledesk.ui.features.search.symbol_rows import row_of
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import LimiterState

_log = logging.getLogger(__name__)
PAUSE_MS = 300  # WORKBENCH.md §3.1
TIMEOUT_S = 3.0


def reach_text(state: LimiterState, now: float) -> str:
    """Return why the provider is not searched at ``now``; empty when it is."""
    if not is_held(state, now=now):
        return ""
    why = f"{state.provider} cannot be reached" if state.is_offline else limiter_text(state, now=now)
    return f"{why}: only symbols that are stored are searched."


class ProviderSearch(QObject):
    """``found`` carries the rows for the text that was asked for last; ``state_changed``: a search begins or ends."""

    found = Signal(object)
    state_changed = Signal()

    def __init__(self, cache: CacheApi, parent: QObject) -> None:
        """Search for nothing yet."""
        super().__init__(parent)
        self._cache = cache
        self._tasks = WidgetTasks(self, partial(_log.info, "the search found nothing: %s"))
        self._wanted = ""
        self.is_asking = False
        self._pause = single_shot_timer(self, PAUSE_MS, self._on_pause)

    def ask(self, text: str) -> None:
        """Search for a text once ``PAUSE_MS`` have passed without another one; an empty one stops that."""
        self._wanted = text
        if text:
            self._pause.start()
        else:
            self._pause.stop()

    def reach(self) -> str:
        """Return why the provider is not searched now; empty when it is."""
        return reach_text(self._cache.limiter_state(), time.time())

    def _on_pause(self) -> None:
        if self._wanted and not self.is_asking and not self.reach():
            self.is_asking = True
            self.state_changed.emit()
            self._tasks.start(self._search(self._wanted))

    async def _search(self, text: str) -> None:
        try:
            found = await result_of(self._cache.search_provider(text, TIMEOUT_S))
        finally:
            self.is_asking = False
        if text == self._wanted:
            self.found.emit([row_of(row, is_stored=row.is_cached) for row in found])
        elif not self._pause.isActive():
            self._on_pause()
        self.state_changed.emit()

"""The status bar: what the network does and what is being loaded; features add facts at the right."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStatusBar, QWidget

from candledesk.ui.chart.core.chart_messages import connection_text, is_held, lag_text, limiter_text, work_text
from candledesk.ui.plain_text import PlainLabel, plain_tip
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from candledesk.cache.messages import LimiterState

STATUS_PX = 24
_SLACK_MS = 100
_NOTICE_MS = 60_000
_MAX_NOTICES = 20


class StatusBar(QStatusBar):
    """One sentence at the left, in ``state``; features add widgets at the right.

    ``connection``: a label that says whether the provider answers, for the feature that shows it.
    """

    def __init__(self, state: LimiterState, parent: QWidget | None = None) -> None:
        """Start with the limiter's present state."""
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(STATUS_PX)
        self.state = PlainLabel()
        self.addWidget(self.state, 1)
        self.connection = PlainLabel()
        self._limiter = state
        self._n_live = 0
        self._waiting = ""
        self._fault = ""
        self._notices: list[str] = []  # of the last minute, the newest last
        self._notice_end = single_shot_timer(self, _NOTICE_MS, self._end_notices)
        # The limiter sends no event at the end of a pause.
        self._pause_end = single_shot_timer(self, _SLACK_MS, self._refresh)
        self.show_limiter(state)

    def show_limiter(self, state: LimiterState) -> None:
        """Show a new state of the limiter."""
        self._limiter = state
        self._pause_end.stop()
        if state.retry_at is not None and state.retry_at > time.time():
            self._pause_end.start(round((state.retry_at - time.time()) * 1000) + _SLACK_MS)
        self._refresh()

    def show_live(self, n_jobs: int) -> None:
        """Show the number of jobs that are queued or running."""
        self._n_live = n_jobs
        self._refresh()

    def show_waiting(self, text: str) -> None:
        """Show what the chart waits for; empty when it waits for nothing."""
        self._waiting = text
        self._refresh()

    def show_fault(self, text: str) -> None:
        """Show a fault until it is replaced; empty clears it."""
        self._fault = text
        self._refresh()

    def show_notice(self, text: str) -> None:
        """Show a notice for a minute, in place of the state of the network.

        Of several in that minute the newest is shown with the number of the others, which the tooltip has.
        """
        self._notices = [*(notice for notice in self._notices if notice != text), text][-_MAX_NOTICES:]
        self._notice_end.start()
        self._refresh()

    def _end_notices(self) -> None:
        self._notices = []
        self._refresh()

    def _state_text(self) -> str:
        if self._fault:
            return self._fault
        if self._notices:
            n_others = len(self._notices) - 1
            return self._notices[-1] + (f"   (and {n_others} more)" if n_others else "")
        limited = limiter_text(self._limiter, now=time.time())
        work = work_text(self._n_live, is_held=is_held(self._limiter, now=time.time()))
        late = "" if limited else lag_text(self._limiter.update_lag_s)
        return "   ·   ".join(filter(None, (limited, self._waiting or work, late)))

    def _refresh(self) -> None:
        self.state.setText(self._state_text())
        self.connection.setText(connection_text(self._limiter, now=time.time()))
        self.state.setToolTip(plain_tip("\n".join(self._notices)) if len(self._notices) > 1 else "")
        tone = "warning" if self._fault or is_held(self._limiter, now=time.time()) else ""
        if self.state.property("tone") != tone:
            self.state.setProperty("tone", tone)
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)

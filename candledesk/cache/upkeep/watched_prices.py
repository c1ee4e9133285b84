"""Which rows of a list on screen are due for their price, with what charts and jobs leave. Pure.

A list asks one symbol after the other: each at most once a minute while its venue trades, and once after a close; all
together by at most half of the limiter's rate, without saving any of it up, and never from what the updates of charts
keep for the bars that close next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.rules.update_budget import UpdateBudget
from candledesk.cache.rules.update_rules import asked_at, next_update
from candledesk.cache.upkeep.schedule import UpdateTask, last_asked
from candledesk.domain.calendar.update_times import backoff_interval_s, idle_trading_s, recent_span
from candledesk.domain.interval import DAY_S, MINUTE_S
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.upkeep.schedule import Schedule, SeriesStatus, UpdateRate, UpdateScheduler

POLL_S = MINUTE_S  # WORKBENCH.md §3.1: one poll per symbol a minute at most
N_RUNNING = 2  # at a time
SLOT_S = 2.0  # until the next round while so many run
_JOINED_S = 90 * DAY_S  # a shorter hole before now is filled by the same request, which returns any number of days


class WatchedPrices:
    """Adds the updates of watched rows to the schedule of a round; its memory is a budget of its own."""

    def __init__(self, update_rate: UpdateRate) -> None:
        """Start with no memory."""
        self._budget = UpdateBudget(update_rate.requests_per_minute, saved_s=0.0)

    def plan(
        self,
        found: Schedule,
        scheduler: UpdateScheduler,
        watched: Sequence[SeriesStatus],
        elapsed: float,
        n_active: int,
    ) -> None:
        """Add what is due among ``watched`` to ``found``; ``n_active``: how many series charts and scripts have."""
        tokens = self._budget.refill(elapsed, is_alone=False)
        due = self._due(found, scheduler, watched, elapsed)
        n_running = sum(scheduler.history((*status.key, JobKind.UPDATE)).is_running for status in watched)
        n_planned = sum(task.kind == JobKind.UPDATE for task in found.tasks)
        reserve = min(float(n_active), scheduler.budget.capacity - 1.0)
        spare = scheduler.budget.tokens - n_planned - reserve
        for status in due:
            if n_running >= N_RUNNING:
                found.wait(SLOT_S)
                return
            if tokens < 1.0 or spare < 1.0:
                found.wait(
                    max(self._budget.wait_s(1.0), scheduler.budget.wait_s(scheduler.budget.tokens + 1.0 - spare))
                )
                return
            span = _span(status)
            if span is not None:
                found.tasks.append(UpdateTask(status.symbol, status.facts.interval, JobKind.UPDATE, span))
                self._budget.take()
                n_running, tokens, spare = n_running + 1, tokens - 1.0, spare - 1.0

    def _due(
        self, found: Schedule, scheduler: UpdateScheduler, watched: Sequence[SeriesStatus], elapsed: float
    ) -> list[SeriesStatus]:
        """Return the rows that are due, the one asked longest ago first; note when to look again for the others."""
        rows: list[tuple[int, int]] = []
        for row, status in enumerate(watched):
            facts, history = status.facts, scheduler.history((*status.key, JobKind.UPDATE))
            if history.is_running or status.newest is None:
                continue
            asked = last_asked(history, asked_at(facts), facts.now, elapsed)
            idle_s = idle_trading_s(facts.calendar, facts.interval, status.newest, asked)
            pause_s = backoff_interval_s(POLL_S, idle_s)
            at = next_update(facts, asked, pause_s, 0)
            if at is None:
                continue
            wait_s = max(at - facts.now, asked + pause_s - facts.now, history.rest_s(facts.now, elapsed, pause_s))
            if wait_s > 0:
                found.wait(wait_s)
            else:
                rows.append((asked, row))
        return [watched[row] for _, row in sorted(rows)]


def _span(status: SeriesStatus) -> Span | None:
    """Return the last sessions, from the newest stored bar on where that is not long ago."""
    facts = status.facts
    recent = recent_span(facts.calendar, facts.interval, facts.now)
    if recent is None or status.newest is None or status.newest < facts.now - _JOINED_S:
        return recent
    return Span(min(recent.start, status.newest), recent.end)

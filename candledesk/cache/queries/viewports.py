"""Viewports of charts: their stored bars at once, and the fill tasks that bring what is missing.

``load_viewport`` puts a task into the view's mailbox; a reader thread reads what is stored, plans what is missing, and
resolves the reply at once; the plan goes with the view's one fill task.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.events import RefreshDue
from candledesk.cache.fetching.fill_task import FillPlan, FillTarget, FillTask, Priority
from candledesk.cache.messages import EdgeState, ViewportReply
from candledesk.cache.queries.derived_history import is_beyond_lookback, read_beyond_lookback
from candledesk.cache.queries.proven_reads import read_proven
from candledesk.cache.queries.viewport_reader import (
    describe_edge,
    make_reply,
    read_around,
    span_of_rows,
    with_error,
)
from candledesk.cache.rules.base_bars import base_count
from candledesk.cache.rules.planner import unknown_part
from candledesk.cache.rules.viewport_plan import ViewportPlan
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.prices.resample import base_span
from candledesk.domain.span import Span
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog, SeriesState
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.fetching.fill_task import FillResult
    from candledesk.cache.messages import Gap, ViewportRequest
    from candledesk.cache.queries.missing_calendars import MissingCalendars
    from candledesk.cache.queries.viewport_reader import Around
    from candledesk.cache.rules.planner import Plan
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

MAX_RETRY_S = 900.0
_AFTER_FAULT = 1.125  # of the pause after a storage fault: by then the next try is allowed


@dataclass(frozen=True, slots=True)
class _Asked:
    """The bars of the fetched interval that a request needs; ``plan``: ``None`` of a symbol that is not known yet."""

    target: FillTarget
    plan: FillPlan | None

    @property
    def has_work(self) -> bool:
        """Whether the provider must be asked."""
        return self.plan is None or bool(self.plan.windows)


class ViewportLoader:
    """The viewports that are open: of each the newest request and at most one fill task."""

    def __init__(
        self, context: CacheContext, catalog: Catalog, fill_scheduler: FillScheduler, calendars: MissingCalendars
    ) -> None:
        """Start with no view."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler
        self._calendars = calendars
        self._lock = threading.Lock()
        self._views: dict[int, FillTask] = {}
        self._generations: dict[int, int] = {}
        self._awaited: set[tuple[str, str]] = set()

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        """Answer from the database at once and schedule what is missing; superseded requests are cancelled futures."""
        return self._context.readers.submit(lambda connection: self._view(connection, request), mailbox=request.view_id)

    def _view(self, connection: Connection, request: ViewportRequest) -> ViewportReply:
        """Read the ledger once, plan once, and hand the plan on to the fill task and to the reply."""
        symbol, base, fill_scheduler = request.symbol, request.interval.base, self._fill_scheduler
        self._context.active.note(symbol, base)
        version = fill_scheduler.version(symbol, base)
        findings: list[Finding] = []
        with snapshot(connection):  # a repair deletes lost bars: their coverage must be read as it was then
            first = self._catalog.read(connection, symbol, base)
            known, plan, around = read_proven(lambda found: self._read(connection, request, first, found), findings)
        self._context.damage.report(connection, findings)
        error = self._catalog.blocked_error(symbol) if known.instrument is None else None
        fault = self._catalog.forgotten.error(symbol, base) or fill_scheduler.storage_health.fault()
        askable = plan if known.facts is not None else None
        target = _target_of(request, around, askable)
        wanted = None if askable is None else target.resolve(askable.facts)
        asked = _Asked(target, None if askable is None else _fill_plan(known, askable.part(wanted), version))
        is_loading = self._follow(request, base, asked, may_ask=error is None and fault is None)
        edge, reason = describe_edge(askable, around, wanted, is_loading=is_loading)
        if askable is not None and is_beyond_lookback(request, askable.facts, around, edge):
            beyond = self._read_beyond(connection, request, known, askable)
            if beyond is not None:
                around, source = beyond
                edge, reason = describe_edge(askable, around, wanted, is_loading=is_loading)
                reason = f"{reason}; older ones come {source}" if reason and source else reason or source
        if fault is not None and edge is not EdgeState.START:
            edge, reason = EdgeState.FAILED, str(fault)
            self._load_calendar(known, request)
        return with_error(make_reply(request, known, around, edge, reason), error)

    def _load_calendar(self, known: SeriesState, request: ViewportRequest) -> None:
        """Compute a calendar that is missing while nothing is fetched, which would bring it; then charts read again."""
        if known.instrument is None or known.readable is not None:
            return
        symbol, interval = request.symbol, request.interval.base

        def on_end(end: Future[bool]) -> None:
            if end.exception() is None and end.result():
                self._refresh(symbol, interval)

        self._calendars.load(symbol, interval).add_done_callback(on_end)

    def _read(
        self, connection: Connection, request: ViewportRequest, first: SeriesState, findings: list[Finding]
    ) -> tuple[SeriesState, ViewportPlan | None, Around]:
        """Read what is stored and plan what is not, lost bars included."""
        known, max_window_s = self._catalog.without_lost(first, findings), self._fill_scheduler.max_window_s
        facts = known.readable
        plan = None if facts is None else ViewportPlan(facts, max_window_s(request.symbol, request.interval.base))
        return known, plan, read_around(connection, request, known.series_id, plan, findings)

    def _read_beyond(
        self, connection: Connection, request: ViewportRequest, known: SeriesState, plan: ViewportPlan
    ) -> tuple[Around, str] | None:
        findings: list[Finding] = []
        beyond = read_proven(lambda found: read_beyond_lookback(connection, request, known, plan, found), findings)
        self._context.damage.report(connection, findings)
        return beyond

    def _follow(self, request: ViewportRequest, base: Interval, asked: _Asked, *, may_ask: bool) -> bool:
        """Make the view's task fetch what it shows now; return whether something is being loaded."""
        symbol, fill_scheduler, has_work = request.symbol, self._fill_scheduler, may_ask and asked.has_work
        with self._lock:
            if request.generation < self._generations.get(request.view_id, request.generation):
                return True  # overtaken on the other reader thread: the newer request has followed already
            self._generations[request.view_id] = request.generation
            previous = self._views.pop(request.view_id, None)
            is_same = previous is not None and previous.series == (symbol, base)
            if (
                has_work
                and previous is not None
                and is_same
                and fill_scheduler.retarget(previous, asked.target, asked.plan)
            ):
                self._views[request.view_id] = previous
                return True
            task = FillTask(symbol, base, asked.target, Priority.VIEWPORT, plan=asked.plan) if has_work else None
            if task is not None:
                self._views[request.view_id] = task
        if previous is not None:
            fill_scheduler.cancel(previous)
        if task is None:
            if asked.plan is not None and may_ask:
                self._schedule_refresh(symbol, base, asked.plan.gaps)
            return False
        task.end.add_done_callback(lambda end: self._on_view_end(request.view_id, task, end.result()))
        fill_scheduler.add(task)
        return True

    def _on_view_end(self, view_id: int, task: FillTask, end: FillResult) -> None:
        """Let the chart read again where no event has announced an answer, and when a failure may be tried again."""
        with self._lock:
            if self._views.get(view_id) is not task:
                return
            del self._views[view_id]
        if end.is_cancelled:
            return
        if end.error is not None or not task.is_reported:
            self._refresh(task.symbol, task.interval)
        if isinstance(end.error, EnvironmentFaultError):
            pause_s = self._context.pauses.fault_s * _AFTER_FAULT
            self._context.delayed_calls.call_later(pause_s, lambda: self._refresh(task.symbol, task.interval))
        self._schedule_refresh(task.symbol, task.interval, end.gaps)

    def _schedule_refresh(self, symbol: str, interval: Interval, gaps: Sequence[Gap]) -> None:
        """Let charts of a series read again once the first failed gap may be tried again."""
        retries = [gap.retry_at for gap in gaps if gap.retry_at is not None]
        if not retries:
            return
        key = (symbol, interval.name)
        with self._lock:
            if key in self._awaited:
                return
            self._awaited.add(key)

        def wake() -> None:
            with self._lock:
                self._awaited.discard(key)
            self._refresh(symbol, interval)

        self._context.delayed_calls.call_later(
            min(max(1.0, min(retries) - self._context.now() + 1.0), MAX_RETRY_S), wake
        )

    def _refresh(self, symbol: str, interval: Interval) -> None:
        self._context.events.emit(RefreshDue(symbol, interval))


def _target_of(request: ViewportRequest, around: Around, plan: ViewportPlan | None) -> FillTarget:
    """Return the bars of the fetched interval that a request needs."""
    if around.starts is not None and plan is not None:
        span = span_of_rows(request, around, plan.facts)
        return FillTarget(unknown_part(span, plan.facts) or span)  # a short span is planned sooner
    n_before = base_count(request.interval, request.n_before)
    n_after = base_count(request.interval, request.n_after)
    anchor = request.anchor
    if anchor is not None and plan is not None and request.interval.base is not request.interval:
        anchor = base_span(request.interval, plan.facts.calendar, Span(anchor, anchor + 1)).start
    return FillTarget(anchor=anchor, n_before=n_before, n_after=n_after)


def _fill_plan(known: SeriesState, plan: Plan, version: int) -> FillPlan:
    return FillPlan(known, plan.windows, plan.gaps, version)

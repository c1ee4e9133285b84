"""What charts ask: a viewport's bars at once, and the fills that bring what is missing.

``load_viewport`` puts a task into the view's mailbox; a reader thread reads what is stored and resolves the reply at
once, and hands what is missing to the fill engine as the view's one demand.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import FillTarget, FillTask, Priority
from candledesk.cache.messages import BarsStored, EdgeState, ViewportReply
from candledesk.cache.queries.derived_history import is_beyond_lookback, read_beyond_lookback
from candledesk.cache.queries.viewport_reader import (
    base_count,
    count_provisional,
    describe_edge,
    describe_hours,
    describe_upcoming,
    plan_view,
    read_around,
    span_of_rows,
    with_error,
)
from candledesk.cache.rules.planner import unknown_part
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.prices.resample import base_span
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.fetching.fill_task import FillResult
    from candledesk.cache.messages import Gap, ViewportRequest
    from candledesk.cache.queries.context import CacheContext
    from candledesk.cache.queries.viewport_reader import Around
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

MAX_RETRY_S = 900.0
FAULT_RETRY_S = 9.0  # a little longer than ``fills.RetryPauses.fault_s``


class ViewportLoader:
    """The viewports that are open: of each the newest request and at most one demand."""

    def __init__(self, context: CacheContext) -> None:
        """Start with no view."""
        self._context = context
        self._lock = threading.Lock()
        self._views: dict[int, FillTask] = {}
        self._generations: dict[int, int] = {}
        self._awaited: set[tuple[str, str]] = set()

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        """Answer from the database at once and schedule what is missing; superseded requests are cancelled futures."""
        return self._context.readers.submit(lambda connection: self._view(connection, request), mailbox=request.view_id)

    def _view(self, connection: Connection, request: ViewportRequest) -> ViewportReply:
        symbol, base = request.symbol, request.interval.base
        self._context.active.note(symbol, base)
        known = self._context.catalog.read(connection, symbol, base)
        around = read_around(connection, request, known)
        error = self._context.catalog.blocked_error(symbol) if known.instrument is None else None
        target = self._target_of(request, known, around)
        fault = self._context.fill_scheduler.storage_health.fault()
        is_loading = self._follow(request, base, target, known, may_ask=error is None and fault is None)
        wanted = target.resolve(known.facts) if known.facts else None
        edge, reason = describe_edge(known.facts, around, wanted, is_loading=is_loading)
        if known.facts is not None and is_beyond_lookback(request, known.facts, around, edge):
            beyond = read_beyond_lookback(connection, request, known, known.facts)
            if beyond is not None:
                around, source = beyond
                edge, reason = describe_edge(known.facts, around, wanted, is_loading=is_loading)
                reason = f"{reason}; older ones come {source}" if reason and source else reason or source
        if fault is not None and edge is not EdgeState.START:
            edge, reason = EdgeState.FAILED, str(fault)
        reply = ViewportReply(
            request=request,
            bars=around.bars,
            instrument=known.instrument,
            edge=edge,
            edge_reason=reason,
            at_latest=around.at_latest,
            rev=around.rev,
            n_provisional=count_provisional(known.facts, around, request.interval),
            starts=around.starts,
            n_older=around.n_older,
            n_newer=around.n_newer,
            hours=describe_hours(known.facts, request.interval),
            odd=around.odd.odd,
            usual=around.odd.usual,
            stored_from=around.stored_from,
            upcoming=describe_upcoming(known.facts, request.interval, around),
        )
        return with_error(reply, error)

    def _target_of(self, request: ViewportRequest, known: SeriesState, around: Around) -> FillTarget:
        if around.starts is not None and known.facts is not None:
            span = span_of_rows(request, around, known.facts)
            return FillTarget(unknown_part(span, known.facts) or span)  # the fill engine plans a short span, too
        n_before = base_count(request.interval, request.n_before)
        n_after = base_count(request.interval, request.n_after)
        anchor = request.anchor
        if anchor is not None and known.facts is not None and request.interval.base is not request.interval:
            anchor = base_span(request.interval, known.facts.calendar, Span(anchor, anchor + 1)).start
        return FillTarget(anchor=anchor, n_before=n_before, n_after=n_after)

    def _follow(
        self, request: ViewportRequest, base: Interval, target: FillTarget, known: SeriesState, *, may_ask: bool
    ) -> bool:
        """Make the view's demand ask for what it shows now; return whether something is being loaded."""
        has_work = may_ask and (known.facts is None or self._has_work(known.facts, target))
        with self._lock:
            if request.generation < self._generations.get(request.view_id, request.generation):
                return True  # overtaken on the other reader thread: the newer request has followed already
            self._generations[request.view_id] = request.generation
            previous = self._views.get(request.view_id)
            if has_work and previous is not None and previous.is_live and previous.series == (request.symbol, base):
                previous.target = target
                return True
            task = FillTask(request.symbol, base, target, Priority.VIEWPORT) if has_work else None
            if task is None:
                self._views.pop(request.view_id, None)
            else:
                self._views[request.view_id] = task
        if previous is not None:
            self._context.fill_scheduler.cancel(previous)
        if task is None:
            if known.facts is not None and may_ask:
                self._schedule_refresh(request.symbol, base, plan_view(target, known.facts).gaps)
            return False
        task.end.add_done_callback(lambda end: self._on_view_end(request.view_id, task, end.result()))
        self._context.fill_scheduler.add(task)
        return True

    def _has_work(self, facts: Facts, target: FillTarget) -> bool:
        return bool(plan_view(target, facts).windows)

    def _on_view_end(self, view_id: int, task: FillTask, end: FillResult) -> None:
        """Let the chart look again, and once more when something that failed may be tried again."""
        with self._lock:
            if self._views.get(view_id) is not task:
                return
            del self._views[view_id]
        if end.is_cancelled:
            return
        self._emit_refresh(task.symbol, task.interval)
        if isinstance(end.error, EnvironmentFaultError):
            self._context.delayed_calls.call_later(
                FAULT_RETRY_S, lambda: self._emit_refresh(task.symbol, task.interval)
            )
        self._schedule_refresh(task.symbol, task.interval, end.gaps)

    def _schedule_refresh(self, symbol: str, interval: Interval, gaps: Sequence[Gap]) -> None:
        """Let charts of a series look again once the first failed gap may be tried again."""
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
            self._emit_refresh(symbol, interval)

        self._context.delayed_calls.call_later(
            min(max(1.0, min(retries) - self._context.now() + 1.0), MAX_RETRY_S), wake
        )

    def _emit_refresh(self, symbol: str, interval: Interval) -> None:
        self._context.events.emit(BarsStored(symbol, interval, Span(self._context.now(), self._context.now() + 1), 0))

"""The cache controller: the one door to the cache for charts, the HTTP endpoint and the command line.

Follow one viewport change: ``load_viewport`` puts a task into the view's mailbox; a reader thread reads what is
stored and resolves the reply at once, and hands what is missing to the fill engine as the view's one demand.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.demand import PATIENT_TRIES, USUAL_TRIES, Demand, Priority, Want
from candledesk.cache.imports import write_import
from candledesk.cache.jobs import update_span
from candledesk.cache.journal import KIND_BACKFILL, KIND_UPDATE, job_of
from candledesk.cache.messages import BarsStored, EdgeState, ViewportReply
from candledesk.cache.planner import plan_span
from candledesk.cache.series import actions_span, describe_series, read_series
from candledesk.cache.views import base_count, count_provisional, describe_edge, read_around, with_error
from candledesk.cache.workers import run_into
from candledesk.domain.errors import (
    CandleDeskError,
    EnvironmentFaultError,
    InputError,
    NotCachedError,
    TooLateError,
    UnknownSymbolError,
)
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import INTERVALS
from candledesk.domain.resample import base_span
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store import instruments as instrument_store
from candledesk.store import jobs as job_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.catalog import Catalog, Known
    from candledesk.cache.demand import DemandEnd
    from candledesk.cache.events import Events
    from candledesk.cache.fills import Fills
    from candledesk.cache.jobs import Jobs
    from candledesk.cache.messages import (
        BarsReply,
        BarsRequest,
        Event,
        Gap,
        ImportReport,
        Job,
        LimiterState,
        SeriesReport,
        ViewportRequest,
    )
    from candledesk.cache.planner import Facts
    from candledesk.cache.workers import Clockwork, Readers, Writer
    from candledesk.domain.bars import Bars
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

T = TypeVar("T")
N_LATEST = 500  # bars that are wanted when a script names no span
MAX_RETRY_S = 900.0
FAULT_RETRY_S = 9.0  # a little longer than ``fills.Pauses.fault_s``


class CacheController:
    """Implements ``doors.Cache``."""

    def __init__(  # noqa: PLR0913 - the parts it conducts, wired in one place (build.py)
        self,
        *,
        readers: Readers,
        writer: Writer,
        catalog: Catalog,
        fills: Fills,
        jobs: Jobs,
        clockwork: Clockwork,
        events: Events,
        limiter_state: Callable[[], LimiterState],
        now: Callable[[], int],
    ) -> None:
        """Take the parts; nothing starts here."""
        self._readers = readers
        self._writer = writer
        self._catalog = catalog
        self._fills = fills
        self._jobs = jobs
        self._clockwork = clockwork
        self._events = events
        self._now = now
        self._lock = threading.Lock()
        self._views: dict[int, Demand] = {}
        self._generations: dict[int, int] = {}
        self._awaited: set[tuple[str, str]] = set()
        self._active: dict[tuple[str, str], tuple[str, Interval]] = {}
        self.limiter_state = limiter_state

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``callback`` for every event until the returned function is called."""
        return self._events.subscribe(callback)

    # --- charts -------------------------------------------------------------------------------------------------

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        """Answer from the database at once and schedule what is missing; superseded requests are cancelled futures."""
        return self._readers.submit(lambda connection: self._view(connection, request), mailbox=request.view_id)

    def _view(self, connection: Connection, request: ViewportRequest) -> ViewportReply:
        symbol, base = request.symbol, request.interval.base
        self._note_active(symbol, base)
        known = self._catalog.read(connection, symbol, base)
        around = read_around(connection, request, known)
        error = self._catalog.blocked_error(symbol) if known.instrument is None else None
        want = self._want(request, known)
        fault = self._fills.machine_fault()
        is_loading = self._follow(request, base, want, known, may_ask=error is None and fault is None)
        wanted = want.resolve(known.facts) if known.facts else None
        edge, reason = describe_edge(known.facts, around, wanted, is_loading=is_loading)
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
            n_provisional=count_provisional(known.facts, around.bars, request.interval),
        )
        return with_error(reply, error)

    def _want(self, request: ViewportRequest, known: Known) -> Want:
        n_before = base_count(request.interval, request.n_before)
        n_after = base_count(request.interval, request.n_after)
        anchor = request.anchor
        if anchor is not None and known.facts is not None and request.interval.base is not request.interval:
            anchor = base_span(request.interval, known.facts.calendar, Span(anchor, anchor + 1)).start
        return Want(anchor=anchor, n_before=n_before, n_after=n_after)

    def _follow(self, request: ViewportRequest, base: Interval, want: Want, known: Known, *, may_ask: bool) -> bool:
        """Make the view's demand ask for what it shows now; return whether something is being loaded."""
        has_work = may_ask and (known.facts is None or self._has_work(known.facts, want))
        with self._lock:
            if request.generation < self._generations.get(request.view_id, request.generation):
                return True  # overtaken on the other reader thread: the newer request has followed already
            self._generations[request.view_id] = request.generation
            former = self._views.get(request.view_id)
            if has_work and former is not None and former.is_live and former.series == (request.symbol, base):
                former.want = want
                return True
            demand = Demand(request.symbol, base, want, Priority.VIEWPORT) if has_work else None
            if demand is None:
                self._views.pop(request.view_id, None)
            else:
                self._views[request.view_id] = demand
        if former is not None:
            self._fills.cancel(former)
        if demand is None:
            if known.facts is not None and may_ask:
                self._look_again(request.symbol, base, plan_span(want.resolve(known.facts), known.facts).gaps)
            return False
        demand.end.add_done_callback(lambda end: self._on_view_end(request.view_id, demand, end.result()))
        self._fills.add(demand)
        return True

    def _has_work(self, facts: Facts, want: Want) -> bool:
        return bool(plan_span(want.resolve(facts), facts).windows)

    def _on_view_end(self, view_id: int, demand: Demand, end: DemandEnd) -> None:
        """Let the chart look again, and once more when something that failed may be tried again."""
        with self._lock:
            if self._views.get(view_id) is not demand:
                return
            del self._views[view_id]
        if end.is_cancelled:
            return
        self._tell_again(demand.symbol, demand.interval)
        if isinstance(end.error, EnvironmentFaultError):
            self._clockwork.call_later(FAULT_RETRY_S, lambda: self._tell_again(demand.symbol, demand.interval))
        self._look_again(demand.symbol, demand.interval, end.gaps)

    def _look_again(self, symbol: str, interval: Interval, gaps: Sequence[Gap]) -> None:
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
            self._tell_again(symbol, interval)

        self._clockwork.call_later(min(max(1.0, min(retries) - self._now() + 1.0), MAX_RETRY_S), wake)

    def _tell_again(self, symbol: str, interval: Interval) -> None:
        self._events.emit(BarsStored(symbol, interval, Span(self._now(), self._now() + 1), 0))

    # --- scripts ------------------------------------------------------------------------------------------------

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Read bars of a span, filling gaps first as ``request.fill`` says."""
        reply: Future[BarsReply] = Future()
        if request.fill == "none":
            return self._read_bars(request)
        self._note_active(request.symbol, request.interval.base)
        demand = Demand(request.symbol, request.interval.base, self._bars_want(request), Priority.VIEWPORT)
        if request.fill == "async":
            demand.end.add_done_callback(lambda _: self._learn_actions(request, lambda: None))
            self._fills.add(demand)
            self._read_bars(request).add_done_callback(lambda read: self._answer_met(reply, request, read))
            return reply
        demand.n_tries = USUAL_TRIES if request.timeout_s is not None else PATIENT_TRIES
        answer = _Once(lambda error: self._answer(reply, request, error))
        too_late = TooLateError(f"Yahoo did not answer within {request.timeout_s:g} s and the cache knows nothing yet")
        demand.end.add_done_callback(
            lambda end: self._learn_actions(request, lambda: answer(end.result().error), demand.n_tries)
        )
        if request.timeout_s is not None:
            self._clockwork.call_later(request.timeout_s, lambda: answer(too_late))
        self._fills.add(demand)
        return reply

    def _learn_actions(self, request: BarsRequest, then: Callable[[], None], n_tries: int = USUAL_TRIES) -> None:
        """Fill the daily bars that tell the splits and dividends an adjusted answer needs, then call ``then``."""
        if request.adjust == "splits":
            then()
            return

        def on_read(read: Future[Known]) -> None:
            facts = None if read.exception() is not None else read.result().facts
            span = None if facts is None else self._bars_want(request).resolve(facts)
            if facts is None or span is None:
                then()
                return
            want = Want(actions_span(max(span.start, facts.floor[0]), self._now() + 1))
            demand = Demand(request.symbol, INTERVALS["1d"], want, Priority.VIEWPORT, n_tries=n_tries)
            demand.end.add_done_callback(lambda _: then())
            self._fills.add(demand)

        base = request.interval.base
        self._readers.submit(lambda c: self._catalog.read(c, request.symbol, base)).add_done_callback(on_read)

    def _bars_want(self, request: BarsRequest) -> Want:
        if request.span is None:
            n_bars = N_LATEST if request.limit is None else min(request.limit, N_LATEST)
            return Want(n_before=base_count(request.interval, n_bars))
        return Want(_base_part(request.interval, request.span))

    def _answer(self, reply: Future[BarsReply], request: BarsRequest, error: Exception | None) -> None:
        self._read_bars(request, error).add_done_callback(lambda read: run_into(reply, read.result))

    def _answer_met(self, reply: Future[BarsReply], request: BarsRequest, read: Future[BarsReply]) -> None:
        """Answer with what is stored; a symbol that is new is met first, for the answer tells of the instrument."""
        if isinstance(read.exception(), NotCachedError):
            on_met = lambda end: self._answer(reply, request, end.result().error)  # noqa: E731
            self._meet(request.symbol, request.interval.base, on_met)
        else:
            run_into(reply, read.result)

    def _read_bars(self, request: BarsRequest, error: Exception | None = None) -> Future[BarsReply]:
        def read(connection: Connection) -> BarsReply:
            known = self._catalog.read(connection, request.symbol, request.interval.base)
            if known.instrument is None:
                raise error or NotCachedError(request.symbol)
            return read_series(connection, request, known, self._bars_want(request))

        return self._readers.submit(read)

    # --- jobs ---------------------------------------------------------------------------------------------------

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Queue a backfill (``None``: back to the look-back or listing date) or join the live one."""
        whole = Span(HISTORY_START, self._now() // 60 * 60 + 60)
        base = interval.base
        if span is not None and span.start >= self._now():
            future: Future[Job] = Future()
            future.set_exception(InputError("from", "the span lies in the future: nothing can be there yet"))
            return future
        return self._start(symbol, base, KIND_BACKFILL, whole if span is None else _base_part(interval, span))

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        """Queue an update of the latest bars (empty: the active series); answers with the first series' job."""
        with self._lock:
            chosen = list(series) or list(self._active.values())
        if not chosen:
            future: Future[Job] = Future()
            future.set_exception(InputError("symbols", "no series is active yet: name symbols and intervals"))
            return future
        started = [
            self._start(symbol, interval.base, KIND_UPDATE, update_span(interval.base, self._now()))
            for symbol, interval in chosen
        ]
        return started[0]

    def _start(self, symbol: str, interval: Interval, kind: str, span: Span) -> Future[Job]:
        """Start a job, after the instrument is known: a job row needs its series."""
        parse_symbol(symbol)
        started: Future[Job] = Future()
        self._note_active(symbol, interval)

        def begin(failure: Exception | None = None) -> None:
            if failure is not None:
                started.set_exception(failure)
                return
            run_into(started, self._jobs.start, symbol, interval, kind, span)

        def on_read(read: Future[Known]) -> None:
            if read.exception() is not None:
                started.set_exception(read.exception())
            elif read.result().instrument is not None:
                self._fills.run(Priority.UPDATE, begin)
            else:
                self._discover(symbol, interval, begin)

        self._readers.submit(lambda c: self._catalog.read(c, symbol, interval)).add_done_callback(on_read)
        return started

    def _discover(self, symbol: str, interval: Interval, begin: Callable[[Exception | None], None]) -> None:
        def on_met(end: Future[DemandEnd]) -> None:
            error = end.result().error
            fatal = error if isinstance(error, CandleDeskError) else None
            self._fills.run(Priority.UPDATE, lambda: begin(fatal))

        self._meet(symbol, interval, on_met)

    def wait_job(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended."""
        live = self._jobs.end_of(job_id)
        if live is None:
            return self.read_job(job_id)
        ended: Future[Job] = Future()
        live.add_done_callback(
            lambda _: self.read_job(job_id).add_done_callback(lambda read: run_into(ended, read.result))
        )
        return ended

    def list_jobs(self, *, state: str | None = None, limit: int = 200) -> Future[list[Job]]:
        """Return the newest jobs first."""
        return self._readers.submit(
            lambda connection: [job_of(row) for row in job_store.list_jobs(connection, state=state, limit=limit)]
        )

    def read_job(self, job_id: int) -> Future[Job]:
        """Return one job; ``UnknownJobError`` when there is none."""
        return self._readers.submit(lambda connection: self._jobs.read(connection, job_id))

    def cancel_job(self, job_id: int) -> Future[Job]:
        """Cancel a live job; ``JobStateError`` when it has ended."""
        return self._change_job(job_id, self._jobs.cancel)

    def retry_job(self, job_id: int) -> Future[Job]:
        """Queue a failed or cancelled job again; ``JobStateError`` otherwise."""
        return self._change_job(job_id, self._jobs.retry)

    def _change_job(self, job_id: int, change: Callable[[Job], Job]) -> Future[Job]:
        changed: Future[Job] = Future()

        def on_read(read: Future[Job]) -> None:
            self._fills.run(Priority.VIEWPORT, lambda: run_into(changed, lambda: change(read.result())))

        self.read_job(job_id).add_done_callback(on_read)
        return changed

    def import_bars(self, symbol: str, interval: Interval, bars: Bars) -> Future[ImportReport]:
        """Store foreign bars of a fetched interval through the same checks as fetched ones; learns the symbol first."""
        imported: Future[ImportReport] = Future()
        if interval.base is not interval:
            imported.set_exception(InputError("interval", f"{interval.name} is derived: import {interval.base.name}"))
            return imported

        def on_met(end: Future[DemandEnd]) -> None:
            error = end.result().error
            if error is not None:
                imported.set_exception(error)
            else:
                self._fills.run(Priority.UPDATE, lambda: run_into(imported, self._import, symbol, interval, bars))

        self._meet(symbol, interval, on_met)
        return imported

    def _import(self, symbol: str, interval: Interval, bars: Bars) -> ImportReport:
        known = self._readers.submit(lambda connection: self._catalog.read(connection, symbol, interval)).result()
        if known.instrument is None:
            raise UnknownSymbolError(symbol)
        calendar = known.facts.calendar if known.facts else self._catalog.load_calendar(known.instrument)
        now = self._now()
        task = partial(write_import, symbol=symbol, interval=interval, raw=bars, calendar=calendar, now=now)
        report = self._writer.submit(task).result()
        self._events.emit(BarsStored(symbol, interval, Span(HISTORY_START, now), 0))
        return report

    def _meet(self, symbol: str, interval: Interval, on_met: Callable[[Future[DemandEnd]], None]) -> None:
        demand = Demand(symbol, interval, Want(), Priority.UPDATE, only_instrument=True)
        demand.end.add_done_callback(on_met)
        self._fills.add(demand)

    # --- what is known ------------------------------------------------------------------------------------------

    def describe_series(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        """Return the ledger, what is missing of the whole reachable history, and how many bars are stored."""
        return self._readers.submit(lambda connection: self._describe(connection, symbol, interval))

    def _describe(self, connection: Connection, symbol: str, interval: Interval) -> SeriesReport:
        known = self._catalog.read(connection, symbol, interval.base)
        if known.instrument is None:
            raise NotCachedError(symbol)
        return describe_series(connection, known, interval)

    def list_instruments(self, query: str = "") -> Future[list[Instrument]]:
        """Return cached instruments whose symbol or name contains ``query``."""
        return self._readers.submit(lambda connection: instrument_store.list_instruments(connection, query))

    def _note_active(self, symbol: str, interval: Interval) -> None:
        with self._lock:
            self._active[symbol, interval.name] = (symbol, interval)


def _base_part(interval: Interval, span: Span) -> Span:
    """Return what must be known of the base so that the derived bars of ``span`` are whole at both ends."""
    if interval.base is interval:
        return span
    start = min(span.start, max(HISTORY_START, span.start - 2 * interval.step_s))
    return Span(start, span.end + 2 * interval.step_s)


class _Once:
    """Calls its function at the first call only: the fill's end or the time-out, whichever comes first."""

    def __init__(self, function: Callable[[Exception | None], None]) -> None:
        self._function = function
        self._lock = threading.Lock()
        self._is_done = False

    def __call__(self, error: Exception | None) -> None:
        with self._lock:
            if self._is_done:
                return
            self._is_done = True
        self._function(error)

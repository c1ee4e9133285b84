"""The scheduler of fill tasks: it plans them, claims their windows and has these fetched.

No other module changes a task. A task is planned from the database at every step, so that covered bars are not asked
for again; one without a job goes on by its first plan while no other task has fetched bars of the series, so that a
scroll is planned once.
"""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import FillPlan, FillResult, FillTarget, FillTask, Priority
from candledesk.cache.fetching.single_flight import SingleFlight
from candledesk.cache.fetching.window_fetch import WindowFetcher
from candledesk.cache.fetching.window_outcomes import Answered, Over, Replan, RetryLater, Unanswered, WaitForNetwork
from candledesk.cache.rules.damaged_bars import damaged_gaps
from candledesk.cache.rules.planner import count_expected, cut_windows, never_gaps, plan_span, whole_window
from candledesk.cache.runtime.storage_health import StorageHealth
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.domain.span import HISTORY_START, Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog, SeriesState
    from candledesk.cache.fetching.job_journal import JobJournal
    from candledesk.cache.fetching.single_flight import Claim
    from candledesk.cache.fetching.window_outcomes import WindowOutcome
    from candledesk.cache.messages import Gap
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.interval import Interval

log = logging.getLogger(__name__)


class FillScheduler:
    """Runs fill tasks on the fetch pool, one window at a time: a more urgent task waits for one window at most."""

    def __init__(self, context: CacheContext, catalog: Catalog, journal: JobJournal) -> None:
        """Start with nothing to do."""
        self._context = context
        self._catalog = catalog
        self._journal = journal
        self._single_flight = SingleFlight()
        self._lock = threading.Lock()  # of the plans of live tasks, which charts replace
        self._live: set[FillTask] = set()
        self._closing = threading.Event()
        self.storage_health = StorageHealth(context.pauses.fault_s, context.emit)
        self._window_fetcher = WindowFetcher(
            context, catalog, journal, self.add, self._closing.is_set, self.storage_health.note_success
        )

    @property
    def n_in_flight(self) -> int:
        """How many windows are being fetched right now."""
        return len(self._single_flight)

    @property
    def has_other_work(self) -> bool:
        """Whether a chart, a script or a backfill waits for bars."""
        return any(task.priority is not Priority.UPDATE for task in list(self._live))

    def add(self, task: FillTask) -> None:
        """Start a task; ``task.end`` resolves when it has ended."""
        self._live.add(task)
        task.end.add_done_callback(lambda _: self._live.discard(task))
        if self._closing.is_set():
            self._drop(task)
        else:
            self._resume(task)

    def resolve_instrument(
        self,
        symbol: str,
        interval: Interval,
        *,
        span: Span | None = None,
        is_daily_first_request: bool = False,
    ) -> Future[FillResult]:
        """Look up the instrument of a symbol, with one request when it is not known yet; the result has the error.

        That request brings bars of ``span`` (``None``: the latest); ``is_daily_first_request``: a few daily bars
        instead.
        """
        task = FillTask(
            symbol,
            interval,
            FillTarget(span),
            Priority.UPDATE,
            only_instrument=True,
            is_daily_first_request=is_daily_first_request,
        )
        self.add(task)
        return task.end

    def cancel(self, task: FillTask) -> None:
        """End a task, even while it waits for the limiter."""
        task.cancel.set()
        self._context.limiters.notify()
        task.finish(FillResult(is_cancelled=True))

    def cancel_series(self, symbol: str, interval: Interval | None) -> bool:
        """End the tasks of a symbol, or of one of its stored series; return whether a request of it is under way."""
        for task in list(self._live):
            if task.symbol == symbol and interval in (None, task.interval):
                self.cancel(task)
        return self._single_flight.has_claim(symbol, interval)

    def close(self) -> None:
        """End every task; those with a job stay queued for the next start."""
        self._closing.set()
        for task in list(self._live):
            self._drop(task)

    def _drop(self, task: FillTask) -> None:
        task.cancel.set()
        task.finish(FillResult(error=ClosingError("CandleDesk is shutting down"), is_cancelled=True))

    def run(self, priority: int, task: Callable[[], object]) -> None:
        """Run ``task`` on the fetch pool, for short work that waits for the writer."""
        self._context.pool.submit(priority, task)

    def _resume(self, task: FillTask) -> None:
        self._context.pool.submit(task.priority, lambda: self._step(task))

    def _resume_later(self, task: FillTask, delay_s: float) -> None:
        if delay_s:
            self._context.delayed_calls.call_later(delay_s, lambda: self._resume(task))
        else:
            self._resume(task)

    def _step(self, task: FillTask) -> None:
        try:
            self._advance(task)
        except ClosingError as error:
            self._end(task, FillResult(error=error, is_cancelled=True))
        except EnvironmentFaultError as error:
            self.storage_health.note(error)
            self._wait_for_storage(task, error)
        except BaseException as error:  # noqa: BLE001 - the worker must outlive its task, whose result carries the error
            self._end(task, FillResult(error=self._internal_error(task, error)))

    def _internal_error(self, task: FillTask, error: BaseException) -> Exception:
        """Return the error that a task ends with: an expected one as it is, an internal one with its type."""
        if isinstance(error, CandleDeskError):
            return error
        log.error("a fill of %s %s ended with an internal error", task.symbol, task.interval.name, exc_info=error)
        fault = RuntimeError(f"Internal error, {type(error).__name__}: {error} (details in the log)")
        fault.__cause__ = error
        return fault

    def _wait_for_storage(self, task: FillTask, error: EnvironmentFaultError) -> None:
        """Let a job wait, without a limit, until bars can be stored again; end any other task with the error."""
        if task.job_id is None:
            task.finish(FillResult(error=error))
        else:
            task.on_blocked(error)
            self._resume_later(task, self._context.pauses.fault_s * random.uniform(1.0, 1.25))  # noqa: S311

    def _end(self, task: FillTask, end: FillResult) -> None:
        """Write how the task's job ended, then end the task; a job has not ended until that is written."""
        try:
            self._journal.end_job(task, end)
        except EnvironmentFaultError as error:
            log.warning("the end of job %s could not be written yet: %s", task.job_id, error)
            self.storage_health.note(error)
            self._context.delayed_calls.call_later(
                self._context.pauses.fault_s, lambda: self.run(task.priority, lambda: self._end(task, end))
            )
            return
        except ClosingError:
            log.info("job %s goes on at the next start", task.job_id)
        except BaseException:
            task.finish(end)
            raise
        task.finish(end)

    def retarget(self, task: FillTask, target: FillTarget, plan: FillPlan | None) -> bool:
        """Let a live task fetch ``target`` from its next window on; ``False`` when it has ended."""
        with self._lock:
            if not task.is_live:
                return False
            task.target, task.plan = target, plan
            return True

    def version(self, symbol: str, interval: Interval) -> int:
        """Return the version of a series' claims, to be read before what a ``FillPlan`` is made from."""
        return self._single_flight.version(symbol, interval)

    def max_window_s(self, symbol: str, interval: Interval) -> int | None:
        """Return the widest request of a series just now, ``None`` for the interval's own."""
        return self._window_fetcher.max_window_s(symbol, interval)

    def _advance(self, task: FillTask) -> None:
        task.is_in_retry_pause = False
        if task.end.done() or self._closing.is_set():
            return
        if task.cancel.is_set():
            task.finish(FillResult(is_cancelled=True))
            return
        forgotten = self._catalog.forgotten.error(task.symbol, task.interval)
        if forgotten is not None:
            self._end(task, FillResult(error=forgotten))
            return
        fault = self.storage_health.refusal()
        if fault is not None:
            self._wait_for_storage(task, fault)
            return
        plan = self._take_plan(task) or self._make_plan(task)
        if plan is not None:
            self._next_window(task, plan)

    def _take_plan(self, task: FillTask) -> FillPlan | None:
        """Return what is left of the task's plan, ``None`` when another task has fetched of the series, or does now."""
        with self._lock:
            plan, task.plan = task.plan, None
        if plan is None or self._single_flight.version(task.symbol, task.interval) != plan.version:
            return None
        return None if self._single_flight.in_flight(task.symbol, task.interval) else plan

    def _make_plan(self, task: FillTask) -> FillPlan | None:
        """Plan from the database; ``None`` when the symbol must be looked up first, or that was all there was to do."""
        symbol, interval = task.symbol, task.interval
        version, version_of_symbol = self._single_flight.version(symbol, interval), self._single_flight.version(symbol)
        known = self._catalog.load(symbol, interval)
        if known.instrument is None:
            self._discover(task, known, version_of_symbol)
            return None
        if known.facts is None:
            self._catalog.load_calendar(known.instrument)
            known = self._catalog.load(symbol, interval)
        if task.only_instrument:
            self._end(task, FillResult())
            return None
        known = self._check_stored(task, known)
        facts = known.facts
        if facts is None:
            msg = f"No calendar for {symbol}"
            raise EnvironmentFaultError(msg)
        span, window_s = task.target.resolve(facts), self._window_fetcher.max_window_s(symbol, interval)
        plan = plan_span(span, facts, self._single_flight.in_flight(symbol, interval), window_s)
        self._journal.progress(task, plan)
        windows = _windows_to_update(task, span, facts, window_s) if task.is_update else plan.windows
        if not windows and plan.in_flight and not task.is_update:
            windows = replace(plan, in_flight=()).windows  # they are waited for
        return FillPlan(known, windows, plan.gaps, version)

    def _check_stored(self, task: FillTask, known: SeriesState) -> SeriesState:
        """Check once what a backfill would count as done; return what is known when lost bars have become gaps."""
        facts, series_id = known.facts, known.series_id
        if task.job_id is None or task.is_update or task.is_proven or facts is None or series_id is None:
            return known
        task.is_proven = True
        span, damage = task.target.resolve(facts) or Span(HISTORY_START, facts.now), self._context.damage
        repaired = self._context.readers.submit(lambda connection: damage.check(connection, series_id, span)).result()
        if repaired is None:
            return known
        repaired.result()
        return self._catalog.load(task.symbol, task.interval)

    def _next_window(self, task: FillTask, plan: FillPlan) -> None:
        """Fetch the newest window that is not in flight; wait when all are, end the task when none is left."""
        facts = plan.known.facts
        if facts is None or not plan.windows:
            self._end(task, FillResult(plan.gaps, _never_gaps(task, facts)))
            return
        symbol, interval = task.series
        for wanted in plan.windows:
            window = wanted
            if task.asks_older:
                in_flight = self._single_flight.in_flight(symbol, interval)
                window = whole_window(window, facts, in_flight, self._window_fetcher.max_window_s(symbol, interval))
            claim = self._single_flight.take(symbol, interval, window, plan.version)
            if claim is not None:
                self._ask_window(task, plan, claim)
                return
        is_outdated = self._single_flight.version(symbol, interval) != plan.version
        if is_outdated or not self._single_flight.wait(symbol, interval, plan.windows, lambda: self._resume(task)):
            self._resume(task)

    def _discover(self, task: FillTask, known: SeriesState, version: int) -> None:
        """Fetch bars of an unknown symbol with one request, which describes the instrument too."""
        error = self._catalog.blocked_error(task.symbol)
        if error is not None:
            raise error
        request = self._window_fetcher.first_request(task)
        claim = self._single_flight.take_first(task.symbol, request.interval, request.window, version)
        if claim is not None:
            self._ask_window(task, FillPlan(known, (), (), -1), claim)
        elif not self._single_flight.wait_first(task.symbol, lambda: self._resume(task)):
            self._resume(task)

    def _ask_window(self, task: FillTask, plan: FillPlan, claim: Claim) -> None:
        """Fetch and store one claimed window, then go on with the task; the claim is always released."""
        task.attempt = task.attempt.of(claim.window)
        try:
            if self._context.limiters.acquire(claim.symbol, int(task.priority), task.cancel):
                outcome: WindowOutcome = self._window_fetcher.fetch_window(task, plan.known, claim)
            else:
                outcome = Replan()
        finally:
            version = self._single_flight.release(claim)
        if not self._closing.is_set():
            self._apply(task, plan, claim, version, outcome)

    def _apply(self, task: FillTask, plan: FillPlan, claim: Claim, version: int, outcome: WindowOutcome) -> None:
        """Change the task as the outcome of a window requires, and go on with it."""
        match outcome:
            case Over(result):
                self._end(task, result)
            case Answered(attempt, is_reported):
                task.attempt, task.is_reported = attempt, task.is_reported or is_reported
                task.asked.append(claim.window)
                self._keep_plan(task, plan, claim.window, version)
                self._resume(task)
            case Unanswered(attempt, is_reported, dailies):
                task.attempt, task.is_reported = attempt, task.is_reported or is_reported
                task.asked.append(claim.window)
                self._resume_after(task, dailies, 0.0)
            case RetryLater(attempt, delay_s, reason, dailies):
                task.attempt = attempt
                self._keep_plan(task, plan, None, version)
                if delay_s > 0:
                    self._journal.wait(task, delay_s, reason)
                    task.is_in_retry_pause = True
                    task.on_retry_pause()
                self._resume_after(task, dailies, delay_s)
            case WaitForNetwork(attempt, delay_s, reason, error):
                task.attempt = attempt
                self._keep_plan(task, plan, None, version)
                if error is not None:
                    task.on_blocked(error)
                if delay_s > 0:
                    self._journal.wait(task, delay_s, reason)
                self._resume_later(task, delay_s)
            case Replan():
                self._resume(task)

    def _keep_plan(self, task: FillTask, plan: FillPlan, answered: Span | None, version: int) -> None:
        """Keep the task's plan, or the newer one of its chart, when no other task has fetched of the series since."""
        if not task.keeps_plan:
            return
        with self._lock:
            newest = task.plan or plan
            is_only_answer = newest.version + 1 == version
            task.plan = newest.after(answered, version) if is_only_answer else task.plan

    def _resume_after(self, task: FillTask, dailies: FillTask | None, delay_s: float) -> None:
        if dailies is None:
            self._resume_later(task, delay_s)
        else:
            dailies.end.add_done_callback(lambda _: self._resume(task))


def _windows_to_update(task: FillTask, span: Span | None, facts: Facts, window_s: int | None) -> tuple[Span, ...]:
    """Return the windows of an update's span that were not fetched yet.

    The second that a fetch takes adds nothing to the span unless a bar has opened in it.
    """
    askable = facts.clip(span)
    left = subtract_spans([] if askable is None else [askable], task.asked)
    return tuple(cut_windows([piece for piece in left if count_expected(piece, facts)], facts, window_s))


def _never_gaps(task: FillTask, facts: Facts | None) -> tuple[Gap, ...]:
    """Return the gaps of a job that no try can fill; for the whole history only those of damaged bars."""
    if facts is None or task.job_id is None:
        return ()
    span = task.target.resolve(facts)
    is_whole = span is None or span.start <= HISTORY_START
    return (*damaged_gaps(span, facts), *(() if span is None or is_whole else never_gaps(span, facts)))

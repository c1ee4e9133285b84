"""The fill engine: takes demands, asks the provider window by window, and stores what it says.

Every step of a demand plans anew from the database, so that an interrupted, repeated or overlapping demand needs no
memory of its own: what is covered is not asked again.
"""

from __future__ import annotations

import logging
import random
import threading
from typing import TYPE_CHECKING

from candledesk.cache.fetching.catalog import SeriesState
from candledesk.cache.fetching.fill_task import FillResult, FillTarget, FillTask, Priority
from candledesk.cache.fetching.single_flight import SingleFlight
from candledesk.cache.fetching.window_fetch import Step, WindowFetcher
from candledesk.cache.rules.planner import cut_windows, never_gaps, plan_span, whole_window
from candledesk.cache.runtime.storage_health import StorageHealth
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.domain.span import HISTORY_START, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from candledesk.cache.fetching.fetch_context import FetchContext
    from candledesk.cache.fetching.single_flight import Claim
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

log = logging.getLogger(__name__)


class FillScheduler:
    """Runs demands on the fetch pool, one window at a time: a more urgent demand waits for one window at most."""

    def __init__(self, context: FetchContext) -> None:
        """Start with nothing to do."""
        self._context = context
        self._single_flight = SingleFlight()
        self._live: set[FillTask] = set()
        self._closing = threading.Event()
        self.storage_health = StorageHealth(context.pauses.fault_s, context.emit)
        self._window_fetcher = WindowFetcher(context, self.add, self._closing.is_set, self.storage_health.note_success)

    @property
    def n_in_flight(self) -> int:
        """How many windows are being asked for right now."""
        return len(self._single_flight)

    @property
    def has_other_work(self) -> bool:
        """Whether somebody but the updater waits for bars: a chart, a script, a backfill."""
        return any(task.priority is not Priority.UPDATE for task in list(self._live))

    def add(self, task: FillTask) -> None:
        """Begin to serve a demand; ``task.end`` resolves when it is over."""
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
        on_resolved: Callable[[Future[FillResult]], None],
        *,
        span: Span | None = None,
        is_daily_first_request: bool = False,
    ) -> None:
        """Learn the instrument of a symbol, with one request when it was never met, then call ``on_resolved``.

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
        task.end.add_done_callback(on_resolved)
        self.add(task)

    def cancel(self, task: FillTask) -> None:
        """End a demand that nobody wants any more, even while it waits for its turn at the limiter."""
        task.cancel.set()
        self._context.limiter.notify()
        task.finish(FillResult(is_cancelled=True))

    def close(self) -> None:
        """Wake whoever waits and go no step further; demands with a job stay queued for the next start."""
        self._closing.set()
        for task in list(self._live):
            self._drop(task)

    def _drop(self, task: FillTask) -> None:
        task.cancel.set()
        task.finish(FillResult(error=ClosingError("CandleDesk is shutting down"), is_cancelled=True))

    def run(self, priority: int, task: Callable[[], None]) -> None:
        """Run ``task`` on the fetch pool; for short work that waits for the writer."""
        self._context.pool.submit(priority, task)

    def _resume(self, task: FillTask) -> None:
        self._context.pool.submit(task.priority, lambda: self._step(task))

    def _go_on(self, task: FillTask, delay_s: float) -> None:
        after, task.after = task.after, None
        if after is None:
            self._resume_later(task, delay_s)
        else:
            after.end.add_done_callback(lambda _: self._resume(task))

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
        except BaseException as error:  # noqa: BLE001 - the worker must outlive its task; the demand says why
            self._end(task, FillResult(error=self._internal_error(task, error)))

    def _internal_error(self, task: FillTask, error: BaseException) -> Exception:
        """Return what a demand ends with: an expected failure as it is, a fault of ours with its kind in its words."""
        if isinstance(error, CandleDeskError):
            return error
        log.error("a fill of %s %s failed by our own fault", task.symbol, task.interval.name, exc_info=error)
        fault = RuntimeError(f"Our own error, {type(error).__name__}: {error} (details in the log)")
        fault.__cause__ = error
        return fault

    def _wait_for_storage(self, task: FillTask, error: EnvironmentFaultError) -> None:
        """A job waits until the machine stores again, without a limit; whoever else asked is told."""
        if task.job_id is None:
            task.finish(FillResult(error=error))
        else:
            task.on_blocked(error)
            self._resume_later(task, self._context.pauses.fault_s * random.uniform(1.0, 1.25))  # noqa: S311

    def _end(self, task: FillTask, end: FillResult) -> None:
        """Write how the demand's job ended, then end it; while that cannot be written the job has not ended."""
        try:
            self._context.journal.end_job(task, end)
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

    def _advance(self, task: FillTask) -> None:
        task.is_in_retry_pause = False
        if task.end.done() or self._closing.is_set():
            return
        if task.cancel.is_set():
            task.finish(FillResult(is_cancelled=True))
            return
        fault = self.storage_health.refusal()
        if fault is not None:
            self._wait_for_storage(task, fault)
            return
        known = self._context.read(task.symbol, task.interval)
        if known.instrument is None:
            self._discover(task)
            return
        if known.facts is None:
            self._context.catalog.load_calendar(known.instrument)
            known = self._context.read(task.symbol, task.interval)
        if task.only_instrument:
            self._end(task, FillResult())
            return
        self._next_window(task, known)

    def _next_window(self, task: FillTask, known: SeriesState) -> None:
        facts = known.facts
        if facts is None:
            msg = f"No calendar for {task.symbol}"
            raise EnvironmentFaultError(msg)
        span = task.target.resolve(facts)
        in_flight = self._single_flight.in_flight(task.symbol, task.interval)
        window_s = self._window_fetcher.max_window_s(task.symbol, task.interval)
        plan = plan_span(span, facts, in_flight, window_s)
        windows = plan.windows
        if task.is_update and span is not None:
            askable = facts.clip(span)
            left = subtract_spans([] if askable is None else [askable], task.asked)
            # While it was asked a second went by, which is no reason to ask again unless a bar has opened in it.
            left = [piece for piece in left if len(expected_open_times(facts.calendar, facts.interval, piece))]
            windows = tuple(cut_windows(left, facts, window_s))
        self._context.journal.progress(task, plan)
        for wanted_window in windows:
            window = wanted_window
            if task.asks_older:
                window = whole_window(window, facts, in_flight, window_s)
            claim = self._single_flight.take(task.symbol, task.interval, window)
            if claim is None:
                continue
            if self._is_answered(task, claim):
                self._resume(task)
            else:
                self._ask_window(task, known, claim)
            return
        wanted = windows if task.is_update else plan_span(span, facts, (), window_s).windows
        if wanted:
            self._wait_for_others(task, task.interval, wanted)
        else:
            is_named = span is not None and span.start > HISTORY_START and task.job_id is not None
            self._end(task, FillResult(plan.gaps, never_gaps(span, facts) if span and is_named else ()))

    def _wait_for_others(self, task: FillTask, interval: Interval, windows: Sequence[Span]) -> None:
        """Go on when somebody else's claim on one of ``windows`` is released; at once when that has happened."""
        if not self._single_flight.wait(task.symbol, interval, windows, lambda: self._resume(task)):
            self._resume(task)

    def _discover(self, task: FillTask) -> None:
        """Ask for bars of an unknown symbol: one request that also tells what and where it is."""
        error = self._context.catalog.blocked_error(task.symbol)
        if error is not None:
            raise error
        request = self._window_fetcher.first_request(task)
        claim = self._single_flight.take_first(task.symbol, request.interval, request.window)
        if claim is None:
            if not self._single_flight.wait_first(task.symbol, lambda: self._resume(task)):
                self._resume(task)
        elif self._is_answered(task, claim, is_discovery=True):
            self._resume(task)
        else:
            self._ask_window(task, SeriesState(None, None, None), claim)

    def _is_answered(self, task: FillTask, claim: Claim, *, is_discovery: bool = False) -> bool:
        """Tell whether somebody else has fetched and released the window since this demand read; then give it back.

        While the claim is held nobody can: so a window is asked for once, however many want it.
        """
        try:
            error = self._context.catalog.blocked_error(claim.symbol) if is_discovery else None
            if error is not None:
                raise error  # noqa: TRY301 - after the claim is given back
            known = self._context.read(claim.symbol, claim.interval)
            if is_discovery:
                is_answered = known.instrument is not None
            elif task.is_update or known.facts is None:
                is_answered = False
            else:
                is_answered = not plan_span(claim.window, known.facts).windows
        except BaseException:
            self._single_flight.release(claim)
            raise
        if is_answered:
            self._single_flight.release(claim)
        return is_answered

    def _ask_window(self, task: FillTask, known: SeriesState, claim: Claim) -> None:
        """Fetch and store one claimed window, then go on with the demand; the claim is always released."""
        if task.failing != claim.window.start:  # its end may be now, and moves
            task.failing, task.n_faults = claim.window.start, 0
            task.sightings.clear()
        try:
            if self._context.limiter.acquire(int(task.priority), task.cancel):
                step = self._window_fetcher.fetch_window(task, known, claim)
            else:
                step = Step()
        finally:
            self._single_flight.release(claim)
        if self._closing.is_set():
            return
        if step.end is not None:
            self._end(task, step.end)
            return
        if step.delay_s > 0:
            self._context.journal.wait(task, step.delay_s, step.reason)
            if step.is_own:
                task.is_in_retry_pause = True
                task.on_retry_pause()
        self._go_on(task, step.delay_s)

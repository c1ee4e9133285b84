"""The scheduler of fill tasks: it plans, claims windows, has them fetched, and is alone in changing the tasks.

A task is planned from the database, except that one without a job goes on by its first plan as long as nobody else has
fetched anything of the series since: what is covered is not asked again, and a scroll is planned once.
"""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import Demand, DemandEnd, FillPlan, Priority, Want
from candledesk.cache.fetching.single_flight import Claims
from candledesk.cache.fetching.window_fetch import Asker
from candledesk.cache.fetching.window_outcomes import Answered, Over, Replan, RetryLater, Unanswered, WaitForNetwork
from candledesk.cache.rules.planner import count_expected, cut_windows, never_gaps, plan_span, whole_window
from candledesk.cache.runtime.storage_health import Machine
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.domain.span import HISTORY_START, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.fetching.catalog import Known
    from candledesk.cache.fetching.fetch_context import Engine
    from candledesk.cache.fetching.single_flight import Claim
    from candledesk.cache.fetching.window_outcomes import WindowOutcome
    from candledesk.cache.messages import Gap
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

log = logging.getLogger(__name__)


class Fills:
    """Runs demands on the fetch pool, one window at a time: a more urgent demand waits for one window at most."""

    def __init__(self, engine: Engine) -> None:
        """Start with nothing to do."""
        self._engine = engine
        self._claims = Claims()
        self._lock = threading.Lock()  # of the plans of live tasks, which charts replace
        self._live: set[Demand] = set()
        self._closing = threading.Event()
        self.machine = Machine(engine.pauses.fault_s, engine.emit)
        self._asker = Asker(engine, self.add, self._closing.is_set, self.machine.note_success)

    @property
    def n_in_flight(self) -> int:
        """How many windows are being asked for right now."""
        return len(self._claims)

    @property
    def has_other_work(self) -> bool:
        """Whether somebody but the updater waits for bars: a chart, a script, a backfill."""
        return any(demand.priority is not Priority.UPDATE for demand in list(self._live))

    def add(self, demand: Demand) -> None:
        """Begin to serve a demand; ``demand.end`` resolves when it is over."""
        self._live.add(demand)
        demand.end.add_done_callback(lambda _: self._live.discard(demand))
        if self._closing.is_set():
            self._drop(demand)
        else:
            self._resume(demand)

    def meet(
        self,
        symbol: str,
        interval: Interval,
        on_met: Callable[[Future[DemandEnd]], None],
        *,
        span: Span | None = None,
        is_plain: bool = False,
    ) -> None:
        """Learn the instrument of a symbol, with one request when it was never met, then call ``on_met``.

        That request brings bars of ``span`` (``None``: the latest); ``is_plain``: a few daily bars instead.
        """
        demand = Demand(symbol, interval, Want(span), Priority.UPDATE, only_instrument=True, is_plain=is_plain)
        demand.end.add_done_callback(on_met)
        self.add(demand)

    def cancel(self, demand: Demand) -> None:
        """End a demand that nobody wants any more, even while it waits for its turn at the limiter."""
        demand.cancel.set()
        self._engine.limiter.notify()
        demand.finish(DemandEnd(is_cancelled=True))

    def close(self) -> None:
        """Wake whoever waits and go no step further; demands with a job stay queued for the next start."""
        self._closing.set()
        for demand in list(self._live):
            self._drop(demand)

    def _drop(self, demand: Demand) -> None:
        demand.cancel.set()
        demand.finish(DemandEnd(error=ClosingError("CandleDesk is shutting down"), is_cancelled=True))

    def run(self, priority: int, task: Callable[[], None]) -> None:
        """Run ``task`` on the fetch pool; for short work that waits for the writer."""
        self._engine.pool.submit(priority, task)

    def _resume(self, demand: Demand) -> None:
        self._engine.pool.submit(demand.priority, lambda: self._step(demand))

    def _resume_later(self, demand: Demand, delay_s: float) -> None:
        if delay_s:
            self._engine.clockwork.call_later(delay_s, lambda: self._resume(demand))
        else:
            self._resume(demand)

    def _step(self, demand: Demand) -> None:
        try:
            self._advance(demand)
        except ClosingError as error:
            self._end(demand, DemandEnd(error=error, is_cancelled=True))
        except EnvironmentFaultError as error:
            self.machine.note(error)
            self._wait_for_machine(demand, error)
        except BaseException as error:  # noqa: BLE001 - the worker must outlive its task; the demand says why
            self._end(demand, DemandEnd(error=self._own_fault(demand, error)))

    def _own_fault(self, demand: Demand, error: BaseException) -> Exception:
        """Return what a demand ends with: an expected failure as it is, a fault of ours with its kind in its words."""
        if isinstance(error, CandleDeskError):
            return error
        log.error("a fill of %s %s failed by our own fault", demand.symbol, demand.interval.name, exc_info=error)
        fault = RuntimeError(f"Our own error, {type(error).__name__}: {error} (details in the log)")
        fault.__cause__ = error
        return fault

    def _wait_for_machine(self, demand: Demand, error: EnvironmentFaultError) -> None:
        """A job waits until the machine stores again, without a limit; whoever else asked is told."""
        if demand.job_id is None:
            demand.finish(DemandEnd(error=error))
        else:
            demand.on_stuck(error)
            self._resume_later(demand, self._engine.pauses.fault_s * random.uniform(1.0, 1.25))  # noqa: S311

    def _end(self, demand: Demand, end: DemandEnd) -> None:
        """Write how the demand's job ended, then end it; while that cannot be written the job has not ended."""
        try:
            self._engine.journal.end_job(demand, end)
        except EnvironmentFaultError as error:
            log.warning("the end of job %s could not be written yet: %s", demand.job_id, error)
            self.machine.note(error)
            self._engine.clockwork.call_later(
                self._engine.pauses.fault_s, lambda: self.run(demand.priority, lambda: self._end(demand, end))
            )
            return
        except ClosingError:
            log.info("job %s goes on at the next start", demand.job_id)
        except BaseException:
            demand.finish(end)
            raise
        demand.finish(end)

    def retarget(self, demand: Demand, want: Want, plan: FillPlan | None) -> bool:
        """Let a live task fetch ``want`` from its next window on; ``False`` when it has ended."""
        with self._lock:
            if not demand.is_live:
                return False
            demand.want, demand.plan = want, plan
            return True

    def version(self, symbol: str, interval: Interval) -> int:
        """Return the version of a series' claims, to be read before what a ``FillPlan`` is made from."""
        return self._claims.version(symbol, interval)

    def width_s(self, symbol: str, interval: Interval) -> int | None:
        """Return the widest request of a series just now, ``None`` for the interval's own."""
        return self._asker.width_s(symbol, interval)

    def _advance(self, demand: Demand) -> None:
        demand.is_resting = False
        if demand.end.done() or self._closing.is_set():
            return
        if demand.cancel.is_set():
            demand.finish(DemandEnd(is_cancelled=True))
            return
        fault = self.machine.refusal()
        if fault is not None:
            self._wait_for_machine(demand, fault)
            return
        plan = self._take_plan(demand) or self._make_plan(demand)
        if plan is not None:
            self._next_window(demand, plan)

    def _take_plan(self, demand: Demand) -> FillPlan | None:
        """Return what is left of the task's plan, ``None`` when others have fetched of the series, or do so now."""
        with self._lock:
            plan, demand.plan = demand.plan, None
        if plan is None or self._claims.version(demand.symbol, demand.interval) != plan.version:
            return None
        return None if self._claims.in_flight(demand.symbol, demand.interval) else plan

    def _make_plan(self, demand: Demand) -> FillPlan | None:
        """Plan from the database; ``None`` when the symbol must be looked up first, or that was all there was to do."""
        symbol, interval = demand.symbol, demand.interval
        version, version_of_symbol = self._claims.version(symbol, interval), self._claims.version(symbol)
        known = self._engine.read(symbol, interval)
        if known.instrument is None:
            self._discover(demand, known, version_of_symbol)
            return None
        if known.facts is None:
            self._engine.catalog.load_calendar(known.instrument)
            known = self._engine.read(symbol, interval)
        if demand.only_instrument:
            self._end(demand, DemandEnd())
            return None
        facts = known.facts
        if facts is None:
            msg = f"No calendar for {symbol}"
            raise EnvironmentFaultError(msg)
        span, window_s = demand.want.resolve(facts), self._asker.width_s(symbol, interval)
        plan = plan_span(span, facts, self._claims.in_flight(symbol, interval), window_s)
        self._engine.journal.progress(demand, plan)
        windows = _windows_to_update(demand, span, facts, window_s) if demand.is_update else plan.windows
        if not windows and plan.in_flight and not demand.is_update:
            windows = replace(plan, in_flight=()).windows  # they are waited for
        return FillPlan(known, windows, plan.gaps, version)

    def _next_window(self, demand: Demand, plan: FillPlan) -> None:
        """Fetch the newest window that nobody else fetches; wait when others fetch all, end when none is left."""
        facts = plan.known.facts
        if facts is None or not plan.windows:
            self._end(demand, DemandEnd(plan.gaps, _never_gaps(demand, facts)))
            return
        symbol, interval = demand.series
        for wanted in plan.windows:
            window = wanted
            if demand.asks_older:
                in_flight = self._claims.in_flight(symbol, interval)
                window = whole_window(window, facts, in_flight, self._asker.width_s(symbol, interval))
            claim = self._claims.take(symbol, interval, window, plan.version)
            if claim is not None:
                self._ask_window(demand, plan, claim)
                return
        is_outdated = self._claims.version(symbol, interval) != plan.version
        if is_outdated or not self._claims.wait(symbol, interval, plan.windows, lambda: self._resume(demand)):
            self._resume(demand)

    def _discover(self, demand: Demand, known: Known, version: int) -> None:
        """Ask for bars of an unknown symbol: one request that also tells what and where it is."""
        error = self._engine.catalog.blocked_error(demand.symbol)
        if error is not None:
            raise error
        look = self._asker.first_look(demand)
        claim = self._claims.take_first(demand.symbol, look.interval, look.window, version)
        if claim is not None:
            self._ask_window(demand, FillPlan(known, (), (), -1), claim)
        elif not self._claims.wait_first(demand.symbol, lambda: self._resume(demand)):
            self._resume(demand)

    def _ask_window(self, demand: Demand, plan: FillPlan, claim: Claim) -> None:
        """Fetch and store one claimed window, then go on with the task; the claim is always released."""
        demand.attempt = demand.attempt.of(claim.window)
        try:
            if self._engine.limiter.acquire(int(demand.priority), demand.cancel):
                outcome: WindowOutcome = self._asker.ask(demand, plan.known, claim)
            else:
                outcome = Replan()
        finally:
            version = self._claims.release(claim)
        if not self._closing.is_set():
            self._follow(demand, plan, claim, version, outcome)

    def _follow(self, demand: Demand, plan: FillPlan, claim: Claim, version: int, outcome: WindowOutcome) -> None:
        """Do what follows from what became of a window."""
        match outcome:
            case Over(result):
                self._end(demand, result)
            case Answered(attempt, is_told):
                demand.attempt, demand.has_told = attempt, demand.has_told or is_told
                demand.asked.append(claim.window)
                self._keep_plan(demand, plan, claim.window, version)
                self._resume(demand)
            case Unanswered(attempt, is_told, dailies):
                demand.attempt, demand.has_told = attempt, demand.has_told or is_told
                demand.asked.append(claim.window)
                self._resume_after(demand, dailies, 0.0)
            case RetryLater(attempt, delay_s, reason, dailies):
                demand.attempt = attempt
                self._keep_plan(demand, plan, None, version)
                if delay_s > 0:
                    self._engine.journal.wait(demand, delay_s, reason)
                    demand.is_resting = True
                    demand.on_rest()
                self._resume_after(demand, dailies, delay_s)
            case WaitForNetwork(attempt, delay_s, reason, error):
                demand.attempt = attempt
                self._keep_plan(demand, plan, None, version)
                if error is not None:
                    demand.on_stuck(error)
                if delay_s > 0:
                    self._engine.journal.wait(demand, delay_s, reason)
                self._resume_later(demand, delay_s)
            case Replan():
                self._resume(demand)

    def _keep_plan(self, demand: Demand, plan: FillPlan, answered: Span | None, version: int) -> None:
        """Let the task go on by its plan, or the newer one of its chart, when nobody else has fetched meanwhile."""
        if not demand.keeps_plan:
            return
        with self._lock:
            newest = demand.plan or plan
            is_only_answer = newest.version + 1 == version
            demand.plan = newest.after(answered, version) if is_only_answer else demand.plan

    def _resume_after(self, demand: Demand, dailies: Demand | None, delay_s: float) -> None:
        if dailies is None:
            self._resume_later(demand, delay_s)
        else:
            dailies.end.add_done_callback(lambda _: self._resume(demand))


def _windows_to_update(demand: Demand, span: Span | None, facts: Facts, window_s: int | None) -> tuple[Span, ...]:
    """Return what of an update's span was not asked yet.

    While it was asked a second went by, which is no reason to ask again unless a bar has opened in it.
    """
    askable = facts.clip(span)
    left = subtract_spans([] if askable is None else [askable], demand.asked)
    return tuple(cut_windows([piece for piece in left if count_expected(piece, facts)], facts, window_s))


def _never_gaps(demand: Demand, facts: Facts | None) -> tuple[Gap, ...]:
    """Return what a job asked for that can never be had; of "everything" nothing is."""
    span = None if facts is None or demand.job_id is None else demand.want.resolve(facts)
    return () if facts is None or span is None or span.start <= HISTORY_START else never_gaps(span, facts)

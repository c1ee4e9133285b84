"""The fill engine: takes demands, asks the provider window by window, and stores what it says.

Every step of a demand plans anew from the database, so that an interrupted, repeated or overlapping demand needs no
memory of its own: what is covered is not asked again.
"""

from __future__ import annotations

import logging
import random
import threading
from typing import TYPE_CHECKING

from candledesk.cache.fetching.catalog import Known
from candledesk.cache.fetching.fill_task import Demand, DemandEnd, Priority, Want
from candledesk.cache.fetching.single_flight import Claims
from candledesk.cache.fetching.window_fetch import Asker, Step
from candledesk.cache.rules.planner import cut_windows, never_gaps, plan_span, whole_window
from candledesk.cache.runtime.storage_health import Machine
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.domain.span import HISTORY_START, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from candledesk.cache.fetching.fetch_context import Engine
    from candledesk.cache.fetching.single_flight import Claim
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

log = logging.getLogger(__name__)


class Fills:
    """Runs demands on the fetch pool, one window at a time: a more urgent demand waits for one window at most."""

    def __init__(self, engine: Engine) -> None:
        """Start with nothing to do."""
        self._engine = engine
        self._claims = Claims()
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

    def _go_on(self, demand: Demand, delay_s: float) -> None:
        after, demand.after = demand.after, None
        if after is None:
            self._resume_later(demand, delay_s)
        else:
            after.end.add_done_callback(lambda _: self._resume(demand))

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
        known = self._engine.read(demand.symbol, demand.interval)
        if known.instrument is None:
            self._discover(demand)
            return
        if known.facts is None:
            self._engine.catalog.load_calendar(known.instrument)
            known = self._engine.read(demand.symbol, demand.interval)
        if demand.only_instrument:
            self._end(demand, DemandEnd())
            return
        self._next_window(demand, known)

    def _next_window(self, demand: Demand, known: Known) -> None:
        facts = known.facts
        if facts is None:
            msg = f"No calendar for {demand.symbol}"
            raise EnvironmentFaultError(msg)
        span = demand.want.resolve(facts)
        in_flight = self._claims.in_flight(demand.symbol, demand.interval)
        window_s = self._asker.width_s(demand.symbol, demand.interval)
        plan = plan_span(span, facts, in_flight, window_s)
        windows = plan.windows
        if demand.is_update and span is not None:
            askable = facts.clip(span)
            left = subtract_spans([] if askable is None else [askable], demand.asked)
            # While it was asked a second went by, which is no reason to ask again unless a bar has opened in it.
            left = [piece for piece in left if len(expected_open_times(facts.calendar, facts.interval, piece))]
            windows = tuple(cut_windows(left, facts, window_s))
        self._engine.journal.progress(demand, plan)
        for wanted_window in windows:
            window = wanted_window
            if demand.asks_older:
                window = whole_window(window, facts, in_flight, window_s)
            claim = self._claims.take(demand.symbol, demand.interval, window)
            if claim is None:
                continue
            if self._is_answered(demand, claim):
                self._resume(demand)
            else:
                self._ask_window(demand, known, claim)
            return
        wanted = windows if demand.is_update else plan_span(span, facts, (), window_s).windows
        if wanted:
            self._wait_for_others(demand, demand.interval, wanted)
        else:
            is_named = span is not None and span.start > HISTORY_START and demand.job_id is not None
            self._end(demand, DemandEnd(plan.gaps, never_gaps(span, facts) if span and is_named else ()))

    def _wait_for_others(self, demand: Demand, interval: Interval, windows: Sequence[Span]) -> None:
        """Go on when somebody else's claim on one of ``windows`` is released; at once when that has happened."""
        if not self._claims.wait(demand.symbol, interval, windows, lambda: self._resume(demand)):
            self._resume(demand)

    def _discover(self, demand: Demand) -> None:
        """Ask for bars of an unknown symbol: one request that also tells what and where it is."""
        error = self._engine.catalog.blocked_error(demand.symbol)
        if error is not None:
            raise error
        look = self._asker.first_look(demand)
        claim = self._claims.take_first(demand.symbol, look.interval, look.window)
        if claim is None:
            if not self._claims.wait_first(demand.symbol, lambda: self._resume(demand)):
                self._resume(demand)
        elif self._is_answered(demand, claim, is_discovery=True):
            self._resume(demand)
        else:
            self._ask_window(demand, Known(None, None, None), claim)

    def _is_answered(self, demand: Demand, claim: Claim, *, is_discovery: bool = False) -> bool:
        """Tell whether somebody else has fetched and released the window since this demand read; then give it back.

        While the claim is held nobody can: so a window is asked for once, however many want it.
        """
        try:
            error = self._engine.catalog.blocked_error(claim.symbol) if is_discovery else None
            if error is not None:
                raise error  # noqa: TRY301 - after the claim is given back
            known = self._engine.read(claim.symbol, claim.interval)
            if is_discovery:
                is_answered = known.instrument is not None
            elif demand.is_update or known.facts is None:
                is_answered = False
            else:
                is_answered = not plan_span(claim.window, known.facts).windows
        except BaseException:
            self._claims.release(claim)
            raise
        if is_answered:
            self._claims.release(claim)
        return is_answered

    def _ask_window(self, demand: Demand, known: Known, claim: Claim) -> None:
        """Fetch and store one claimed window, then go on with the demand; the claim is always released."""
        if demand.failing != claim.window.start:  # its end may be now, and moves
            demand.failing, demand.n_faults = claim.window.start, 0
            demand.sightings.clear()
        try:
            if self._engine.limiter.acquire(int(demand.priority), demand.cancel):
                step = self._asker.ask(demand, known, claim)
            else:
                step = Step()
        finally:
            self._claims.release(claim)
        if self._closing.is_set():
            return
        if step.end is not None:
            self._end(demand, step.end)
            return
        if step.delay_s > 0:
            self._engine.journal.wait(demand, step.delay_s, step.reason)
            if step.is_own:
                demand.is_resting = True
                demand.on_rest()
        self._go_on(demand, step.delay_s)

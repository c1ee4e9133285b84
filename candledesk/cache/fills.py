"""The fill engine: takes demands, asks the provider window by window, and stores what it says.

Every step of a demand plans anew from the database, so that an interrupted, repeated or overlapping demand needs no
memory of its own: what is covered is not asked again.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.catalog import Known
from candledesk.cache.claims import Claims
from candledesk.cache.commit import Filled, asked_span, commit_failure, commit_refusal, commit_window, heed_stated
from candledesk.cache.demand import USUAL_TRIES, Demand, DemandEnd, Priority, Want
from candledesk.cache.messages import BarsStored, FaultRaised, Gap
from candledesk.cache.planner import plan_span
from candledesk.cache.widths import Widths
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError, OfflineError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span, subtract_spans
from candledesk.domain.stated import news_of
from candledesk.domain.windows import plan_windows
from candledesk.provider.answers import (
    BarsAnswer,
    FaultAnswer,
    FetchRequest,
    RateLimitedAnswer,
    RefusalKind,
    RefusedAnswer,
)
from candledesk.provider.limiter import Outcome, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from candledesk.cache.catalog import Catalog
    from candledesk.cache.claims import Claim
    from candledesk.cache.journal import Journal
    from candledesk.cache.messages import Event, Job
    from candledesk.cache.workers import Clockwork, FetchPool, Readers, Writer
    from candledesk.domain.interval import Interval
    from candledesk.provider.answers import Answer
    from candledesk.provider.base import Provider
    from candledesk.provider.limiter import Limiter
    from candledesk.store import Connection

log = logging.getLogger(__name__)
DISCOVERY_S = 10 * DAY_S


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds to wait after failures.

    ``retry_s``: before the next try of a window, by its faults so far; ``failed_s``: until a window that was given up
    is asked again, by how often the series was given up in a row; ``fault_s``: after the machine itself refused (disk
    full): until then nothing is fetched that could not be stored.
    """

    retry_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    failed_s: tuple[int, ...] = (15, 30, 60, 120, 300, 900)
    fault_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Engine:
    """What the fill engine works with."""

    catalog: Catalog
    provider: Provider
    limiter: Limiter
    readers: Readers
    writer: Writer
    pool: FetchPool
    clockwork: Clockwork
    journal: Journal
    emit: Callable[[Event], None]
    now: Callable[[], int]
    deadline_s: float
    pauses: Pauses = Pauses()


class Fills:
    """Runs demands on the fetch pool, one window at a time: a more urgent demand waits for one window at most."""

    def __init__(self, engine: Engine) -> None:
        """Start with nothing to do."""
        self._engine = engine
        self._claims = Claims()
        self._widths = Widths()
        self._failures: dict[tuple[str, str], int] = {}
        self._live: set[Demand] = set()
        self._closing = threading.Event()
        self._machine_fault: tuple[float, EnvironmentFaultError] | None = None

    @property
    def n_in_flight(self) -> int:
        """How many windows are being asked for right now."""
        return len(self._claims)

    def add(self, demand: Demand) -> None:
        """Begin to serve a demand; ``demand.end`` resolves when it is over."""
        self._live.add(demand)
        demand.end.add_done_callback(lambda _: self._live.discard(demand))
        if self._closing.is_set():
            self._drop(demand)
        else:
            self._resume(demand)

    def meet(self, symbol: str, interval: Interval, on_met: Callable[[Future[DemandEnd]], None]) -> None:
        """Learn the instrument of a symbol, with one request when it was never met, then call ``on_met``."""
        demand = Demand(symbol, interval, Want(), Priority.UPDATE, only_instrument=True)
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

    def machine_fault(self) -> EnvironmentFaultError | None:
        """Return why nothing can be stored just now, if that is so."""
        fault = self._machine_fault
        return fault[1] if fault is not None and time.monotonic() < fault[0] else None

    def _note_machine_fault(self, error: EnvironmentFaultError) -> None:
        is_known = self.machine_fault() is not None
        self._machine_fault = (time.monotonic() + self._engine.pauses.fault_s, error)
        if not is_known:
            self._engine.emit(FaultRaised(str(error)))

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
            self._note_machine_fault(error)
            self._end(demand, DemandEnd(error=error))
        except BaseException as error:
            if not isinstance(error, CandleDeskError):
                log.exception("a fill of %s %s failed by our own fault", demand.symbol, demand.interval.name)
            wrapped = error if isinstance(error, Exception) else RuntimeError(f"{type(error).__name__}: {error}")
            self._end(demand, DemandEnd(error=wrapped))

    def _end(self, demand: Demand, end: DemandEnd) -> None:
        try:
            self._engine.journal.end_job(demand, end)
        except CandleDeskError as error:
            log.warning("the end of job %s could not be written: %s", demand.job_id, error)
        demand.finish(end)

    def _advance(self, demand: Demand) -> None:
        if demand.end.done() or self._closing.is_set():
            return
        if demand.cancel.is_set():
            demand.finish(DemandEnd(is_cancelled=True))
            return
        fault = self.machine_fault()
        if fault is not None:
            self._end(demand, DemandEnd(error=fault))
            return
        known = self._read(demand.symbol, demand.interval)
        if known.instrument is None:
            self._discover(demand)
            return
        if known.facts is None:
            self._engine.catalog.load_calendar(known.instrument)
            known = self._read(demand.symbol, demand.interval)
        if demand.only_instrument:
            self._end(demand, DemandEnd())
            return
        self._next_window(demand, known)

    def _read(self, symbol: str, interval: Interval) -> Known:
        return self._engine.readers.submit(
            lambda connection: self._engine.catalog.read(connection, symbol, interval)
        ).result()

    def _next_window(self, demand: Demand, known: Known) -> None:
        facts = known.facts
        if facts is None:
            msg = f"no calendar for {demand.symbol}"
            raise EnvironmentFaultError(msg)
        span = demand.want.resolve(facts)
        in_flight = self._claims.in_flight(demand.symbol, demand.interval)
        window_s = self._width_s(demand.symbol, demand.interval)
        plan = plan_span(span, facts, in_flight, window_s)
        windows = plan.windows
        if demand.is_update and span is not None:
            askable = facts.clip(span)
            left = subtract_spans([] if askable is None else [askable], demand.asked)
            windows = tuple(plan_windows(left, demand.interval, window_s=window_s))
        self._engine.journal.progress(demand, plan)
        for window in windows:
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
            self._end(demand, DemandEnd(plan.gaps))

    def _width_s(self, symbol: str, interval: Interval) -> int | None:
        """Return the widest window just now: what the provider stated, halved where it refused all the same."""
        widths = (self._widths.of(symbol, interval), self._engine.catalog.limits.window_s(interval))
        return min((width for width in widths if width is not None), default=None)

    def _wait_for_others(self, demand: Demand, interval: Interval, windows: Sequence[Span]) -> None:
        """Go on when somebody else's claim on one of ``windows`` is released; at once when that has happened."""
        if not self._claims.wait(demand.symbol, interval, windows, lambda: self._resume(demand)):
            self._resume(demand)

    def _discover(self, demand: Demand) -> None:
        """Ask for the latest daily bars of an unknown symbol: one request that tells what and where it is."""
        error = self._engine.catalog.blocked_error(demand.symbol)
        if error is not None:
            raise error
        daily, today = INTERVALS["1d"], self._engine.now() // DAY_S * DAY_S
        window = Span(today - DISCOVERY_S, today + DAY_S)
        claim = self._claims.take(demand.symbol, daily, window)
        if claim is None:
            self._wait_for_others(demand, daily, (window,))
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
            known = self._read(claim.symbol, claim.interval)
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
        delay_s: float | None = None
        entry, fault = None, "interrupted"
        if demand.failing != claim.window:
            demand.failing, demand.n_faults = claim.window, 0
        try:
            if not self._engine.limiter.acquire(int(demand.priority), demand.cancel):
                delay_s = None if self._closing.is_set() else 0.0
                return
            entry, answer = self._fetch(demand, known, claim)
            if self._closing.is_set():
                return
            fault = "" if isinstance(answer, BarsAnswer) else answer.reason
            delay_s = self._take_answer(demand, known, claim, answer)
        finally:
            self._claims.release(claim)
            self._engine.journal.end_window(entry, fault)
            if delay_s is not None:
                if delay_s > 0:
                    self._engine.journal.wait(demand, delay_s, fault)
                self._go_on(demand, delay_s)

    def _fetch(self, demand: Demand, known: Known, claim: Claim) -> tuple[Job | None, Answer]:
        """Send the request that the limiter has granted; whatever happens, the limiter hears how it ended."""
        n_sent, outcome, reason = 0, Outcome.FAULT, "the fetch failed by our own fault"
        try:
            entry = self._engine.journal.begin_window(demand, known.facts, claim.window)
            n_sent = 1
            answer = self._engine.provider.fetch(self._request(known, claim))
            n_sent, outcome, reason = answer.n_requests, outcome_of(answer), getattr(answer, "reason", "")
            return entry, answer
        finally:
            self._engine.limiter.report(n_sent, outcome, reason)

    def _request(self, known: Known, claim: Claim) -> FetchRequest:
        instrument, facts = known.instrument, known.facts
        asked = asked_span(claim.window, claim.interval, self._width_s(claim.symbol, claim.interval))
        if facts is not None:  # never beyond the look-back or the listing date
            asked = Span(max(asked.start, min(claim.window.start, facts.floor[0])), asked.end)
        claim.asked = asked
        return FetchRequest(
            claim.symbol,
            claim.interval,
            asked,
            None if instrument is None else instrument.tz,
            facts is not None and facts.calendar.is_24h,
            self._engine.deadline_s,
        )

    def _take_answer(self, demand: Demand, known: Known, claim: Claim, answer: Answer) -> float | None:
        """Store what the answer says; return the seconds after which the demand goes on (``None``: it has ended)."""
        if isinstance(answer, RefusedAnswer):
            return self._take_refusal(demand, known, claim, answer)
        reason = ""
        if isinstance(answer, BarsAnswer):
            is_last_try = demand.n_faults + 1 >= demand.n_tries
            reason = self._store(demand, known, claim, answer, is_last_try=is_last_try)
            if not reason or is_last_try:
                return self._note_answered(demand, claim)
        demand.n_faults += 1
        is_limited = isinstance(answer, RateLimitedAnswer)
        if demand.n_faults < (min(demand.n_tries, USUAL_TRIES) if is_limited else demand.n_tries):
            pauses = self._engine.pauses.retry_s
            wait_s = pauses[min(demand.n_faults, len(pauses)) - 1] if pauses else 0.0
            return 0.0 if is_limited else wait_s * random.uniform(0.75, 1.25)  # noqa: S311
        if isinstance(answer, BarsAnswer):  # pragma: no cover - its last try is always stored
            return 0.0
        return self._give_up(demand, known, claim, answer)

    def _note_answered(self, demand: Demand, claim: Claim) -> float:
        demand.n_faults = 0
        demand.asked.append(claim.window)
        self._failures.pop((claim.symbol, claim.interval.name), None)
        self._widths.note_success(claim.symbol, claim.interval)
        return 0.0

    def _store(self, demand: Demand, known: Known, claim: Claim, answer: BarsAnswer, *, is_last_try: bool) -> str:
        """Store what is usable; return why the window must be asked again, empty when it need not be."""
        engine = self._engine
        calendar = known.facts.calendar if known.facts else engine.catalog.load_calendar(answer.instrument)
        now = engine.now()
        stated = heed_stated(calendar, claim, answer, now)
        if stated is not calendar:
            news = news_of(calendar, answer.sessions)
            log.info("%s: %d sessions differ from the calendar, as the provider states", claim.symbol, len(news))
            engine.catalog.remember_stated(answer.instrument, stated, list(news.values()))
            calendar = stated

        def write(connection: Connection) -> Filled:
            return commit_window(connection, claim, answer, calendar, now, is_last_try=is_last_try)

        filled = engine.writer.submit(write).result()
        for text in filled.notes:
            log.info("%s %s %s", claim.symbol, claim.interval.name, text)
        if filled.doubt:
            log.info("%s %s: %s", claim.symbol, claim.interval.name, filled.doubt)
        self._tell(claim, filled.rev)
        for interval in filled.rebased:
            log.info("%s %s: stored bars were brought onto a new split basis", claim.symbol, interval.name)
            engine.emit(BarsStored(claim.symbol, interval, Span(HISTORY_START, now), filled.rev))
        if filled.daily_since is not None:
            demand.after = self._read_dailies_again(claim.symbol, filled.daily_since, now)
        return filled.doubt

    def _read_dailies_again(self, symbol: str, since: int, now: int) -> Demand:
        """Look for a split that the stored bars do not know: daily answers show it, and they are the judge."""
        want = Want(Span(since // DAY_S * DAY_S, now + 1))
        dailies = Demand(symbol, INTERVALS["1d"], want, Priority.VIEWPORT, is_update=True)
        self.add(dailies)
        return dailies

    def _tell(self, claim: Claim, rev: int) -> None:
        self._engine.emit(BarsStored(claim.symbol, claim.interval, claim.window, rev))

    def _take_refusal(self, demand: Demand, known: Known, claim: Claim, answer: RefusedAnswer) -> float | None:
        self._engine.catalog.limits.learn(claim.interval, answer)
        is_too_wide = answer.kind is RefusalKind.SPAN_TOO_WIDE
        if is_too_wide and self._widths.halve(claim.symbol, claim.interval, claim.window):
            return 0.0
        if known.instrument is None:
            error = self._engine.catalog.mark_unknown(claim.symbol)
            self._end(demand, DemandEnd(error=error))
            return None
        now = self._engine.now()
        rev = self._engine.writer.submit(lambda c: commit_refusal(c, claim, answer, now)).result()
        self._tell(claim, rev)
        demand.asked.append(claim.window)
        return 0.0

    def _give_up(
        self, demand: Demand, known: Known, claim: Claim, answer: FaultAnswer | RateLimitedAnswer
    ) -> float | None:
        key = (claim.symbol, claim.interval.name)
        n = self._failures.get(key, 0)
        self._failures[key] = n + 1
        retry_at = self._engine.now() + self._engine.pauses.failed_s[min(n, len(self._engine.pauses.failed_s) - 1)]
        is_offline = isinstance(answer, FaultAnswer) and answer.is_offline
        error = (
            OfflineError(f"{_told('Yahoo cannot be reached', answer.reason)}. What is cached stays usable.")
            if is_offline
            else None
        )
        demand.n_faults = 0
        demand.asked.append(claim.window)
        if known.instrument is None:
            error = error or OfflineError(_told("Yahoo did not answer", answer.reason))
            self._engine.catalog.mark_unreachable(claim.symbol, error, retry_at - self._engine.now())
            self._end(demand, DemandEnd((Gap(claim.window, answer.reason, retry_at),), error))
            return None
        now = self._engine.now()
        rev = self._engine.writer.submit(lambda c: commit_failure(c, claim, answer.reason, retry_at, now)).result()
        self._tell(claim, rev)
        if error is None:
            return 0.0
        self._end(demand, DemandEnd(self._gaps_left(demand), error))
        return None

    def _gaps_left(self, demand: Demand) -> tuple[Gap, ...]:
        facts = self._read(demand.symbol, demand.interval).facts
        return () if facts is None else plan_span(demand.want.resolve(facts), facts).gaps


def _told(what: str, reason: str) -> str:
    """Return one sentence of both; a reason that is a sentence about Yahoo stands alone."""
    return reason if reason.startswith("Yahoo") else f"{what}: {reason}"

"""The fill engine: takes demands, asks the provider window by window, and stores what it says.

Every step of a demand plans anew from the database, so that an interrupted, repeated or overlapping demand needs no
memory of its own: what is covered is not asked again.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.catalog import Known
from candledesk.cache.claims import Claims
from candledesk.cache.commit import Filled, commit_failure, commit_refusal, commit_window
from candledesk.cache.demand import Demand, DemandEnd
from candledesk.cache.messages import BarsStored, FaultRaised, Gap
from candledesk.cache.planner import plan_span
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError, OfflineError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span, subtract_spans
from candledesk.domain.windows import plan_windows
from candledesk.provider.answers import (
    BarsAnswer,
    FaultAnswer,
    FetchRequest,
    RateLimitedAnswer,
    RefusalKind,
    RefusedAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.catalog import Catalog
    from candledesk.cache.claims import Claim
    from candledesk.cache.journal import Journal
    from candledesk.cache.messages import Event
    from candledesk.cache.workers import Clockwork, FetchPool, Readers, Writer
    from candledesk.domain.interval import Interval
    from candledesk.provider.answers import Answer
    from candledesk.provider.base import Provider
    from candledesk.provider.limiter import Limiter
    from candledesk.store import Connection

log = logging.getLogger(__name__)
MAX_FAULTS = 3  # tries of one window before it is listed as failed
RETRY_S = (1.0, 2.0, 4.0)
FAILED_PAUSE_S = (15, 30, 60, 120, 300, 900)
DISCOVERY_S = 10 * DAY_S
SMALLEST_WINDOW_S = 3_600


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


class Fills:
    """Runs demands on the fetch pool, one window at a time: a more urgent demand waits for one window at most."""

    def __init__(self, engine: Engine) -> None:
        """Start with nothing to do."""
        self._engine = engine
        self._claims = Claims()
        self._window_s: dict[tuple[str, str], int] = {}
        self._failures: dict[tuple[str, str], int] = {}
        self._live: set[Demand] = set()
        self._closing = threading.Event()

    @property
    def n_in_flight(self) -> int:
        """How many windows are being asked for right now."""
        return len(self._claims)

    def add(self, demand: Demand) -> None:
        """Begin to serve a demand; ``demand.end`` resolves when it is over."""
        self._live.add(demand)
        demand.end.add_done_callback(lambda _: self._live.discard(demand))
        self._resume(demand)

    def close(self) -> None:
        """Wake whoever waits and go no step further; demands with a job stay queued for the next start."""
        self._closing.set()
        for demand in list(self._live):
            demand.cancel.set()

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
            self._engine.emit(FaultRaised(str(error)))
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
            self._end(demand, DemandEnd(is_cancelled=True))
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
        window_s = self._window_s.get((demand.symbol, demand.interval.name))
        plan = plan_span(span, facts, in_flight, window_s)
        windows = plan.windows
        if demand.is_update and span is not None:
            askable = facts.clip(span)
            left = subtract_spans([] if askable is None else [askable], demand.asked)
            windows = tuple(plan_windows(left, demand.interval, window_s=window_s))
        self._engine.journal.progress(demand, plan)
        for window in windows:
            claim = self._claims.take(demand.symbol, demand.interval, window)
            if claim is not None:
                self._ask_window(demand, known, claim)
                return
        if in_flight and self._claims.wait(demand.symbol, demand.interval, lambda: self._resume(demand)):
            return
        if in_flight:  # released between the plan and the wait
            self._resume(demand)
            return
        self._end(demand, DemandEnd(plan.gaps))

    def _discover(self, demand: Demand) -> None:
        """Ask for the latest daily bars of an unknown symbol: one request that tells what and where it is."""
        error = self._engine.catalog.unknown_error(demand.symbol)
        if error is not None:
            raise error
        daily, today = INTERVALS["1d"], self._engine.now() // DAY_S * DAY_S
        window = Span(today - DISCOVERY_S, today + DAY_S)
        claim = self._claims.take(demand.symbol, daily, window)
        if claim is not None:
            self._ask_window(demand, Known(None, None, None), claim)
        elif not self._claims.wait(demand.symbol, daily, lambda: self._resume(demand)):
            self._resume(demand)

    def _ask_window(self, demand: Demand, known: Known, claim: Claim) -> None:
        """Fetch and store one claimed window, then go on with the demand; the claim is always released."""
        delay_s: float | None = None
        entry, fault = None, "interrupted"
        try:
            if not self._engine.limiter.acquire(int(demand.priority), demand.cancel):
                delay_s = None if self._closing.is_set() else 0.0
                return
            entry = self._engine.journal.begin_window(demand, known.facts, claim.window)
            answer = self._engine.provider.fetch(self._request(known, claim))
            if self._closing.is_set():
                return
            self._engine.limiter.report_answer(answer)
            delay_s = self._take_answer(demand, known, claim, answer)
            if not demand.n_faults:
                demand.asked.append(claim.window)
            fault = "" if isinstance(answer, BarsAnswer) else answer.reason
        finally:
            self._claims.release(claim)
            self._engine.journal.end_window(entry, fault)
            if delay_s is not None:
                self._resume_later(demand, delay_s)

    def _request(self, known: Known, claim: Claim) -> FetchRequest:
        window = claim.window
        overlap = Span(window.start, window.end + (5 * DAY_S if claim.interval.is_daily else DAY_S))
        instrument, facts = known.instrument, known.facts
        return FetchRequest(
            claim.symbol,
            claim.interval,
            overlap,
            None if instrument is None else instrument.tz,
            facts is not None and facts.calendar.is_24h,
            self._engine.deadline_s,
        )

    def _take_answer(self, demand: Demand, known: Known, claim: Claim, answer: Answer) -> float | None:
        """Store what the answer says; return the seconds after which the demand goes on (``None``: it has ended)."""
        if isinstance(answer, BarsAnswer):
            self._store(demand, known, claim, answer)
            demand.n_faults = 0
            self._failures.pop((claim.symbol, claim.interval.name), None)
            return 0.0
        if isinstance(answer, RefusedAnswer):
            return self._take_refusal(demand, known, claim, answer)
        demand.n_faults += 1
        if demand.n_faults < MAX_FAULTS:
            return 0.0 if isinstance(answer, RateLimitedAnswer) else RETRY_S[demand.n_faults - 1]
        return self._give_up(demand, known, claim, answer)

    def _store(self, demand: Demand, known: Known, claim: Claim, answer: BarsAnswer) -> None:
        engine = self._engine
        calendar = known.facts.calendar if known.facts else engine.catalog.load_calendar(answer.instrument)
        now = engine.now()

        def write(connection: Connection) -> Filled:
            return commit_window(connection, claim, answer, calendar, now, demand.job_id)

        filled = engine.writer.submit(write).result()
        for text in filled.notes:
            log.info("%s %s %s", claim.symbol, claim.interval.name, text)
        self._tell(claim, filled.rev)

    def _tell(self, claim: Claim, rev: int) -> None:
        self._engine.emit(BarsStored(claim.symbol, claim.interval, claim.window, rev))

    def _take_refusal(self, demand: Demand, known: Known, claim: Claim, answer: RefusedAnswer) -> float | None:
        if answer.kind is RefusalKind.SPAN_TOO_WIDE:
            key = (claim.symbol, claim.interval.name)
            width = self._window_s.get(key, claim.interval.window_s)
            if width // 2 >= SMALLEST_WINDOW_S:
                self._window_s[key] = width // 2
                return 0.0
        if known.instrument is None or (answer.kind is RefusalKind.UNKNOWN_SYMBOL and known.series_id is None):
            error = self._engine.catalog.mark_unknown(claim.symbol)
            self._tell(claim, 0)
            self._end(demand, DemandEnd(error=error))
            return None
        now = self._engine.now()
        rev = self._engine.writer.submit(lambda c: commit_refusal(c, claim, answer, now)).result()
        self._tell(claim, rev)
        return 0.0

    def _give_up(
        self, demand: Demand, known: Known, claim: Claim, answer: FaultAnswer | RateLimitedAnswer
    ) -> float | None:
        key = (claim.symbol, claim.interval.name)
        n = self._failures.get(key, 0)
        self._failures[key] = n + 1
        retry_at = self._engine.now() + FAILED_PAUSE_S[min(n, len(FAILED_PAUSE_S) - 1)]
        is_offline = isinstance(answer, FaultAnswer) and answer.is_offline
        error = (
            OfflineError(f"Yahoo cannot be reached: {answer.reason}. What is cached stays usable")
            if is_offline
            else None
        )
        demand.n_faults = 0
        if known.instrument is None:
            self._tell(claim, 0)
            self._end(demand, DemandEnd(error=error or OfflineError(f"Yahoo did not answer: {answer.reason}")))
            return None
        now = self._engine.now()
        rev = self._engine.writer.submit(lambda c: commit_failure(c, claim, answer.reason, retry_at, now)).result()
        self._tell(claim, rev)
        if error is None:
            return 0.0
        gaps = (Gap(claim.window, answer.reason, retry_at),)
        self._end(demand, DemandEnd(gaps, error))
        return None

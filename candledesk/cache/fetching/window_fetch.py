"""Asking for one window: the request, what its answer changes in the database, and what the demand does next."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.fetching.commit import CommitRequest, CommitResult, accept_overrides, commit_window
from candledesk.cache.fetching.failed_windows import commit_failure, commit_refusal
from candledesk.cache.fetching.fill_task import USUAL_TRIES, FillResult, FillTarget, FillTask, Priority
from candledesk.cache.fetching.window_sizes import WindowSizes
from candledesk.cache.messages import BarsStored, Gap, SymbolReused
from candledesk.cache.rules.first_request import FirstRequest, daily_first_request, first_request, usable_window
from candledesk.cache.rules.planner import Facts, plan_span
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.errors import OfflineError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.windows import asked_span
from candledesk.providers.answers import (
    BarsAnswer,
    FaultAnswer,
    FetchRequest,
    RateLimitedAnswer,
    RefusalKind,
    RefusedAnswer,
)
from candledesk.providers.rate_limiter import RequestOutcome, outcome_of
from candledesk.providers.yahoo.tickers import is_likely_24h
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.fetching.fetch_context import FetchContext
    from candledesk.cache.fetching.single_flight import Claim
    from candledesk.cache.messages import Job
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.providers.answers import ProviderAnswer
    from candledesk.store import Connection

log = logging.getLogger(__name__)
INTERNAL_ERROR = "the fetch failed by our own fault"
_LIMITS = (RefusalKind.SPAN_TOO_WIDE, RefusalKind.BEYOND_LOOKBACK, RefusalKind.BEFORE_LISTING)


@dataclass(frozen=True, slots=True)
class Step:
    """What follows an answer: the demand goes on after ``delay_s``, or ends with ``end``; ``reason``: why it waits.

    ``is_own``: the wait is this window's, so that others may well be answered meanwhile.
    """

    delay_s: float = 0.0
    reason: str = ""
    end: FillResult | None = None
    is_own: bool = False


class WindowFetcher:
    """Fetches and stores claimed windows; remembers how wide they may be and how often a series has failed."""

    def __init__(
        self,
        context: FetchContext,
        add: Callable[[FillTask], None],
        is_closing: Callable[[], bool],
        on_stored: Callable[[], None],
    ) -> None:
        """``add`` begins another demand, where an answer calls for one; ``on_stored`` is called after each commit."""
        self._on_stored = on_stored
        self._context = context
        self._add = add
        self._is_closing = is_closing
        self._window_sizes = WindowSizes()
        self._failures: dict[tuple[str, str], int] = {}
        self._needs_dailies: set[str] = set()  # new symbols of which a first look at the wanted bars was refused
        self._listed: dict[str, int] = {}  # symbols of which nothing is answered that begins before their first trade

    def max_window_s(self, symbol: str, interval: Interval) -> int | None:
        """Return the widest window just now: what the provider stated, halved where it refused all the same."""
        sizes = (self._window_sizes.of(symbol, interval), self._context.catalog.limits.window_s(interval))
        return min((width for width in sizes if width is not None), default=None)

    def first_request(self, task: FillTask) -> FirstRequest:
        """Return the request by which a demand for an unknown symbol learns what it is."""
        symbol, interval, now = task.symbol, task.interval, self._context.now()
        if task.is_daily_first_request or symbol in self._needs_dailies:
            return daily_first_request(symbol, now)
        return first_request(
            symbol,
            interval,
            task.target.span,
            now,
            window_s=self.max_window_s(symbol, interval) or interval.window_s,
            lookback_s=self._context.catalog.limits.lookback_s(interval),
            is_view=task.asks_older,
        )

    def fetch_window(self, task: FillTask, known: SeriesState, claim: Claim) -> Step:
        """Send the request that the limiter has granted, and store what it brings."""
        entry, fault = self._begin(task, known, claim), "interrupted"
        try:
            answer = self._fetch(known, claim)
            if self._is_closing():
                return Step()
            fault = "" if isinstance(answer, BarsAnswer) else answer.reason
            return self._take_answer(task, known, claim, answer)
        except BaseException as error:
            fault = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._context.journal.end_window(entry, fault)

    def _begin(self, task: FillTask, known: SeriesState, claim: Claim) -> Job | None:
        try:
            return self._context.journal.begin_window(task, known.facts, claim.window)
        except BaseException:
            self._context.limiter.report(
                0, RequestOutcome.FAULT, INTERNAL_ERROR
            )  # nothing has left: the token is given back
            raise

    def _fetch(self, known: SeriesState, claim: Claim) -> ProviderAnswer:
        """Ask the provider; whatever happens, the limiter hears how it ended."""
        n_sent, outcome, reason = 1, RequestOutcome.FAULT, INTERNAL_ERROR
        try:
            answer = self._context.provider.fetch(self._request(known, claim))
            n_sent, outcome, reason = answer.n_requests, outcome_of(answer), getattr(answer, "reason", "")
            return answer
        finally:
            self._context.limiter.report(n_sent, outcome, reason)

    def _request(self, known: SeriesState, claim: Claim) -> FetchRequest:
        instrument, facts, asked = known.instrument, known.facts, claim.window
        is_extended = is_likely_24h(claim.symbol) if facts is None else facts.calendar.is_24h
        if facts is not None:  # with an overlap, but never beyond the look-back or the listing date
            max_window_s = self.max_window_s(claim.symbol, claim.interval)
            asked = asked_span(asked, claim.interval, window_s=max_window_s, calendar=facts.calendar, now=facts.now)
            asked = Span(max(asked.start, min(claim.window.start, facts.floor[0])), asked.end)
        claim.asked = asked
        return FetchRequest(
            claim.symbol,
            claim.interval,
            asked,
            None if instrument is None else instrument.tz,
            is_extended,
            self._context.deadline_s,
            self._listed.get(claim.symbol),
        )

    def _take_answer(self, task: FillTask, known: SeriesState, claim: Claim, answer: ProviderAnswer) -> Step:
        """Store what the answer says, and say what follows."""
        if isinstance(answer, RefusedAnswer):
            return self._take_refusal(task, known, claim, answer)
        reason = ""
        if isinstance(answer, BarsAnswer):
            is_last_try = task.n_faults + 1 >= task.n_tries
            reason = self._store(task, known, claim, answer, is_last_try=is_last_try)
            if not reason or is_last_try:
                return self._note_answered(task, claim)
        task.n_faults += 1
        if known.instrument is None and isinstance(answer, FaultAnswer) and not answer.is_offline:
            self._needs_dailies.add(claim.symbol)  # perhaps only this interval's bars are broken
        is_limited = isinstance(answer, RateLimitedAnswer)
        if task.n_faults < (min(task.n_tries, USUAL_TRIES) if is_limited else task.n_tries):
            pauses = self._context.pauses.retry_s
            wait_s = pauses[min(task.n_faults, len(pauses)) - 1] if pauses else 0.0
            said = reason if isinstance(answer, BarsAnswer) else answer.reason
            said = f"{said} (try {task.n_faults + 1} of {task.n_tries} follows)"
            is_offline = isinstance(answer, FaultAnswer) and answer.is_offline
            delay_s = 0.0 if is_limited else wait_s * random.uniform(0.75, 1.25)  # noqa: S311
            return Step(delay_s, said, is_own=not is_offline)
        if isinstance(answer, BarsAnswer):  # pragma: no cover - its last try is always stored
            return Step()
        return self._give_up(task, known, claim, answer)

    def _note_answered(self, task: FillTask, claim: Claim) -> Step:
        task.n_faults = 0
        task.asked.append(claim.window)
        self._failures.pop((claim.symbol, claim.interval.name), None)
        self._window_sizes.note_success(claim.symbol, claim.interval)
        return Step()

    def _store(self, task: FillTask, known: SeriesState, claim: Claim, answer: BarsAnswer, *, is_last_try: bool) -> str:
        """Store what is usable; return why the window must be asked again, empty when it need not be."""
        context = self._context
        calendar = known.facts.calendar if known.facts else context.catalog.load_calendar(answer.instrument)
        now = context.now()
        if known.facts is None and not self._use_first_answer(claim, answer, calendar, now):
            return ""
        overrides = accept_overrides(calendar, claim, answer, now)
        if overrides.calendar is not calendar:
            n_overrides = len(overrides.stated) + len(overrides.observed) + len(overrides.idle)
            log.info("%s: %d sessions that the calendar lacks or has otherwise", claim.symbol, n_overrides)
            context.catalog.save_session_overrides(answer.instrument, calendar, overrides)
        question = CommitRequest(claim, overrides.calendar, now, is_last_try, dict(task.sightings), task.is_checked)

        def write(connection: Connection) -> CommitResult:
            return commit_window(connection, question, answer)

        filled = context.writer.submit(write).result()
        self._on_stored()
        for text in filled.notes:
            log.info("%s %s %s", claim.symbol, claim.interval.name, text)
        if filled.refetch_reason:
            log.info("%s %s: %s", claim.symbol, claim.interval.name, filled.refetch_reason)
        self._emit_stored(claim, filled.rev)
        if filled.retired:
            reused = SymbolReused(claim.symbol, filled.retired, answer.instrument.name)
            log.warning("%s", reused.text)
            context.emit(reused)
        for interval in filled.rebased:
            log.info("%s %s: stored bars were brought onto a new split basis", claim.symbol, interval.name)
            context.emit(BarsStored(claim.symbol, interval, Span(HISTORY_START, now), filled.rev))
        task.sightings.clear()
        task.sightings.update(filled.sightings)
        task.is_checked = filled.daily_since is not None
        if filled.daily_since is not None:
            task.after = self._read_dailies_again(claim.symbol, filled.daily_since, now)
        return filled.refetch_reason

    def _use_first_answer(self, claim: Claim, answer: BarsAnswer, calendar: SessionCalendar, now: int) -> bool:
        """Cut a first look to what the instrument can have; ``False`` when nothing but the instrument is of use.

        So it is when the form of the ticker made us ask without extended hours what trades around the clock, or with
        them what does not: then the bars are asked once more.
        """
        lookback_s = self._context.catalog.limits.lookback_s(claim.interval)
        self._needs_dailies.discard(claim.symbol)
        facts = Facts(claim.interval, calendar, (), answer.instrument.first_open_time, now, lookback_s)
        part = usable_window(claim.window, facts, answer.bars)
        is_wrong = not claim.interval.is_daily and calendar.is_24h != is_likely_24h(claim.symbol)
        if part is not None and not is_wrong:
            claim.window = part
            return True

        def write(connection: Connection) -> None:
            with transaction(connection):
                instrument_store.write_instrument(connection, answer.instrument, calendar.mic, calendar.mic, now)

        self._context.writer.submit(write).result()
        self._on_stored()
        return False

    def _read_dailies_again(self, symbol: str, since: int, now: int) -> FillTask:
        """Look for a split that the stored bars do not know: daily answers show it, and they are the judge."""
        target = FillTarget(Span(since // DAY_S * DAY_S, now + 1))
        dailies = FillTask(symbol, INTERVALS["1d"], target, Priority.VIEWPORT, is_update=True)
        self._add(dailies)
        return dailies

    def _emit_stored(self, claim: Claim, rev: int) -> None:
        self._context.emit(BarsStored(claim.symbol, claim.interval, claim.window, rev))

    def _take_refusal(self, task: FillTask, known: SeriesState, claim: Claim, answer: RefusedAnswer) -> Step:
        self._context.catalog.limits.learn(claim.interval, answer)
        is_too_wide = answer.kind is RefusalKind.SPAN_TOO_WIDE
        if is_too_wide and self._window_sizes.halve(claim.symbol, claim.interval, claim.asked or claim.window):
            return Step()
        if answer.kind is RefusalKind.BEFORE_LISTING and self._begins_too_early(known, claim):
            return Step()
        if known.instrument is None:
            if answer.kind in _LIMITS and claim.symbol not in self._needs_dailies:
                self._needs_dailies.add(claim.symbol)
                return Step()
            error = self._context.catalog.mark_unknown(claim.symbol)
            return Step(end=FillResult(error=error))
        now = self._context.now()
        calendar = known.facts.calendar if known.facts else None
        rev = self._context.writer.submit(lambda c: commit_refusal(c, claim, answer, now, calendar)).result()
        self._emit_stored(claim, rev)
        task.asked.append(claim.window)
        return Step()

    def _begins_too_early(self, known: SeriesState, claim: Claim) -> bool:
        """Learn that a window with the first trade in it was refused for its beginning; ``False`` when known before."""
        first = known.instrument.first_open_time if known.instrument else None
        if first is None or first >= claim.window.end or self._listed.get(claim.symbol) == first:
            return False
        self._listed[claim.symbol] = first
        return True

    def _give_up(
        self, task: FillTask, known: SeriesState, claim: Claim, answer: FaultAnswer | RateLimitedAnswer
    ) -> Step:
        key = (claim.symbol, claim.interval.name)
        n = self._failures.get(key, 0)
        if task.waits_for_network and isinstance(answer, FaultAnswer) and answer.is_offline:
            return self._wait_for_network(task, answer)
        self._failures[key] = n + 1
        retry_at = self._context.now() + self._context.pauses.failed_s[min(n, len(self._context.pauses.failed_s) - 1)]
        is_offline = isinstance(answer, FaultAnswer) and answer.is_offline
        error = (
            OfflineError(f"{_with_reason('Yahoo cannot be reached', answer.reason)}. What is cached stays usable.")
            if is_offline
            else None
        )
        task.n_faults = 0
        task.asked.append(claim.window)
        if known.instrument is None:
            error = error or OfflineError(_with_reason("Yahoo did not answer", answer.reason))
            self._context.catalog.mark_unreachable(claim.symbol, error, retry_at - self._context.now())
            return Step(end=FillResult((Gap(claim.window, answer.reason, retry_at),), error=error))
        now = self._context.now()
        failed = Coverage(claim.window, CoverageState.FAILED, now, retry_at, answer.reason)
        calendar = known.facts.calendar if known.facts else None
        rev = self._context.writer.submit(lambda c: commit_failure(c, claim, failed, calendar)).result()
        self._emit_stored(claim, rev)
        return Step(end=None if error is None else FillResult(self._gaps_left(task), error=error))

    def _wait_for_network(self, task: FillTask, answer: FaultAnswer) -> Step:
        """A backfill goes on when the network is back: nothing was asked, so nothing has failed."""
        task.n_faults = 0
        reason = _with_reason("Yahoo cannot be reached", answer.reason)
        task.on_blocked(OfflineError(f"{reason}. The job goes on when it can be reached."))
        return Step(self._context.pauses.retry_s[-1] if self._context.pauses.retry_s else 0.0, reason)

    def _gaps_left(self, task: FillTask) -> tuple[Gap, ...]:
        facts = self._context.read(task.symbol, task.interval).facts
        return () if facts is None else plan_span(task.target.resolve(facts), facts).gaps


def _with_reason(what: str, reason: str) -> str:
    """Return one sentence of both; a reason that is a sentence about Yahoo stands alone."""
    return reason if reason.startswith("Yahoo") else f"{what}: {reason}"

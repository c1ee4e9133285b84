"""Fetching one window: the request, what its answer changes in the database, and the outcome."""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue, SymbolReused
from candledesk.cache.fetching.fill_task import USUAL_TRIES, Attempt, FillResult, FillTarget, FillTask, Priority
from candledesk.cache.fetching.window_outcomes import Answered, Over, Replan, RetryLater, Unanswered, WaitForNetwork
from candledesk.cache.fetching.window_sizes import WindowSizes
from candledesk.cache.messages import Gap
from candledesk.cache.rules.first_request import FirstRequest, daily_first_request, first_request, usable_window
from candledesk.cache.rules.planner import Facts, plan_span
from candledesk.cache.storing.answer_sessions import accept_overrides
from candledesk.cache.storing.commit import CommitRequest, commit_window
from candledesk.cache.storing.failed_windows import commit_failure, commit_refusal
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.errors import OfflineError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
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
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog, SeriesState
    from candledesk.cache.fetching.job_journal import JobJournal
    from candledesk.cache.fetching.single_flight import Claim
    from candledesk.cache.fetching.window_outcomes import WindowOutcome
    from candledesk.cache.messages import Job
    from candledesk.cache.storing.commit import CommitResult
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.providers.answers import ProviderAnswer
    from candledesk.store import Connection

log = logging.getLogger(__name__)
INTERNAL_ERROR = "the fetch ended with an internal error"
_LIMITS = (RefusalKind.SPAN_TOO_WIDE, RefusalKind.BEYOND_LOOKBACK, RefusalKind.BEFORE_LISTING)


class WindowFetcher:
    """Fetches and stores claimed windows; remembers how wide they may be and how often a series has failed."""

    def __init__(
        self,
        context: CacheContext,
        catalog: Catalog,
        journal: JobJournal,
        add: Callable[[FillTask], None],
        is_closing: Callable[[], bool],
        on_stored: Callable[[], None],
    ) -> None:
        """``add`` starts another task, where an answer calls for one; ``on_stored`` is called after each commit."""
        self._on_stored = on_stored
        self._context = context
        self._catalog = catalog
        self._journal = journal
        self._add = add
        self._is_closing = is_closing
        self._window_sizes = WindowSizes()
        self._failures: dict[tuple[str, str], int] = {}
        self._needs_dailies: set[str] = set()  # new symbols of which a first look at the wanted bars was refused
        self._listed: dict[str, int] = {}  # symbols of which nothing is answered that begins before their first trade

    def max_window_s(self, symbol: str, interval: Interval) -> int | None:
        """Return the widest window now: the provider's stated limit, halved where it refused all the same."""
        sizes = (self._window_sizes.of(symbol, interval), self._catalog.limits.window_s(symbol, interval))
        return min((width for width in sizes if width is not None), default=None)

    def first_request(self, task: FillTask) -> FirstRequest:
        """Return the request that looks up an unknown symbol and brings bars of the task."""
        symbol, interval, now = task.symbol, task.interval, self._context.now()
        catalog = self._catalog
        is_24h = self._is_likely_24h(symbol)
        limits = catalog.limits.of(symbol, interval)
        if limits is None or task.is_daily_first_request or symbol in self._needs_dailies:
            return daily_first_request(now, is_24h=is_24h, interval=self._plain_interval(symbol))
        limits = replace(limits, window_s=self.max_window_s(symbol, interval) or limits.window_s)
        return first_request(interval, task.target.span, now, limits, is_24h=is_24h, is_view=task.asks_older)

    def _plain_interval(self, symbol: str) -> Interval:
        """Return the interval of a first request that only describes the instrument: daily, else the longest one."""
        names = self._context.providers.of(symbol).capabilities.intervals
        return max((INTERVALS[name] for name in names), key=lambda one: one.step_s)

    def fetch_window(self, task: FillTask, known: SeriesState, claim: Claim) -> WindowOutcome:
        """Send the request that the limiter has granted, and store what it brings; only reads the task."""
        entry, fault = self._begin(task, known, claim), "interrupted"
        try:
            answer = self._fetch(known, claim)
            if self._is_closing():
                return Replan()
            fault = "" if isinstance(answer, BarsAnswer) else answer.reason
            return self._take_answer(task, known, claim, answer)
        except BaseException as error:
            fault = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._journal.end_window(entry, fault)

    def _begin(self, task: FillTask, known: SeriesState, claim: Claim) -> Job | None:
        try:
            return self._journal.begin_window(task, known.facts, claim.window)
        except BaseException:
            self._context.limiters.report(
                claim.symbol, 0, RequestOutcome.FAULT, INTERNAL_ERROR
            )  # nothing has left: the token is given back
            raise

    def _fetch(self, known: SeriesState, claim: Claim) -> ProviderAnswer:
        """Send the request, and report to the limiter how it ended, whatever happens."""
        n_sent, outcome, reason = 1, RequestOutcome.FAULT, INTERNAL_ERROR
        try:
            with self._context.answer_watch.asking() as answers:
                answers.append(answer := self._context.providers.fetch(self._request(known, claim)))
            n_sent, outcome, reason = answer.n_requests, outcome_of(answer), getattr(answer, "reason", "")
            return answer
        finally:
            self._context.limiters.report(claim.symbol, n_sent, outcome, reason)

    def _request(self, known: SeriesState, claim: Claim) -> FetchRequest:
        instrument, facts, asked = known.instrument, known.facts, claim.window
        is_extended = self._is_likely_24h(claim.symbol) if facts is None else facts.calendar.is_24h
        if (
            facts is not None and facts.limits is not None
        ):  # with an overlap, but never beyond the look-back or the listing date
            max_window_s = self.max_window_s(claim.symbol, claim.interval)
            asked = asked_span(
                asked, claim.interval, facts.limits, window_s=max_window_s, calendar=facts.calendar, now=facts.now
            )
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

    def _take_answer(self, task: FillTask, known: SeriesState, claim: Claim, answer: ProviderAnswer) -> WindowOutcome:
        """Store what the answer says, and return the outcome of the window."""
        if isinstance(answer, BarsAnswer):
            return self._take_bars(task, known, claim, answer)
        if isinstance(answer, RefusedAnswer):
            return self._take_refusal(task, known, claim, answer)
        attempt = replace(task.attempt, n_faults=task.attempt.n_faults + 1)
        is_offline = isinstance(answer, FaultAnswer) and answer.is_offline
        if known.instrument is None and isinstance(answer, FaultAnswer) and not is_offline:
            self._needs_dailies.add(claim.symbol)  # perhaps only this interval's bars are broken
        is_limited = isinstance(answer, RateLimitedAnswer)
        if attempt.n_faults >= (min(task.n_tries, USUAL_TRIES) if is_limited else task.n_tries):
            return self._give_up(task, known, claim, answer)
        said = _next_try(task, attempt, answer.reason)
        delay_s = 0.0 if is_limited else self._pause_s(attempt)
        return WaitForNetwork(attempt, delay_s, said) if is_offline else RetryLater(attempt, delay_s, said)

    def _take_bars(self, task: FillTask, known: SeriesState, claim: Claim, answer: BarsAnswer) -> WindowOutcome:
        """Store what is usable; the window is asked for again where the commit says so, except at the last try."""
        calendar = known.facts.calendar if known.facts else self._catalog.load_calendar(answer.instrument)
        now, before = self._context.now(), task.attempt
        if known.facts is None and not self._use_first_answer(claim, answer, calendar, now):
            self._note_answered(claim)
            return Answered(Attempt(claim.window.start), is_reported=False)
        is_last_try = before.n_faults + 1 >= task.n_tries
        calendar = self._remember_sessions(claim, answer, calendar, now)
        request = CommitRequest(claim, calendar, now, is_last_try, before.held, before.is_checked)
        result = self._context.damage.submit(lambda connection: self._commit(connection, request, answer)).result()
        self._on_stored()
        is_reported = self._report_result(claim, answer, result)
        attempt = Attempt(claim.window.start, 0, result.sightings, is_checked=result.daily_since is not None)
        since = result.daily_since
        dailies = None if since is None else self._read_dailies_again(claim.symbol, since, now)
        if result.refetch is None or is_last_try:
            self._note_answered(claim)
            return (
                Answered(attempt, is_reported) if result.refetch is None else Unanswered(attempt, is_reported, dailies)
            )
        attempt = replace(attempt, n_faults=before.n_faults + 1)
        return RetryLater(attempt, self._pause_s(attempt), _next_try(task, attempt, result.refetch.value), dailies)

    def _commit(self, connection: Connection, request: CommitRequest, answer: BarsAnswer) -> CommitResult:
        result = commit_window(connection, request, answer)
        self._context.damage.note_repaired(connection, result.findings)
        return result

    def _note_answered(self, claim: Claim) -> None:
        self._failures.pop((claim.symbol, claim.interval.name), None)
        limits = self._catalog.limits.of(claim.symbol, claim.interval)
        if limits is not None:
            self._window_sizes.note_success(claim.symbol, claim.interval, limits)

    def _pause_s(self, attempt: Attempt) -> float:
        """Return the seconds before the next try of a window; at random, so that not all come at once."""
        pauses = self._context.pauses.retry_s
        wait_s = pauses[min(attempt.n_faults, len(pauses)) - 1] if pauses else 0.0
        return wait_s * random.uniform(0.75, 1.25)  # noqa: S311

    def _remember_sessions(
        self, claim: Claim, answer: BarsAnswer, calendar: SessionCalendar, now: int
    ) -> SessionCalendar:
        """Keep what the answer says of the venue's sessions, and return the calendar by which it is judged."""
        overrides = accept_overrides(calendar, claim, answer, now)
        if overrides.calendar is not calendar:
            n_overrides = len(overrides.reported) + len(overrides.observed) + len(overrides.idle)
            log.info("%s: %d sessions that the calendar lacks or has otherwise", claim.symbol, n_overrides)
            if self._catalog.save_session_overrides(answer.instrument, calendar, overrides):
                self._context.emit(RefreshDue())
        return overrides.calendar

    def _report_result(self, claim: Claim, answer: BarsAnswer, result: CommitResult) -> bool:
        """Log what an answer has changed, and emit events; return whether there was one about the window."""
        symbol, interval, emit = claim.symbol, claim.interval, self._context.emit
        for text in result.notes:
            log.info("%s %s %s", symbol, interval.name, text)
        if result.refetch is not None:
            log.info("%s %s: %s", symbol, interval.name, result.refetch.value)
        if result.stored is not None:
            covered = claim.window if result.is_coverage_changed else None
            emit(BarsStored(symbol, interval, result.stored, result.rev, covered))
        elif result.is_coverage_changed:
            emit(CoverageChanged(symbol, interval, claim.window, result.rev))
        if result.retired:
            reused = SymbolReused(symbol, result.retired, answer.instrument.name)
            log.warning("%s", reused.text)
            emit(reused)
        for rebased in result.rebased:
            log.info("%s %s: stored bars were brought onto a new split basis", symbol, rebased.interval.name)
            emit(BarsStored(symbol, rebased.interval, rebased.span, rebased.rev))
        return result.stored is not None or result.is_coverage_changed

    def _use_first_answer(self, claim: Claim, answer: BarsAnswer, calendar: SessionCalendar, now: int) -> bool:
        """Cut the window of a first request to what the instrument can have; ``False`` when its bars are of no use.

        So it is when the form of the ticker made us ask without extended hours what trades around the clock, or with
        them what does not: then the bars are asked once more.
        """
        limits = self._catalog.limits.of(claim.symbol, claim.interval)
        self._needs_dailies.discard(claim.symbol)
        facts = Facts(claim.interval, calendar, (), answer.instrument.first_open_time, now, limits)
        part = usable_window(claim.window, facts, answer.bars)
        is_wrong = not claim.interval.is_daily and calendar.is_24h != self._is_likely_24h(claim.symbol)
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
        """Start a task that reads daily bars, which show a split that the stored bars do not reflect."""
        target = FillTarget(Span(since // DAY_S * DAY_S, now + 1))
        dailies = FillTask(symbol, INTERVALS["1d"], target, Priority.VIEWPORT, is_update=True)
        self._add(dailies)
        return dailies

    def _report_coverage(self, claim: Claim, rev: int | None) -> bool:
        """Emit that coverage changed; ``rev`` is ``None`` and the result ``False`` when it did not."""
        if rev is not None:
            self._context.emit(CoverageChanged(claim.symbol, claim.interval, claim.window, rev))
        return rev is not None

    def _take_refusal(self, task: FillTask, known: SeriesState, claim: Claim, answer: RefusedAnswer) -> WindowOutcome:
        self._catalog.limits.note_refusal(claim.symbol, claim.interval, answer)
        is_too_wide = answer.kind is RefusalKind.SPAN_TOO_WIDE
        if is_too_wide and self._window_sizes.halve(claim.symbol, claim.interval, claim.asked or claim.window):
            return Replan()
        if answer.kind is RefusalKind.BEFORE_LISTING and self._begins_too_early(known, claim):
            return Replan()
        if known.instrument is None:
            if answer.kind in _LIMITS and claim.symbol not in self._needs_dailies:
                self._needs_dailies.add(claim.symbol)
                return Replan()
            return Over(FillResult(error=self._catalog.mark_unknown(claim.symbol)))
        now = self._context.now()
        calendar = known.facts.calendar if known.facts else None
        rev = self._context.writer.submit(lambda c: commit_refusal(c, claim, answer, now, calendar)).result()
        return Unanswered(task.attempt, self._report_coverage(claim, rev))

    def _begins_too_early(self, known: SeriesState, claim: Claim) -> bool:
        """Remember that a window with the first trade in it was refused for its start; ``False`` when known before."""
        first = known.instrument.first_open_time if known.instrument else None
        if first is None or first >= claim.window.end or self._listed.get(claim.symbol) == first:
            return False
        self._listed[claim.symbol] = first
        return True

    def _give_up(
        self, task: FillTask, known: SeriesState, claim: Claim, answer: FaultAnswer | RateLimitedAnswer
    ) -> WindowOutcome:
        """List the window as failed after its last try; a backfill waits for the network instead."""
        is_offline = isinstance(answer, FaultAnswer) and answer.is_offline
        attempt = replace(task.attempt, n_faults=0)
        if task.waits_for_network and is_offline:  # nothing was asked, so nothing has failed
            return self._wait_for_network(attempt, claim.symbol, answer)
        now, pauses, key = self._context.now(), self._context.pauses.failed_s, (claim.symbol, claim.interval.name)
        n_before = self._failures.get(key, 0)
        self._failures[key] = n_before + 1
        retry_at = now + pauses[min(n_before, len(pauses) - 1)]
        error = None
        if is_offline:
            error = OfflineError(f"{self._unreached(claim.symbol, answer)}. What is cached stays usable.")
        if known.instrument is None:
            title = self._context.providers.title(claim.symbol)
            error = error or OfflineError(_joined(title, "did not answer", answer.reason))
            self._catalog.mark_unreachable(claim.symbol, error, retry_at - now)
            return Over(FillResult((Gap(claim.window, answer.reason, retry_at),), error=error))
        failed = Coverage(claim.window, CoverageState.FAILED, now, retry_at, answer.reason)
        calendar = known.facts.calendar if known.facts else None
        rev = self._context.writer.submit(lambda c: commit_failure(c, claim, failed, calendar)).result()
        is_reported = self._report_coverage(claim, rev)
        return (
            Unanswered(attempt, is_reported) if error is None else Over(FillResult(self._gaps_left(task), error=error))
        )

    def _wait_for_network(
        self, attempt: Attempt, symbol: str, answer: FaultAnswer | RateLimitedAnswer
    ) -> WaitForNetwork:
        said = self._unreached(symbol, answer)
        delay_s = self._context.pauses.retry_s[-1] if self._context.pauses.retry_s else 0.0
        return WaitForNetwork(attempt, delay_s, said, OfflineError(f"{said}. The job goes on when it can be reached."))

    def _unreached(self, symbol: str, answer: FaultAnswer | RateLimitedAnswer) -> str:
        return _joined(self._context.providers.title(symbol), "cannot be reached", answer.reason)

    def _is_likely_24h(self, symbol: str) -> bool:
        return self._context.providers.of(symbol).is_likely_24h(symbol)

    def _gaps_left(self, task: FillTask) -> tuple[Gap, ...]:
        facts = self._catalog.load(task.symbol, task.interval).facts
        return () if facts is None else plan_span(task.target.resolve(facts), facts).gaps


def _next_try(task: FillTask, attempt: Attempt, reason: str) -> str:
    return f"{reason} (try {attempt.n_faults + 1} of {task.n_tries} follows)"


def _joined(title: str, what: str, reason: str) -> str:
    """Return one sentence of what the provider did and why; a reason that is a sentence about it stands alone."""
    return reason if reason.startswith(title) else f"{title} {what}: {reason}"

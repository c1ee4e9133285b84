"""One round of updates: which series are due for an update, a recheck or the archive, and when the next round is.

Pure: what the updater knows comes in, tasks and the pause until the next round come out. Closed bars come first: the
series whose bar has been available and not asked for the longest goes first, after those of the charts in front
(case F18). Updates of forming bars get what is left of the budget.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from candledesk.cache.active_series import Waiting
from candledesk.cache.rules.update_budget import UpdateBudget
from candledesk.cache.rules.update_rules import asked_at, expired_spans, next_archive_run, next_update
from candledesk.domain.calendar.update_times import (
    backoff_interval_s,
    closing_update_s,
    idle_trading_s,
    is_open,
    load_factor,
    recent_span,
    usual_update_s,
)
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.interval import Interval

MIN_ELAPSED_FRACTION = 0.8  # of an update interval must really have gone by after the wall clock was set
CLOCK_SLACK_S = 5.0  # the wall clock and the other one drift apart by less, unless one is set
ANSWER_S = 15  # an update is answered in that time, usually in one second
FULL_EACH_S = HOUR_S  # an update in between reads the running session only
N_RUNNING = 4  # updates at a time: who is most urgent is decided as late as possible
SLOT_S = 2.0  # the next round while more updates are due than may run; the limiter lets one leave each 2.5 s
BEFORE_CLOSE_S = 20  # before bars close only the chart in front reads a forming one: the limiter's burst fills up
N_RECHECKS_A_DAY = 8  # of one series
N_RECHECKS_IN_ALL = 60
N_ARCHIVE_JOBS = 2  # at a time
MAX_PAUSE_S = 15.0  # a round at least that often: so a clock that was set, or a machine that slept, is noticed
MIN_PAUSE_S = 0.2
_FIRST_RETRY_S, _LONGEST_RETRY_S, _OFFLINE_RETRY_S = 60.0, 1_800.0, 120.0

SeriesKey = tuple[str, str]
"""Symbol and interval name."""
Key = tuple[str, str, str]
"""Symbol, interval name and kind of task."""


@dataclass(frozen=True, slots=True)
class UpdateTask:
    """A job to start."""

    symbol: str
    interval: Interval
    kind: JobKind
    span: Span

    @property
    def key(self) -> Key:
        """Symbol, interval and kind: there is one task of each at a time."""
        return self.symbol, self.interval.name, self.kind


@dataclass(slots=True)
class TaskHistory:
    """What the updater remembers of one kind of task of one series.

    ``began``/``ended``/``answered``/``full_at``: wall clock (UTC s) of the last start and end, of the last start that
    was answered, and of the last one that read all recent sessions; ``began_elapsed`` and ``not_before``: on the clock
    that nobody sets. ``failed_job``: the number of the last job, if it failed. ``is_out_of_step``: the last start was
    the first after the wall clock was set.
    """

    is_running: bool = False
    began: int = 0
    ended: int = 0
    began_elapsed: float = float("-inf")
    answered: int = 0
    full_at: int = 0
    n_failed: int = 0
    not_before: float = float("-inf")
    failed_job: int | None = None
    is_out_of_step: bool = False

    def begin(self, now: int, elapsed: float) -> None:
        """Note a start."""
        self.is_out_of_step = self.began > 0 and not self._is_steady(now, elapsed)
        self.is_running, self.began, self.began_elapsed = True, now, elapsed

    def end(self, now: int, elapsed: float, *, is_answered: bool, is_offline: bool = False) -> None:
        """Note how it ended; a failure is tried again after a pause that grows.

        Without a network it grows little: such a try costs the provider nothing and finds out when there is one again.
        """
        self.is_running, self.ended = False, now
        if is_answered:
            self.answered, self.n_failed, self.not_before = self.began, 0, float("-inf")
            return
        longest = _OFFLINE_RETRY_S if is_offline else _LONGEST_RETRY_S
        self.not_before = elapsed + min(_FIRST_RETRY_S * 2.0**self.n_failed, longest)
        self.n_failed = min(self.n_failed + 1, 16)

    def rest_s(self, now: int, elapsed: float, update_s: int) -> float:
        """Return the seconds that must go by before the next start; longer only after the wall clock was set."""
        is_steady = self._is_steady(now, elapsed)
        rest_s = 0.0 if is_steady else MIN_ELAPSED_FRACTION * update_s - (elapsed - self.began_elapsed)
        return max(self.not_before - elapsed, rest_s)

    def _is_steady(self, now: int, elapsed: float) -> bool:
        """Tell whether the wall clock was not set since the last start."""
        return abs((now - self.began) - (elapsed - self.began_elapsed)) <= CLOCK_SLACK_S


@dataclass(frozen=True, slots=True)
class SeriesStatus:
    """A series as the database knows it. ``newest``: open time of its newest bar.

    ``is_active``: it is shown or was requested lately; ``is_in_front``: in the chart in front; ``is_archived``,
    ``last_run_at``: it is on the list of archived series.
    """

    facts: Facts
    symbol: str
    newest: int | None = None
    is_active: bool = False
    is_archived: bool = False
    last_run_at: int | None = None
    is_in_front: bool = False

    @property
    def key(self) -> SeriesKey:
        """Which series it is."""
        return self.symbol, self.facts.interval.name


@dataclass(frozen=True, slots=True)
class UpdateRate:
    """How fast updates may go: the shortest update interval (s) and the limiter's rate."""

    floor_s: float
    requests_per_minute: float


@dataclass(slots=True)
class Schedule:
    """What a round found: tasks in the order of their urgency, and the seconds until the next round.

    ``waiting``: how every active series stands.
    """

    tasks: list[UpdateTask] = field(default_factory=list)
    pause_s: float = MAX_PAUSE_S
    waiting: dict[SeriesKey, Waiting] = field(default_factory=dict)

    def wait(self, seconds: float) -> None:
        """Begin the next round after so many seconds at the latest."""
        self.pause_s = min(self.pause_s, max(seconds, MIN_PAUSE_S))


@dataclass(slots=True)
class _Due:
    """An active series in a round: ``closed_at`` and ``between_at``: when its next updates are due (UTC s)."""

    status: SeriesStatus
    history: TaskHistory
    asked: int
    closing_s: int
    update_s: int
    closed_at: int | None = None
    between_at: int | None = None


class UpdateScheduler:
    """Plans rounds; ``histories``, the budget and ``rechecks`` (elapsed seconds of the last day's) are its memory."""

    def __init__(self, update_rate: UpdateRate) -> None:
        """Start with no memory."""
        self.update_rate = update_rate
        self.histories: dict[Key, TaskHistory] = {}
        self.budget = UpdateBudget(update_rate.requests_per_minute)
        self._rechecks: list[tuple[float, Key]] = []

    def history(self, key: Key) -> TaskHistory:
        """Return what is remembered of a task."""
        return self.histories.setdefault(key, TaskHistory())

    def clear_backoff(self) -> None:
        """End the pauses after failures, since the provider answers again."""
        for history in self.histories.values():
            history.n_failed, history.not_before = 0, float("-inf")

    def begin(self, task: UpdateTask, now: int, elapsed: float) -> TaskHistory:
        """Note that a task starts."""
        history = self.history(task.key)
        if task.kind == JobKind.UPDATE:
            self.budget.take()
            is_full = not history.full_at <= now < history.full_at + FULL_EACH_S
            history.full_at = now if is_full else history.full_at
        history.begin(now, elapsed)
        if task.kind == JobKind.RECHECK:
            self._rechecks.append((elapsed, task.key))
        return history

    def plan(self, series: Sequence[SeriesStatus], elapsed: float, *, is_alone: bool = False) -> Schedule:
        """Return what is due now, the most urgent first; ``is_alone``: only updates ask the provider."""
        found = Schedule()
        self._plan_updates(found, [status for status in series if status.is_active], elapsed, is_alone=is_alone)
        archived = [status for status in series if status.is_archived]
        for status in sorted(archived, key=lambda status: status.last_run_at or 0):
            self._plan_archive(found, status, elapsed)
        self._rechecks = [row for row in self._rechecks if row[0] > elapsed - DAY_S]
        busy = {key[:2] for key, history in self.histories.items() if history.is_running}
        busy |= {task.key[:2] for task in found.tasks}  # what asks already may answer the question too
        for status in series:
            if status.key not in busy:
                self._plan_recheck(found, status, elapsed)
        return found

    def _plan_updates(self, found: Schedule, active: Sequence[SeriesStatus], elapsed: float, *, is_alone: bool) -> None:
        tokens = self.budget.refill(elapsed, is_alone=is_alone)
        series = self._find_due_times(active, elapsed)
        for due in series:
            now, history = due.status.facts.now, due.history
            is_late = (
                due.closed_at is not None and due.closed_at <= now and due.asked > 0
            )  # else it is loaded, not updated
            since = due.closed_at if is_late else None
            found.waiting[due.status.key] = Waiting(due.asked, since, history.n_failed > 0)
        n_running = sum(history.is_running for key, history in self.histories.items() if key[2] == JobKind.UPDATE)
        closed, between = self._split(found, series, elapsed)
        # An update of a forming bar leaves one token for the next closed bar of every series.
        reserve = min(float(len(active)), self.budget.capacity - 1.0)
        kept_by = [(due, 0.0) for due in closed]
        kept_by += [(due, 0.0 if due.status.is_in_front else reserve) for due in between]
        for due, kept in kept_by:
            if n_running >= N_RUNNING:
                found.wait(SLOT_S)
                return
            if tokens < kept + 1.0:
                found.wait(self.budget.wait_s(kept + 1.0 + (self.budget.tokens - tokens)))
                return
            n_running, tokens = n_running + 1, tokens - 1.0
            found.tasks.extend(self._update_task(due))

    def _find_due_times(self, active: Sequence[SeriesStatus], elapsed: float) -> list[_Due]:
        """Return when each active series is due next."""
        series = [self._due_of(status, elapsed) for status in active]
        factors = self._load_factors(series)
        for due in series:
            facts = due.status.facts
            rest_s = due.closing_s // 2 if due.history.is_out_of_step else 0  # so it falls into step again
            due.closed_at = next_update(facts, due.asked, due.closing_s, rest_s)
            update_s = due.update_s * (factors[due.status.is_in_front] or 0)
            if 0 < update_s < due.closing_s:
                # What a chart or a person has asked since the last update is out of step: a tick soon after is welcome.
                is_own = facts.now - due.asked + ANSWER_S >= elapsed - due.history.began_elapsed
                due.between_at = next_update(facts, due.asked, update_s, update_s // 2 if is_own else update_s // 6)
        return series

    def _load_factors(self, series: Sequence[_Due]) -> dict[bool, int | None]:
        """Return by how much the updates of forming bars are stretched: of charts in front (``True``) and of others.

        All closed bars come first, then the forming bars in front; the others share what is left.
        """
        trading = [due for due in series if is_open(due.status.facts.calendar, due.status.facts.now)]
        front, others = ([due for due in trading if due.status.is_in_front is flag] for flag in (True, False))
        n_left = self.budget.per_minute - sum(MINUTE_S / due.closing_s for due in others)
        in_front = load_factor(((due.update_s, due.closing_s) for due in front), n_left)
        n_taken = sum(MINUTE_S / due.closing_s for due in front)
        if in_front is not None:
            n_taken = sum(MINUTE_S / min(due.update_s * in_front, due.closing_s) for due in front)
        behind = load_factor(((due.update_s, due.closing_s) for due in others), self.budget.per_minute - n_taken)
        return {True: in_front, False: behind}

    def _due_of(self, status: SeriesStatus, elapsed: float) -> _Due:
        """Return when a series was asked last, and its update intervals: the longer, the longer it brings nothing."""
        facts = status.facts
        history, stored = self.history((*status.key, JobKind.UPDATE)), asked_at(facts)
        if history.n_failed and stored >= history.began:  # it failed for another reason than its newest bars
            history.n_failed, history.not_before, history.answered = 0, float("-inf"), history.began
        asked = last_asked(history, stored, facts.now, elapsed)
        idle_s = idle_trading_s(facts.calendar, facts.interval, status.newest, asked)
        update_s = backoff_interval_s(usual_update_s(facts.interval, self.update_rate.floor_s), idle_s)
        closing_s = backoff_interval_s(closing_update_s(facts.interval, self.update_rate.floor_s), idle_s)
        return _Due(status, history, asked, closing_s, update_s)

    def _split(self, found: Schedule, series: Sequence[_Due], elapsed: float) -> tuple[list[_Due], list[_Due]]:
        """Return whose closed bar is due, and whose forming one, the most urgent first; note when to look again."""
        closed: list[tuple[bool, int, int, _Due]] = []
        between: list[tuple[bool, int, int, _Due]] = []
        for row, due in enumerate(series):
            if due.history.is_running:
                continue
            now, is_behind = due.status.facts.now, not due.status.is_in_front
            for at, pause_s, rows in ((due.closed_at, due.closing_s, closed), (due.between_at, due.update_s, between)):
                if at is None:
                    continue
                wait_s = max(at - now, due.history.rest_s(now, elapsed, pause_s))
                if wait_s > 0:
                    found.wait(wait_s)
                else:
                    rows.append((is_behind, at, row, due))
                    break
        now = series[0].status.facts.now if series else 0
        coming = (due.closed_at for due in series if due.closed_at is not None and due.closed_at > now)
        upcoming = min(coming, default=now)
        if now < upcoming <= now + BEFORE_CLOSE_S:
            between = [row for row in between if row[-1].status.is_in_front]
        return [row[-1] for row in sorted(closed)], [row[-1] for row in sorted(between)]

    def _update_task(self, due: _Due) -> list[UpdateTask]:
        facts, history = due.status.facts, due.history
        is_full = not history.full_at <= facts.now < history.full_at + FULL_EACH_S
        span = recent_span(facts.calendar, facts.interval, facts.now, *(() if is_full else (1,)))
        return [] if span is None else [UpdateTask(due.status.symbol, facts.interval, JobKind.UPDATE, span)]

    def _plan_archive(self, found: Schedule, status: SeriesStatus, elapsed: float) -> None:
        facts = status.facts
        history = self.history((status.symbol, facts.interval.name, JobKind.ARCHIVE))
        n_under_way = sum(history.is_running for key, history in self.histories.items() if key[2] == JobKind.ARCHIVE)
        n_under_way += sum(task.kind == JobKind.ARCHIVE for task in found.tasks)
        if history.is_running or n_under_way >= N_ARCHIVE_JOBS or history.not_before > elapsed:
            return
        if next_archive_run(facts, status.last_run_at) <= facts.now:
            start = HISTORY_START if facts.lookback_floor is None else facts.floor[0] // MINUTE_S * MINUTE_S
            span = Span(start, facts.now // MINUTE_S * MINUTE_S + MINUTE_S)
            found.tasks.append(UpdateTask(status.symbol, facts.interval, JobKind.ARCHIVE, span))

    def _plan_recheck(self, found: Schedule, status: SeriesStatus, elapsed: float) -> None:
        key = (status.symbol, status.facts.interval.name, JobKind.RECHECK)
        history = self.history(key)
        n_own = sum(row[1] == key for row in self._rechecks)
        planned = sum(task.kind == JobKind.RECHECK for task in found.tasks)
        is_spent = n_own >= N_RECHECKS_A_DAY or len(self._rechecks) + planned >= N_RECHECKS_IN_ALL
        if is_spent or history.not_before > elapsed:
            return
        spans = expired_spans(status.facts)
        if spans:
            found.tasks.append(UpdateTask(status.symbol, status.facts.interval, JobKind.RECHECK, spans[0]))


def last_asked(history: TaskHistory, stored: int, now: int, elapsed: float) -> int:
    """Return when the newest bars were asked for, on the wall clock as it shows now.

    An update of our own counts from its start: a bar that closed while it ran may not be in its answer. What lies ahead
    of the clock was noted before that was set back: then the other clock shows how long ago it was.
    """
    is_own = history.answered <= stored <= history.ended
    asked = history.answered if history.answered and is_own else max(stored, history.answered)
    if asked <= now:
        return asked
    return now - round(elapsed - history.began_elapsed) if history.answered else 0

"""One round of upkeep: which series are due for an update, a second question or a harvest, and when to look next.

Pure: what the updater knows comes in, errands and the pause until the next round come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from candledesk.cache.journal import KIND_HARVEST, KIND_RECHECK, KIND_UPDATE
from candledesk.cache.upkeep import asked_at, expired_spans, next_harvest, next_update
from candledesk.domain.cadence import calm_pulse_s, crowd_factor, quiet_s, recent_span, usual_pulse_s
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.planner import Facts
    from candledesk.domain.interval import Interval

RESTLESS = 0.8  # of a pulse must really have gone by, whatever the wall clock says
ANSWER_S = 15  # an update is answered in that time, usually in one second
FULL_EACH_S = HOUR_S  # an update in between reads the running session only
N_RECHECKS_A_DAY = 8  # of one series
N_RECHECKS_IN_ALL = 60
N_HARVESTS = 2  # at a time
MAX_PAUSE_S = 15.0  # a round at least that often: so a clock that was set, or a machine that slept, is noticed
MIN_PAUSE_S = 0.2
_FIRST_RETRY_S, _LONGEST_RETRY_S, _OFFLINE_RETRY_S = 60.0, 1_800.0, 120.0

Key = tuple[str, str, str]
"""Symbol, interval name and kind of errand."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to be started: a job of that kind for that span."""

    symbol: str
    interval: Interval
    kind: str
    span: Span

    @property
    def key(self) -> Key:
        """What there is one of at a time."""
        return self.symbol, self.interval.name, self.kind


@dataclass(slots=True)
class Memo:
    """What the updater remembers of one kind of errand of one series.

    ``began``/``answered``/``full_at``: wall clock (UTC s) of the last start, of the last start that was answered, and
    of the last one that read all recent sessions; ``began_elapsed`` and ``not_before``: on the clock that nobody sets.
    ``failed_job``: the number of the last job, if it failed.
    """

    is_running: bool = False
    began: int = 0
    began_elapsed: float = float("-inf")
    answered: int = 0
    full_at: int = 0
    n_failed: int = 0
    not_before: float = float("-inf")
    failed_job: int | None = None

    def begin(self, now: int, elapsed: float) -> None:
        """Note a start."""
        self.is_running, self.began, self.began_elapsed = True, now, elapsed

    def end(self, elapsed: float, *, is_answered: bool, is_offline: bool = False) -> None:
        """Note how it ended; what fails is tried again after a pause that grows.

        Without a network it grows little: such a try costs the provider nothing and finds out when there is one again.
        """
        self.is_running = False
        if is_answered:
            self.answered, self.n_failed, self.not_before = self.began, 0, float("-inf")
            return
        longest = _OFFLINE_RETRY_S if is_offline else _LONGEST_RETRY_S
        self.not_before = elapsed + min(_FIRST_RETRY_S * 2.0**self.n_failed, longest)
        self.n_failed = min(self.n_failed + 1, 16)


@dataclass(frozen=True, slots=True)
class Seen:
    """A series as the database knows it. ``newest``: open time of its newest bar.

    ``is_active``: somebody looks at it; ``is_harvested``, ``last_run_at``: it is on the harvest list.
    """

    facts: Facts
    symbol: str
    newest: int | None = None
    is_active: bool = False
    is_harvested: bool = False
    last_run_at: int | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast updates may go: the shortest pulse (s) and the limiter's rate."""

    floor_s: float
    requests_per_minute: float


@dataclass(slots=True)
class Round:
    """What a round found: errands in the order of their urgency, and the seconds until the next round."""

    errands: list[Errand] = field(default_factory=list)
    pause_s: float = MAX_PAUSE_S

    def wait(self, seconds: float) -> None:
        """Come back after so many seconds at the latest."""
        self.pause_s = min(self.pause_s, max(seconds, MIN_PAUSE_S))


class Rota:
    """Plans rounds; ``memos`` and ``rechecks`` (elapsed seconds of the last day's) are its memory."""

    def __init__(self, pace: Pace) -> None:
        """Start with no memory."""
        self.pace = pace
        self.memos: dict[Key, Memo] = {}
        self._rechecks: list[tuple[float, Key]] = []

    def memo(self, key: Key) -> Memo:
        """Return what is remembered of an errand."""
        return self.memos.setdefault(key, Memo())

    def forgive(self) -> None:
        """Let what has failed be tried at once: the provider answers again."""
        for memo in self.memos.values():
            memo.n_failed, memo.not_before = 0, float("-inf")

    def begin(self, errand: Errand, now: int, elapsed: float) -> Memo:
        """Note that an errand starts."""
        memo = self.memo(errand.key)
        memo.begin(now, elapsed)
        if errand.kind == KIND_RECHECK:
            self._rechecks.append((elapsed, errand.key))
        return memo

    def plan(self, series: Sequence[Seen], elapsed: float) -> Round:
        """Return what is due now, the most urgent first."""
        found = Round()
        active = [(seen, *self._pulse(seen, elapsed)) for seen in series if seen.is_active]
        factor = crowd_factor((pulse for _, _, pulse in active), self.pace.requests_per_minute)
        for rank, (seen, asked, pulse) in enumerate(active):
            self._plan_update(found, seen, asked, factor * pulse, rank, elapsed)
        harvests = [seen for seen in series if seen.is_harvested]
        for seen in sorted(harvests, key=lambda seen: seen.last_run_at or 0):
            self._plan_harvest(found, seen, elapsed)
        self._rechecks = [row for row in self._rechecks if row[0] > elapsed - DAY_S]
        busy = {key[:2] for key, memo in self.memos.items() if memo.is_running}
        busy |= {errand.key[:2] for errand in found.errands}  # what asks already may answer the question too
        for seen in series:
            if (seen.symbol, seen.facts.interval.name) not in busy:
                self._plan_recheck(found, seen, elapsed)
        return found

    def _pulse(self, seen: Seen, elapsed: float) -> tuple[int, int]:
        """Return when a series was asked last (UTC s), and its pulse (s): the longer, the longer it brings nothing."""
        facts = seen.facts
        memo, stored = self.memo((seen.symbol, facts.interval.name, KIND_UPDATE)), asked_at(facts)
        if memo.n_failed and stored >= memo.began:  # it failed for another reason than its newest bars
            memo.n_failed, memo.not_before, memo.answered = 0, float("-inf"), memo.began
        asked = _asked(memo, stored, facts.now, elapsed)
        pulse = usual_pulse_s(facts.interval, self.pace.floor_s)
        return asked, calm_pulse_s(pulse, quiet_s(facts.calendar, facts.interval, seen.newest, asked))

    def _plan_update(self, found: Round, seen: Seen, asked: int, pulse: int, rank: int, elapsed: float) -> None:
        facts = seen.facts
        memo = self.memo((seen.symbol, facts.interval.name, KIND_UPDATE))
        # What a chart or a person has asked since the last update is out of step: a tick soon after is welcome.
        is_own = facts.now - asked + ANSWER_S >= elapsed - memo.began_elapsed
        rest = pulse // 2 if is_own else pulse // 6
        due = None if memo.is_running else next_update(facts, asked, pulse, rest)
        if due is None:
            return
        due += round(rank * MINUTE_S / self.pace.requests_per_minute)
        rest_s = max(memo.not_before, memo.began_elapsed + RESTLESS * pulse) - elapsed
        if due > facts.now or rest_s > 0:
            found.wait(max(due - facts.now, rest_s))
            return
        is_full = not memo.full_at <= facts.now < memo.full_at + FULL_EACH_S
        span = recent_span(facts.calendar, facts.interval, facts.now, *(() if is_full else (1,)))
        if span is not None:
            memo.full_at = facts.now if is_full else memo.full_at
            found.errands.append(Errand(seen.symbol, facts.interval, KIND_UPDATE, span))

    def _plan_harvest(self, found: Round, seen: Seen, elapsed: float) -> None:
        facts = seen.facts
        memo = self.memo((seen.symbol, facts.interval.name, KIND_HARVEST))
        n_under_way = sum(memo.is_running for key, memo in self.memos.items() if key[2] == KIND_HARVEST)
        n_under_way += sum(errand.kind == KIND_HARVEST for errand in found.errands)
        if memo.is_running or n_under_way >= N_HARVESTS or memo.not_before > elapsed:
            return
        if next_harvest(facts, seen.last_run_at) <= facts.now:
            start = HISTORY_START if facts.lookback_floor is None else facts.floor[0] // MINUTE_S * MINUTE_S
            span = Span(start, facts.now // MINUTE_S * MINUTE_S + MINUTE_S)
            found.errands.append(Errand(seen.symbol, facts.interval, KIND_HARVEST, span))

    def _plan_recheck(self, found: Round, seen: Seen, elapsed: float) -> None:
        key = (seen.symbol, seen.facts.interval.name, KIND_RECHECK)
        memo = self.memo(key)
        n_own = sum(row[1] == key for row in self._rechecks)
        planned = sum(errand.kind == KIND_RECHECK for errand in found.errands)
        is_spent = n_own >= N_RECHECKS_A_DAY or len(self._rechecks) + planned >= N_RECHECKS_IN_ALL
        if is_spent or memo.not_before > elapsed:
            return
        spans = expired_spans(seen.facts)
        if spans:
            found.errands.append(Errand(seen.symbol, seen.facts.interval, KIND_RECHECK, spans[0]))


def _asked(memo: Memo, stored: int, now: int, elapsed: float) -> int:
    """Return when the newest bars were asked for, on the wall clock as it shows now.

    What lies ahead of it was noted before the clock was set back: then the other clock tells how long ago it was.
    """
    asked = max(stored, memo.answered)
    if asked <= now:
        return asked
    return now - round(elapsed - memo.began_elapsed) if memo.answered else 0

"""The rate limiter and breaker for the traffic towards one provider (yahoo.md §5).

A pure state machine (``LimiterCore``: the time comes in as an argument) and a thin thread-safe driver (``Limiter``).
**Guarantee**: in any stretch of T seconds at most ``burst + T · requests_per_minute / 60`` requests are granted, so at
most ``requests_per_minute + burst`` in a minute; while the breaker is open none; while it probes, one at a time.
"""

from __future__ import annotations

import math
import random as _random
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from candledesk.providers.answers import BarsAnswer, FaultAnswer, MatchesAnswer, RateLimitedAnswer, RefusedAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.providers.answers import ProviderAnswer, SearchAnswer

MAX_PAUSE_S = 900.0  # yahoo.md §5: bans last long, but a probe each 15 minutes is harmless
MAX_OFFLINE_S = 60.0
JITTER = 0.1
PROBE_LEASE_S = 60.0  # a probe whose caller never reports must not block every lane for ever
BACKGROUND_PRIORITY = 2  # viewport 0, live update 1, backfill 2
FOREGROUND_RESERVE = 2.0  # tokens that a backfill leaves for the next scroll
_ROUNDING = 1e-9
_SPAN_S = 60.0


class RequestOutcome(StrEnum):
    """How one call towards the provider ended, as far as the limiter cares."""

    ANSWERED = "answered"  # data or a definitive refusal
    FAULT = "fault"  # reached, but broken (5xx, garbage)
    OFFLINE = "offline"  # not reached
    RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, slots=True)
class LimiterSnapshot:
    """The limiter for people: ``tokens`` left now, seconds to the next grant, ``breaker`` and the wall-clock retry.

    ``breaker``: ``closed``, ``open`` or ``half_open``; ``retry_at``: UTC seconds, ``None`` when nothing is paused;
    ``last_error``: empty after a success.
    """

    tokens: float
    next_request_in_s: float
    breaker: str
    retry_at: int | None = None
    last_error: str = ""
    is_offline: bool = False


@dataclass(frozen=True, slots=True)
class LimiterMemory:
    """What survives a restart: wall-clock UTC seconds throughout; ``paused_until`` is 0.0 while nothing is paused."""

    tokens: float
    paused_until: float
    n_limited: int
    saved_at: float


def outcome_of(answer: ProviderAnswer | SearchAnswer) -> RequestOutcome:
    """Return what an answer means for the limiter."""
    match answer:
        case BarsAnswer() | MatchesAnswer() | RefusedAnswer():
            return RequestOutcome.ANSWERED
        case RateLimitedAnswer():
            return RequestOutcome.RATE_LIMITED
        case FaultAnswer(is_offline=True):
            return RequestOutcome.OFFLINE
        case FaultAnswer():
            return RequestOutcome.FAULT


class LimiterCore:
    """Token bucket, breaker and offline back-off as one state machine; ``now`` is monotonic seconds and never falls."""

    def __init__(
        self,
        requests_per_minute: float,
        burst: int,
        pause_s: float,
        random: Callable[[], float] = _random.random,
    ) -> None:
        """Start with a full bucket; raise ``ValueError`` for a rate, burst or pause that would grant nothing."""
        if requests_per_minute <= 0 or burst < 1 or pause_s < 0:
            raise ValueError(f"no such limiter: {requests_per_minute} per minute, burst {burst}, pause {pause_s} s")
        self._rate = requests_per_minute / _SPAN_S
        self._burst = float(burst)
        self._reserve = min(FOREGROUND_RESERVE, self._burst - 1.0)
        self._first_pause_s = pause_s
        self._random = random
        self._tokens = self._burst
        self._filled_at: float | None = None
        self._n_limited = 0  # 429s in a row, counted once per pause
        self._n_offline = 0
        self._paused_until: float | None = None  # set while open or half-open
        self._offline_until = -math.inf
        self._probe_until = -math.inf
        self.last_error = ""

    def restore(self, now: float, tokens: float, pause_s: float, n_limited: int) -> None:
        """Go on from a former run: tokens as they would be by now, seconds of pause left, and 429s in a row."""
        self._tokens, self._filled_at = min(self._burst, tokens), now
        self._n_limited = n_limited
        if n_limited:
            self._paused_until = now + min(max(0.0, pause_s), MAX_PAUSE_S * (1.0 + JITTER))

    @property
    def n_limited(self) -> int:
        """How many pauses in a row a 429 has caused."""
        return self._n_limited

    def limited_left_s(self, now: float) -> float:
        """Return the seconds until the breaker lets a probe through; 0.0 when it is not open."""
        return 0.0 if self._paused_until is None else max(0.0, self._paused_until - now)

    def tokens_after(self, tokens: float, elapsed_s: float) -> float:
        """Return what a bucket with ``tokens`` holds after ``elapsed_s`` seconds (a clock set back counts as none)."""
        return min(self._burst, tokens + max(0.0, elapsed_s) * self._rate)

    @property
    def is_offline(self) -> bool:
        """Whether the last request could not reach the provider."""
        return self._n_offline > 0

    def tokens(self, now: float) -> float:
        """Return the tokens left at ``now``; below zero after a call that cost more than one request."""
        self._refill(now)
        return self._tokens

    def breaker(self, now: float) -> str:
        """Return ``closed``, ``open`` or ``half_open``."""
        if self._paused_until is None:
            return "closed"
        return "open" if now < self._paused_until else "half_open"

    def pause_left_s(self, now: float) -> float:
        """Return the seconds until a pause (429 or offline) ends; 0.0 when there is none."""
        limited = 0.0 if self._paused_until is None else self._paused_until - now
        return max(0.0, limited, self._offline_until - now)

    def wait_s(self, now: float, priority: int = 0) -> float:
        """Return the seconds until a caller of that priority may go, given what is known at ``now``; never negative."""
        self._refill(now)
        reserve = self._reserve if priority >= BACKGROUND_PRIORITY else 0.0
        missing = 1.0 + reserve - self._tokens
        bucket = missing / self._rate if missing > _ROUNDING else 0.0
        probe = self._probe_until - now if self._probes() else 0.0
        return max(bucket, probe, self.pause_left_s(now))

    def time_for(self, now: float, n_requests: int, priority: int = 0) -> float:
        """Return the seconds until ``n_requests`` more will have been granted, if nobody else asks."""
        self._refill(now)
        reserve = self._reserve if priority >= BACKGROUND_PRIORITY else 0.0
        missing = max(0.0, n_requests + reserve - self._tokens) if n_requests > 0 else 0.0
        return self.pause_left_s(now) + missing / self._rate

    def take(self, now: float) -> None:
        """Grant one request; only after ``wait_s`` gave 0."""
        self._refill(now)
        self._tokens -= 1.0
        if self._probes():
            self._probe_until = now + PROBE_LEASE_S

    def report(self, now: float, n_requests: int, outcome: RequestOutcome, error: str = "") -> None:
        """Account for the end of a granted request: it cost ``n_requests``, of which one is already paid."""
        self._refill(now)
        self._tokens = min(self._burst, self._tokens - (n_requests - 1))
        self._probe_until = -math.inf
        if n_requests == 0:
            return  # nothing left the machine: the token is back and the breaker stays as it is
        self.last_error = "" if outcome is RequestOutcome.ANSWERED else error or outcome.value
        if outcome is RequestOutcome.OFFLINE:
            self._note_offline(now)
            return
        self._n_offline, self._offline_until = 0, -math.inf
        if outcome is RequestOutcome.RATE_LIMITED:
            self._note_limited(now)
        elif outcome is RequestOutcome.ANSWERED and self.breaker(now) == "half_open":
            self._paused_until, self._n_limited = None, 0

    def _note_limited(self, now: float) -> None:
        if self.breaker(now) == "open":
            return  # another lane's request of before the pause: the same event
        pause = min(self._first_pause_s * 2.0**self._n_limited, MAX_PAUSE_S)
        self._n_limited = min(self._n_limited + 1, 30)
        self._paused_until = now + self._with_jitter(pause)

    def _note_offline(self, now: float) -> None:
        if now < self._offline_until:
            return  # the other lanes fail together: one step, not four
        self._n_offline = min(self._n_offline + 1, 30)
        self._offline_until = now + min(2.0 ** (self._n_offline - 1), MAX_OFFLINE_S)

    def _with_jitter(self, pause_s: float) -> float:
        return pause_s * (1.0 + JITTER * (2.0 * self._random() - 1.0))

    def _probes(self) -> bool:
        return self._paused_until is not None or self._n_offline > 0

    def _refill(self, now: float) -> None:
        if self._filled_at is None:
            self._filled_at = now
        elapsed = max(0.0, now - self._filled_at)
        self._tokens = min(self._burst, self._tokens + elapsed * self._rate)
        self._filled_at = max(self._filled_at, now)


class Limiter:
    """Hands out permission to send one request; safe from any thread; waits on a condition, never polls."""

    def __init__(  # noqa: PLR0913 - clocks and memory are parameters, so that tests never wait
        self,
        requests_per_minute: float = 24.0,
        burst: int = 6,
        pause_s: float = 60.0,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = _random.random,
        on_change: Callable[[LimiterSnapshot], None] | None = None,
        on_use: Callable[[LimiterMemory], None] | None = None,
        memory: LimiterMemory | None = None,
    ) -> None:
        """Take the first pause after a 429 (``pause_s``) and a callback for changes of breaker, reach or last error.

        ``on_change`` runs on the thread that called ``report``, without the lock; so does ``on_use``, after every grant
        and report, with what a later run should start from (``memory``).
        """
        self._core = LimiterCore(requests_per_minute, burst, pause_s, random)
        self._clock = clock
        self._monotonic = monotonic
        self._on_change = on_change
        self._condition = threading.Condition()
        self._waiting: list[tuple[int, int]] = []  # (priority, arrival)
        self._n_arrived = 0
        self._on_use = on_use
        if memory is not None:
            wall = clock()
            tokens = self._core.tokens_after(memory.tokens, wall - memory.saved_at)
            self._core.restore(monotonic(), tokens, memory.paused_until - wall, memory.n_limited)

    def memory(self) -> LimiterMemory:
        """Return what a later run should start from."""
        with self._condition:
            now, wall = self._monotonic(), self._clock()
            left_s = self._core.limited_left_s(now)
            return LimiterMemory(self._core.tokens(now), wall + left_s if left_s else 0.0, self._core.n_limited, wall)

    def _remember(self) -> None:
        if self._on_use is not None:
            self._on_use(self.memory())

    def acquire(self, priority: int, cancel: threading.Event, timeout_s: float | None = None) -> bool:
        """Wait for permission to send one request and return True; False when cancelled or after ``timeout_s``.

        Lower ``priority`` goes first, then who came first; backfills (2 and more) leave ``FOREGROUND_RESERVE`` tokens.
        After setting ``cancel`` call ``notify``: nothing polls the event. Every True is owed one ``report``.
        """
        with self._condition:
            self._n_arrived += 1
            ticket = (priority, self._n_arrived)
            self._waiting.append(ticket)
            give_up_at = math.inf if timeout_s is None else self._monotonic() + timeout_s
            try:
                is_granted = self._wait_for_turn(ticket, cancel, give_up_at)
            finally:
                self._waiting.remove(ticket)
                self._condition.notify_all()
        if is_granted:
            self._remember()
        return is_granted

    def report(self, n_requests: int, outcome: RequestOutcome, error: str = "") -> None:
        """Say how a granted request ended and how many HTTP requests it really cost (0: none left the machine)."""
        with self._condition:
            before = self._visible()
            self._core.report(self._monotonic(), n_requests, outcome, error)
            has_changed = self._visible() != before
            self._condition.notify_all()
        self._remember()
        if has_changed and self._on_change is not None:
            self._on_change(self.state())

    def report_answer(self, answer: ProviderAnswer | SearchAnswer) -> None:
        """Report a provider's answer."""
        self.report(answer.n_requests, outcome_of(answer), getattr(answer, "reason", ""))

    def notify(self) -> None:
        """Wake every waiting caller so that it looks at its cancel event."""
        with self._condition:
            self._condition.notify_all()

    def wait_s(self, priority: int = 0) -> float:
        """Return the seconds until a caller of that priority may go, if nobody is before it."""
        with self._condition:
            return self._core.wait_s(self._monotonic(), priority)

    def time_for(self, n_requests: int, priority: int = 0) -> float:
        """Return the seconds until ``n_requests`` more will have been granted, if nobody else asks."""
        with self._condition:
            return self._core.time_for(self._monotonic(), n_requests, priority)

    def state(self) -> LimiterSnapshot:
        """Return the limiter as it stands, for people and the API."""
        with self._condition:
            now = self._monotonic()
            pause = self._core.pause_left_s(now)
            return LimiterSnapshot(
                tokens=self._core.tokens(now),
                next_request_in_s=self._core.wait_s(now),
                breaker=self._core.breaker(now),
                retry_at=math.ceil(self._clock() + pause) if pause > 0 else None,
                last_error=self._core.last_error,
                is_offline=self._core.is_offline,
            )

    def _wait_for_turn(self, ticket: tuple[int, int], cancel: threading.Event, give_up_at: float) -> bool:
        while not cancel.is_set():
            now = self._monotonic()
            wait_s = math.inf
            if ticket == min(self._waiting):
                wait_s = self._core.wait_s(now, ticket[0])
                if wait_s <= 0:
                    self._core.take(now)
                    return True
            if now >= give_up_at:
                return False
            wait_s = min(wait_s, give_up_at - now)
            self._condition.wait(None if math.isinf(wait_s) else wait_s)
        return False

    def _visible(self) -> tuple[str, bool, str]:
        core = self._core
        return core.breaker(self._monotonic()), core.is_offline, core.last_error

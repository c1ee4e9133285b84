"""What every part of the cache works with: its threads, providers, clocks and events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.messages import BreakerState, LimiterState

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.active_series import ActiveSeries
    from candledesk.cache.event_emitter import EventEmitter
    from candledesk.cache.events import Event
    from candledesk.cache.runtime.answer_watch import AnswerWatch
    from candledesk.cache.runtime.fetch_pool import FetchPool
    from candledesk.cache.runtime.limiters import Limiters
    from candledesk.cache.runtime.provider_router import ProviderRouter
    from candledesk.cache.runtime.readers import Readers
    from candledesk.cache.runtime.timers import DelayedCalls
    from candledesk.cache.runtime.writer import Writer
    from candledesk.cache.storing.damage import DamageRepair


@dataclass(frozen=True, slots=True)
class RetryPauses:
    """Seconds to wait after failures.

    ``retry_s``: before the next try of a window, by its faults so far; ``failed_s``: until a window whose last try
    failed is asked for again, by how often that happened to the series in a row; ``fault_s``: after the disk or the
    database refused: until then nothing is fetched that could not be stored.
    """

    retry_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    failed_s: tuple[int, ...] = (15, 30, 60, 120, 300, 900)
    fault_s: float = 8.0


@dataclass(frozen=True, slots=True)
class CacheContext:
    """Made once, in ``service``; every field is safe from any thread.

    ``own_readers``: one reader thread for studies with an own indicator, which may compute for seconds.
    ``now``: the wall clock in whole UTC seconds; ``elapsed``: seconds on a clock that nobody sets; ``deadline_s``: of
    one request to a provider.
    """

    readers: Readers
    own_readers: Readers
    writer: Writer
    pool: FetchPool
    delayed_calls: DelayedCalls
    providers: ProviderRouter
    limiters: Limiters
    events: EventEmitter
    damage: DamageRepair
    active: ActiveSeries
    answer_watch: AnswerWatch
    now: Callable[[], int]
    elapsed: Callable[[], float]
    deadline_s: float
    pauses: RetryPauses = RetryPauses()

    def emit(self, event: Event) -> None:
        """Call every subscriber with an event."""
        self.events.emit(event)

    def limiter_state(self) -> LimiterState:
        """Return the limiter of the provider that is held back longest, and how late updates are."""
        provider, snapshot = self.limiters.most_held()
        return LimiterState(
            snapshot.tokens,
            snapshot.next_request_in_s,
            BreakerState(snapshot.breaker),
            snapshot.retry_at,
            snapshot.last_error,
            snapshot.is_offline,
            update_lag_s=self.active.worst_lag_s(self.now()),
            provider=self.providers.providers[provider].capabilities.title,
            unanswered_since=self.answer_watch.unanswered_since,
        )

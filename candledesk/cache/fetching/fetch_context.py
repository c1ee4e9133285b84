"""What the fill engine works with: the parts, and the pauses between tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.fetching.catalog import Catalog, SeriesState
    from candledesk.cache.fetching.job_journal import JobJournal
    from candledesk.cache.messages import Event
    from candledesk.cache.runtime.workers import DelayedCalls, FetchPool, Readers, Writer
    from candledesk.domain.interval import Interval
    from candledesk.providers.base import Provider
    from candledesk.providers.rate_limiter import Limiter


@dataclass(frozen=True, slots=True)
class RetryPauses:
    """Seconds to wait after failures.

    ``retry_s``: before the next try of a window, by its faults so far; ``failed_s``: until a window that was given up
    is asked again, by how often the series was given up in a row; ``fault_s``: after the machine itself refused (disk
    full): until then nothing is fetched that could not be stored.
    """

    retry_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    failed_s: tuple[int, ...] = (15, 30, 60, 120, 300, 900)
    fault_s: float = 8.0


@dataclass(frozen=True, slots=True)
class FetchContext:
    """What the fill engine works with."""

    catalog: Catalog
    provider: Provider
    limiter: Limiter
    readers: Readers
    writer: Writer
    pool: FetchPool
    delayed_calls: DelayedCalls
    journal: JobJournal
    emit: Callable[[Event], None]
    now: Callable[[], int]
    deadline_s: float
    pauses: RetryPauses = RetryPauses()

    def read(self, symbol: str, interval: Interval) -> SeriesState:
        """Read what the database knows of a series, and wait for it; not on a reader thread."""
        return self.readers.submit(lambda connection: self.catalog.read(connection, symbol, interval)).result()

"""What the doors of the cache share: the threads, the catalog, the fills, the jobs, and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.events import Events
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.runtime.workers import DelayedCalls, Readers, Writer
    from candledesk.cache.upkeep.active_series import ActiveSeries


@dataclass(frozen=True, slots=True)
class CacheContext:
    """Wired once, in ``build.py``; ``now``: the wall clock in whole UTC seconds."""

    readers: Readers
    writer: Writer
    catalog: Catalog
    fill_scheduler: FillScheduler
    jobs: JobQueue
    delayed_calls: DelayedCalls
    events: Events
    active: ActiveSeries
    now: Callable[[], int]

"""What the doors of the cache share: the threads, the catalog, the fills, the jobs, and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.events import Events
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import Fills
    from candledesk.cache.jobs.queue import Jobs
    from candledesk.cache.runtime.workers import Clockwork, Readers, Writer
    from candledesk.cache.upkeep.active_series import ActiveSeries


@dataclass(frozen=True, slots=True)
class Parts:
    """Wired once, in ``build.py``; ``now``: the wall clock in whole UTC seconds."""

    readers: Readers
    writer: Writer
    catalog: Catalog
    fills: Fills
    jobs: Jobs
    clockwork: Clockwork
    events: Events
    active: ActiveSeries
    now: Callable[[], int]

"""What the doors of the cache share: the threads, the catalog, the fills, the jobs, and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.active import ActiveSeries
    from candledesk.cache.catalog import Catalog
    from candledesk.cache.events import Events
    from candledesk.cache.fills import Fills
    from candledesk.cache.jobs import Jobs
    from candledesk.cache.workers import Clockwork, Readers, Writer


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

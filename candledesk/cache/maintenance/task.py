"""What a kind of maintenance task is made of, and how a running one reports its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from candledesk.domain.errors import CandleDeskError
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.maintenance.storage_options import StorageOptionsFile
    from candledesk.cache.maintenance_messages import MaintenanceRequest
    from candledesk.domain.errors import EnvironmentFaultError
    from candledesk.domain.progress import Progress
    from candledesk.paths import Paths
    from candledesk.store import Connection

T = TypeVar("T")


class TaskCancelledError(CandleDeskError):
    """Raised inside a task by its report once it has been cancelled."""


class TaskInterruptedError(CandleDeskError):
    """Raised inside a background task by its report when another task waits; it starts again after that."""


class TaskReport(Protocol):
    """Takes what a running task has to say; calling it is how a task notices that it must stop.

    Raises ``TaskCancelledError`` or ``TaskInterruptedError``; the task rolls back what is open and lets them through.
    """

    def __call__(self, progress: Progress) -> None:
        """Show the progress."""

    def add_line(self, text: str) -> None:
        """Add a sentence to the result, at once."""


@dataclass(frozen=True, slots=True)
class MaintenanceContext:
    """What tasks work with.

    ``connect_reader`` opens a read-only connection of the task's own, which the task closes. ``refusal``: why
    nothing can be written in this home; ``options``: how many automatic backups are kept; ``repair_rows``: repairs the
    rows of the small tables on the writer thread (``runtime.row_repairs``).
    """

    cache: CacheContext
    catalog: Catalog
    fill_scheduler: FillScheduler
    jobs: JobQueue
    paths: Paths
    connect_reader: Callable[[], Connection]
    refusal: EnvironmentFaultError | None
    options: StorageOptionsFile
    repair_rows: Callable[[Connection], bool]

    def write(self, change: Callable[[Connection], T]) -> T:
        """Run ``change`` on the writer's thread as one transaction, after what waits there, and return its result."""

        def run(connection: Connection) -> T:
            with transaction(connection):
                return change(connection)

        return self.cache.writer.submit(run).result()


def accept_all(_context: MaintenanceContext, _request: MaintenanceRequest) -> CandleDeskError | None:
    """Find no error in any request."""
    return None


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One kind of maintenance task.

    ``run`` works on the maintenance thread until it returns; what it raises fails the task. ``find_error`` returns why
    a request cannot be done, before it is queued. ``is_written``: the kind writes in the home, so a read-only one
    refuses it. ``is_background``: it runs only while no other task waits, and is interrupted by each.
    """

    run: Callable[[MaintenanceContext, MaintenanceRequest, TaskReport], None]
    find_error: Callable[[MaintenanceContext, MaintenanceRequest], CandleDeskError | None] = accept_all
    is_written: bool = True
    is_background: bool = False

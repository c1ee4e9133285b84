"""Giving free pages of the database back to the disk, while nothing is fetched; charts go on reading."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from candledesk.cache.maintenance.task import TaskKind
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.progress import Progress
from candledesk.store.compacting import compact, empty_log, free_bytes
from candledesk.store.market.maintenance.sizes import read_sizes

if TYPE_CHECKING:
    from candledesk.cache.maintenance.task import MaintenanceContext, TaskReport
    from candledesk.cache.maintenance_messages import MaintenanceRequest
    from candledesk.store import Connection

MIN_FREE_BYTES = 1 << 20  # less is not worth rewriting the file
WAIT_S = 600.0  # for the end of what is being fetched
POLL_S = 0.2


def run_compact(context: MaintenanceContext, _request: MaintenanceRequest, report: TaskReport) -> None:
    """Rewrite the database on the writer thread, and say how much room that gave."""
    _wait_for_fills(context, report)
    report(Progress("Waiting for the writer", 0, 0))

    def run(connection: Connection) -> str:
        if free_bytes(connection) < MIN_FREE_BYTES:
            empty_log(connection)
            return "There is nothing to give back: the database has no free pages to speak of."
        n_rows = sum(table.n_rows for table in read_sizes(connection).tables)
        n_given = compact(connection, n_rows, report)
        return f"The database is {n_given / 1e6:,.1f} MB smaller."

    report.add_line(context.cache.writer.submit(run, has_checkpoint=True).result())


def _wait_for_fills(context: MaintenanceContext, report: TaskReport) -> None:
    """Wait for a moment at which no request is under way, for its bars could not be stored meanwhile."""
    give_up_at = time.monotonic() + WAIT_S
    while context.fill_scheduler.n_in_flight:
        if time.monotonic() > give_up_at:
            raise EnvironmentFaultError("Jobs are running all the time: pause them, then compact again.")
        report(Progress("Waiting for the end of a request", 0, 0))
        time.sleep(POLL_S)


COMPACT = TaskKind(run_compact)

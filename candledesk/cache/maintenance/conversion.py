"""The conversion of chunks that were stored by older versions, in the background: smaller, and with checksums."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from candledesk.cache.maintenance.task import TaskKind
from candledesk.domain.progress import Progress
from candledesk.store.market.chunks.conversion import convert_chunks
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.context import CacheContext
    from candledesk.cache.maintenance.task import MaintenanceContext, TaskReport
    from candledesk.cache.maintenance_messages import MaintenanceRequest
    from candledesk.store import Connection
    from candledesk.store.market.chunks.conversion import Conversion

STEP = "Converting stored bars to the smaller format with checksums"
N_CHUNKS = 4  # of one transaction: about 15 ms, for which a write that a person waits for can be late
PAUSE_S = 0.1  # at least, between two transactions
IDLE_SHARE = 3.0  # the pause is so many times as long as the transaction has taken, with its wait for other writes


def convert_stored_bars(
    context: CacheContext, on_progress: Callable[[int, int], object], pause: Callable[[float], object] = time.sleep
) -> None:
    """Convert chunk after chunk on the writer thread until none is left.

    ``on_progress`` is called after each transaction with the numbers of chunks, of 2,048 bars, that are converted and
    of all; what it raises ends the conversion, which goes on from there the next time. Damaged bars are repaired, and
    events say so. Raises ``EnvironmentFaultError`` when nothing can be written.
    """

    def convert(connection: Connection) -> Conversion:
        with transaction(connection):
            step = convert_chunks(connection, N_CHUNKS)
        context.damage.note_repaired(connection, step.findings)
        return step

    while True:
        began = time.monotonic()
        step = context.writer.submit(convert).result()
        on_progress(step.n_done, step.n_total)
        if step.is_done:
            return
        pause(max(PAUSE_S, IDLE_SHARE * (time.monotonic() - began)))


def run_convert(context: MaintenanceContext, _request: MaintenanceRequest, report: TaskReport) -> None:
    """Convert what is left, and show how many chunks are converted."""
    convert_stored_bars(context.cache, lambda n_done, n_total: report(Progress(STEP, n_done, n_total)))


CONVERT = TaskKind(run_convert, is_background=True)

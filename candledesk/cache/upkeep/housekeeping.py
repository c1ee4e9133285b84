"""What is tidied up now and then: old jobs are deleted, old chunks converted, and backups made by themselves."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from candledesk.cache.maintenance_messages import WEEKLY, MaintenanceKind, MaintenanceRequest
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.errors import CandleDeskError, ClosingError
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.store.market.chunks.conversion import has_unconverted

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.maintenance.files import HomeFiles
    from candledesk.cache.maintenance.runner import MaintenanceRunner
    from candledesk.cache.maintenance.storage_options import StorageOptionsFile

log = logging.getLogger(__name__)
FIRST_S = MINUTE_S  # after the start: charts come first
EACH_S = HOUR_S
WEEK_S = 7 * DAY_S


class Housekeeping:
    """Runs a round each hour, from ``start`` to ``close``; it blocks no thread."""

    def __init__(
        self,
        context: CacheContext,
        jobs: JobQueue,
        runner: MaintenanceRunner,
        files: HomeFiles,
        options: StorageOptionsFile,
    ) -> None:
        """Do nothing until ``start`` or ``run_round``."""
        self._context = context
        self._jobs = jobs
        self._runner = runner
        self._files = files
        self._options = options
        self._closing = threading.Event()

    def start(self) -> None:
        """Run a round soon, and then each hour."""
        self._context.delayed_calls.call_later(FIRST_S, self._begin)

    def close(self) -> None:
        """Start no further round."""
        self._closing.set()

    def _begin(self) -> None:
        if not self._closing.is_set():
            start_coroutine(self._run_rounds())

    async def _run_rounds(self) -> None:
        try:
            await wait_for(self.run_round())
        except ClosingError:
            return
        except CandleDeskError as error:
            log.info("housekeeping failed; it is tried again in an hour: %s", error)
        except BaseException:
            log.exception("housekeeping failed; it is tried again in an hour")
        self._context.delayed_calls.call_later(EACH_S, self._begin)

    def run_round(self) -> Future[bool]:
        """Delete old jobs, start a conversion of chunks of older versions, and the weekly backup when it is due.

        Resolves with whether that was.
        """
        return start_coroutine(self._run_round())

    async def _run_round(self) -> bool:
        await wait_for(self._jobs.forget_old(self._options.value.jobs_kept_days))
        if await wait_for(self._context.readers.submit(has_unconverted)):
            await wait_for(self._runner.start(MaintenanceRequest(MaintenanceKind.CONVERT)))
        if self._options.value.backup != WEEKLY or not await self._is_due():
            return False
        request = MaintenanceRequest(MaintenanceKind.BACKUP, has_user_data=True, reason=WEEKLY)
        await wait_for(self._runner.start(request))
        return True

    async def _is_due(self) -> bool:
        backups = await wait_for(self._files.list_backups())
        made = [backup.made_at for backup in backups if backup.reason == WEEKLY]
        now = self._context.now()
        return all(made_at > now or made_at <= now - WEEK_S for made_at in made)  # a time ahead: the clock was wrong

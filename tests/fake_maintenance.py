"""The maintenance tasks, backups and sizes of the fake cache."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.events import MaintenanceChanged
from candledesk.cache.maintenance_messages import (
    BackupFile,
    MaintenanceKind,
    MaintenanceRequest,
    MaintenanceState,
    MaintenanceTask,
    StorageOptions,
    StorageReport,
)
from candledesk.cache.messages import ImportReport, Listing
from candledesk.domain.errors import InputError, TaskStateError, UnknownTaskError
from tests.fake_jobs import FakeJobs, resolved

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval

STORAGE = StorageReport("/home/candles.db", 8_192_000, 819_200, 4_096, 20_480, 1_000, 10**9, (), (), ())


class FakeMaintenance(FakeJobs):
    """Tasks that move only when a test moves them by ``change_task``; every change is an event."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.maintenance: list[MaintenanceTask] = []
        self.maintenance_requests: list[MaintenanceRequest] = []
        self.storage = STORAGE
        self.backups: list[BackupFile] = []
        self.storage_options = StorageOptions()
        self.imported: list[tuple[str, str, Bars, Listing | None]] = []

    def change_task(self, task_id: int, **changes: object) -> MaintenanceTask:
        """Replace fields of a task."""
        task = replace(self._find_task(task_id), **changes)  # type: ignore[arg-type]
        self.maintenance = [task if other.task_id == task_id else other for other in self.maintenance]
        self.emit(MaintenanceChanged(task))
        return task

    def _find_task(self, task_id: int) -> MaintenanceTask:
        for task in self.maintenance:
            if task.task_id == task_id:
                return task
        raise UnknownTaskError(f"There is no maintenance task {task_id}")

    def start_maintenance(self, request: MaintenanceRequest) -> Future[MaintenanceTask]:
        self.calls.append(("start_maintenance", request))
        return resolved(lambda: self._start_task(request))

    def _start_task(self, request: MaintenanceRequest) -> MaintenanceTask:
        if request.kind is MaintenanceKind.FORGET and not request.symbol:
            raise InputError("symbol", "Name the symbol that is to be forgotten")
        self.maintenance_requests.append(request)
        number = len(self.maintenance) + 1
        state = MaintenanceState.RUNNING
        task = MaintenanceTask(number, request.kind, state, "Copying", 0, 100, (), None, self.now, self.now)
        self.maintenance.append(task)
        self.emit(MaintenanceChanged(task))
        return task

    def list_maintenance(self) -> Future[list[MaintenanceTask]]:
        return resolved(lambda: self.maintenance[::-1])

    def read_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        return resolved(lambda: self._find_task(task_id))

    def wait_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Return the task as it stands, which a test has ended before."""
        return self.read_maintenance(task_id)

    def cancel_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        self.calls.append(("cancel_maintenance", task_id))

        def cancel() -> MaintenanceTask:
            if not self._find_task(task_id).is_live:
                raise TaskStateError(f"Task {task_id} has ended")
            return self.change_task(task_id, state=MaintenanceState.CANCELLED)

        return resolved(cancel)

    def read_storage(self) -> Future[StorageReport]:
        return resolved(lambda: replace(self.storage, backups=tuple(self.backups)))

    def import_bars(
        self, symbol: str, interval: Interval, bars: Bars, listing: Listing | None = None
    ) -> Future[ImportReport]:
        self.imported.append((symbol, interval.name, bars, listing))
        return resolved(lambda: ImportReport(len(bars), len(bars), len(bars), {}, symbol))

    def list_backups(self) -> Future[list[BackupFile]]:
        return resolved(lambda: list(self.backups))

    def remove_backup(self, path: str) -> Future[BackupFile]:
        self.calls.append(("remove_backup", path))

        def remove() -> BackupFile:
            for backup in self.backups:
                if backup.path == path:
                    self.backups.remove(backup)
                    return backup
            raise InputError("path", f"{path} is not among the backups")

        return resolved(remove)

    def read_storage_options(self) -> Future[StorageOptions]:
        return resolved(lambda: self.storage_options)

    def change_storage_options(self, options: StorageOptions) -> Future[StorageOptions]:
        self.calls.append(("change_storage_options", options))

        def change() -> StorageOptions:
            self.storage_options = options
            return options

        return resolved(change)

"""The maintenance tasks, backups and sizes of the running instance, for the client of its API."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from candledesk.cache.maintenance_messages import BackupFile, MaintenanceTask, StorageReport
from candledesk.web.api_client import answered
from candledesk.web.codec import decode

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.maintenance_messages import MaintenanceRequest
    from candledesk.web.api_client import ApiClient

POLL_S = 0.3
TASKS = "/api/v1/maintenance"
BACKUPS = "/api/v1/backups"


class RemoteMaintenance:
    """Implements ``MaintenanceApi`` with the answers of the instance that holds the home; its calls block."""

    _api: ApiClient

    def start_maintenance(self, request: MaintenanceRequest) -> Future[MaintenanceTask]:
        """Queue a task of the running instance."""
        body: dict[str, Any] = {
            "kind": request.kind.value,
            "path": request.path or None,
            "with_user_data": request.has_user_data,
            "keep": request.keep,
            "symbol": request.symbol or None,
            "interval": None if request.interval is None else request.interval.name,
            "backup": request.is_backed_up,
            "symbols": list(request.symbols) or None,
            "intervals": [interval.name for interval in request.intervals] or None,
        }
        return answered(lambda: decode(MaintenanceTask, self._api.post(TASKS, body)))

    def list_maintenance(self) -> Future[list[MaintenanceTask]]:
        """Return the tasks of the running instance, the newest first."""
        return answered(lambda: [decode(MaintenanceTask, row) for row in self._api.get(TASKS)])

    def read_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Return one task."""
        return answered(lambda: self._read_task(task_id))

    def wait_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Resolve when the task has ended."""
        return answered(lambda: self._wait_task(task_id))

    def cancel_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Let a task stop at its next step."""
        return answered(lambda: decode(MaintenanceTask, self._api.post(f"{TASKS}/{task_id}/cancel", {})))

    def read_storage(self) -> Future[StorageReport]:
        """Return what takes how much room."""
        return answered(lambda: decode(StorageReport, self._api.get("/api/v1/storage")))

    def list_backups(self) -> Future[list[BackupFile]]:
        """Return the copies of the database in the home."""
        return answered(lambda: [decode(BackupFile, row) for row in self._api.get(BACKUPS)])

    def remove_backup(self, path: str) -> Future[BackupFile]:
        """Delete a copy of the database in the home."""
        return answered(lambda: decode(BackupFile, self._api.post(f"{BACKUPS}/remove", {"path": path})))

    def _read_task(self, task_id: int) -> MaintenanceTask:
        return decode(MaintenanceTask, self._api.get(f"{TASKS}/{task_id}"))

    def _wait_task(self, task_id: int) -> MaintenanceTask:
        task = self._read_task(task_id)
        while task.is_live:
            time.sleep(POLL_S)
            task = self._read_task(task_id)
        return task

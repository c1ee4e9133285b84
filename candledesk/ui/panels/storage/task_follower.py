"""Which maintenance task runs or ran last; starting and cancelling one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceState
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi
    from candledesk.cache.maintenance_messages import MaintenanceRequest, MaintenanceTask
    from candledesk.ui.bridge import Bridge


class TaskFollower(QObject):
    """Follows the tasks of the cache and starts new ones.

    ``changed``: ``task`` is another one or went on. ``ended`` carries a task that has just ended. ``failed`` carries a
    sentence: a task could not be started or cancelled.
    """

    changed = Signal()
    ended = Signal(object)
    failed = Signal(str)

    def __init__(self, cache: CacheApi, bridge: Bridge, parent: QObject) -> None:
        """Read the tasks at once."""
        super().__init__(parent)
        self._cache = cache
        self._tasks = WidgetTasks(self, self.failed.emit)
        self._known: dict[int, MaintenanceTask] = {}
        bridge.maintenance_changed.connect(self._take)
        self._tasks.start(self._read())

    @property
    def task(self) -> MaintenanceTask | None:
        """The task that runs, else one that waits, else the last one that ended.

        The conversion of bars, which runs by itself, comes after all others.
        """
        live = [task for task in self._known.values() if task.is_live]
        rows = live or [task for task in self._known.values() if task.kind is not MaintenanceKind.CONVERT]
        return max(rows, key=_importance, default=None)

    def start(self, *requests: MaintenanceRequest) -> None:
        """Start tasks, which run one after the other; an equal one that waits or runs is joined."""
        for request in requests:
            self._tasks.start(self._await(self._cache.start_maintenance(request)))

    def cancel(self) -> None:
        """Cancel the task that is shown."""
        task = self.task
        if task is not None and task.is_live:
            self._tasks.start(self._await(self._cache.cancel_maintenance(task.task_id)))

    async def _read(self) -> None:
        tasks = await result_of(self._cache.list_maintenance())
        for task in tasks:
            self._known.setdefault(task.task_id, task)
        self.changed.emit()

    async def _await(self, answer: Future[MaintenanceTask]) -> None:
        task = await result_of(answer)
        if task.task_id not in self._known:
            self._take(task)

    def _take(self, task: MaintenanceTask) -> None:
        known = self._known.get(task.task_id)
        if known is not None and not known.is_live:
            return  # an event that was overtaken by the end of the task
        self._known[task.task_id] = task
        self.changed.emit()
        if not task.is_live:
            self.ended.emit(task)


def _importance(task: MaintenanceTask) -> tuple[bool, bool, int, int]:
    is_convert = task.kind is MaintenanceKind.CONVERT
    return not is_convert, task.state is MaintenanceState.RUNNING, task.updated_at, task.task_id

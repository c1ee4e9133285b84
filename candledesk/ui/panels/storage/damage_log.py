"""The damage that reads have found and repaired since the window opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceState

if TYPE_CHECKING:
    from candledesk.cache.maintenance_messages import MaintenanceTask
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.panels.storage.task_follower import TaskFollower

_MAX_TEXTS = 200
_PROOFS = frozenset({MaintenanceKind.CHECK, MaintenanceKind.REPAIR})  # when one succeeds, there is no damage


class DamageLog(QObject):
    """Keeps the last sentences in ``texts``, and their number in ``n_found``.

    Both are emptied when a check or repair ends without damage.

    ``changed``: after either.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge, tasks: TaskFollower, parent: QObject) -> None:
        """Start empty."""
        super().__init__(parent)
        self.texts: tuple[str, ...] = ()
        self.n_found = 0
        bridge.damage_found.connect(self._on_damage_found)
        tasks.ended.connect(self._on_task_ended)

    def _on_damage_found(self, text: str) -> None:
        self.texts = (*self.texts, text)[-_MAX_TEXTS:]
        self.n_found += 1
        self.changed.emit()

    def _on_task_ended(self, task: MaintenanceTask) -> None:
        if task.kind in _PROOFS and task.state is MaintenanceState.SUCCEEDED:
            self.texts, self.n_found = (), 0
            self.changed.emit()

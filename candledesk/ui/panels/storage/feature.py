"""The Storage page as a feature of the window, and the running task in the status bar."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QToolButton

from candledesk.cache.maintenance_messages import MaintenanceKind
from candledesk.ui.panels.storage.damage_log import DamageLog
from candledesk.ui.panels.storage.task_follower import TaskFollower
from candledesk.ui.panels.storage.texts import ended_text, found_damage, running_text
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.cache.maintenance_messages import MaintenanceTask
    from candledesk.ui.panels.storage.page import StoragePage
    from candledesk.ui.shell.feature import WindowContext

_KEYS = (
    ("Storage", "Forget the chosen series", "Del"),
    ("Storage", "Delete the chosen backup", "Del"),
    ("Storage", "Next tab", "Ctrl+Tab"),
)


class TaskButton(QToolButton):
    """The running task in the status bar, hidden while none runs; a click opens the page."""

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__()
        self.setObjectName("status_task")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip("Storage (Ctrl+Shift+S)")
        self.hide()

    def show_task(self, task: MaintenanceTask | None) -> None:
        """Show what a live task does."""
        is_live = task is not None and task.is_live
        if task is not None and is_live:
            self.setText(running_text(task))
        self.setVisible(is_live)


class _Storage(QObject):
    """Opens the page, and shows outside of it what runs and what ended."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context = context
        self._page: StoragePage | None = None
        self.tasks = TaskFollower(context.cache, context.bridge, self)
        self.damage = DamageLog(context.bridge, self.tasks, self)
        context.bridge.damage_found.connect(context.status.show_notice)
        self.button = TaskButton()
        self.button.clicked.connect(self.show_page)
        self.tasks.changed.connect(self._on_task_changed)
        self.tasks.ended.connect(self._on_task_ended)
        context.theme_choice.changed.connect(self._on_theme_changed)

    @property
    def page(self) -> StoragePage | None:
        """The page while it is open."""
        return self._page if self._page is not None and shiboken6.isValid(self._page) else None

    def show_page(self) -> None:
        """Open the page, or bring it to the front."""
        from candledesk.ui.panels.storage.page import StoragePage

        page = self.page
        if page is None:
            context = self._context
            page = StoragePage(context.cache, context.bridge, self.tasks, self.damage, context.home, context.window)
            page.set_theme(context.theme_choice.theme)
            self._page = page
        page.show()
        page.raise_()
        page.activateWindow()

    def _on_theme_changed(self) -> None:
        if self.page is not None:
            self.page.set_theme(self._context.theme_choice.theme)

    def _on_task_changed(self) -> None:
        self.button.show_task(self.tasks.task)

    def _on_task_ended(self, task: MaintenanceTask) -> None:
        is_seen = self.page is not None or task.kind is MaintenanceKind.CONVERT
        if not is_seen:
            where = " Storage (Ctrl+Shift+S) repairs it." if found_damage(task) else ""
            self._context.status.show_notice(ended_text(task, round(time.time())) + where)


def storage_feature(context: WindowContext) -> Feature:
    """Return the page's entry in the Data menu, and the running task in the status bar."""
    storage = _Storage(context)
    row = ActionRow("storage", "Data", "Storage…", ("Ctrl+Shift+S",), storage.show_page, has_separator=True)
    return Feature("storage", (row,), status=(storage.button,), keys=_KEYS)

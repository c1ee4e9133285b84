"""The Storage page: a window of its own beside the charts, which stay usable while a task runs."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
from candledesk.domain.errors import CandleDeskError
from candledesk.ui.panels.storage.backups_pane import BackupsPane
from candledesk.ui.panels.storage.dialogs.backup_file_dialog import BackupFileDialog
from candledesk.ui.panels.storage.dialogs.confirm_dialog import ConfirmDialog
from candledesk.ui.panels.storage.dialogs.restore_dialog import RestoreDialog
from candledesk.ui.panels.storage.forgetting import forget_question, forget_requests
from candledesk.ui.panels.storage.options_pane import OptionsPane
from candledesk.ui.panels.storage.series_pane import SeriesPane
from candledesk.ui.panels.storage.summary import Summary
from candledesk.ui.panels.storage.task_strip import TaskStrip
from candledesk.ui.panels.storage.texts import StripWords, damage_words, delete_question, strip_words
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from candledesk.cache.api import CacheApi
    from candledesk.cache.maintenance_messages import (
        BackupFile,
        MaintenanceTask,
        SeriesStorage,
        StorageOptions,
        StorageReport,
    )
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.panels.storage.damage_log import DamageLog
    from candledesk.ui.panels.storage.task_follower import TaskFollower
    from candledesk.ui.theme.themes import Theme

_SIZE = QSize(1060, 660)
_FRAME = QSize(20, 60)  # of a small screen, for the frame of the window and the desktop's own bars
_REREAD_MS = 20_000  # after bars were stored; the report counts every bar, so it is not read with each of them


class StoragePage(QDialog):
    """Shown with ``show``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(
        self, cache: CacheApi, bridge: Bridge, tasks: TaskFollower, damage: DamageLog, home: Path, parent: QWidget
    ) -> None:
        """Read the report at once; ``home``: the folder of the database."""
        super().__init__(parent)
        self.setWindowTitle("Storage")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_SIZE.boundedTo(parent.screen().availableSize() - _FRAME))
        self._cache, self._home, self.tasks, self._damage = cache, home, tasks, damage
        self._waits = WidgetTasks(self, self.show_fault)
        self._report: StorageReport | None = None
        self.summary, self.series, self.backups = Summary(), SeriesPane(), BackupsPane()
        self.strip, self.damage_strip = TaskStrip(), TaskStrip()
        self.options = OptionsPane()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("page_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.series, "Series")
        self.tabs.addTab(self.backups, "Backups")
        self.tabs.addTab(self.options, "Options")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.summary)
        box.addWidget(self.damage_strip)
        box.addWidget(self.tabs, 1)
        box.addWidget(self.strip)
        self._reread = single_shot_timer(self, _REREAD_MS, self.load)
        self._connect(bridge)
        self.summary.show_waiting("Reading what is stored…")
        self._on_task_changed()
        self._show_damage()
        self.tabs.tabBar().setFocus()
        self.load()
        self._waits.start(self._load_options())

    def _connect(self, bridge: Bridge) -> None:
        self.summary.backup_requested.connect(self.back_up)
        self.summary.check_requested.connect(self._on_check_requested)
        self.summary.compact_requested.connect(self._on_compact_requested)
        self.series.forget_requested.connect(self._on_forget_requested)
        self.backups.backup_requested.connect(self.back_up)
        self.backups.file_backup_requested.connect(self._on_file_backup_requested)
        self.backups.restore_requested.connect(self._on_restore_requested)
        self.backups.delete_requested.connect(self._on_delete_requested)
        self.options.changed.connect(self._on_options_changed)
        self.strip.cancel_requested.connect(self.tasks.cancel)
        self.strip.repair_requested.connect(self._on_repair_requested)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.tasks.changed.connect(self._on_task_changed)
        self.tasks.ended.connect(self._on_task_ended)
        self._damage.changed.connect(self._show_damage)
        self.tasks.failed.connect(self.show_fault)
        bridge.bars_stored.connect(self._on_bars_stored)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        for part in (self.summary, self.series, self.strip):
            part.set_theme(theme)

    def show_fault(self, text: str) -> None:
        """Show why something could not be done."""
        if self._report is None:
            self.summary.show_waiting("What is stored could not be read.")
        self.strip.show_words(StripWords(text, is_warning=True))

    # -- the report

    def load(self) -> None:
        """Read the report again."""
        self._reread.stop()
        self._waits.start(self._load())

    async def _load(self) -> None:
        self._show_report(await result_of(self._cache.read_storage()))

    async def _load_options(self) -> None:
        self.options.show_options(await result_of(self._cache.read_storage_options()))

    def _show_report(self, report: StorageReport) -> None:
        is_first, self._report = self._report is None, report
        self.summary.show_report(report)
        self.series.show_series(report.series)
        self.backups.show_backups(report.backups, round(time.time()))
        self.tabs.setTabText(0, f"Series  {len(report.series):,}" if report.series else "Series")
        self.tabs.setTabText(1, f"Backups  {len(report.backups):,}" if report.backups else "Backups")
        if is_first and self.focusWidget() is self.tabs.tabBar():
            self._take_focus()

    def _on_tab_changed(self) -> None:
        if not self.tabs.tabBar().hasFocus():
            self._take_focus()

    def _take_focus(self) -> None:
        panes = {self.series: self.series.take_focus, self.backups: self.backups.take_focus}
        panes.get(self.tabs.currentWidget(), self.options.take_focus)()

    def _on_bars_stored(self) -> None:
        if not self._reread.isActive():
            self._reread.start()

    # -- tasks

    def _on_task_changed(self) -> None:
        task = self.tasks.task
        if task is not None:
            self.strip.show_words(strip_words(task, round(time.time())))

    def _show_damage(self) -> None:
        self.damage_strip.show_words(damage_words(self._damage.n_found, self._damage.texts))

    def _on_task_ended(self, _task: MaintenanceTask) -> None:
        self.load()

    def back_up(self, path: str = "") -> None:
        """Write a backup with drawings and layouts to ``path``, empty: to a new file in the home."""
        self.tasks.start(MaintenanceRequest(MaintenanceKind.BACKUP, path=path, has_user_data=True))

    def _on_file_backup_requested(self) -> None:
        dialog = BackupFileDialog(self)
        dialog.fileSelected.connect(self.back_up)
        dialog.open()

    def _on_check_requested(self) -> None:
        self.tasks.start(MaintenanceRequest(MaintenanceKind.CHECK))

    def _on_repair_requested(self) -> None:
        self.tasks.start(MaintenanceRequest(MaintenanceKind.REPAIR))

    def _on_compact_requested(self) -> None:
        self.tasks.start(MaintenanceRequest(MaintenanceKind.COMPACT))

    def _on_forget_requested(self, rows: Sequence[SeriesStorage]) -> None:
        stored = self._report.series if self._report is not None else ()
        requests = forget_requests(rows, stored)
        dialog = ConfirmDialog(forget_question(rows), self)
        dialog.accepted.connect(partial(self.tasks.start, *requests))
        dialog.open()

    # -- backups

    def _on_restore_requested(self, backup: BackupFile) -> None:
        RestoreDialog(backup, self._home, round(time.time()), self).open()

    def _on_delete_requested(self, backup: BackupFile) -> None:
        dialog = ConfirmDialog(delete_question(backup, round(time.time())), self)
        dialog.accepted.connect(partial(self._delete, backup))
        dialog.open()

    def _delete(self, backup: BackupFile) -> None:
        self._waits.start(self._follow_removal(self._cache.remove_backup(backup.path)))

    async def _follow_removal(self, removal: Future[BackupFile]) -> None:
        await result_of(removal)
        await self._load()

    # -- options

    def _on_options_changed(self, options: StorageOptions) -> None:
        self._waits.start(self._change_options(options))

    async def _change_options(self, options: StorageOptions) -> None:
        """Store options; those that hold are shown again when that fails."""
        try:
            self.options.show_options(await result_of(self._cache.change_storage_options(options)))
        except CandleDeskError:
            self.options.show_again()
            raise

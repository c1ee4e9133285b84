"""Loads the layout of a window at the start and stores it after every change, without waiting for the disk."""

from __future__ import annotations

import logging
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import CandleDeskError
from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from candledesk.workspace.window_ini import GROUPS, read_window_ini
from candledesk.workspace.window_layout import LoadedLayout, WindowLayout

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from PySide6.QtCore import QSettings

    from candledesk.workspace.layouts import AutosavedLayout

SAVE_MS = 300  # changes within this time are stored once
VIEW_SAVE_MS = 1_000  # after a view moved
RETRY_MS = 10_000  # after a failed save
_LOAD_S = 2.0  # before the window is shown; reading began when the process did

_log = logging.getLogger(__name__)


class LayoutAutosave(QObject):
    """Loads and stores the layout of one window. ``failed`` carries a sentence for people.

    ``layout``: what the window shows at the start. Nothing is stored before ``start``, and nothing at all when the
    stored layout could not be read, because it would be overwritten.
    """

    failed = Signal(str)

    def __init__(self, stored: AutosavedLayout | None, settings: QSettings, parent: QObject | None = None) -> None:
        """Wait until the stored layout is read; ``settings``: the file in which earlier versions stored it.

        ``stored``: ``None`` for a window whose layout is not stored.
        """
        super().__init__(parent)
        self._stored = stored
        self._tasks = WidgetTasks(self, self.failed.emit)
        self._collect: Callable[[], WindowLayout] | None = None
        self._saved: WindowLayout | None = None
        self._is_saving = self._is_refused = False
        self._notice = ""
        self._timer = single_shot_timer(self, SAVE_MS, self._save)
        self.layout = self._load(settings)

    def _load(self, settings: QSettings) -> WindowLayout:
        """Return the stored layout; the first time that of the settings file, which is emptied once it was stored."""
        if self._stored is None:
            return WindowLayout()
        is_kept = not self._stored.is_read_only
        try:
            loaded = self._stored.loaded.result(_LOAD_S)
        except Exception as error:  # noqa: BLE001 - the window opens whatever the error is
            notice = _describe(error) if is_kept else ""  # the window shows anyway that the home is read-only
            loaded, is_kept = LoadedLayout(None, notice), False
        self._notice, self._saved = loaded.notice, loaded.layout
        if not is_kept:
            self._stored = None
        elif loaded.layout is not None:
            for group in GROUPS:
                settings.remove(group)
        return loaded.layout or _layout_of_settings(settings) or WindowLayout()

    def start(self, collect: Callable[[], WindowLayout]) -> None:
        """Store what ``collect`` returns, now and after every change: a process may be killed at any time."""
        if self._notice:
            self.failed.emit(self._notice)
        if self._stored is not None:
            self._collect = collect
            self.save_soon()

    def save_soon(self) -> None:
        """Store the layout after ``SAVE_MS``."""
        self._save_after(SAVE_MS)

    def save_view_soon(self) -> None:
        """Store the layout after ``VIEW_SAVE_MS``: a view moves with every frame of a drag."""
        self._save_after(VIEW_SAVE_MS)

    def _save_after(self, delay_ms: int) -> None:
        if self._collect is not None and not 0 <= self._timer.remainingTime() <= delay_ms:
            self._timer.start(delay_ms)

    def finish(self) -> None:
        """Start storing the last state; closing the window removes the charts afterwards."""
        self._timer.stop()
        self._tasks.cancel()
        collect, self._collect = self._collect, None
        if collect is not None and self._stored is not None:
            self._stored.save(collect()).add_done_callback(_log_failure)

    def _save(self) -> None:
        if self._collect is None or self._stored is None:
            return
        if self._is_saving:  # one at a time: a slow disk is not flooded
            self.save_soon()
            return
        layout = self._collect()
        if layout != self._saved:
            self._is_saving = True
            self._tasks.start(self._finish_save(layout, self._stored.save(layout)))

    async def _finish_save(self, layout: WindowLayout, saved: Future[Any]) -> None:
        try:
            await result_of(saved)
        except CandleDeskError as error:
            if not self._is_refused:
                self._is_refused = True
                _log.error("the layout is not stored: %s", error)
                self.failed.emit(str(error))
            self._timer.start(RETRY_MS)
        else:
            self._is_refused, self._saved = False, layout
        finally:
            self._is_saving = False


def _describe(error: Exception) -> str:
    """Return the sentence for a layout that could not be read; what is not for people is in the log."""
    _log.error("the layout cannot be read: %s", error, exc_info=None if isinstance(error, CandleDeskError) else error)
    reason = str(error) or "the disk does not answer"
    return f"The charts of the last time cannot be read, and changes are not stored in this session: {reason}"


def _layout_of_settings(settings: QSettings) -> WindowLayout | None:
    return read_window_ini(settings.value, [row.name for row in fields(ChartOptions)])


def _log_failure(saved: Future[Any]) -> None:
    error = saved.exception()
    if error is not None:
        _log.error("the last changes of the layout are not stored: %s", error)

"""Stores the changes of drawings soon after they are made, without waiting for the disk."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from candledesk.domain.errors import CandleDeskError
from candledesk.drawings.pending_saves import SAVE_MS, PendingSaves
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.edits import Edit
    from candledesk.workspace.api import SubscribedWorkspace

ORIGIN = "window"
"""Who stores them, in the events of the store: what the window has stored need not be read again."""
_WRITE_MS = 250  # what writing may take at most until a change is on the disk
RETRY_MS = 10_000  # after a failed save
_log = logging.getLogger(__name__)


class DrawingSaver(QObject):
    """Stores changes within ``SAVE_MS``, one write at a time; what could not be stored is tried again.

    ``failed`` carries a sentence for people, once until a save succeeds; ``saved``: changes are on the disk.
    """

    failed = Signal(str)
    saved = Signal()

    def __init__(self, workspace: SubscribedWorkspace | None, parent: QObject) -> None:
        """``workspace``: ``None`` where nothing is stored."""
        super().__init__(parent)
        self._workspace = workspace.from_origin(ORIGIN) if workspace is not None else None
        self._tasks = WidgetTasks(self, self.failed.emit)
        self._pending = PendingSaves()
        self._is_saving = self._is_refused = self._is_finished = False
        self._timer = single_shot_timer(self, SAVE_MS - _WRITE_MS, self._save)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)

    def add(self, edit: Edit) -> None:
        """Store a change soon; at once when the window is being closed."""
        if self._workspace is None:
            return
        self._pending.add(edit)
        if self._is_finished:
            self.finish()
        elif not self._timer.isActive():
            self._timer.start(SAVE_MS - _WRITE_MS)

    def over(self, symbol: str, stored: list[Drawing]) -> list[Drawing]:
        """Return the drawings of a symbol that were read, with the changes that are not stored yet."""
        return self._pending.over(symbol, stored)

    def finish(self) -> None:
        """Begin storing everything now; the user data wait for it when they are closed."""
        self._is_finished = True
        self._timer.stop()
        if self._workspace is not None and self._pending:
            self._workspace.save_drawings(*self._pending.take()).add_done_callback(_log_failure)

    def _save(self) -> None:
        if self._workspace is None or self._is_finished or self._is_saving or not self._pending:
            return  # what waits longer than a save takes is stored when that has ended
        drawings, deleted = self._pending.take()
        self._is_saving = True
        self._tasks.start(self._finish_save(self._workspace.save_drawings(drawings, deleted), drawings, deleted))

    async def _finish_save(self, saving: Future[None], drawings: list[Drawing], deleted: list[str]) -> None:
        try:
            await result_of(saving)
        except CancelledError:  # the user data are closed
            return
        except CandleDeskError as error:
            self._pending.put_back(drawings, deleted)
            self._report(error)
            self._timer.start(RETRY_MS)
        else:
            self._pending.confirm()
            self._is_refused = False
            self.saved.emit()
        finally:
            self._is_saving = False
        if self._is_finished:
            self.finish()
        elif not self._timer.isActive():
            self._save()

    def _report(self, error: CandleDeskError) -> None:
        if not self._is_refused:
            self._is_refused = True
            _log.error("drawings are not stored: %s", error)
            self.failed.emit(f"Drawings are not stored yet: {error}")


def _log_failure(saved: Future[None]) -> None:
    error = saved.exception() if not saved.cancelled() else None
    if error is not None:
        _log.error("the last changes of drawings are not stored: %s", error)

"""The job table on screen: columns, selection, keys and the actions on selected jobs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from candledesk.domain.job_states import JobVerb, may
from candledesk.ui.panels.jobs.cell_delegate import ProgressDelegate, StateDelegate
from candledesk.ui.panels.jobs.texts import COLUMNS, error_text, has_error
from candledesk.ui.panels.row_table import RowTable
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.messages import Job
    from candledesk.ui.panels.jobs.table_model import JobsModel
    from candledesk.ui.theme.themes import Theme

_WIDTHS = (96, 74, 86, 190, 112, 132, 150, 96, 120)
_SLICE = 200  # jobs that are moved before the window handles other events


@dataclass(frozen=True, slots=True)
class JobAction:
    """An action on selected jobs, shown as button, menu row and key. ``verb`` ``None``: copy the error."""

    name: str
    title: str
    keys: str
    tip: str
    verb: JobVerb | None


JOB_ACTIONS = (
    JobAction("pause", "Pause", "", "Pause the selected jobs", JobVerb.PAUSE),
    JobAction("resume", "Resume", "", "Resume the selected jobs", JobVerb.RESUME),
    JobAction("cancel", "Cancel", "Del", "Cancel the selected jobs (downloaded bars are kept)", JobVerb.CANCEL),
    JobAction(
        "retry",
        "Retry",
        "Ctrl+Return",
        "Queue failed or cancelled jobs again for missing bars",
        JobVerb.RETRY,
    ),
    JobAction("copy", "Copy error", "Ctrl+C", "Copy the errors of the selected jobs", None),
)


class JobsView(RowTable):
    """The table.

    ``moves_requested`` carries a verb and the numbers of selected jobs that may do it, at most ``_SLICE`` at a time.
    ``left``: Escape was pressed.
    """

    moves_requested = Signal(object, object)  # JobVerb, list of job numbers
    left = Signal()

    def __init__(self, model: JobsModel, parent: QWidget | None = None) -> None:
        """Show ``model``."""
        super().__init__(model, "Jobs", parent)
        self.jobs = model
        self._waiting: deque[tuple[JobVerb, list[int]]] = deque()
        self._next = single_shot_timer(self, 0, self._request_slice)
        self._delegates = (StateDelegate(self), ProgressDelegate(self))
        self.setItemDelegateForColumn(COLUMNS.index("State"), self._delegates[0])
        self.setItemDelegateForColumn(COLUMNS.index("Progress"), self._delegates[1])
        self._set_up()
        self.actions_by_name = {row.name: self._make_action(row) for row in JOB_ACTIONS}
        space = QAction("Pause or resume", self)
        space.setShortcut(QKeySequence(Qt.Key.Key_Space))
        space.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        space.triggered.connect(self.toggle_pause)
        self.addAction(space)
        self.selectionModel().selectionChanged.connect(self.refresh_actions)
        model.flushed.connect(self.refresh_actions)
        self.customContextMenuRequested.connect(self._open_menu)
        self.refresh_actions()

    def _set_up(self) -> None:
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        header.setSortIndicatorClearable(True)  # the third click: the newest first again
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        for delegate in self._delegates:
            delegate.theme = theme
        self.viewport().update()

    # -- actions

    def _make_action(self, row: JobAction) -> QAction:
        action = QAction(row.title, self)
        action.setToolTip(f"{row.tip} ({row.keys})" if row.keys else row.tip)
        action.setShortcut(QKeySequence(row.keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(partial(self._run, row))
        self.addAction(action)
        return action

    def selected_jobs(self) -> list[Job]:
        """Return the selected jobs, in the order of their rows; of a row of several fills all of them."""
        return [job for row in self.selected_rows() for job in self.jobs.jobs_at(row)]

    def refresh_actions(self) -> None:
        """Enable the actions that the state of at least one selected job allows."""
        jobs = self.selected_jobs()
        states = {job.state for job in jobs}
        for row in JOB_ACTIONS:
            verb = row.verb
            is_allowed = any(map(has_error, jobs)) if verb is None else any(may(state, verb) for state in states)
            self.actions_by_name[row.name].setEnabled(is_allowed)

    def _run(self, row: JobAction, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        if row.verb is None:
            self.copy_errors()
        else:
            self._request(row.verb, self.selected_jobs())

    def toggle_pause(self) -> None:
        """Pause the selected jobs, or resume them when none can be paused."""
        jobs = self.selected_jobs()
        is_pausing = any(may(job.state, JobVerb.PAUSE) for job in jobs)
        self._request(JobVerb.PAUSE if is_pausing else JobVerb.RESUME, jobs)

    def copy_errors(self) -> None:
        """Put why the selected jobs failed on the clipboard."""
        texts = [error_text(job) for job in self.selected_jobs() if has_error(job)]
        if texts:
            QGuiApplication.clipboard().setText("\n".join(texts))

    def _request(self, verb: JobVerb, jobs: Iterable[Job]) -> None:
        allowed = [job.job_id for job in jobs if may(job.state, verb)]
        self._waiting.extend((verb, allowed[at : at + _SLICE]) for at in range(0, len(allowed), _SLICE))
        self._request_slice()

    def _request_slice(self) -> None:
        if self._waiting:
            self.moves_requested.emit(*self._waiting.popleft())
            self._next.start()

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(list(self.actions_by_name.values()))
        menu.addSeparator()
        menu.addAction("Select all", QKeySequence(QKeySequence.StandardKey.SelectAll), self.selectAll)
        menu.popup(self.viewport().mapToGlobal(at))

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

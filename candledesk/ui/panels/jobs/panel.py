"""The job panel: every job with its progress, and the actions on jobs."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDockWidget,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from candledesk.cache.messages import JobState
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.job_states import ENDED, JobVerb
from candledesk.ui.filter_line import FilterLine
from candledesk.ui.panels.jobs.flow_layout import FlowLayout
from candledesk.ui.panels.jobs.job_list import JobFilter
from candledesk.ui.panels.jobs.table_model import JobsModel
from candledesk.ui.panels.jobs.table_view import JOB_ACTIONS, JobsView
from candledesk.ui.panels.jobs.texts import requests_text
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.theme.themes import chart_font
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from PySide6.QtGui import QAction, QHideEvent, QShowEvent

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import Job
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.theme.themes import Theme

MAX_ROWS = 20_000
_RELIST_MS = 100
_REST = 5  # pause before the list is read again, as a multiple of the time that reading took
_TICK_MS = 1_000
_MOVING = (JobState.QUEUED, JobState.RUNNING)


class JobsPanel(QDockWidget):
    """Lists the jobs and follows their changes; ``live_changed`` carries how many are queued or running."""

    live_changed = Signal(int)
    failed = Signal(str)
    backfill_requested = Signal()
    left = Signal()

    def __init__(self, cache: CacheApi, bridge: Bridge, parent: QWidget | None = None) -> None:
        """Ask for the newest jobs at once."""
        super().__init__("Jobs", parent)
        self.setObjectName("jobs")
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self._cache = cache
        self._tasks = WidgetTasks(self, self.failed.emit)
        self.model = JobsModel(self)
        self.table = JobsView(self.model)
        self.new_button = _button("New backfill…", "Fetch history of many symbols and intervals")
        self.retry_failed_button = _button("Retry failed", "Queue every failed job again")
        self.clear_button = _button("Clear finished", "Remove ended jobs from this list (downloaded bars are kept)")
        self.action_buttons = {
            row.name: _action_button(self.table.actions_by_name[row.name], row.title) for row in JOB_ACTIONS
        }
        self.filter_buttons = {chosen: _filter_button(chosen) for chosen in JobFilter}
        self.search = FilterLine("Filter symbols")
        self.requests = PlainLabel()
        self.empty = _EmptyState()
        self.pages = QStackedWidget()
        self._n_live = -1
        self._list_s = 0.0
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._show_limiter)
        self._relist = single_shot_timer(self, _RELIST_MS, self.load)
        self._build()
        self._connect(bridge)
        self.load()

    # -- building

    def _build(self) -> None:
        self.search.setFixedWidth(150)
        buttons = FlowLayout()
        buttons.setContentsMargins(10, 4, 10, 0)
        for button in (self.new_button, *self.action_buttons.values(), self.retry_failed_button, self.clear_button):
            buttons.addWidget(button)
        filters = QHBoxLayout()
        filters.setContentsMargins(10, 4, 10, 4)
        filters.setSpacing(2)
        for choice in self.filter_buttons.values():
            filters.addWidget(choice)
        filters.addStretch(1)
        filters.addWidget(self.requests)
        filters.addSpacing(12)
        filters.addWidget(self.search)
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.empty)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(buttons)
        column.addLayout(filters)
        column.addWidget(self.pages, 1)
        self.setWidget(body)
        self.setFocusProxy(self.table)

    def _connect(self, bridge: Bridge) -> None:
        group = QButtonGroup(self)
        for chosen, button in self.filter_buttons.items():
            group.addButton(button)
            button.toggled.connect(self._on_filter_changed)
            button.setChecked(chosen is JobFilter.ALL)
        self.search.textChanged.connect(self._on_filter_changed)
        self.new_button.clicked.connect(self.backfill_requested)
        self.empty.button.clicked.connect(self.backfill_requested)
        self.retry_failed_button.clicked.connect(self._on_retry_failed_clicked)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.table.moves_requested.connect(self._on_moves_requested)
        self.table.left.connect(self.left)
        self.search.left.connect(self.left)
        self.model.flushed.connect(self._refresh)
        bridge.job_changed.connect(self.model.put)
        bridge.jobs_changed.connect(self._on_jobs_changed)
        bridge.limiter_changed.connect(self._show_limiter)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.table.set_theme(theme)

    # -- the list

    def load(self) -> None:
        """Read the list again."""
        self._relist.stop()
        self._tasks.start(self._list())

    async def _list(self) -> None:
        began = time.monotonic()
        self.model.book.begin_list()
        jobs = await result_of(self._cache.list_jobs(limit=MAX_ROWS))
        self.model.take_list(jobs)
        self._list_s = time.monotonic() - began

    def _on_jobs_changed(self) -> None:
        if not self._relist.isActive():
            self._relist.start(max(_RELIST_MS, round(self._list_s * 1_000 * _REST)))

    def _refresh(self) -> None:
        counts = self.model.book.counts()
        for chosen, button in self.filter_buttons.items():
            n_jobs = sum(counts[state] for state in chosen.states)
            button.setText(f"{chosen.value}  {n_jobs:,}" if n_jobs else chosen.value)
        self.retry_failed_button.setEnabled(counts[JobState.FAILED] > 0)
        self.clear_button.setEnabled(any(counts[state] for state in ENDED))
        self.empty.show_state(has_jobs=len(self.model.book) > 0)
        self.pages.setCurrentWidget(self.table if self.model.rowCount() else self.empty)
        n_live = sum(counts[state] for state in _MOVING)
        if n_live != self._n_live:
            self._n_live = n_live
            self.live_changed.emit(n_live)

    def _on_filter_changed(self) -> None:
        chosen = next((row for row, button in self.filter_buttons.items() if button.isChecked()), JobFilter.ALL)
        self.model.show_states(chosen, self.search.text())

    # -- the rate limiter

    def _show_limiter(self) -> None:
        if self.isVisible():
            self.requests.setText(requests_text(self._cache.limiter_state(), time.time(), n_live=self._n_live))

    def showEvent(self, event: QShowEvent) -> None:
        """Show the rate limiter every second while the panel is visible."""
        super().showEvent(event)
        self._show_limiter()
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop showing the rate limiter."""
        super().hideEvent(event)
        self._tick.stop()

    # -- changing jobs

    def _on_moves_requested(self, verb: JobVerb, job_ids: Sequence[int]) -> None:
        methods: dict[JobVerb, Callable[[int], Future[Job]]] = {
            JobVerb.PAUSE: self._cache.pause_job,
            JobVerb.RESUME: self._cache.resume_job,
            JobVerb.CANCEL: self._cache.cancel_job,
            JobVerb.RETRY: self._cache.retry_job,
        }
        self._tasks.start(self._move([methods[verb](job_id) for job_id in job_ids]))

    async def _move(self, moves: Sequence[Future[Job]]) -> None:
        """Show each job that was moved; one that is refused does not hold the others up."""
        for move in moves:
            try:
                self.model.put_soon(await result_of(move))
            except CandleDeskError as error:
                self.failed.emit(str(error))

    def _on_retry_failed_clicked(self) -> None:
        self._tasks.start(self._move_many(self._cache.retry_failed_jobs()))

    def _on_clear_clicked(self) -> None:
        self._tasks.start(self._move_many(self._cache.clear_finished_jobs()))

    async def _move_many(self, moves: Future[int]) -> None:
        try:
            await result_of(moves)
        except CandleDeskError as error:
            self.failed.emit(str(error))
        self.load()

    def follow_start(self, started: Future[list[Job]]) -> None:
        """Show the panel while backfills start, and report one that cannot: their form may be closed by then."""
        self.show()
        self._tasks.start(result_of(started))

    def show_started(self) -> None:
        """Show the jobs that were just started, and move the focus there."""
        self.show()
        self.filter_buttons[JobFilter.ALL].setChecked(True)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.load()


class _EmptyState(QWidget):
    """Shown instead of an empty table: why it is empty, and a button for a new backfill."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.text = PlainLabel(), PlainLabel()
        self.button = QPushButton("New backfill…")
        self.title.setFont(chart_font(15, is_bold=True))
        self.text.setEnabled(False)
        box = QVBoxLayout(self)
        box.addStretch(1)
        for widget in (self.title, self.text, self.button):
            box.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(1)
        self.show_state(has_jobs=False)

    def show_state(self, *, has_jobs: bool) -> None:
        """Show the text for no jobs, or for jobs that the filter hides (``has_jobs``)."""
        self.title.setText("No job matches" if has_jobs else "No jobs yet")
        self.text.setText(
            "Choose another state above, or clear the filter."
            if has_jobs
            else "Downloads that scrolling starts are listed here, and backfills of any length."
        )
        self.button.setVisible(not has_jobs)


def _button(title: str, tip: str) -> QPushButton:
    button = QPushButton(title)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button


def _action_button(action: QAction, title: str) -> QPushButton:
    button = _button(title, action.toolTip())
    button.clicked.connect(partial(_trigger, action))
    action.enabledChanged.connect(button.setEnabled)
    button.setEnabled(action.isEnabled())
    return button


def _trigger(action: QAction, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
    action.trigger()


def _filter_button(chosen: JobFilter) -> QToolButton:
    button = QToolButton()
    button.setText(chosen.value)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button

"""The job panel: every fill and backfill with its progress, and the buttons to cancel and retry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDockWidget,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from candledesk.cache.messages import Job, JobState
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.span import HISTORY_START

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.doors import Cache
    from candledesk.ui.bridge import Bridge

Index = QModelIndex | QPersistentModelIndex
MAX_ROWS = 200
LIVE = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.PAUSED})
AGAIN = frozenset({JobState.FAILED, JobState.CANCELLED})
COLUMNS = ("Symbol", "Interval", "Kind", "Span", "State", "Progress", "Bars", "Reason")
_PROGRESS = COLUMNS.index("Progress")
_BARS = COLUMNS.index("Bars")
_WIDTHS = (116, 74, 90, 200, 96, 150, 172)


def span_words(job: Job) -> str:
    """Return ``2024-11-01 – 2025-11-24``, or ``all until 2025-11-24`` for a whole history."""
    first, last = (f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d}" for instant in (job.span.start, job.span.end - 1))
    if job.span.start <= HISTORY_START:
        return f"all until {last}"
    return first if first == last else f"{first} – {last}"


def job_share(job: Job) -> float:
    """Return the progress between 0 and 1."""
    if job.state is JobState.SUCCEEDED:
        return 1.0
    return min(1.0, job.bars_done / job.bars_expected) if job.bars_expected else 0.0


def job_cell(job: Job, column: int) -> str:
    """Return the text of one cell."""
    eta = f" · {job.eta_s:.0f} s left" if job.eta_s is not None and job.state is JobState.RUNNING else ""
    gaps = "; ".join(dict.fromkeys(gap.reason for gap in job.gaps))
    bars = f"{job.bars_done:,} of {job.bars_expected:,}" if job.bars_expected else f"{job.bars_done:,}"
    return (
        job.symbol,
        job.interval.name,
        job.kind,
        span_words(job),
        job.state.value,
        f"{job_share(job):.0%}{eta}",
        bars,
        job.error or gaps,
    )[column]


class JobsModel(QAbstractTableModel):
    """The newest jobs first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._jobs: list[Job] = []

    @property
    def jobs(self) -> list[Job]:
        """The rows."""
        return list(self._jobs)

    @property
    def n_live(self) -> int:
        """How many are queued or running."""
        return sum(job.state in LIVE for job in self._jobs)

    def reset(self, jobs: list[Job]) -> None:
        """Replace every row."""
        self.beginResetModel()
        self._jobs = sorted(jobs, key=lambda job: -job.job_id)[:MAX_ROWS]
        self.endResetModel()

    def put(self, job: Job) -> None:
        """Insert a job or move the one of the same number."""
        for row, former in enumerate(self._jobs):
            if former.job_id == job.job_id:
                self._jobs[row] = job
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
                return
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._jobs.insert(0, job)
        self.endInsertRows()
        if len(self._jobs) > MAX_ROWS:
            self.beginRemoveRows(QModelIndex(), MAX_ROWS, MAX_ROWS)
            del self._jobs[MAX_ROWS]
            self.endRemoveRows()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of jobs."""
        return 0 if parent is not None and parent.isValid() else len(self._jobs)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return a cell's text, tooltip, alignment or, for the delegate, the job."""
        job = self._jobs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return job_cell(job, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return job_cell(job, len(COLUMNS) - 1) or None
        if role == Qt.ItemDataRole.UserRole:
            return job
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == _BARS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return the columns' titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == _BARS else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class ProgressDelegate(QStyledItemDelegate):
    """A slim bar with the share beside it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the bar in the accent colour."""
        job = index.data(Qt.ItemDataRole.UserRole)
        rect: QRect = option.rect.adjusted(8, 0, -8, 0)
        palette: QPalette = option.palette
        track = QRect(rect.left(), rect.center().y() - 2, 56, 4)
        painter.fillRect(track, palette.color(QPalette.ColorRole.Mid))
        done = QRect(track.left(), track.top(), round(track.width() * job_share(job)), track.height())
        colour = palette.color(QPalette.ColorRole.Link)  # the accent: the style sheet has its own Highlight
        painter.fillRect(done, colour if job.state is not JobState.FAILED else QColor("#ef5350"))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(64, 0, 0, 0), align, index.data())

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the room for bar and text."""
        return QSize(_WIDTHS[_PROGRESS], 26)


class JobsPanel(QDockWidget):
    """Lists the jobs and follows their changes; ``live_changed`` carries how many are under way."""

    live_changed = Signal(int)
    failed = Signal(str)

    def __init__(self, cache: Cache, bridge: Bridge, parent: QWidget | None = None) -> None:
        """Ask for the newest jobs at once."""
        super().__init__("Jobs", parent)
        self.setObjectName("jobs")
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self._cache, self._bridge = cache, bridge
        self.model = JobsModel(self)
        self.table = QTableView()
        self.cancel_button = QPushButton("Cancel")
        self.retry_button = QPushButton("Retry")
        self._empty = QLabel("No fills yet. They are listed here when older bars are loaded or a backfill is started.")
        self._build()
        bridge.job_changed.connect(self._on_job_changed)
        bridge.jobs_changed.connect(self._on_jobs_changed)
        bridge.deliver(cache.list_jobs(limit=MAX_ROWS), self._on_listed)

    def _build(self) -> None:
        self.table.setModel(self.model)
        self.table.setItemDelegateForColumn(_PROGRESS, ProgressDelegate(self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.table.selectionModel().selectionChanged.connect(self._refresh_buttons)
        self.cancel_button.clicked.connect(self._on_cancel_clicked)
        self.retry_button.clicked.connect(self._on_retry_clicked)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(10, 4, 10, 4)
        buttons.setSpacing(8)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.retry_button)
        buttons.addStretch(1)
        buttons.addWidget(self._empty)
        body = QWidget()
        column_box = QVBoxLayout(body)
        column_box.setContentsMargins(0, 0, 0, 0)
        column_box.setSpacing(0)
        column_box.addLayout(buttons)
        column_box.addWidget(self.table)
        self.setWidget(body)
        self._refresh_buttons()

    def selected_job(self) -> Job | None:
        """Return the selected job."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.jobs[rows[0].row()] if rows else None

    def _refresh_buttons(self) -> None:
        job = self.selected_job()
        self.cancel_button.setEnabled(job is not None and job.state in LIVE)
        self.retry_button.setEnabled(job is not None and job.state in AGAIN)
        self._empty.setVisible(self.model.rowCount() == 0)

    def _on_cancel_clicked(self) -> None:
        job = self.selected_job()
        if job is not None:
            self._bridge.deliver(self._cache.cancel_job(job.job_id), self._on_moved)

    def _on_retry_clicked(self) -> None:
        job = self.selected_job()
        if job is not None:
            self._bridge.deliver(self._cache.retry_job(job.job_id), self._on_moved)

    def _on_moved(self, future: Future[Job]) -> None:
        try:
            self._on_job_changed(future.result())
        except CandleDeskError as error:
            self.failed.emit(str(error))

    def _on_jobs_changed(self) -> None:
        self.model.reset([])
        self._bridge.deliver(self._cache.list_jobs(limit=MAX_ROWS), self._on_listed)

    def _on_listed(self, future: Future[list[Job]]) -> None:
        try:
            jobs = future.result()
        except CandleDeskError as error:
            self.failed.emit(str(error))
            return
        newer = {job.job_id: job for job in self.model.jobs}
        self.model.reset([newer.pop(job.job_id, job) for job in jobs] + list(newer.values()))
        self._tell()

    def _on_job_changed(self, job: Job) -> None:
        self.model.put(job)
        self._tell()

    def _tell(self) -> None:
        self._refresh_buttons()
        self.live_changed.emit(self.model.n_live)

"""The job table for Qt: changes are collected and shown as the smallest change of rows; it is never reset."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from candledesk.ui.panels.jobs.job_list import JobBook, JobFilter
from candledesk.ui.panels.jobs.texts import COLUMNS, job_cells
from candledesk.ui.plain_text import plain_tip
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.messages import Job

ModelIndex = QModelIndex | QPersistentModelIndex
FLUSH_MS = 50
_REST = 10  # pause between two updates, as a multiple of the last one: at most a tenth of the thread
_MAX_RANGES = 16  # with more, one range from the first to the last change is reported
_LAST = len(COLUMNS) - 1
_NUMBERS = {COLUMNS.index("Bars"), COLUMNS.index("Time left")}
_ROOT = QModelIndex()


class JobsModel(QAbstractTableModel):
    """Rows of ``book``; ``flushed`` after the collected changes are shown."""

    flushed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.book = JobBook()
        self._shown: list[int] = []
        self._row_of: dict[int, int] = {}
        self._cells: dict[int, tuple[str, ...]] = {}  # of the rows that were painted since they changed
        self._rest_ms = 0
        self._timer = single_shot_timer(self, FLUSH_MS, self.flush)

    # -- changes

    def put(self, job: Job) -> None:
        """Take a changed job; it is shown soon, together with the other changes until then."""
        self.book.put(job)
        if not self._timer.isActive():
            self._timer.start(max(FLUSH_MS, self._rest_ms))

    def put_soon(self, job: Job) -> None:
        """Take a job that the user changed: it is shown within ``FLUSH_MS`` however many jobs there are."""
        self.book.put(job)
        if not self._timer.isActive() or self._timer.remainingTime() > FLUSH_MS:
            self._timer.start(FLUSH_MS)

    def take_list(self, jobs: Iterable[Job]) -> None:
        """Take the whole list."""
        self.book.take_list(jobs)
        self.flush()

    def show_states(self, chosen: JobFilter, text: str = "") -> None:
        """Show only jobs of these states whose symbol contains ``text``."""
        self.book.show(chosen, text)
        self.flush()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; a negative one: the newest first."""
        self.book.sort(column, is_descending=order == Qt.SortOrder.DescendingOrder)
        self.flush()

    # -- rows

    def flush(self) -> None:
        """Show the collected changes now."""
        began = time.perf_counter()
        self._timer.stop()
        changed = self.book.take_changed()
        for job_id in changed:
            self._cells.pop(job_id, None)
        self._rearrange(self.book.order())
        self._emit_changes(sorted(row for job_id in changed if (row := self._row_of.get(job_id)) is not None))
        self.flushed.emit()
        self._rest_ms = round((time.perf_counter() - began) * 1_000 * _REST)

    def _rearrange(self, target: list[int]) -> None:
        if target == self._shown:
            return
        wanted, previous = set(target), set(self._shown)
        kept = [job_id for job_id in target if job_id in previous]
        gone = [job_id for job_id in self._shown if job_id not in wanted]
        fresh = [job_id for job_id in target if job_id not in previous]
        self._permute(kept + gone)
        if gone:
            self.beginRemoveRows(_ROOT, len(kept), len(self._shown) - 1)
            self._settle(kept)
            self.endRemoveRows()
        if fresh:
            self._insert(fresh, target)
        self._permute(target)

    def _insert(self, fresh: list[int], target: list[int]) -> None:
        """Insert new rows in their place when they stand together, else at the end for a permutation to distribute."""
        first = target.index(fresh[0])
        at = first if target[first : first + len(fresh)] == fresh else len(self._shown)
        self.beginInsertRows(_ROOT, at, at + len(fresh) - 1)
        self._settle(self._shown[:at] + fresh + self._shown[at:])
        self.endInsertRows()

    def _permute(self, target: list[int]) -> None:
        if target == self._shown:
            return
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        places = [(self._shown[index.row()], index.column()) for index in held]
        self._settle(target)
        self.changePersistentIndexList(held, [self.index(self._row_of[job_id], column) for job_id, column in places])
        self.layoutChanged.emit()

    def _settle(self, shown: list[int]) -> None:
        self._shown = shown
        self._row_of = {job_id: row for row, job_id in enumerate(shown)}

    def _emit_changes(self, rows: list[int]) -> None:
        if not rows:
            return
        breaks = [(before, after) for before, after in pairwise(rows) if after != before + 1]
        if len(breaks) >= _MAX_RANGES:
            breaks = []
        starts, ends = [rows[0], *(after for _, after in breaks)], [*(before for before, _ in breaks), rows[-1]]
        for start, end in zip(starts, ends, strict=True):
            self.dataChanged.emit(self.index(start, 0), self.index(end, _LAST))

    # -- what Qt reads

    def job_at(self, row: int) -> Job:
        """Return the job of a row."""
        return self.book[self._shown[row]]

    def jobs_at(self, row: int) -> list[Job]:
        """Return the jobs that stand in a row: one, or the fills of a series that charts started."""
        return self.book.members(self._shown[row])

    def row_of(self, job_id: int) -> int | None:
        """Return the row of a job, ``None`` when it is not shown."""
        return self._row_of.get(job_id)

    def rowCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of jobs that are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return a cell's text, tooltip, alignment or, for the delegate, the job."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell_texts(index.row())[index.column()]
        if role == Qt.ItemDataRole.UserRole:
            return self.job_at(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._cell_texts(index.row())[_LAST]) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def _cell_texts(self, row: int) -> tuple[str, ...]:
        job_id = self._shown[row]
        texts = self._cells.get(job_id)
        if texts is None:
            texts = self._cells[job_id] = job_cells(self.book[job_id], time.time())
        return texts

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return the columns' titles."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)

"""The table of stored series on screen: columns, selection and keys."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from candledesk.ui.panels.row_table import GAP, RowTable
from candledesk.ui.panels.storage.tables.cell_delegate import BAR_W, DOT_W, LostDelegate, SizeDelegate
from candledesk.ui.panels.storage.tables.series_list import COLUMNS, LOST, SIZE

if TYPE_CHECKING:
    from candledesk.cache.maintenance_messages import SeriesStorage
    from candledesk.ui.panels.storage.tables.series_model import SeriesModel
    from candledesk.ui.theme.themes import Theme

_WIDEST = (
    "BTC-USD.XX",
    "Interval ▾",
    "88,888,888",
    "88.8 MB",
    "2026-08-28",
    "2026-08-28",
    "Archived ▾",
    "888,888 bars before 2026-08-28",
)
_BESIDES = (0, 0, 0, BAR_W + GAP, 0, 0, 0, DOT_W + GAP)


class SeriesView(RowTable):
    """The table. ``chosen``: other rows are selected. ``forget_requested``: for the selected rows."""

    chosen = Signal()
    forget_requested = Signal()

    def __init__(self, model: SeriesModel, parent: QWidget | None = None) -> None:
        """Show ``model``."""
        super().__init__(model, "Stored series", parent)
        self.series = model
        self._held: set[tuple[str, str]] = set()
        self._delegates = (SizeDelegate(model, self), LostDelegate(self))
        self.setItemDelegateForColumn(SIZE, self._delegates[0])
        self.setItemDelegateForColumn(LOST, self._delegates[1])
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.fit_columns(_WIDEST, _BESIDES)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicator(SIZE, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        header.setSortIndicatorShown(False)  # the titles have a sign of the order, which does not cover them
        self.forget_action = QAction("&Forget…", self)
        self.forget_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.forget_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.forget_action.triggered.connect(self.forget_requested)
        self.addAction(self.forget_action)
        self.selectionModel().selectionChanged.connect(self.chosen)
        model.modelAboutToBeReset.connect(self._hold_selection)
        model.modelReset.connect(self._restore_selection)
        self.customContextMenuRequested.connect(self._open_menu)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        for delegate in self._delegates:
            delegate.theme = theme
        self.viewport().update()

    def selected_series(self) -> list[SeriesStorage]:
        """Return the selected series, in the order of their rows."""
        return [self.series.rows[row] for row in self.selected_rows()]

    def _hold_selection(self) -> None:
        self._held = {(row.symbol, row.interval.name) for row in self.selected_series()}

    def _restore_selection(self) -> None:
        model, selection = self.series, QItemSelection()
        rows = [at for at, row in enumerate(model.rows) if (row.symbol, row.interval.name) in self._held]
        for first, last in _runs(rows):
            selection.select(model.index(first, 0), model.index(last, len(COLUMNS) - 1))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.chosen.emit()

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.forget_action)
        menu.addSeparator()
        menu.addAction("Select all", QKeySequence(QKeySequence.StandardKey.SelectAll), self.selectAll)
        menu.popup(self.viewport().mapToGlobal(at))


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Return the first and last of each run of adjacent rows: Qt is slow with many ranges."""
    breaks = [(before, after) for before, after in pairwise(rows) if after != before + 1]
    starts, ends = [*rows[:1], *(after for _, after in breaks)], [*(before for before, _ in breaks), *rows[-1:]]
    return list(zip(starts, ends, strict=True))

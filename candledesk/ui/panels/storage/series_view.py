"""The table of stored series on screen: columns, selection and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from candledesk.ui.panels.storage.cell_delegate import BAR_W, CELL_MARGINS, GAP, ROW_H, LostDelegate, SizeDelegate
from candledesk.ui.panels.storage.series_list import COLUMNS, LOST, SIZE

if TYPE_CHECKING:
    from candledesk.cache.maintenance_messages import SeriesStorage
    from candledesk.ui.panels.storage.series_model import SeriesModel
    from candledesk.ui.theme.themes import Theme

_WIDEST = ("BTC-USD.XX", "Interval", "88,888,888", "888 MB", "2026-08-28", "2026-08-28", "Archived", "")
_ARROW_W = 14  # of the sign of the order, in a title
_OWN_KEYS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right}  # the charts have them too


class SeriesView(QTableView):
    """The table. ``chosen``: other rows are selected. ``forget_requested``: for the selected rows."""

    chosen = Signal()
    forget_requested = Signal()

    def __init__(self, model: SeriesModel, parent: QWidget | None = None) -> None:
        """Show ``model``."""
        super().__init__(parent)
        self.series = model
        self._held: list[tuple[str, str]] = []
        self.setModel(model)
        self._delegates = (SizeDelegate(model, self), LostDelegate(self))
        self.setItemDelegateForColumn(SIZE, self._delegates[0])
        self.setItemDelegateForColumn(LOST, self._delegates[1])
        self._set_up()
        self.forget_action = QAction("&Forget…", self)
        self.forget_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.forget_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.forget_action.triggered.connect(self.forget_requested)
        self.addAction(self.forget_action)
        self.selectionModel().selectionChanged.connect(self.chosen)
        model.modelAboutToBeReset.connect(self._hold_selection)
        model.modelReset.connect(self._restore_selection)
        self.customContextMenuRequested.connect(self._open_menu)

    def _set_up(self) -> None:
        self.setAccessibleName("Stored series")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_H)
        header = self.horizontalHeader()
        header.setSelectionModel(QItemSelectionModel(self.series, header))  # as in the job table: it stays empty
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        metrics = self.fontMetrics()
        for column, (title, text) in enumerate(zip(COLUMNS, _WIDEST, strict=True)):
            words_w = max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(title) + _ARROW_W)
            bar_w = BAR_W + GAP if column == SIZE else 0
            self.setColumnWidth(column, words_w + bar_w + CELL_MARGINS)
        header.setSortIndicator(SIZE, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        header.setSortIndicatorShown(False)  # the titles have a sign of the order, which does not cover them

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        for delegate in self._delegates:
            delegate.theme = theme
        self.viewport().update()

    def selected_series(self) -> list[SeriesStorage]:
        """Return the selected series, in the order of their rows."""
        parts = self.selectionModel().selection()
        ranges = (parts.at(place) for place in range(parts.count()))
        rows = {row for part in ranges for row in range(part.top(), part.bottom() + 1)}
        return [self.series.rows[row] for row in sorted(rows)]

    def _hold_selection(self) -> None:
        self._held = [(row.symbol, row.interval.name) for row in self.selected_series()]

    def _restore_selection(self) -> None:
        held, model = set(self._held), self.series
        selection = QItemSelection()
        for at, row in enumerate(model.rows):
            if (row.symbol, row.interval.name) in held:
                selection.select(model.index(at, 0), model.index(at, len(COLUMNS) - 1))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.chosen.emit()

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.forget_action)
        menu.addSeparator()
        menu.addAction("Select all", QKeySequence(QKeySequence.StandardKey.SelectAll), self.selectAll)
        menu.popup(self.viewport().mapToGlobal(at))

    # -- keys

    def event(self, event: QEvent) -> bool:
        """Handle the table's own keys here, which are shortcuts of the charts too."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the first and last row with Home and End."""
        key = event.key()
        if key in {Qt.Key.Key_Home, Qt.Key.Key_End} and self.series.rowCount():
            self.selectRow(0 if key == Qt.Key.Key_Home else self.series.rowCount() - 1)
        else:
            super().keyPressEvent(event)

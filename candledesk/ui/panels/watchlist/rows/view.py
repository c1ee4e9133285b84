"""The rows on screen: columns, selection, keys and mouse. What they mean is signalled to the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from candledesk.ui.chart.widget.tools.shortcut_filter import ShortcutFilter
from candledesk.ui.panels.watchlist.rows.delegate import FOLD_W, RowDelegate
from candledesk.ui.panels.watchlist.rows.order import SectionRow, SortOrder, SymbolRow
from candledesk.ui.panels.watchlist.rows.texts import COLUMNS, USUAL_COLUMNS, Column
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from candledesk.ui.panels.watchlist.rows.model import RowModel
    from candledesk.ui.theme.themes import Theme

OPEN_AFTER_MS = 150  # after the last arrow key, so that holding it down opens one chart
_WIDTHS = {
    Column.CLOSES: 48, Column.LAST: 74, Column.CHANGE: 66, Column.PERCENT: 62, Column.VOLUME: 64, Column.STATE: 108,
    Column.AGE: 74,
}  # fmt: skip
_EMPTY_INSET = 20
_OWN_KEYS = {
    Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Escape,
}  # fmt: skip
_SEQUENCES = {
    "undo": QKeySequence.StandardKey.Undo,
    "redo": QKeySequence.StandardKey.Redo,
    "copy": QKeySequence.StandardKey.Copy,
    "paste": QKeySequence.StandardKey.Paste,
}
_REDO = QKeySequence("Ctrl+Y")
_ROWS = QItemSelectionModel.SelectionFlag.Rows


class RowView(QTreeView):
    """The rows of ``RowModel``.

    ``opened`` carries a symbol and whether the chart takes the keyboard. ``asked`` carries one of ``undo redo copy
    paste remove edit``. ``fold_requested`` carries a section and whether to fold it. ``scrolled``: other rows may be on
    screen. ``columns_changed``: others are shown. ``left``: Escape was pressed.
    """

    opened = Signal(str, bool)
    asked = Signal(str)
    fold_requested = Signal(int, bool)
    scrolled = Signal()
    columns_changed = Signal()
    left = Signal()

    def __init__(self, model: RowModel, parent: QWidget | None = None) -> None:
        """Show ``model``."""
        super().__init__(parent)
        self.rows = model
        self._empty_text = ""
        self._kept: tuple[list[str], str, int] = ([], "", 0)
        self._open_timer = single_shot_timer(self, OPEN_AFTER_MS, self._open_current)
        self.setModel(model)
        self._delegate = RowDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self._set_up()
        ShortcutFilter(self, _is_own)
        self._set_up_header()
        model.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        model.modelReset.connect(self._on_reset)
        model.order_changed.connect(self._show_order)
        self.verticalScrollBar().valueChanged.connect(self.scrolled)
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)

    def _set_up(self) -> None:
        self.setAccessibleName("Watchlist")
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setMouseTracking(True)

    def _set_up_header(self) -> None:
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(40)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for at, column in enumerate(COLUMNS):
            mode = QHeaderView.ResizeMode.Stretch if column is Column.SYMBOL else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(at, mode)
            if column in _WIDTHS:
                header.resizeSection(at, _WIDTHS[column])
        header.setSortIndicatorShown(False)
        header.sectionClicked.connect(self._on_title_clicked)
        self.show_columns(USUAL_COLUMNS)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self._delegate.theme = theme
        self.setStyleSheet(
            f"QTreeView {{ background: {theme.background}; border: 0; }} QHeaderView::section {{ padding: 4px 8px; }}"
        )

    def set_empty_text(self, text: str) -> None:
        """Set what is said in the place of rows while there are none."""
        self._empty_text = text
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if not self.rows.rows and self._empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._delegate.theme.text_muted))
            painter.setFont(self.font())
            area = self.viewport().rect().adjusted(_EMPTY_INSET, _EMPTY_INSET, -_EMPTY_INSET, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self._empty_text)

    # -- columns

    def show_columns(self, columns: Collection[Column]) -> None:
        """Show these columns; the symbol is always shown."""
        for at, column in enumerate(COLUMNS):
            self.setColumnHidden(at, column is not Column.SYMBOL and column not in columns)
        self._delegate.has_age_line = Column.AGE not in columns
        self.scheduleDelayedItemsLayout()
        self.columns_changed.emit()

    def shown_columns(self) -> tuple[Column, ...]:
        """Return the columns that are shown."""
        return tuple(column for at, column in enumerate(COLUMNS) if not self.isColumnHidden(at))

    def _on_title_clicked(self, section: int) -> None:
        """Sort: ascending or the largest first, then the other way round, then the person's own order again."""
        column, order = COLUMNS[section], self.rows.order
        begins_descending = column is not Column.SYMBOL
        if order is None or order.column is not column:
            self.rows.set_order(SortOrder(column, is_descending=begins_descending))
        elif order.is_descending is begins_descending:
            self.rows.set_order(SortOrder(column, is_descending=not begins_descending))
        else:
            self.rows.set_order(None)

    def _show_order(self) -> None:
        order, header = self.rows.order, self.header()
        header.setSortIndicatorShown(order is not None)
        if order is not None:
            direction = Qt.SortOrder.DescendingOrder if order.is_descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(COLUMNS.index(order.column), direction)

    # -- selection

    def selected_rows(self) -> list[int]:
        """Return the numbers of the selected rows, ascending."""
        parts = self.selectionModel().selection()
        ranges = (parts.at(place) for place in range(parts.count()))
        return sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})

    def selected_symbols(self) -> list[str]:
        """Return the selected symbols in the order of their rows."""
        return self.rows.symbols_at(self.selected_rows())

    def current_row(self) -> SectionRow | SymbolRow | None:
        """Return the row that the keyboard is on."""
        index = self.currentIndex()
        return self.rows.row_at(index.row()) if index.isValid() else None

    def select(self, symbols: Iterable[str], current: str = "") -> None:
        """Select symbols; ``current``: where the keyboard goes, empty: to the first of them."""
        found = [at for symbol in symbols if (at := self.rows.row_of(symbol)) is not None]
        if not found:
            return
        place = self.rows.row_of(current)
        self.setCurrentIndex(self.rows.index(found[0] if place is None else place, 0))
        selection = QItemSelection()
        for at in found:
            selection.select(self.rows.index(at, 0), self.rows.index(at, 0))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect | _ROWS)

    def visible_symbols(self) -> list[str]:
        """Return the symbols whose rows are on screen."""
        if not self.isVisible() or self.window().isMinimized() or not self.rows.rows:
            return []
        height = self.viewport().height()
        first = self.indexAt(QPoint(1, 0))
        last = self.indexAt(QPoint(1, height - 1))
        end = last.row() + 1 if last.isValid() else len(self.rows.rows)
        return self.rows.symbols_at(range(first.row() if first.isValid() else 0, end))

    def _on_about_to_be_reset(self) -> None:
        row = self.current_row()
        current = row.symbol if isinstance(row, SymbolRow) else ""
        self._kept = self.selected_symbols(), current, self.verticalScrollBar().value()

    def _on_reset(self) -> None:
        root = self.rootIndex()
        for at, row in enumerate(self.rows.rows):
            if isinstance(row, SectionRow):
                self.setFirstColumnSpanned(at, root, True)
        selected, current, place = self._kept
        self.select(selected, current)
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(place)
        self.scrolled.emit()

    # -- opening

    def step(self, by: int) -> None:
        """Open the next (1) or previous (-1) symbol; behind the last one comes the first."""
        shown = [at for at, row in enumerate(self.rows.rows) if isinstance(row, SymbolRow)]
        if not shown:
            return
        index = self.currentIndex()
        at = index.row() if index.isValid() else (self.rows.row_of(self.rows.active) if self.rows.active else None)
        if at is None:
            target = shown[0 if by > 0 else -1]
        else:
            behind = [row for row in shown if (row > at if by > 0 else row < at)]
            target = (behind[0] if by > 0 else behind[-1]) if behind else shown[0 if by > 0 else -1]
        self.setCurrentIndex(self.rows.index(target, 0))
        self._open_current()

    def _open_current(self) -> None:
        row = self.current_row()
        if isinstance(row, SymbolRow):
            self.opened.emit(row.symbol, False)

    def _on_clicked(self) -> None:
        """Open what a click selects alone; a click that selects several opens nothing."""
        if len(self.selected_rows()) == 1:
            self._open_current()

    def _on_double_clicked(self, index: QModelIndex) -> None:
        row = self.rows.row_at(index.row())
        if isinstance(row, SymbolRow):
            self.opened.emit(row.symbol, True)
        else:
            self.fold_requested.emit(row.section, not row.is_folded)

    # -- keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, step, fold, remove, undo, copy and paste."""
        key, name = event.key(), _sequence_of(event)
        if name:
            self.asked.emit(name)
        elif key == Qt.Key.Key_Space:
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.currentIndex().isValid():
                self._on_double_clicked(self.currentIndex())
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            row = self.current_row()
            if row is not None:
                self.fold_requested.emit(row.section, key == Qt.Key.Key_Left)
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_F2}:
            self.asked.emit("remove" if key == Qt.Key.Key_Delete else "edit")
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
            if key in {Qt.Key.Key_Up, Qt.Key.Key_Down} and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._open_timer.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold a section at a click on the mark before its title."""
        index = self.indexAt(event.position().toPoint())
        row = self.rows.row_at(index.row()) if index.isValid() else None
        if (
            isinstance(row, SectionRow)
            and event.position().x() < FOLD_W
            and event.button() == Qt.MouseButton.LeftButton
        ):
            self.fold_requested.emit(row.section, not row.is_folded)
            return
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Report that other rows are on screen."""
        super().resizeEvent(event)
        self.scrolled.emit()


def _is_own(event: QKeyEvent) -> bool:
    """Return whether a key is the panel's; it may be a shortcut of the window too."""
    is_plain = event.modifiers() in {
        Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier,
    }  # fmt: skip
    return (is_plain and event.key() in _OWN_KEYS) or bool(_sequence_of(event))


def _sequence_of(event: QKeyEvent) -> str:
    """Return which of the panel's key sequences was pressed, empty for none."""
    if QKeySequence(event.keyCombination()) == _REDO:
        return "redo"
    return next((name for name, keys in _SEQUENCES.items() if event.matches(keys)), "")

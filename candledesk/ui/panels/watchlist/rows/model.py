"""The rows of the shown list for Qt: texts, drag and drop. It holds no widget and nothing per row but the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from candledesk.ui.panels.watchlist.rows.order import SectionRow, SymbolRow, list_rows
from candledesk.ui.panels.watchlist.rows.texts import COLUMNS, Column, quote_texts, quote_tip
from candledesk.ui.plain_text import plain_tip
from candledesk.workspace.watchlists.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.cache.quote_messages import Quote
    from candledesk.ui.panels.watchlist.quote_feed import QuoteFeed
    from candledesk.ui.panels.watchlist.rows.order import Row, SortOrder
    from candledesk.ui.panels.watchlist.rows.texts import QuoteTexts

ModelIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
ROWS_MIME = "application/x-candledesk-rows"  # numbers of rows of this list, separated by blanks
_ROLE = Qt.ItemDataRole
_TICK_S = 5  # texts that say how old something is are made again after that time


class RowModel(QAbstractTableModel):
    """Rows of ``list_rows`` and the columns of ``rows.texts.COLUMNS``.

    ``rows_dropped`` carries the dragged rows and the number of the row before which they were dropped;
    ``data_dropped`` carries the paths and the text of what came from elsewhere. ``order_changed``: the rows are
    sorted in another way.
    """

    rows_dropped = Signal(object, int)
    data_dropped = Signal(object, str)
    order_changed = Signal()

    def __init__(self, feed: QuoteFeed, parent: QObject) -> None:
        """Start without rows."""
        super().__init__(parent)
        self._feed = feed
        self.watchlist = Watchlist("")
        self.rows: list[Row] = []
        self.order: SortOrder | None = None
        self.active = ""
        self._row_of: dict[str, int] = {}
        self._texts: dict[str, tuple[Quote | None, int, QuoteTexts]] = {}
        feed.changed.connect(self._on_quotes_changed)

    # -- what is shown

    def show_list(self, watchlist: Watchlist) -> None:
        """Show a list."""
        self.watchlist = watchlist
        self._texts.clear()
        self._lay_out(list_rows(watchlist, self.order, self._feed.quotes))

    def set_active(self, symbol: str) -> None:
        """Mark the row of the symbol that the active chart shows."""
        if symbol != self.active:
            changed = [self.active, symbol]
            self.active = symbol
            self._repaint(changed)

    def set_order(self, order: SortOrder | None) -> None:
        """Sort the rows of each section, ``None``: in the person's own order."""
        if order != self.order:
            self.order = order
            self.show_list(self.watchlist)
            self.order_changed.emit()

    def repaint_all(self) -> None:
        """Paint every row anew: prices have become older."""
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))

    def row_at(self, row: int) -> Row:
        """Return a row."""
        return self.rows[row]

    def row_of(self, symbol: str) -> int | None:
        """Return the number of a symbol's row, ``None`` when it is not shown."""
        return self._row_of.get(symbol)

    def quote_of(self, symbol: str) -> Quote | None:
        """Return the quote of a symbol, ``None`` while it is not read yet."""
        return self._feed.quotes.get(symbol)

    def texts_of(self, symbol: str) -> QuoteTexts:
        """Return the texts of a symbol's cells, which are made once for some seconds."""
        quote, tick = self._feed.quotes.get(symbol), int(self._feed.now() / _TICK_S)
        known = self._texts.get(symbol)
        if known is None or known[0] is not quote or known[1] != tick:
            known = quote, tick, quote_texts(quote, self._feed.now())
            self._texts[symbol] = known
        return known[2]

    def symbols_at(self, rows: Iterable[int]) -> list[str]:
        """Return the symbols of rows, in the order of the rows."""
        return [row.symbol for at in sorted(rows) if isinstance(row := self.rows[at], SymbolRow)]

    def _lay_out(self, rows: list[Row]) -> None:
        if rows == self.rows:
            self.repaint_all()
            return
        if len(rows) == len(self.rows) and all(isinstance(row, SymbolRow) for row in (*rows, *self.rows)):
            self.layoutAboutToBeChanged.emit()
            moved = {row.symbol: at for at, row in enumerate(rows) if isinstance(row, SymbolRow)}
            former, self.rows = self.rows, rows
            for index in self.persistentIndexList():
                before = former[index.row()]
                at = moved.get(before.symbol) if isinstance(before, SymbolRow) else None
                self.changePersistentIndex(index, QModelIndex() if at is None else self.index(at, index.column()))
            self._row_of = moved
            self.layoutChanged.emit()
            return
        self.beginResetModel()
        self.rows = rows
        self._row_of = {row.symbol: at for at, row in enumerate(rows) if isinstance(row, SymbolRow)}
        self.endResetModel()

    def _on_quotes_changed(self, symbols: Sequence[str]) -> None:
        if self.order is not None and self.order.column is not Column.SYMBOL:
            self._lay_out(list_rows(self.watchlist, self.order, self._feed.quotes))
        self._repaint(symbols)

    def _repaint(self, symbols: Iterable[str]) -> None:
        rows = [at for symbol in symbols if (at := self._row_of.get(symbol)) is not None]
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), len(COLUMNS) - 1))

    # -- Qt's model

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        """Return the number of columns, shown or not."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:  # noqa: ANN401 - as Qt's
        """Return a title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _ROLE.DisplayRole:
            return "" if COLUMNS[section] is Column.CLOSES else COLUMNS[section].value
        if role == _ROLE.ToolTipRole and COLUMNS[section] is Column.CLOSES:
            return "Daily closes of the last two months"
        if role == _ROLE.TextAlignmentRole:
            is_left = COLUMNS[section] in {Column.SYMBOL, Column.CLOSES}
            return (
                Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
            ) | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: ModelIndex, role: int = _ROLE.DisplayRole) -> Any:  # noqa: ANN401 - as Qt's
        """Return a cell's text, its row (``UserRole``) or its tooltip."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == _ROLE.UserRole:
            return row
        if isinstance(row, SectionRow):
            return row.title if role in {_ROLE.DisplayRole, _ROLE.AccessibleTextRole} else None
        if role == _ROLE.DisplayRole:
            column = COLUMNS[index.column()]
            return row.symbol if column is Column.SYMBOL else self.texts_of(row.symbol).cell(column)
        if role == _ROLE.ToolTipRole:
            note = self.watchlist.notes.get(row.symbol, "")
            return plain_tip(quote_tip(row.symbol, self.quote_of(row.symbol), note, self._feed.now()))
        return None

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """Return that rows can be dragged, in the own order only."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return flags if self.order is not None else flags | Qt.ItemFlag.ItemIsDragEnabled

    # -- drag and drop

    def supportedDropActions(self) -> Qt.DropAction:
        """Return that rows move, and that others' data are copied."""
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        """Return what can be dropped here."""
        return [ROWS_MIME, "text/uri-list", "text/plain"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return dragged rows, and their symbols as text for other programs."""
        rows = sorted({index.row() for index in indexes})
        data = QMimeData()
        data.setData(ROWS_MIME, QByteArray(" ".join(map(str, rows)).encode()))
        data.setText("\n".join(self.symbols_at(rows)))
        return data

    def dropMimeData(self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: ModelIndex) -> bool:
        """Report what was dropped; return ``False``, so that the view does not remove rows by itself."""
        before = row if row >= 0 else (parent.row() if parent.isValid() else len(self.rows))
        if data.hasFormat(ROWS_MIME):
            numbers = bytes(data.data(ROWS_MIME).data()).split()
            dragged = [self.rows[int(at)] for at in numbers if int(at) < len(self.rows)]
            self.rows_dropped.emit(dragged, before)
        else:
            files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
            self.data_dropped.emit(files, data.text())
        return False

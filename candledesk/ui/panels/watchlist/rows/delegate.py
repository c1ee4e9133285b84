"""Painting of the rows: titles of sections, flags, notes, prices in their colours, and the line of past closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from candledesk.ui.panels.watchlist.rows.order import SectionRow, SymbolRow
from candledesk.ui.panels.watchlist.rows.texts import COLUMNS, Column, QuoteState
from candledesk.ui.theme.contrast import mix
from candledesk.ui.theme.themes import DARK, chart_font

if TYPE_CHECKING:
    from candledesk.ui.panels.watchlist.rows.model import ModelIndex, RowModel
    from candledesk.ui.panels.watchlist.rows.texts import QuoteTexts

ROW_H, TWO_LINES_H = 30, 38
FOLD_W = 26  # the part of a title that folds its section when it is clicked
_TEXT_PX, _LEAST_PX, _AGE_PX = 13, 9, 11
_LEAST_SYMBOL_PX = 10  # a longer symbol is cut; the tooltip has all of it
_GUTTER, _INSET, _DOT, _EDGE = 16, 8, 7, 3
_LINE_INSET_X, _LINE_INSET_Y = 4, 8
_LINE_SHARE = 0.85  # of the colour of muted text in the line of past closes
_MAX_LINES = 500  # pictures of lines that are kept
_SELECTED_SHARE, _ACTIVE_SHARE = 0.22, 0.10  # of the accent over the background
FLAGS = {
    "dark": {
        "red": "#f7525f", "orange": "#ff9800", "green": "#4caf50", "cyan": "#22c7d6", "blue": "#4d85ff",
        "purple": "#a06bd8", "pink": "#f06ab0",
    },
    "light": {
        "red": "#e0303f", "orange": "#e07b00", "green": "#2e8b3d", "cyan": "#0097a7", "blue": "#2962ff",
        "purple": "#7b3fc4", "pink": "#d43f8d",
    },
}  # fmt: skip
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RowDelegate(QStyledItemDelegate):
    """Draws every cell of ``RowModel``; ``has_age_line``: whether the age of the price stands below each symbol."""

    def __init__(self, model: RowModel, parent: QWidget) -> None:
        """Start with the dark theme."""
        super().__init__(parent)
        self._model = model
        self.theme = DARK
        self.has_age_line = True
        self._lines: dict[tuple[tuple[float, ...], int, int, str, float], QPixmap] = {}

    def sizeHint(self, _option: QStyleOptionViewItem, _index: ModelIndex) -> QSize:
        """Return the height of a row."""
        return QSize(60, TWO_LINES_H if self.has_age_line else ROW_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """Draw a cell."""
        row = self._model.row_at(index.row())
        painter.save()
        painter.fillRect(option.rect, QColor(self._ground(option.state, row)))
        if isinstance(row, SectionRow):
            self._paint_section(painter, option.rect, row)
        else:
            self._paint_symbol_row(painter, option.rect, row, COLUMNS[index.column()])
        painter.restore()

    def _ground(self, state: QStyle.StateFlag, row: SectionRow | SymbolRow) -> str:
        theme = self.theme
        if state & QStyle.StateFlag.State_Selected:
            return mix(theme.accent, theme.background, _SELECTED_SHARE)
        if state & QStyle.StateFlag.State_MouseOver:
            return theme.hover
        if isinstance(row, SectionRow):
            return theme.panel
        return (
            mix(theme.accent, theme.background, _ACTIVE_SHARE) if row.symbol == self._model.active else theme.background
        )

    def _paint_section(self, painter: QPainter, rect: QRect, row: SectionRow) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self.theme.text_muted)
        middle = QPointF(rect.left() + FOLD_W / 2 - 2, rect.center().y() + 0.5)
        half = 3.5
        points = [QPointF(-half / 2, -half), QPointF(half / 2, 0), QPointF(-half / 2, half)]
        if not row.is_folded:
            points = [QPointF(-half, -half / 2), QPointF(0, half / 2), QPointF(half, -half / 2)]
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(QPolygonF([middle + point for point in points]))
        painter.setFont(chart_font(12, is_bold=True))
        count = f"{row.n_symbols:,}"
        text = rect.adjusted(FOLD_W, 0, -_INSET - 8 - painter.fontMetrics().horizontalAdvance(count), 0)
        title = painter.fontMetrics().elidedText(row.title, Qt.TextElideMode.ElideRight, text.width())
        painter.setPen(QColor(self.theme.text))
        painter.drawText(text, _LEFT, title)
        painter.setPen(colour)
        painter.setFont(chart_font(12))
        painter.drawText(rect.adjusted(0, 0, -_INSET, 0), _RIGHT, count)

    def _paint_symbol_row(self, painter: QPainter, rect: QRect, row: SymbolRow, column: Column) -> None:
        texts = self._model.texts_of(row.symbol)
        if column is Column.SYMBOL:
            self._paint_symbol(painter, rect, row.symbol)
        elif column is Column.CLOSES:
            self._paint_closes(painter, rect, row.symbol)
        else:
            painter.setPen(QColor(self._colour(column, texts)))
            _draw_figures(painter, rect.adjusted(2, 0, -_INSET, 0), texts.cell(column))

    def _colour(self, column: Column, texts: QuoteTexts) -> str:
        theme = self.theme
        if column in {Column.CHANGE, Column.PERCENT}:
            return theme.text_muted if texts.sign == 0 else theme.up if texts.sign > 0 else theme.down
        if column is Column.LAST and texts.state not in {QuoteState.MISSING, QuoteState.STALE}:
            return theme.text
        return theme.text_muted

    def _paint_symbol(self, painter: QPainter, rect: QRect, symbol: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if symbol == self._model.active:
            painter.fillRect(QRect(rect.left(), rect.top(), _EDGE, rect.height()), QColor(self.theme.accent))
        watchlist = self._model.watchlist
        flag = watchlist.flags.get(symbol)
        if flag is not None:
            painter.setBrush(QColor(FLAGS[self.theme.name][flag]))
            painter.drawEllipse(QPointF(rect.left() + _GUTTER / 2 + 2, rect.center().y() + 1), _DOT / 2, _DOT / 2)
        painter.setPen(QColor(self.theme.text))
        has_note = symbol in watchlist.notes
        text = rect.adjusted(_GUTTER, 0, -4 - (12 if has_note else 0), 0)
        age = self._model.texts_of(symbol).age_line if self.has_age_line else ""
        if age:
            text = text.adjusted(0, 0, 0, -rect.height() // 2 + 2)
        for pixels in range(_TEXT_PX, _LEAST_SYMBOL_PX - 1, -1):
            painter.setFont(chart_font(pixels, is_bold=True))
            if painter.fontMetrics().horizontalAdvance(symbol) <= text.width():
                break
        shown = painter.fontMetrics().elidedText(symbol, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, _LEFT, shown)
        if age:
            self._paint_age(painter, rect.adjusted(_GUTTER, rect.height() // 2, -4, -3), age)
        if has_note:
            left = text.left() + painter.fontMetrics().horizontalAdvance(shown) + 5
            self._paint_note(painter, QPointF(left, text.center().y() - 3.5))

    def _paint_age(self, painter: QPainter, rect: QRect, age: str) -> None:
        painter.save()
        painter.setFont(chart_font(_AGE_PX))
        painter.setPen(QColor(self.theme.text_muted))
        shown = painter.fontMetrics().elidedText(age, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, _LEFT, shown)
        painter.restore()

    def _paint_note(self, painter: QPainter, at: QPointF) -> None:
        """Draw a small sheet of paper with two lines."""
        painter.setPen(QPen(QColor(self.theme.text_muted), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(round(at.x()), round(at.y()), 7, 8)
        for dy in (3, 5):
            painter.drawLine(QPointF(at.x() + 2, at.y() + dy), QPointF(at.x() + 6, at.y() + dy))

    def _paint_closes(self, painter: QPainter, rect: QRect, symbol: str) -> None:
        quote = self._model.quote_of(symbol)
        if quote is None or len(quote.closes) < 2:  # noqa: PLR2004 - a line has two ends
            return
        dpr = painter.device().devicePixelRatioF()
        key = quote.closes, rect.width(), rect.height(), self.theme.name, dpr
        picture = self._lines.get(key)
        if picture is None:
            if len(self._lines) >= _MAX_LINES:
                self._lines.clear()
            picture = self._lines[key] = self._line_picture(quote.closes, rect, dpr)
        painter.drawPixmap(rect.topLeft(), picture)

    def _line_picture(self, closes: tuple[float, ...], rect: QRect, dpr: float) -> QPixmap:
        """Return the line of past closes; a polyline takes ten times as long to draw as its picture."""
        picture = QPixmap(round(rect.width() * dpr), round(rect.height() * dpr))
        picture.setDevicePixelRatio(dpr)
        picture.fill(Qt.GlobalColor.transparent)
        area = QRect(0, 0, rect.width(), rect.height())
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(mix(self.theme.text_muted, self.theme.background, _LINE_SHARE)), 1.2))
        inner = area.adjusted(_LINE_INSET_X, _LINE_INSET_Y, -_LINE_INSET_X - 4, -_LINE_INSET_Y)
        painter.drawPolyline(QPolygonF(line_points(closes, inner)))
        painter.end()
        return picture


def _draw_figures(painter: QPainter, rect: QRect, text: str) -> None:
    """Write a text at the right, smaller where it would not fit: figures are never cut."""
    for pixels in range(_TEXT_PX, _LEAST_PX - 1, -1):
        painter.setFont(chart_font(pixels))
        if painter.fontMetrics().horizontalAdvance(text) <= rect.width():
            break
    painter.drawText(rect, _RIGHT, text)


def line_points(closes: tuple[float, ...], area: QRect) -> list[QPointF]:
    """Return the points of a line of values that fills ``area``; equal values lie in its middle."""
    low, high = min(closes), max(closes)
    scale = area.height() / (high - low) if high > low else 0.0
    step = area.width() / (len(closes) - 1)
    bottom = area.bottom() if scale else area.center().y()
    return [QPointF(area.left() + at * step, bottom - (close - low) * scale) for at, close in enumerate(closes)]

"""Paints a row of the symbol search in columns: a dot for stored, symbol, name, exchange and type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from candledesk.ui.features.search.row_model import ROW
from candledesk.ui.features.search.symbol_rows import SymbolRow, matched_part
from candledesk.ui.theme.contrast import mix
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from candledesk.ui.theme.themes import Theme

ROW_H = 30
_HEADING_H = 28
_PAD, _DOT, _LEFT = 14, 3, 28
_SYMBOL_W, _EXCHANGE_W, _TYPE_W, _GAP = 118, 96, 48, 8
_SELECTED, _HOVERED = 0.22, 0.09  # shares of the accent in the ground of a row
_BODY_PX, _SMALL_PX = 13, 12


def row_ground(theme: Theme, *, is_selected: bool = False, is_hovered: bool = False) -> str:
    """Return the ground of a row as ``#rrggbb``."""
    share = _SELECTED if is_selected else _HOVERED if is_hovered else 0.0
    return mix(theme.accent, theme.panel, share)


def match_colour(theme: Theme, ground: str) -> str:
    """Return the colour of the matched part on a ground: the accent, nearer to the text where it would be too faint."""
    share = 0.75 if ground == row_ground(theme) else 0.45
    return mix(theme.accent, theme.text, share)


def muted_colour(theme: Theme, ground: str) -> str:
    """Return the colour of exchange and type on a ground."""
    return theme.text_muted if ground == row_ground(theme) else mix(theme.text_muted, theme.text, 0.35)


class RowDelegate(QStyledItemDelegate):
    """Paints with the colours of ``theme``; ``query``: the text whose matches are emphasised."""

    def __init__(self, theme: Theme) -> None:
        """Emphasise nothing yet."""
        super().__init__()
        self.theme = theme
        self.query = ""

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a row; the width is that of the list."""
        return QSize(0, ROW_H if isinstance(index.data(ROW), SymbolRow) else _HEADING_H)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a symbol or a heading."""
        row = index.data(ROW)
        area = QRect(option.rect)
        painter.save()
        if isinstance(row, SymbolRow):
            state = option.state
            is_selected = bool(state & QStyle.StateFlag.State_Selected)
            is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
            ground = row_ground(self.theme, is_selected=is_selected, is_hovered=is_hovered)
            self._paint_row(painter, area, row, ground)
        else:
            font = chart_font(_SMALL_PX)
            painter.setFont(font)
            painter.setPen(QColor(self.theme.text_muted))
            painter.drawText(area.adjusted(_PAD, 6, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(row))
        painter.restore()

    def _paint_row(self, painter: QPainter, area: QRect, row: SymbolRow, ground: str) -> None:
        painter.fillRect(area, QColor(ground))
        middle = area.center().y() + 1
        if row.is_stored:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.accent))
            painter.drawEllipse(QPointF(area.left() + _PAD + _DOT, middle), _DOT, _DOT)
        type_x = area.right() - _PAD - _TYPE_W
        exchange_x = type_x - _GAP - _EXCHANGE_W
        name_x = area.left() + _LEFT + _SYMBOL_W + _GAP
        small, muted = chart_font(_SMALL_PX), muted_colour(self.theme, ground)
        match = match_colour(self.theme, ground)
        columns = (
            (row.symbol, area.left() + _LEFT, _SYMBOL_W, chart_font(_BODY_PX, is_bold=True), self.theme.text),
            (row.name, name_x, exchange_x - _GAP - name_x, chart_font(_BODY_PX), self.theme.text),
            (row.exchange, exchange_x, _EXCHANGE_W, small, muted),
            (row.type_text, type_x, _TYPE_W, small, muted),
        )
        for at, (text, x, width, font, colour) in enumerate(columns):
            part = matched_part(text, self.query) if at <= 1 and self.query else None
            painter.setPen(QColor(colour))
            _draw(painter, QRect(x, area.top(), width, area.height()), text, font, part, QColor(match))


def _draw(painter: QPainter, area: QRect, text: str, font: QFont, part: tuple[int, int] | None, match: QColor) -> None:
    """Draw one line, shortened to the width of ``area``, with the characters of ``part`` in bold and in colour."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    layout = QTextLayout(shown, font)
    if part is not None and part[0] < len(shown):
        look = QTextCharFormat()
        look.setForeground(match)
        look.setFontWeight(QFont.Weight.Bold)
        span = QTextLayout.FormatRange()
        span.start, span.length, span.format = part[0], min(part[1], len(shown)) - part[0], look
        layout.setFormats([span])
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(4 * area.width())
    layout.endLayout()
    top = area.top() + (area.height() - line.height()) / 2
    painter.setClipRect(area)
    layout.draw(painter, QPointF(area.left(), top))
    painter.setClipping(False)

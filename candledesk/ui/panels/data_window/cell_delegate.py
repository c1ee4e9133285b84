"""Paints the cells of the data window: with the style's own delegate a table that follows the mouse costs frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from candledesk.ui.chart.paint.pixels import colour_of
from candledesk.ui.chart.paint.text_painter import Pen, figures_width, shortened
from candledesk.ui.panels.data_window.table_model import FONT_PX
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.panels.data_window.table_model import DataModel

SWATCH = 8
_PAD, _GAP = 10, 6


class CellDelegate(QStyledItemDelegate):
    """Paints names muted, values and headings in the text's colour, and the colour of a line before its name."""

    def __init__(self, model: DataModel) -> None:
        """Paint the cells of ``model``."""
        super().__init__(model)
        self._model = model

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        model, line, column = self._model, index.row(), index.column()
        theme, is_heading, rect = model.theme, model.is_heading(line), QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colour_of(theme.hover))
        rect.adjust(_PAD, 0, -_PAD, 0)
        colour = model.colour_at(line) if column == 0 else ""
        if colour:
            painter.fillRect(rect.left(), rect.center().y() - SWATCH // 2, SWATCH, SWATCH, colour_of(colour))
            rect.setLeft(rect.left() + SWATCH + _GAP)
        text, pen = model.text_at(line, column), Pen(FONT_PX, "", is_bold=is_heading)
        flags = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
        flags |= Qt.AlignmentFlag.AlignBottom if is_heading else Qt.AlignmentFlag.AlignVCenter
        painter.setFont(chart_font(FONT_PX, is_bold=is_heading))
        painter.setPen(colour_of(theme.text if column or is_heading else theme.text_muted))
        if figures_width(text, pen) <= rect.width():
            painter.drawText(rect, flags, text)
        elif column:
            painter.drawText(rect, int(flags) | int(Qt.TextFlag.TextWordWrap), text)
        else:
            painter.drawText(rect, flags, shortened(text, pen, rect.width()))

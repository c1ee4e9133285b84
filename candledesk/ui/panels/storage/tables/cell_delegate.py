"""Painting of the cells of the series table that are not only text: the size, and what cannot be fetched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from candledesk.ui.panels.row_table import GAP, INSET
from candledesk.ui.theme.contrast import mix
from candledesk.ui.theme.themes import DARK

if TYPE_CHECKING:
    from candledesk.ui.panels.storage.tables.series_model import ModelIndex, SeriesModel

BAR_W = 56
_BAR_H = 4
DOT_W = 7
_TRACK_SHARE = 0.2  # of the text colour in the empty part of a bar on a selected row


class SizeDelegate(QStyledItemDelegate):
    """The size, and left of it a slim bar, as long as the series is large beside the largest one."""

    def __init__(self, model: SeriesModel, parent: QWidget | None = None) -> None:
        """Start with the dark theme."""
        super().__init__(parent)
        self.theme = DARK
        self._series = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """Draw a cell."""
        super().paint(painter, option, index)
        row, theme = index.data(Qt.ItemDataRole.UserRole), self.theme
        share = row.n_bytes / self._series.largest if self._series.largest else 0.0
        track = QRect(option.rect.left() + INSET, option.rect.center().y() - _BAR_H // 2 + 1, BAR_W, _BAR_H)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        empty = mix(theme.text, theme.selected, _TRACK_SHARE) if is_selected else theme.border
        painter.fillRect(track, QColor(empty))
        filled = max(1, round(BAR_W * share)) if row.n_bytes else 0
        painter.fillRect(QRect(track.topLeft(), QSize(filled, _BAR_H)), QColor(theme.accent))


class LostDelegate(QStyledItemDelegate):
    """A dot before the words where bars cannot be fetched again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with the dark theme."""
        super().__init__(parent)
        self.theme = DARK

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """Draw a cell."""
        style = option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        if not index.data():
            return
        text = QStyleOptionViewItem(option)
        text.rect = option.rect.adjusted(DOT_W + GAP, 0, 0, 0)
        super().paint(painter, text, index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.warning))
        left, middle = option.rect.left() + INSET, option.rect.center().y() + 1
        painter.drawEllipse(QRect(QPoint(left, middle - DOT_W // 2), QSize(DOT_W, DOT_W)))
        painter.restore()

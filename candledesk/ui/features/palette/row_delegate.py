"""Draws a row of the palette: title and detail with the matched letters, and at the right its keys or what it is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from candledesk.ui.features.palette.row_model import FOUND
from candledesk.ui.key_caps import caps_width, paint_caps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.ui.features.palette.finder import Found

ROW_H = 32
_LEFT = 34.0  # room for the check mark
_RIGHT = 14.0
_GAP = 12.0
_TINT = 0.18  # of the selection, over the ground
_CHECK = "\N{CHECK MARK}"


class RowDelegate(QStyledItemDelegate):
    """Uses the colours of the view's palette, so that it follows the theme."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of every row."""
        return QSize(option.rect.width(), ROW_H)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a row."""
        found, style = index.data(FOUND), option
        if found is None:
            return
        painter.save()
        rect = QRectF(style.rect)
        if style.state & QStyle.StateFlag.State_Selected:
            tint = QColor(style.palette.color(QPalette.ColorRole.Highlight))
            tint.setAlphaF(_TINT)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint)
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 5, 5)
        right = _paint_right(painter, rect, found, style)
        _paint_left(painter, rect.adjusted(0, 0, right - rect.right() - _GAP, 0), found, style)
        painter.restore()


def _paint_right(painter: QPainter, rect: QRectF, found: Found, style: QStyleOptionViewItem) -> float:
    """Draw why it cannot be done, else the keys, else what it is; return where that begins."""
    item, muted = found.item, style.palette.color(QPalette.ColorRole.PlaceholderText)
    if item.keys and not item.why_disabled:
        left = rect.right() - _RIGHT - caps_width(item.keys, style.font)
        paint_caps(painter, QPointF(left, rect.center().y()), item.keys, style.font, style.palette)
        return left
    text = item.why_disabled or item.kind
    width = QFontMetricsF(style.font).horizontalAdvance(text)
    left = rect.right() - _RIGHT - width
    painter.setPen(muted)
    painter.setFont(style.font)
    painter.drawText(QRectF(left, rect.top(), width + 1, rect.height()), Qt.AlignmentFlag.AlignVCenter, text)
    return left


def _paint_left(painter: QPainter, rect: QRectF, found: Found, style: QStyleOptionViewItem) -> None:
    item, palette = found.item, style.palette
    muted, text = palette.color(QPalette.ColorRole.PlaceholderText), palette.color(QPalette.ColorRole.Text)
    accent = palette.color(QPalette.ColorRole.Link)
    if item.is_checked:
        painter.setPen(accent)
        painter.setFont(style.font)
        painter.drawText(QRectF(rect.left() + 14, rect.top(), 20, rect.height()), Qt.AlignmentFlag.AlignVCenter, _CHECK)
    painter.setClipRect(rect)
    x = _paint_letters(
        painter, rect, rect.left() + _LEFT, (item.title, found.title_marks),
        (style.font, muted if item.why_disabled else text, accent),
    )  # fmt: skip
    _paint_letters(painter, rect, x + _GAP, (item.detail, found.detail_marks), (style.font, muted, accent))
    painter.setClipping(False)


def _paint_letters(
    painter: QPainter,
    rect: QRectF,
    x: float,
    letters: tuple[str, Iterable[int]],
    pens: tuple[QFont, QColor, QColor],
) -> float:
    """Draw a text with its marked letters bold and in the accent's colour; return where it ends."""
    (text, marks), (font, plain, accent) = letters, pens
    marked, strong = set(marks), QFont(font)
    strong.setWeight(QFont.Weight.DemiBold)
    for is_marked, run in groupby(range(len(text)), key=marked.__contains__):
        part = "".join(text[at] for at in run)
        painter.setFont(strong if is_marked else font)
        painter.setPen(accent if is_marked else plain)
        painter.drawText(QRectF(x, rect.top(), 2_000, rect.height()), Qt.AlignmentFlag.AlignVCenter, part)
        x += QFontMetricsF(painter.font()).horizontalAdvance(part)
    return x

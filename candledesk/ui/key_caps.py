"""Keys drawn as caps: in the palette and in the sheet of shortcuts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QPaintEvent

_OR = re.compile(r"\s{2,}or\s{2,}")
_PLUS = re.compile(r"(?<=[^\s+])\s?\+\s?(?=.)")
_PAD = 6.0  # logical pixels left and right within a cap
_HEIGHT = 20.0
_GAP = 3.0  # between the caps of one shortcut
_WORD_GAP = 8.0  # beside the word between two shortcuts


def key_parts(text: str) -> list[list[str]]:
    """Return the shortcuts of a text of the sheet, each as its keys: ``Ctrl+K  or  /`` is ``[[Ctrl, K], [/]]``."""
    return [_PLUS.split(one.strip()) for one in _OR.split(text.strip()) if one.strip()]


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Return what is drawn from the left, and whether it is a cap: what has spaces in it is words."""
    for at, keys in enumerate(key_parts(text)):
        if at:
            yield "or", False
        for key in keys:
            yield key, " " not in key


def caps_width(text: str, font: QFont) -> float:
    """Return the width of a text of keys in logical pixels."""
    metrics, width, was_cap = QFontMetricsF(font), 0.0, True
    for at, (piece, is_cap) in enumerate(_pieces(text)):
        width += (_GAP if is_cap and was_cap else _WORD_GAP) if at else 0.0
        width += _piece_width(metrics, piece, is_cap=is_cap)
        was_cap = is_cap
    return width


def _piece_width(metrics: QFontMetricsF, piece: str, *, is_cap: bool) -> float:
    width = metrics.horizontalAdvance(piece)
    return max(width + 2 * _PAD, _HEIGHT) if is_cap else width


def paint_caps(
    painter: QPainter, at: QPointF, text: str, font: QFont, palette: QPalette, *, is_enabled: bool = True
) -> None:
    """Draw a text of keys; ``at``: the left end of its middle line. Keys that do nothing now are muted."""
    metrics, x, was_cap = QFontMetricsF(font), at.x(), True
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    for index, (piece, is_cap) in enumerate(_pieces(text)):
        x += (_GAP if is_cap and was_cap else _WORD_GAP) if index else 0.0
        width = _piece_width(metrics, piece, is_cap=is_cap)
        rect = QRectF(x, at.y() - _HEIGHT / 2, width, _HEIGHT)
        if is_cap:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
            painter.setBrush(palette.color(QPalette.ColorRole.Base))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        role = QPalette.ColorRole.Text if is_cap and is_enabled else QPalette.ColorRole.PlaceholderText
        painter.setPen(palette.color(role))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, piece)
        x, was_cap = x + width, is_cap
    painter.restore()


class KeyCaps(QWidget):
    """A text of keys, drawn as caps from the left."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        """Show ``text``, such as ``Ctrl+K  or  /``."""
        super().__init__(parent)
        self.text = text
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """Return the room that the caps take."""
        return QSize(round(caps_width(self.text, self.font())) + 1, round(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the same: caps are not cut."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the caps."""
        painter = QPainter(self)
        paint_caps(painter, QPointF(0, self.height() / 2), self.text, self.font(), self.palette())
        painter.end()

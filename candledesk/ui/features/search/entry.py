"""The symbol in the top bar, which opens the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QToolButton, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_MIN_W, _MAX_W = 96, 190
_ARROW_W, _ARROW_H, _ARROW_PAD = 8.0, 4.0, 10.0
_EMPTY = "Symbol"
_RULES = "QToolButton#symbol_entry { text-align: left; font-weight: 600; padding: 4px 24px 4px 10px; }"


class SymbolEntry(QToolButton):
    """A button that names the symbol of the chart in front; pressed, it opens the search below itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Name no symbol yet."""
        super().__init__(parent)
        self.setObjectName("symbol_entry")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip("Search symbols (Ctrl+K, or type any letter on a chart)")
        self.setStyleSheet(_RULES)
        self.show_symbol("")

    @property
    def symbol(self) -> str:
        """The symbol that is named; empty for none."""
        return "" if self.text() == _EMPTY else self.text().replace("&&", "&")

    def show_symbol(self, symbol: str) -> None:
        """Name the symbol of the chart."""
        self.setText(symbol.replace("&", "&&") or _EMPTY)
        self.setAccessibleName(f"Symbol {symbol}" if symbol else "Search symbols")

    def sizeHint(self) -> QSize:
        """Return a width between fixed limits, so that the top bar hardly moves with another symbol."""
        hint = super().sizeHint()
        return QSize(max(_MIN_W, min(hint.width(), _MAX_W)), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Return the smallest width of the button."""
        return QSize(_MIN_W, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button and its arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().placeholderText().color(), 1.5))
        right, middle = self.width() - _ARROW_PAD, self.height() / 2
        points = [
            QPointF(right - _ARROW_W, middle - _ARROW_H / 2),
            QPointF(right - _ARROW_W / 2, middle + _ARROW_H / 2),
            QPointF(right, middle - _ARROW_H / 2),
        ]
        painter.drawPolyline(points)
        painter.end()

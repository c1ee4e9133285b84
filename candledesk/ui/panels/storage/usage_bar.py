"""What the files of the home take, as one bar of coloured parts, with a legend of words and sizes below it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from candledesk.ui.panels.storage.texts import size_text
from candledesk.ui.theme.contrast import mix
from candledesk.ui.theme.themes import DARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from candledesk.ui.panels.storage.texts import UsagePart
    from candledesk.ui.theme.themes import Theme

_BAR_H = 8
_DOT, _DOT_GAP = 8, 7
_ITEM_GAP = 26
_LINE_GAP = 12
_MIN_PART = 3  # pixels of a part that is not empty


def part_edges(sizes: Sequence[int], width: int) -> list[int]:
    """Return the left edges of the parts of a bar of ``width`` pixels, and its right end.

    A part that is not empty has at least three pixels, as far as there is room.
    """
    total = sum(sizes)
    if not total:
        return [0] * (len(sizes) + 1)
    least = [_MIN_PART if size else 0 for size in sizes]
    room = max(0, width - sum(least))
    edges, before = [0], 0
    for at, size in enumerate(sizes):
        before += size
        edges.append(min(width, sum(least[: at + 1]) + round(room * before / total)))
    return edges


class UsageBar(QWidget):
    """The bar and its legend; the legend wraps to a second line in a narrow window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty, in the dark theme."""
        super().__init__(parent)
        self.theme = DARK
        self.parts: tuple[UsagePart, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.theme = theme
        self.update()

    def show_parts(self, parts: Sequence[UsagePart]) -> None:
        """Show what is used; parts without bytes are left out, and the others keep the colour of their place."""
        self.parts = tuple(parts)
        self.setAccessibleName(", ".join(text for _, text in self._shown()))
        self.updateGeometry()
        self.update()

    def _shown(self) -> list[tuple[str, str]]:
        """Return colour and text of each part that is not empty."""
        theme = self.theme
        colours = (
            theme.accent,
            theme.odd,
            theme.up,
            mix(theme.text_muted, theme.panel, 0.85),
            mix(theme.text_muted, theme.panel, 0.45),
        )
        return [
            (colour, f"{part.words}  {size_text(part.n_bytes)}")
            for colour, part in zip(colours, self.parts, strict=False)
            if part.n_bytes
        ]

    def _places(self, width: int) -> list[QRect]:
        """Return where each item of the legend stands in a widget of this width."""
        metrics = self.fontMetrics()
        x, y = 0, _BAR_H + _LINE_GAP
        places = []
        for _, text in self._shown():
            item_w = _DOT + _DOT_GAP + metrics.horizontalAdvance(text) + 1
            if x and x + item_w > width:
                x, y = 0, y + metrics.height() + 4
            places.append(QRect(x, y, item_w, metrics.height()))
            x += item_w + _ITEM_GAP
        return places

    def hasHeightForWidth(self) -> bool:
        """Return that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the bar and of all lines of the legend."""
        places = self._places(width)
        return places[-1].bottom() + 1 if places else _BAR_H

    def sizeHint(self) -> QSize:
        """Return the size with the legend in as few lines as the present width allows."""
        return QSize(400, self.heightForWidth(max(400, self.width())))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size."""
        return QSize(200, self.heightForWidth(max(200, self.width())))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bar and legend."""
        painter = QPainter(self)
        shown = self._shown()
        painter.fillRect(QRect(0, 0, self.width(), _BAR_H), QColor(self.theme.border))
        edges = part_edges([part.n_bytes for part in self.parts if part.n_bytes], self.width())
        for (colour, _), (left, right) in zip(shown, pairwise(edges), strict=True):
            gap = 1 if right < self.width() else 0  # a line of the background between two parts
            painter.fillRect(QRect(left, 0, right - left - gap, _BAR_H), QColor(colour))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (colour, text), place in zip(shown, self._places(self.width()), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QRect(place.left(), place.center().y() - _DOT // 2 + 1, _DOT, _DOT))
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            painter.drawText(place.adjusted(_DOT + _DOT_GAP, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

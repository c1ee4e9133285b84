"""The last line of the symbol search: what each key does now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_TARGET_PX = 80


class _Hint(QWidget):
    """A key in its cap, and what it does."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__()
        self.cap, self.words = PlainLabel(key), PlainLabel(text)
        self.cap.setObjectName("keycap")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.cap)
        box.addWidget(self.words)


class KeyHints(QFrame):
    """Keys in caps, each with what it does; a key that would do nothing has no hint."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Show ``rows`` of id, key and text."""
        super().__init__()
        self.setObjectName("hints")
        box = QHBoxLayout(self)
        box.setContentsMargins(12, 7, 12, 7)
        box.setSpacing(10)
        self._hints: dict[str, _Hint] = {}
        for name, key, text in rows:
            self._hints[name] = _Hint(key, text)
            box.addWidget(self._hints[name])
        box.addStretch(1)

    @property
    def texts(self) -> list[str]:
        """The hints that are shown: ``↵ open AAPL``."""
        return [f"{one.cap.text()} {one.words.text()}" for one in self._hints.values() if one.isVisibleTo(self)]

    def show_hint(self, name: str, *, is_shown: bool) -> None:
        """Show a hint, or hide it."""
        self._hints[name].setVisible(is_shown)

    def set_target(self, name: str, verb: str, symbol: str) -> None:
        """Write what a key opens, shortened to its room; without a symbol the hint is hidden."""
        words = self._hints[name].words
        shown = QFontMetrics(words.font()).elidedText(symbol, Qt.TextElideMode.ElideRight, _MAX_TARGET_PX)
        words.setText(f"{verb} {shown}")
        self.show_hint(name, is_shown=bool(symbol))

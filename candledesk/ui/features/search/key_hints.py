"""The last line of the symbol search: what each key does now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_TARGET_PX = 110


class KeyHints(QFrame):
    """Keys in caps, each with what it does; a key that would do nothing has no hint."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Show ``rows`` of id, key and text."""
        super().__init__()
        self.setObjectName("hints")
        box = QHBoxLayout(self)
        box.setContentsMargins(14, 7, 14, 7)
        box.setSpacing(5)
        self._hints: dict[str, tuple[QLabel, QLabel]] = {}
        for name, key, text in rows:
            cap, words = PlainLabel(key), PlainLabel(text)
            cap.setObjectName("keycap")
            box.addWidget(cap)
            box.addWidget(words)
            box.addSpacing(8)
            self._hints[name] = cap, words
        box.addStretch(1)

    @property
    def texts(self) -> list[str]:
        """The hints that are shown: ``Enter opens AAPL``."""
        return [f"{cap.text()} {words.text()}" for cap, words in self._hints.values() if words.isVisibleTo(self)]

    def show_hint(self, name: str, *, is_shown: bool) -> None:
        """Show a hint, or hide it."""
        for label in self._hints[name]:
            label.setVisible(is_shown)

    def set_target(self, name: str, verb: str, symbol: str) -> None:
        """Write what a key opens, shortened to its room; without a symbol the hint is hidden."""
        words = self._hints[name][1]
        shown = QFontMetrics(words.font()).elidedText(symbol, Qt.TextElideMode.ElideRight, _MAX_TARGET_PX)
        words.setText(f"{verb} {shown}")
        self.show_hint(name, is_shown=bool(symbol))

"""The symbols that were shown lately, the newest first, kept in the settings of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.symbols import is_symbol

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

MAX_RECENT = 12
_KEY = "search/recent"


class RecentSymbols:
    """``symbols``: at most ``MAX_RECENT``, the newest first."""

    def __init__(self, settings: QSettings) -> None:
        """Read them from ``settings``; what is no symbol, as after an edit by hand, is left out."""
        self._settings = settings
        stored = settings.value(_KEY, [])
        texts = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        rows = [text for text in texts if isinstance(text, str) and all(map(is_symbol, text.split("/")))]
        self.symbols = rows[:MAX_RECENT]

    def note(self, symbol: str) -> None:
        """Put a symbol that is shown first."""
        if self.symbols[:1] != [symbol]:
            self.symbols = [symbol, *(other for other in self.symbols if other != symbol)][:MAX_RECENT]
            self._settings.setValue(_KEY, self.symbols)

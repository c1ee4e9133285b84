"""What was used last in the palette, remembered beside the window's other settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

_KEY = "palette/recent"
_MOST = 20


class RecentItems:
    """Ids of items, the latest first."""

    def __init__(self, settings: QSettings) -> None:
        """Read what is remembered; a setting that is no list of texts is taken for empty."""
        self._settings = settings
        stored = settings.value(_KEY, [])
        rows = [stored] if isinstance(stored, str) else stored  # a list of one comes back as its text
        self.ids: list[str] = [row for row in rows if isinstance(row, str)] if isinstance(rows, list) else []

    def add(self, item_id: str) -> None:
        """Remember an item as the latest; one without an id is forgotten."""
        if item_id:
            self.ids = [item_id, *(row for row in self.ids if row != item_id)][:_MOST]
            self._settings.setValue(_KEY, self.ids)

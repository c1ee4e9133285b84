"""A short list of ids that the settings of the window keep: favourites, or what was used last."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings


class IdList:
    """``ids``: in their order; every change is stored at once."""

    def __init__(self, settings: QSettings, key: str, most: int | None = None) -> None:
        """Read what is stored under ``key``; ``most``: how many there can be."""
        self._settings, self._key, self.most = settings, key, most
        stored = settings.value(key, [])
        rows = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        self.ids = [row for row in rows if isinstance(row, str)][:most]

    def has_room(self) -> bool:
        """Return whether one more can be added."""
        return self.most is None or len(self.ids) < self.most

    def toggle(self, name: str) -> None:
        """Add an id at the end, while there is room, or remove it."""
        others = [row for row in self.ids if row != name]
        if name in self.ids or self.has_room():
            self._store(others if name in self.ids else [*others, name])

    def put_first(self, name: str) -> None:
        """Put an id before all others; the last one is dropped where there are too many."""
        self._store([name, *(row for row in self.ids if row != name)][: self.most])

    def _store(self, ids: list[str]) -> None:
        self.ids = ids
        self._settings.setValue(self._key, ids)

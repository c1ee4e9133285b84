"""What the names of a file or text mean, as rows that a person completes: the undecided ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from candledesk.domain.texts import count_text
from candledesk.workspace.watchlists.matching import Found, Match, choose, replace_matches

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from candledesk.ui.theme.themes import Theme
    from candledesk.workspace.watchlists.matching import Preview

ModelIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
TITLES = ("In the text", "Symbol", "Result")
LEFT_OUT = ""  # the choice of none of several symbols
_ORDER = (Found.SEVERAL, Found.NONE, Found.SEARCHED, Found.ONE)
_ROLE = Qt.ItemDataRole


class PreviewModel(QAbstractTableModel):
    """A row for each name; ``choices`` by name are what a person chose among several symbols."""

    def __init__(self, preview: Preview, own: Container[str], theme: Theme, parent: QObject) -> None:
        """``own``: the symbols that the list has already."""
        super().__init__(parent)
        self._own, self._theme = own, theme
        self.preview = preview
        self.choices: dict[str, str] = {}
        self.matches: list[Match] = []
        self._sort()

    def settle(self, found: Mapping[str, Match]) -> None:
        """Take what the provider's search found of some names."""
        self.beginResetModel()
        self.preview = replace_matches(self.preview, found)
        self._sort()
        self.endResetModel()

    def choose(self, row: int, symbol: str) -> None:
        """Choose the symbol of a name of several, ``LEFT_OUT``: none."""
        self.choices[self.matches[row].name] = symbol
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(TITLES) - 1))

    def chosen(self) -> Preview:
        """Return the preview with the choices made."""
        return choose(self.preview, {name: symbol for name, symbol in self.choices.items() if symbol})

    def symbols(self) -> list[str]:
        """Return the symbols that would be added, each once."""
        found = (self._symbol(match) for match in self.matches)
        return list(dict.fromkeys(symbol for symbol in found if symbol and symbol not in self._own))

    def summary(self) -> str:
        """Return how many names are found, have several meanings, and have none."""
        n_open = sum(match.found is Found.SEVERAL and match.name not in self.choices for match in self.matches)
        n_none = sum(match.found is Found.NONE for match in self.matches)
        parts = [f"{len(self.matches) - n_none - n_open:,} read"]
        parts += [f"{n_open:,} to choose"] if n_open else []
        parts += [f"{n_none:,} not found"] if n_none else []
        kind = self.preview.kind[:1].upper() + self.preview.kind[1:]
        return f"{kind}: {count_text(len(self.matches), 'name')} · " + " · ".join(parts)

    def _sort(self) -> None:
        whole = self.preview.watchlist
        found = [Match(symbol, (symbol,)) for symbol in whole.symbols] if whole else self.preview.matches(*Found)
        self.matches = sorted(found, key=lambda match: _ORDER.index(match.found))

    def _symbol(self, match: Match) -> str:
        if match.found is Found.SEVERAL:
            return self.choices.get(match.name, LEFT_OUT)
        return match.symbols[0] if match.symbols else ""

    # -- Qt's model

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        """Return the number of names."""
        return 0 if parent.isValid() else len(self.matches)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:  # noqa: ANN401 - as Qt's
        """Return a title."""
        return TITLES[section] if orientation is Qt.Orientation.Horizontal and role == _ROLE.DisplayRole else None

    def data(self, index: ModelIndex, role: int = _ROLE.DisplayRole) -> Any:  # noqa: ANN401 - as Qt's
        """Return a text, or its colour."""
        if not index.isValid():
            return None
        match = self.matches[index.row()]
        if role == _ROLE.DisplayRole:
            return (match.name, self._symbol_text(match), self._result(match))[index.column()]
        if role == _ROLE.ForegroundRole and (match.found is Found.NONE or self._is_open(match)):
            return QColor(self._theme.warning)
        return None

    def _is_open(self, match: Match) -> bool:
        return match.found is Found.SEVERAL and match.name not in self.choices

    def _symbol_text(self, match: Match) -> str:
        if match.found is not Found.SEVERAL:
            return self._symbol(match)
        return f"{self.choices.get(match.name) or 'choose'}  \N{BLACK DOWN-POINTING SMALL TRIANGLE}"

    def _result(self, match: Match) -> str:
        if match.found is Found.SEVERAL:
            chosen = self.choices.get(match.name)
            if chosen is None:
                return f"one of {', '.join(match.symbols)}"
            return "chosen" if chosen else "left out"
        if self._symbol(match) in self._own:
            return "in the list already"
        return "as it is" if match.symbols == (match.name,) else match.found.value  # it is not looked up here

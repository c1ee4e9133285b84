"""The row of types above the list of the symbol search."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from candledesk.ui.features.search.symbol_rows import SymbolKind


class TypeChips(QWidget):
    """One of the types is chosen, by a click or by ``step``; ``chosen`` when it is another one."""

    chosen = Signal()

    def __init__(self) -> None:
        """Start with all types."""
        super().__init__()
        box = QHBoxLayout(self)
        box.setContentsMargins(12, 0, 12, 8)
        box.setSpacing(5)
        self._group = QButtonGroup(self)
        self.buttons: dict[SymbolKind, QToolButton] = {}
        for at, kind in enumerate(SymbolKind):
            button = QToolButton()
            button.setObjectName("chip")
            button.setText(kind.words)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._group.addButton(button, at)
            self.buttons[kind] = button
            box.addWidget(button)
        box.addStretch(1)
        self.buttons[SymbolKind.ALL].setChecked(True)
        self._group.idToggled.connect(self._on_toggled)

    @property
    def kind(self) -> SymbolKind:
        """The type that is chosen."""
        return list(SymbolKind)[self._group.checkedId()]

    def choose(self, kind: SymbolKind) -> None:
        """Choose a type."""
        self.buttons[kind].setChecked(True)

    def step(self, by: int) -> None:
        """Choose the next type to the right, or to the left, wrapping around."""
        kinds = list(SymbolKind)
        self.choose(kinds[(kinds.index(self.kind) + by) % len(kinds)])

    def _on_toggled(self, _id: int, is_checked: bool) -> None:  # noqa: FBT001 - Qt passes it
        if is_checked:
            self.chosen.emit()

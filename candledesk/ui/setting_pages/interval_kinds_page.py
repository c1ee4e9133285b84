"""On which kinds of intervals something is drawn, in its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from candledesk.domain.interval import INTERVAL_KINDS
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Container


class IntervalKindsPage(QWidget):
    """``checks``: a box for each kind of interval; ``changed`` after a person changed one."""

    changed = Signal()

    def __init__(self, shown: Container[str]) -> None:
        """``shown``: the kinds on which it is drawn."""
        super().__init__()
        self.checks = {kind: QCheckBox(kind.capitalize()) for kind in INTERVAL_KINDS}
        box = QVBoxLayout(self)
        box.setSpacing(10)
        box.addWidget(PlainLabel("Draw it in charts of"))
        for kind, check in self.checks.items():
            check.setChecked(kind in shown)
            check.clicked.connect(self.changed)
            box.addWidget(check)
        box.addStretch()

    def shown(self) -> tuple[str, ...]:
        """Return the kinds on which it is drawn now."""
        return tuple(kind for kind, check in self.checks.items() if check.isChecked())

    def hidden(self) -> tuple[str, ...]:
        """Return the kinds on which it is not drawn now."""
        return tuple(kind for kind, check in self.checks.items() if not check.isChecked())

    def reset(self) -> None:
        """Draw it everywhere; the owner shows it."""
        for check in self.checks.values():
            check.setChecked(True)

"""The line over a layout that was changed elsewhere, with the choice between the two."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from candledesk.ui.plain_text import PlainLabel


class ChangedBar(QFrame):
    """``load_requested``: show what was stored elsewhere; ``keep_requested``: store what is shown here."""

    load_requested = Signal()
    keep_requested = Signal()

    def __init__(self, name: str) -> None:
        """Name the layout."""
        super().__init__()
        self.setObjectName("changed_bar")
        text = PlainLabel(f"{name} was changed elsewhere, and is not saved here until you choose.")
        self.load_button = QPushButton("Load it")
        self.keep_button = QPushButton("Keep mine")
        box = QHBoxLayout(self)
        box.setContentsMargins(12, 6, 12, 6)
        box.addWidget(text, 1)
        for button, signal in ((self.load_button, self.load_requested), (self.keep_button, self.keep_requested)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(signal)
            box.addWidget(button)

"""The layout of a pane with a table: controls above it, and words in its place while it has no rows."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget


def lay_out_pane(pane: QWidget, controls: QHBoxLayout, table: QWidget, empty: QWidget) -> QStackedWidget:
    """Lay out ``pane``, and return the stack that shows either ``table`` or ``empty``."""
    pages = QStackedWidget()
    pages.addWidget(table)
    pages.addWidget(empty)
    controls.setContentsMargins(24, 10, 24, 10)
    below = QHBoxLayout()
    below.setContentsMargins(13, 0, 14, 0)  # and the padding of cells: the texts stand under those of the head
    below.addWidget(pages)
    box = QVBoxLayout(pane)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(0)
    box.addLayout(controls)
    box.addLayout(below, 1)
    return pages

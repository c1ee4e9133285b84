"""A button that stands for an interval in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from candledesk.ui.interval_text import interval_text

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval


def interval_button(interval: Interval) -> QToolButton:
    """Return a button that can be checked, with the interval's name and, for people, its words."""
    button = QToolButton()
    button.setObjectName("interval")
    button.setText(interval.name)
    button.setToolTip(interval_text(interval))
    button.setAccessibleName(interval_text(interval))
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button

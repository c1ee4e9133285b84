"""Keeps keys from the shortcuts of the window, so that the widget that has the keyboard gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


class ShortcutFilter(QObject):
    """Filters the events of one widget.

    Not an override of ``QWidget.event``: PySide 6.11 ends the process at an error within a handler that such an
    override calls.
    """

    def __init__(self, widget: QWidget, takes: Callable[[QKeyEvent], bool]) -> None:
        """``takes`` returns whether the widget itself does something with a key."""
        super().__init__(widget)
        self._takes = takes
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Answer whether a key is a shortcut."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        event.setAccepted(self._takes(event))
        return True

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

    Not an override of ``QWidget.event``: that calls every other handler of the widget, and PySide 6.10 and 6.11 end the
    process on Python 3.11 when a handler that was called from Python raises an error of C code (``hash({})``).
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

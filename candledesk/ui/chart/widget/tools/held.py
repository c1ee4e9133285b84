"""The keys of Qt's events by the names that tools and objects take them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from candledesk.ui.chart.core.interaction.tool import Held

if TYPE_CHECKING:
    from PySide6.QtGui import QInputEvent, QKeyEvent

MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta})
_NAMES = {
    Qt.Key.Key_Escape: "Escape",
    Qt.Key.Key_Delete: "Delete",
    Qt.Key.Key_Backspace: "Delete",
    Qt.Key.Key_Return: "Return",
    Qt.Key.Key_Enter: "Return",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_C: "C",
    Qt.Key.Key_V: "V",
}


def held_of(event: QInputEvent) -> Held:
    """Return the keys that are held with an event."""
    keys = event.modifiers()
    return Held(
        bool(keys & Qt.KeyboardModifier.ShiftModifier),
        bool(keys & Qt.KeyboardModifier.ControlModifier),
        bool(keys & Qt.KeyboardModifier.AltModifier),
    )


def key_name(event: QKeyEvent) -> str:
    """Return the name of a key that charts know, empty for another."""
    return _NAMES.get(Qt.Key(event.key()), "")

"""Drawings as a feature of the window: what is stored is shown on every chart of its symbol, and can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.features.drawings.editor import DrawingEditor
from candledesk.ui.features.drawings.pointer.charts import DrawingCharts
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext

_KEYS = (
    ("Drawings", "Select several", "Ctrl + click  or  Ctrl + drag"),
    ("Drawings", "Take a filled drawing by its fill", "Alt + click"),
    ("Drawings", "Draw or move in one direction", "Shift"),
    ("Drawings", "Magnet on or off for the moment", "Ctrl"),
    ("Drawings", "Move by a bar or a tick", "←  →  ↑  ↓"),
    ("Drawings", "Clone", "Ctrl + drag"),
    ("Drawings", "Copy, and paste into any chart", "Ctrl+C  or  Ctrl+V"),
    ("Drawings", "Remove", "Del"),
    ("Drawings", "Write on the selected one, and end writing", "Enter  or  Ctrl+Enter"),
    ("Drawings", "Settings", "Double-click"),
    ("Drawings", "Cancel, or select nothing", "Esc"),
)


def drawings_feature(context: WindowContext) -> Feature:
    """Return the feature; ``editor_of`` finds its editor."""
    DrawingCharts(context.charts, editor_of(context))
    return Feature("drawings", keys=_KEYS)


def editor_of(context: WindowContext) -> DrawingEditor:
    """Return the editor of a window, for the features after this one; it is made once."""
    editor = context.window.findChild(DrawingEditor)
    return editor if editor is not None else DrawingEditor(context)

"""Drawings as a feature of the window: what is stored is shown on every chart of its symbol, and can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.features.drawings.editor import DrawingEditor
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext


def drawings_feature(context: WindowContext) -> Feature:
    """Return the feature; ``editor_of`` finds its editor."""
    editor_of(context)
    return Feature("drawings")


def editor_of(context: WindowContext) -> DrawingEditor:
    """Return the editor of a window, for the features after this one; it is made once."""
    editor = context.window.findChild(DrawingEditor)
    return editor if editor is not None else DrawingEditor(context)

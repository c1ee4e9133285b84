"""Drawings as a feature of the window: what is stored is shown on every chart of its symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.features.drawings.window_drawings import WindowDrawings
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext


def drawings_feature(context: WindowContext) -> Feature:
    """Show the stored drawings, where there are any stored."""
    if context.workspace is not None and context.workspace_bridge is not None:
        WindowDrawings(context.charts, context.workspace, context.workspace_bridge)
    return Feature("drawings")

"""The palette as a feature of the window, created at its first use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.features.palette.controller import PaletteController
    from candledesk.ui.shell.feature import WindowContext


class _Palette:
    def __init__(self, context: WindowContext) -> None:
        self._context = context

    @cached_property
    def controller(self) -> PaletteController:
        from candledesk.ui.features.palette.controller import PaletteController

        return PaletteController(self._context)

    def toggle(self) -> None:
        """Open the palette, or close it."""
        self.controller.toggle()


def palette_feature(context: WindowContext) -> Feature:
    """Return the palette's entry in the Help menu."""
    toggle = _Palette(context).toggle
    return Feature("palette", (ActionRow("palette", "Help", "Find anything…", ("Ctrl+P", "Ctrl+Shift+P"), toggle),))

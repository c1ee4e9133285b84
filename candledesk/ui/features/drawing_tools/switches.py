"""What holds for all drawing in a window, as it is switched by menus, keys and the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.domain.texts import count_text
from candledesk.drawings.placing.magnet import Magnet

if TYPE_CHECKING:
    from candledesk.ui.features.drawings.editor import DrawingEditor
    from candledesk.ui.shell.feature import WindowContext

MAGNET_WORDS = {
    Magnet.OFF: "Off",
    Magnet.WEAK: "Weak: when a price is near",
    Magnet.STRONG: "Strong: always",
}


class ToolSwitches(QObject):
    """Arms tools, and switches the magnet, staying in a tool, and locked and hidden drawings."""

    def __init__(self, context: WindowContext, editor: DrawingEditor) -> None:
        """Switch those of ``editor``."""
        super().__init__(editor)
        self._charts, self._context, self._editor = context.charts, context, editor
        self._last_magnet = editor.magnet if editor.magnet is not Magnet.OFF else Magnet.WEAK
        for signal in (editor.tool_changed, editor.switches_changed, editor.drawings_changed):
            signal.connect(self._refresh)

    def _refresh(self) -> None:
        self._context.table.refresh()

    # -- tools

    def toggle_tool(self, tool: str) -> None:
        """Draw with a tool, or with none when it is the one in use."""
        if self._editor.tool == tool:
            self._editor.arm(None)
        else:
            self._editor.arm(tool)
        self._charts.focus()

    def is_armed(self, tool: str) -> bool:
        """Return whether a tool is in use."""
        return self._editor.tool == tool

    # -- the magnet

    def set_magnet(self, magnet: Magnet) -> None:
        """Let points snap to prices in this way."""
        if magnet is not Magnet.OFF:
            self._last_magnet = magnet
        self._editor.magnet = magnet

    def toggle_magnet(self) -> None:
        """Switch the magnet off, or on as it was last."""
        self.set_magnet(self._last_magnet if self._editor.magnet is Magnet.OFF else Magnet.OFF)

    def has_magnet(self) -> bool:
        """Return whether points snap to prices."""
        return self._editor.magnet is not Magnet.OFF

    # -- staying, locking, hiding

    def toggle_stay(self) -> None:
        """Keep a tool after a drawing is finished, or not."""
        self._editor.stay_in_drawing = not self._editor.stay_in_drawing

    def toggle_lock(self) -> None:
        """Lock all drawings, or unlock those that are not locked by themselves."""
        self._editor.lock_all = not self._editor.lock_all

    def toggle_hidden(self) -> None:
        """Hide all drawings, or show them again."""
        self._editor.hide_all = not self._editor.hide_all

    def toggle_everything(self) -> None:
        """Hide all drawings and the indicators of the chart in front, or show them again."""
        are_shown = self.is_everything_hidden()
        page = self._charts.page
        self._editor.hide_all = not are_shown
        if page is not None and page.model.scene.studies:
            page.studies.show_all(are_shown=are_shown)

    def is_everything_hidden(self) -> bool:
        """Return whether neither drawings nor indicators are shown."""
        page = self._charts.page
        return self._editor.hide_all and (page is None or not any(one.is_shown for one in page.model.scene.studies))

    # -- removing

    def symbol(self) -> str:
        """Return the symbol of the chart in front, empty without one."""
        page = self._charts.page
        return page.model.series.symbol if page is not None else ""

    def has_drawings(self) -> bool:
        """Return whether the symbol in front has drawings."""
        symbol = self.symbol()
        return bool(symbol) and bool(self._editor.drawings_of(symbol))

    def remove_all(self) -> None:
        """Remove all drawings of the symbol in front, without those that are locked, as one step of undo."""
        symbol = self.symbol()
        drawings = self._editor.drawings_of(symbol) if symbol else ()
        ids = [one.id for one in drawings if not self._editor.is_locked(one)]
        n_locked = len(drawings) - len(ids)
        if ids:
            self._editor.apply("remove all drawings", symbol, self._editor.list_of(symbol).removed(ids))
            rest = f"; {count_text(n_locked, 'locked one stays', 'locked ones stay')}" if n_locked else ""
            self._charts.show_message(f"{count_text(len(ids), 'drawing')} removed{rest}. Ctrl+Z brings them back")
        elif n_locked:
            self._charts.show_message("All drawings are locked: unlock them first")

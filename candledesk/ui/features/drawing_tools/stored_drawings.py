"""Opens the dialogs of what is stored: the bin, and the drawings of other symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog

from candledesk.domain.texts import count_text
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.features.drawing_tools.commands import DrawingCommands
    from candledesk.ui.shell.feature import WindowContext

_BETWEEN = "  ·  "


class StoredDrawings(QObject):
    """The dialogs of a window; without a workspace they are not opened."""

    def __init__(self, context: WindowContext, commands: DrawingCommands) -> None:
        """``commands`` adds drawings."""
        super().__init__(commands)
        self._window, self._charts, self._workspace = context.window, context.charts, context.workspace
        self._commands = commands
        self._tasks = WidgetTasks(self, context.charts.show_message)

    def show_bin(self) -> None:
        """Open the bin."""
        from candledesk.ui.features.drawing_tools.bin_dialog import BinDialog

        if self._workspace is not None:
            BinDialog(self._commands, self._workspace, self._window).open()

    def show_others(self) -> None:
        """Ask from which other symbol the chart in front takes over the drawings, as after a change of the ticker."""
        page = self._charts.page
        if page is not None and page.model.series.symbol:
            self._tasks.start(self._ask(page.model.series.symbol))

    async def _ask(self, symbol: str) -> None:
        if self._workspace is None:
            return
        others: dict[str, list[Drawing]] = {}
        for one in await result_of(self._workspace.list_drawings()):
            if one.symbol != symbol:
                others.setdefault(one.symbol, []).append(one)
        if not others:
            self._charts.show_message("No other symbol has drawings")
            return
        rows = {f"{name}{_BETWEEN}{count_text(len(found), 'drawing')}": found for name, found in others.items()}
        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(f"Take over drawings for {symbol}")
        dialog.setLabelText("Copy the drawings, with their times and prices, from")
        dialog.setComboBoxItems(list(rows))
        dialog.setOkButtonText("Copy")
        dialog.textValueSelected.connect(lambda row: self._commands.take_over(symbol, rows[row]))
        dialog.open()

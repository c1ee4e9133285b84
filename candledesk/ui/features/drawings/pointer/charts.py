"""Gives every chart of a window what the mouse and the keys need for drawings, and the tool that is in use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.ui.features.drawings.pointer.draw_tool import DrawTool
from candledesk.ui.features.drawings.pointer.drawing_pointer import DrawingPointer

if TYPE_CHECKING:
    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.features.drawings.editor import DrawingEditor
    from candledesk.ui.features.drawings.pointer.text_entry import TextEntry
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.chart_page import ChartPage


class DrawingCharts(QObject):
    """The charts of a window as they are drawn on."""

    def __init__(self, charts: ChartController, editor: DrawingEditor) -> None:
        """Follow the charts and the tool of the editor."""
        super().__init__(editor)
        self._charts, self._editor = charts, editor
        self._entries: dict[ChartPage, TextEntry] = {}
        charts.chart_added.connect(self._on_chart_added)
        charts.chart_closed.connect(self._on_chart_closed)
        editor.tool_changed.connect(self._on_tool_changed)

    def _edit_on(self, page: ChartPage, drawing: Drawing) -> None:
        if page not in self._entries:
            from candledesk.ui.features.drawings.pointer.text_entry import TextEntry

            self._entries[page] = TextEntry(page.view, page.model, self._editor)
        self._entries[page].begin(drawing)

    def _on_chart_added(self, page: ChartPage) -> None:
        pointer = DrawingPointer(page.model, page.view, self._editor, partial(self._edit_on, page))
        page.view.set_objects(pointer)
        page.model.series_changed.connect(partial(self._on_series_changed, page, pointer))
        page.model.tool_changed.connect(partial(self._on_model_tool_changed, page))
        self._give_tool(page)

    def _on_series_changed(self, page: ChartPage, pointer: DrawingPointer) -> None:
        """Leave nothing half done on the symbol that the chart showed before."""
        pointer.follow_series()
        if isinstance(page.model.tool, DrawTool):
            page.model.tool.follow_chart()

    def _on_chart_closed(self, model: ChartModel) -> None:
        if isinstance(model.tool, DrawTool):
            model.tool.cancel()
        for page in [page for page in self._entries if page.model is model]:
            del self._entries[page]

    # -- the tool

    def _on_tool_changed(self) -> None:
        if self._editor.tool is not None and self._editor.hide_all:
            self._editor.hide_all = False
            self._charts.show_message("Drawings are shown again")
        for page in self._charts.pages():
            self._give_tool(page)

    def _give_tool(self, page: ChartPage) -> None:
        former, tool = page.model.tool, self._editor.tool
        if isinstance(former, DrawTool):
            former.cancel()
        if tool is not None:
            page.model.use_tool(DrawTool(page.model, self._editor, tool, self._on_begun, self._on_drawn))
        elif isinstance(former, DrawTool):
            page.model.use_tool(None)

    def _on_model_tool_changed(self, page: ChartPage) -> None:
        """Leave the drawing tool on all charts when one of them got another, as to measure."""
        if self._editor.tool is not None and not isinstance(page.model.tool, DrawTool):
            self._editor.arm(None)

    def _on_begun(self, begun: DrawTool) -> None:
        """Cancel what was begun on another chart; what is selected has no handles in the way of a new drawing."""
        self._editor.select("", ())
        for page in self._charts.pages():
            if isinstance(page.model.tool, DrawTool) and page.model.tool is not begun:
                page.model.tool.cancel()

    def _on_drawn(self, made: DrawTool, drawing: Drawing) -> None:
        if drawing.type == "text":
            for page in self._charts.pages():
                if page.model is made.model:
                    self._edit_on(page, self._editor.list_of(drawing.symbol).get(drawing.id) or drawing)

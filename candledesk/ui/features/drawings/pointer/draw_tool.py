"""Draws with the next clicks on a chart: click by click, or press, drag and release (WORKBENCH.md §2.3)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from candledesk.drawings.figures import Point
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.drawings.drawing_pane import DrawingPane
from candledesk.ui.chart.core.drawings.placing import Placement
from candledesk.ui.chart.core.interaction.tool import NO_KEYS
from candledesk.ui.chart.core.panes import Zone
from candledesk.ui.chart.paint.layers import hit_test
from candledesk.ui.chart.widget.tools.pan_tool import PanTool

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.core.drawings.drawing_pane import Spot
    from candledesk.ui.chart.core.interaction.tool import Held
    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.features.drawings.editor import DrawingEditor

_ID_BYTES = 8


def new_id() -> str:
    """Return an id that no drawing has."""
    return secrets.token_hex(_ID_BYTES)


class DrawTool:
    """Makes drawings on one chart; see ``core.interaction.tool.Tool``. Axes can be dragged as ever.

    ``on_begun`` is called with it when the first point is set, ``on_drawn`` with it and the drawing that was made.
    """

    def __init__(
        self,
        model: ChartModel,
        editor: DrawingEditor,
        tool: str,
        on_begun: Callable[[DrawTool], object],
        on_drawn: Callable[[DrawTool, Drawing], object],
    ) -> None:
        """``tool``: the id of a drawing tool."""
        self.model = model
        self._editor = editor
        self._on_begun, self._on_drawn = on_begun, on_drawn
        self._pan = PanTool(model)
        self._tool = TOOLS[tool]
        self._placement = self._before = Placement(self._tool)  # now, and before the last press
        self._id, self._symbol = new_id(), ""

    @property
    def grabbed(self) -> Hit | None:
        """The axis or separator that is being dragged."""
        return self._pan.grabbed

    def press(self, x: float, y: float, held: Held = NO_KEYS) -> Command | None:
        """Begin or go on with a point in the plot; take an axis elsewhere."""
        series, frame = self.model.series, self.model.frame()
        self.follow_chart()
        is_plot = hit_test(frame, x, y, self.model.layers).zone is Zone.PLOT
        if not is_plot and not self._placement.is_begun:
            self._pan.press(x, y)
            return None
        if not series.axis.n_rows:
            self.model.say("There are no bars to draw on yet")
            return None
        self._symbol = series.symbol
        if not self._placement.is_begun:
            self._on_begun(self)
        self._before = self._placement
        pane = self._placement.pane or frame.panes.box_at(round(y * frame.dpr)).pane.id
        self._placement = self._placement.press(pane, Point(x, y), self._spot(Point(x, y), held, pane))
        self._preview()
        return None

    def move(self, x: float, y: float, held: Held = NO_KEYS) -> Command | None:
        """Let the open point follow."""
        self.follow_chart()
        if self._pan.grabbed is not None:
            self._pan.move(x, y)
        elif self._placement.is_begun:
            at = Point(x, y)
            self._placement = self._placement.move(at, self._spot(at, held, self._placement.pane))
            self._preview()
        return None

    def release(self) -> Command | None:
        """Set the point; after the last one the drawing is made."""
        if self._pan.grabbed is not None:
            return self._pan.release()
        self.follow_chart()
        self._placement = self._placement.release()
        if self._placement.is_done:
            self._finish()
        elif self._placement.is_begun:
            self._preview()
        return None

    def interrupt(self) -> None:
        """Take back what a finger has begun: the points that were set before stay."""
        if self._placement.pressed is None:
            return
        if not self._before.is_begun:
            self.cancel()
            return
        self._placement = self._before
        self._preview()

    def key(self, name: str) -> None:
        """Cancel what is being drawn on ``Escape``, and leave the tool unless it stays or nothing was begun."""
        if name == "Escape":
            is_left = not self._placement.is_begun or not self._editor.stay_in_drawing
            self.cancel()
            if is_left:
                self._editor.arm(None)

    def cancel(self) -> None:
        """Cancel what is being drawn."""
        if self._placement.is_begun:
            self._placement = Placement(self._tool)
            self._editor.end_preview()

    def follow_chart(self) -> None:
        """Cancel what is being drawn when the chart shows another symbol, or its pane no more."""
        if self._placement.is_begun and not self._is_here():
            self.cancel()

    def _is_here(self) -> bool:
        return self.model.series.symbol == self._symbol and self._placement.pane in self.model.frame().scales

    def _spot(self, at: Point, held: Held, pane_id: str) -> Spot:
        pane, placement = self._pane(pane_id), self._placement
        start = placement.last or (placement.open if placement.pressed and self._tool.clicks > 1 else None)
        if held.shift and start is not None:
            return pane.on_step_of_45(start, at)
        magnet = self._editor.magnet.inverted() if held.ctrl else self._editor.magnet
        return pane.snapped(at, magnet, {self._id})

    def _pane(self, pane_id: str) -> DrawingPane:
        scene, frame, bars_of = self.model.scene, self.model.frame(), self._editor.row_bars.bars_of
        return DrawingPane(scene, frame, pane_id, is_level=self._tool.is_level, row_bars=bars_of)

    def _drawing(self) -> Drawing:
        style = self._editor.default_styles.get(self._tool.id, {})
        return self._placement.drawing(self._pane(self._placement.pane), self._id, style)

    def _preview(self) -> None:
        self._editor.preview(self._symbol, (*self._editor.drawings_of(self._symbol), self._drawing()))

    def _finish(self) -> None:
        drawing, editor = self._drawing(), self._editor
        self._placement, self._id = Placement(self._tool), new_id()
        editor.apply(f"draw {self._tool.title.lower()}", self._symbol, editor.list_of(self._symbol).added([drawing]))
        editor.select(self._symbol, [drawing.id])
        if not editor.stay_in_drawing:
            editor.arm(None)
        if editor.list_of(self._symbol).get(drawing.id) is not None:  # what cannot be stored is not drawn
            self._on_drawn(self, drawing)

"""Keys for the selected drawings of a chart: move, remove, copy, paste, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.drawings.figures import Text
from candledesk.drawings.hit import is_on_figures
from candledesk.drawings.registry import whole_style
from candledesk.drawings.tools.shapes.text import shown_text
from candledesk.ui.chart.core.drawings.dragging import nudge_drawings
from candledesk.ui.features.drawings.pointer.clipboard import copy_drawings, has_drawings, paste_drawings
from candledesk.ui.features.drawings.pointer.drags import keep_changed, show_changed, titled

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.figures import Point
    from candledesk.drawings.hit import ShownDrawing
    from candledesk.ui.chart.core.interaction.tool import Held
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.features.drawings.editor import DrawingEditor

_STEPS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, 1), "Down": (0, -1)}  # bars to the right, ticks upward
_PLAIN = frozenset({"Delete", "Return", "Escape", *_STEPS})
WRITTEN = frozenset(
    {
        *("trend_line", "ray", "extended_line", "horizontal_line", "horizontal_ray", "vertical_line", "arrow"),
        *("parallel_channel", "rectangle", "text"),
    }
)
"""The tools whose drawings show a text."""


class DrawingKeys:
    """The keys of one chart; a key that is held moves drawings as one step of undo."""

    def __init__(self, model: ChartModel, editor: DrawingEditor, edit_text: Callable[[Drawing], object]) -> None:
        """``edit_text``: called with the drawing that is to be written on."""
        self._model, self._editor, self._edit_text = model, editor, edit_text
        self._nudged: tuple[tuple[Drawing, ...], tuple[Drawing, ...]] | None = None  # before and after

    def _selected(self) -> tuple[Drawing, ...]:
        """Return the selected drawings that this chart shows: keys change nothing that cannot be seen."""
        scene, series = self._model.scene, self._model.series
        if self._editor.selection.symbol != series.symbol or self._editor.hide_all:
            return ()
        panes = self._model.frame().scales
        return tuple(
            one
            for one in self._editor.selected_drawings()
            if one.is_shown_on(series.interval) and one.belongs_to(scene.chart) and one.pane in panes
        )

    def takes(self, name: str, held: Held) -> bool:
        """Return whether a key does something now."""
        if name == "V":
            return held.ctrl and not held.alt and self._model.series.axis.n_rows > 0 and has_drawings()
        chosen = self._selected()
        if name == "C":
            return held.ctrl and not held.alt and bool(chosen)
        is_plain = name in _PLAIN and not (held.ctrl or held.alt or held.shift)
        if name == "Return":
            return is_plain and len(chosen) == 1 and self._can_write(chosen[0])
        return is_plain and bool(chosen)

    def press(self, name: str, _held: Held) -> None:
        """Do what a key says."""
        if name in _STEPS:
            self._nudge(_STEPS[name])
            return
        self.release()
        if name == "Delete":
            self._remove()
        elif name == "Escape":
            self._editor.select("", ())
        elif name == "Return":
            self._edit_text(self._selected()[0])
        elif name == "C":
            copy_drawings(self._selected())
        elif name == "V":
            self._model.say(paste_drawings(self._model, self._editor))

    def release(self) -> None:
        """Keep what arrow keys moved, as one step of undo."""
        nudged, self._nudged = self._nudged, None
        if nudged is not None:
            keep_changed(self._editor, "move", *nudged)

    def follow_series(self) -> None:
        """Keep what arrow keys moved when the chart shows another symbol."""
        if self._nudged is not None and self._nudged[0][0].symbol != self._model.series.symbol:
            self.release()

    def _nudge(self, steps: tuple[int, int]) -> None:
        chosen = [one for one in self._selected() if not self._editor.is_locked(one)]
        if not chosen:
            self._model.say("Locked drawings are not moved")
            return
        before, after = self._nudged or (tuple(chosen), tuple(chosen))
        after = nudge_drawings(self._model.scene, self._model.frame(), after, steps)
        self._nudged = before, after
        show_changed(self._editor, self._model.series.symbol, after)

    def _remove(self) -> None:
        chosen = [one for one in self._selected() if not self._editor.is_locked(one)]
        if not chosen:
            self._model.say("Locked drawings are not removed: unlock them first")
            return
        symbol = self._model.series.symbol
        self._editor.apply(
            titled("remove", chosen), symbol, self._editor.list_of(symbol).removed([one.id for one in chosen])
        )

    def _can_write(self, drawing: Drawing) -> bool:
        return drawing.type in WRITTEN and not self._editor.is_locked(drawing)

    def is_on_text(self, drawing: Drawing, shown: ShownDrawing, at: Point) -> bool:
        """Return whether a pixel is on the text that was written on a drawing."""
        words = shown_text(drawing.text, whole_style(drawing)) if drawing.type == "text" else drawing.text
        own = [figure for figure in shown.figures if isinstance(figure, Text) and figure.text == words and words]
        return self._can_write(drawing) and is_on_figures(own, at, 0.0, takes_fills=False)

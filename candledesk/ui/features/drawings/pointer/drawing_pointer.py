"""Selects and drags the drawings of one chart while no tool is in use, and takes the keys for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.drawings.figures import Point
from candledesk.drawings.hit import STROKE_PX, DrawingHit, hit_drawing, is_on_figures, nearest_handle
from candledesk.drawings.registry import is_fixed
from candledesk.ui.chart.core.drawings.shown import drawings_at
from candledesk.ui.chart.core.interaction.tool import NO_KEYS, Grip, Held
from candledesk.ui.features.drawings.pointer.drags import BandDrag, BodyDrag, CloneDrag, HandleDrag
from candledesk.ui.features.drawings.pointer.keys import DrawingKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.figures import Text
    from candledesk.drawings.hit import ShownDrawing
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.chart_view import ChartView
    from candledesk.ui.features.drawings.editor import DrawingEditor
    from candledesk.ui.features.drawings.pointer.drags import Drag

_DRAG_PX = 3.0  # a press that moves farther is no click
_TOUCH_DRAG_PX = 8.0


@dataclass(slots=True)
class _Press:
    """What was pressed on the chart of a symbol, until it is released. ``hit``: ``None`` for nothing."""

    symbol: str
    at: Point
    hit: DrawingHit | None
    held: Held
    was_selected: bool
    drag: Drag | None = None


class DrawingPointer:
    """The drawings of a chart as ``core.interaction.tool.ChartObjects``.

    ``edit_text`` is called with a selected drawing whose text was clicked.
    """

    def __init__(
        self, model: ChartModel, view: ChartView, editor: DrawingEditor, edit_text: Callable[[Drawing], object]
    ) -> None:
        """Serve the chart of ``model``, which ``view`` shows."""
        self._model, self._view, self._editor = model, view, editor
        self._edit_text = edit_text
        self._keys = DrawingKeys(model, editor, edit_text)
        self._press: _Press | None = None

    # -- what is where

    @property
    def _symbol(self) -> str:
        return self._model.series.symbol

    @property
    def _selected(self) -> frozenset[str]:
        symbol, ids = self._editor.selection
        return ids if symbol == self._symbol else frozenset()

    def _shown_at(self, at: Point) -> list[ShownDrawing]:
        return drawings_at(self._model.scene, self._model.frame(), at)

    def _hit(self, at: Point, held: Held) -> DrawingHit | None:
        """Return what a press takes; the handles of the drawing under the pointer are shown, and can be taken too."""
        shown = self._shown_at(at)
        hit = hit_drawing(shown, at, is_touch=held.is_touch, takes_fills=held.alt)
        if hit is None or hit.handle is not None:
            return hit
        own = next(one for one in reversed(shown) if one.id == hit.drawing_id)
        return DrawingHit(hit.drawing_id, nearest_handle(own, at, is_touch=held.is_touch))

    def grip_at(self, x: float, y: float) -> Grip | None:
        """Return the handles of the drawing at a pixel, and whether it can be moved there."""
        hit = self._hit(Point(x, y), NO_KEYS)
        drawing = self._editor.list_of(self._symbol).get(hit.drawing_id) if hit is not None else None
        if hit is None or drawing is None:
            return None
        own = next(one for one in self._shown_at(Point(x, y)) if one.id == hit.drawing_id)
        return Grip(own.handles, hit.handle is not None, self._editor.is_locked(drawing))

    def labels_at(self, x: float, y: float) -> tuple[Text, ...]:
        """Return the labels that the topmost drawing there hides; the pointer may be anywhere in its box."""
        at = Point(x, y)
        for one in reversed(self._shown_at(at)):
            if one.hidden and is_on_figures(one.figures, at, STROKE_PX, takes_fills=True):
                return one.hidden
        return ()

    # -- the mouse

    @property
    def is_active(self) -> bool:
        """Whether the button is down on a drawing, or draws a box."""
        return self._press is not None

    def press(self, x: float, y: float, held: Held) -> bool:
        """Select the drawing there; with Ctrl, which may begin a copy or a box, only when it is released."""
        self._keys.release()
        at = Point(x, y)
        hit = self._hit(at, held)
        if hit is None and not held.ctrl:
            return False
        was_selected = hit is not None and hit.drawing_id in self._selected
        self._press = _Press(self._symbol, at, hit, held, was_selected)
        if hit is not None and not held.ctrl and not was_selected:
            self._editor.select(self._symbol, [hit.drawing_id])
        return True

    def move(self, x: float, y: float, held: Held) -> bool:
        """Drag what was pressed, once the pointer has moved a little; a locked drawing is let go."""
        press, at = self._press, Point(x, y)
        if press is None:
            return False
        reach = _TOUCH_DRAG_PX if held.is_touch else _DRAG_PX
        if press.drag is None and math.dist(press.at, at) > reach:
            press.drag = self._begin(press)
            if press.drag is None:
                self._press = None
                return False
        if press.drag is not None:
            press.drag.update(at, held)
        return True

    def _begin(self, press: _Press) -> Drag | None:
        """Return the drag of what was pressed, ``None`` when it is locked."""
        if press.hit is None:
            return BandDrag(self._model, self._editor, self._view.viewport(), press.at)
        drawing = self._editor.list_of(self._symbol).get(press.hit.drawing_id)
        if drawing is None or self._editor.lock_all:
            return None
        ids = self._selected if press.hit.drawing_id in self._selected else {press.hit.drawing_id}
        chosen = tuple(one for one in self._editor.drawings_of(self._symbol) if one.id in ids)
        if press.held.ctrl:
            return CloneDrag(self._model, self._editor, chosen, drawing, press.at)
        if drawing.locked:
            return None
        if press.hit.handle is not None and not is_fixed(drawing):
            return HandleDrag(self._model, self._editor, drawing, press.hit.handle, press.at)
        return BodyDrag(self._model, self._editor, tuple(one for one in chosen if not one.locked), drawing, press.at)

    def release(self) -> None:
        """Keep what was dragged; a click selects, with Ctrl adds or takes away, on a selected text opens it."""
        press, self._press = self._press, None
        if press is None:
            return
        if press.drag is not None:
            press.drag.finish()
        elif press.hit is not None:
            self._click(press, press.hit.drawing_id)

    def _click(self, press: _Press, drawing_id: str) -> None:
        if press.held.ctrl:
            self._editor.select(self._symbol, self._selected ^ self._group_of(drawing_id))
            return
        is_only = len(self._selected) == 1
        self._editor.select(self._symbol, [drawing_id])
        drawing = self._editor.list_of(self._symbol).get(drawing_id)
        if press.was_selected and is_only and drawing is not None and not self._editor.is_locked(drawing):
            shown = next((one for one in self._shown_at(press.at) if one.id == drawing_id), None)
            if shown is not None and self._keys.is_on_text(drawing, shown, press.at):
                self._edit_text(drawing)

    def _group_of(self, drawing_id: str) -> frozenset[str]:
        return self._editor.list_of(self._symbol).with_groups([drawing_id])

    def cancel(self) -> None:
        """Put back what is being dragged."""
        press, self._press = self._press, None
        if press is not None and press.drag is not None:
            press.drag.cancel()

    def follow_series(self) -> None:
        """End what is being dragged or moved by keys when the chart shows another symbol."""
        if self._press is not None and self._press.symbol != self._symbol:
            self.cancel()
        self._keys.follow_series()

    def choose(self, x: float, y: float) -> None:
        """Select the drawing there, unless it is one of those that are selected."""
        hit = self._hit(Point(x, y), NO_KEYS)
        if hit is not None and hit.drawing_id not in self._selected:
            self._editor.select(self._symbol, [hit.drawing_id])

    def leave(self) -> None:
        """Select nothing."""
        self._editor.select("", ())

    def open(self, x: float, y: float) -> bool:
        """Ask for the settings of the drawing there."""
        hit = self._hit(Point(x, y), NO_KEYS)
        if hit is None:
            return False
        self.choose(x, y)
        self._editor.settings_requested.emit()
        return True

    # -- keys

    def takes_key(self, name: str, held: Held) -> bool:
        """Return whether a key does something with the drawings now."""
        return self._keys.takes(name, held)

    def key(self, name: str, held: Held) -> None:
        """Do what a key says."""
        self._keys.press(name, held)

    def release_keys(self) -> None:
        """Keep what arrow keys moved."""
        self._keys.release()

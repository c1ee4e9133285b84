"""What is dragged of the drawings of a chart: a handle, whole drawings, copies of them, or a box that selects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QRubberBand

from candledesk.drawings.figures import Point
from candledesk.drawings.groups import copies_in_groups
from candledesk.drawings.hit import drawings_in
from candledesk.drawings.placing.constraints import on_one_axis
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.drawings.dragging import (
    drag_handle,
    move_between,
    move_drawings,
    opposite_point,
    pane_of,
)
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.features.drawings.pointer.draw_tool import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.core.drawings.drawing_pane import DrawingPane, Spot
    from candledesk.ui.chart.core.interaction.tool import Held
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.features.drawings.editor import DrawingEditor


def titled(verb: str, drawings: Iterable[Drawing]) -> str:
    """Return the title of a step of undo: ``move trend line``, ``move 3 drawings``."""
    chosen = tuple(drawings)
    if len(chosen) != 1:
        return f"{verb} {len(chosen)} drawings"
    tool = TOOLS.get(chosen[0].type)
    return f"{verb} {tool.title.lower() if tool is not None else 'drawing'}"


class Drag(Protocol):
    """Something that follows the pointer until the button is released."""

    def update(self, at: Point, held: Held) -> None:
        """Follow the pointer."""

    def finish(self) -> None:
        """Keep what was done, as one step of undo."""

    def cancel(self) -> None:
        """Put everything back."""


class HandleDrag:
    """One handle of a drawing; the magnet takes it, Shift keeps its direction."""

    def __init__(self, model: ChartModel, editor: DrawingEditor, drawing: Drawing, handle: int, start: Point) -> None:
        """``start``: where the handle was."""
        self._model, self._editor = model, editor
        self._drawing = self._dragged = drawing
        self._handle, self._start = handle, start

    def update(self, at: Point, held: Held) -> None:
        """Move the handle."""
        pane = pane_of(self._model.scene, self._model.frame(), self._drawing)
        pane = replace(pane, row_bars=self._editor.row_bars.bars_of)
        self._dragged = drag_handle(pane, self._drawing, self._handle, self._spot(pane, at, held))
        show_changed(self._editor, self._drawing.symbol, [self._dragged])

    def _spot(self, pane: DrawingPane, at: Point, held: Held) -> Spot:
        if held.shift:
            start = opposite_point(pane, self._drawing, self._handle)
            if start is not None:
                return pane.on_step_of_45(start, at)
            dx, dy = on_one_axis(at.x - self._start.x, at.y - self._start.y)
            return pane.spot(Point(self._start.x + dx, self._start.y + dy))
        magnet = self._editor.magnet.inverted() if held.ctrl else self._editor.magnet
        return pane.snapped(at, magnet, {self._drawing.id})

    def finish(self) -> None:
        """Keep it."""
        keep_changed(self._editor, "move point of", [self._drawing], [self._dragged])

    def cancel(self) -> None:
        """Put it back."""
        self._editor.end_preview()


class BodyDrag:
    """Whole drawings by whole bars and by price; ``pane``: the one whose scale decides."""

    def __init__(
        self, model: ChartModel, editor: DrawingEditor, drawings: tuple[Drawing, ...], held: Drawing, start: Point
    ) -> None:
        """``drawings``: all that move, ``held``: the one that was taken at ``start``."""
        self._model, self._editor = model, editor
        self._drawings = self._moved = drawings
        self._held, self._start = held, start

    def update(self, at: Point, held: Held) -> None:
        """Move them."""
        scene, frame = self._model.scene, self._model.frame()
        pane = pane_of(scene, frame, self._held)
        move = move_between(pane, self._start, pane.within(at), is_on_one_axis=held.shift)
        self._moved = move_drawings(scene, frame, self._drawings, move, self._held.pane)
        self._show()

    def _show(self) -> None:
        show_changed(self._editor, self._held.symbol, self._moved)

    def finish(self) -> None:
        """Keep them there."""
        keep_changed(self._editor, "move", self._drawings, self._moved)

    def cancel(self) -> None:
        """Put them back."""
        self._editor.end_preview()


class CloneDrag(BodyDrag):
    """Copies of drawings, which move as the drawings would."""

    def __init__(
        self, model: ChartModel, editor: DrawingEditor, drawings: tuple[Drawing, ...], held: Drawing, start: Point
    ) -> None:
        """Copy ``drawings``."""
        copies = copies_in_groups((replace(one, locked=False) for one in drawings), new_id)
        super().__init__(model, editor, copies, held, start)

    def _show(self) -> None:
        symbol = self._held.symbol
        self._editor.preview(symbol, (*self._editor.drawings_of(symbol), *self._moved))

    def finish(self) -> None:
        """Add them and select them."""
        symbol, editor = self._held.symbol, self._editor
        editor.apply(titled("clone", self._moved), symbol, editor.list_of(symbol).added(self._moved))
        editor.select(symbol, [one.id for one in self._moved])


class BandDrag:
    """A box that selects what it touches, besides what is selected."""

    def __init__(self, model: ChartModel, editor: DrawingEditor, surface: QWidget, start: Point) -> None:
        """``surface``: the widget that the chart is painted on."""
        self._model, self._editor = model, editor
        self._start = self._end = start
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, surface)

    def update(self, at: Point, _held: Held) -> None:
        """Let a corner follow the pointer."""
        self._end = at
        first, last = (QPoint(round(x), round(y)) for x, y in (self._start, at))
        self._band.setGeometry(QRect(first, last).normalized())
        self._band.show()

    def finish(self) -> None:
        """Select what the box touches."""
        self.cancel()
        (x0, y0), (x1, y1) = self._start, self._end
        box = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        symbol = self._model.series.symbol
        shown = (one for _, one in show_drawings(self._model.scene, self._model.frame()))
        found = drawings_in(shown, box)
        former = self._editor.selection
        kept = former.ids if former.symbol == symbol else frozenset()
        if found:
            self._editor.select(symbol, kept | found)

    def cancel(self) -> None:
        """Take the box away."""
        self._band.hide()
        self._band.deleteLater()


def show_changed(editor: DrawingEditor, symbol: str, changed: Iterable[Drawing]) -> None:
    """Show drawings in the place of those with their ids, without changing anything."""
    by_id = {one.id: one for one in changed}
    editor.preview(symbol, [by_id.get(one.id, one) for one in editor.drawings_of(symbol)])


def keep_changed(
    editor: DrawingEditor, verb: str, before: Iterable[Drawing], after: Iterable[Drawing], title: str = ""
) -> None:
    """Keep drawings after a drag as one step of undo; those that were changed meanwhile stay as they are."""
    pairs = list(zip(before, after, strict=True))
    if not pairs:
        editor.end_preview()
        return
    symbol = pairs[0][0].symbol
    drawings = editor.list_of(symbol)
    kept = [late for early, late in pairs if drawings.get(early.id) == early and late != early]
    editor.apply(title or titled(verb, kept), symbol, drawings.changed(kept))

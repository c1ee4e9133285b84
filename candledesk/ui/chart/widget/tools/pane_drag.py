"""Dragging a pane by its grip, or an indicator by its title, to another place among the panes of a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.chart.core.geometry.pane_drop import Dragged, find_drop
from candledesk.ui.chart.core.geometry.pane_head import HeadPart
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.paint.panes.pane_head import head_target
from candledesk.ui.chart.paint.studies.legend import legend_target
from candledesk.ui.chart.widget.chart_studies import ChartStudies

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.chart.widget.chart_model import ChartModel

_DRAG_PX = 6.0  # a press that moves less before it is released is a click


class PaneDrag:
    """One drag; positions in logical pixels."""

    def __init__(self, model: ChartModel, dragged: Dragged, y: float) -> None:
        """Begin at a height; nothing moves before the mouse has moved a little."""
        self._model, self._dragged, self._y = model, dragged, y
        self._is_moving = False

    def move(self, y: float) -> None:
        """Show where it lands."""
        self._is_moving |= abs(y - self._y) >= _DRAG_PX
        frame = self._model.frame()
        if self._is_moving:
            self._model.show_drop(find_drop(frame.panes, y * frame.dpr, frame.dpr, self._dragged))

    def release(self) -> None:
        """Move it to where it lands, as one command that can be undone."""
        drop = self._model.scene.drop
        self.cancel()
        if drop is not None:
            ChartStudies(self._model).drop(self._dragged, drop)

    def cancel(self) -> None:
        """Leave everything where it is."""
        self._model.show_drop(None)


def begin_drag(model: ChartModel, x: float, y: float) -> PaneDrag | None:
    """Return the drag of what lies at a position: a grip, or the title of an indicator; ``None`` for neither."""
    frame, scene = model.frame(), model.scene
    if scene.maximised:
        return None
    target = legend_target(frame, x * frame.dpr, y * frame.dpr)
    if target is not None:
        one = next(row for row in scene.studies if row.key == target.key)
        is_whole = one.pane not in {PRICE, VOLUME} and _n_drawn(scene, one.pane) == 1
        return PaneDrag(model, Dragged(one.pane, one.key, is_whole, _joined(scene)), y)
    head = head_target(frame, x * frame.dpr, y * frame.dpr)
    if head is None or head.part is not HeadPart.GRIP:
        return None
    has_studies = any(row.pane == head.pane for row in scene.studies)
    is_joining = has_studies and head.pane != VOLUME and all(row.pane != head.pane for row in scene.compares)
    return PaneDrag(model, Dragged(head.pane, "", True, _joined(scene) if is_joining else frozenset()), y)


def _n_drawn(scene: ChartScene, pane: str) -> int:
    return sum(row.pane == pane for row in scene.studies) + sum(row.pane == pane for row in scene.compares)


def _joined(scene: ChartScene) -> frozenset[str]:
    """Return the panes that an indicator can be drawn in beside what is there."""
    return frozenset({PRICE, *(row.pane for row in scene.studies)} - {VOLUME})

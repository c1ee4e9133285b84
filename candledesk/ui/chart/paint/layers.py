"""Every layer of a chart in one tuple; painting, autoscale and the hit test loop over it and know none by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.chart.core.frame import solve_frame
from candledesk.ui.chart.core.panes import Hit, Zone
from candledesk.ui.chart.paint.axes import LINES, TIMES, VALUES
from candledesk.ui.chart.paint.bars_painter import PRICES, VOLUMES
from candledesk.ui.chart.paint.compares.legend import COMPARE_LEGEND
from candledesk.ui.chart.paint.compares.lines import COMPARE_LINES, COMPARE_SCALES
from candledesk.ui.chart.paint.countdown import COUNTDOWN
from candledesk.ui.chart.paint.crosshair import CROSSHAIR
from candledesk.ui.chart.paint.drawings.axis_tags import DRAWING_PRICES, DRAWING_TIMES
from candledesk.ui.chart.paint.drawings.handles import HOVERED_HANDLES
from candledesk.ui.chart.paint.drawings.hovered_labels import HOVERED_LABELS
from candledesk.ui.chart.paint.drawings.painter import DRAWINGS
from candledesk.ui.chart.paint.events.marks import EVENT_MARKS
from candledesk.ui.chart.paint.grid import GROUND, LEVELS, SESSIONS
from candledesk.ui.chart.paint.last_price import LAST_PRICE
from candledesk.ui.chart.paint.layer import in_order
from candledesk.ui.chart.paint.legend_painter import LEGEND
from candledesk.ui.chart.paint.measure_painter import MEASURED
from candledesk.ui.chart.paint.messages_painter import EDGE, NOTES, NOTICE
from candledesk.ui.chart.paint.panes.pane_drop import PANE_DROP
from candledesk.ui.chart.paint.panes.pane_head import PANE_HEAD
from candledesk.ui.chart.paint.pixels import device_pixels
from candledesk.ui.chart.paint.studies.fills import STUDY_FILLS
from candledesk.ui.chart.paint.studies.legend import STUDY_LEGEND
from candledesk.ui.chart.paint.studies.lines import STUDY_LINES
from candledesk.ui.chart.paint.studies.tags import STUDY_TAGS
from candledesk.ui.chart.paint.text_painter import text_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.chart.paint.layer import Layer, Picture

LAYERS = in_order(
    (
        GROUND,
        LEVELS,
        STUDY_FILLS,
        SESSIONS,
        VOLUMES,
        PRICES,
        COMPARE_LINES,
        STUDY_LINES,
        COMPARE_SCALES,
        DRAWINGS,
        NOTES,
        VALUES,
        STUDY_TAGS,
        DRAWING_PRICES,
        LAST_PRICE,
        EDGE,
        LINES,
        EVENT_MARKS,
        TIMES,
        DRAWING_TIMES,
        NOTICE,
        COUNTDOWN,
        LEGEND,
        COMPARE_LEGEND,
        STUDY_LEGEND,
        PANE_HEAD,
        PANE_DROP,
        HOVERED_LABELS,
        HOVERED_HANDLES,
        MEASURED,
        CROSSHAIR,
    )
)


def lay_out(scene: ChartScene, width: int, height: int, dpr: float, layers: Sequence[Layer] = LAYERS) -> Frame:
    """Solve the frame of ``scene`` on ``width`` × ``height`` device pixels, ``dpr`` of them per logical pixel."""
    return solve_frame(scene, width, height, dpr, text_metrics(dpr), layers)


def paint_layers(painter: QPainter, picture: Picture, layers: Sequence[Layer] = LAYERS) -> None:
    """Paint layers, the lowest first, from the painter's origin."""
    with device_pixels(painter):
        for layer in layers:
            if layer.is_shown(picture.frame):
                layer.paint(painter, picture)


def hit_test(frame: Frame, x: float, y: float, layers: Sequence[Layer] = LAYERS) -> Hit:
    """Return what lies under a logical pixel: the answer of the highest layer that has one, with its ``id``.

    ``layers``: the lowest first.
    """
    for layer in reversed(layers):
        hit = layer.hit(frame, x * frame.dpr, y * frame.dpr) if layer.hit and layer.is_shown(frame) else None
        if hit is not None:
            return Hit(hit.zone, hit.pane, layer.id)
    return Hit(Zone.PLOT)

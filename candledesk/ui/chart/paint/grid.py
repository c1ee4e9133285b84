"""The ground of a chart with its grid, and the lines between sessions that stand for the grid's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from candledesk.ui.chart.core.panes import Unit, hit_plot
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import draw_dashed, fill, fill_rects, fill_ruled

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.panes import Hit
    from candledesk.ui.chart.paint.layer import Picture


def _paint_ground(painter: QPainter, picture: Picture) -> None:
    """Fill everything, with the grid's lines down the plot at the time labels."""
    frame, theme = picture.frame, picture.theme
    panes, line = frame.panes, max(1, int(frame.dpr))
    has_lines = picture.scene.options.has_grid and picture.has_bars and not picture.session_slots
    columns = [x for _, x in picture.time_labels] if has_lines else []
    fill_ruled(painter, (0, 0, panes.plot_w, panes.time_top), theme.background, (columns, line, theme.grid))
    fill(painter, panes.plot_w, 0, panes.width - panes.plot_w, panes.time_top, theme.background)
    fill(painter, 0, panes.time_top, panes.width, panes.height - panes.time_top, theme.background)


def _hit_ground(frame: Frame, _x: float, y: float) -> Hit:
    return hit_plot(frame.panes, y)


def _paint_levels(painter: QPainter, picture: Picture) -> None:
    """Draw the grid's lines across the panes; volumes stand on the bottom of theirs and have none."""
    if not (picture.scene.options.has_grid and picture.has_bars):
        return
    frame = picture.frame
    panes, line = frame.panes, max(1, int(frame.dpr))
    across = [
        (0, row, panes.plot_w - 1, row + line - 1)
        for box in panes.boxes
        if box.pane.unit is not Unit.VOLUME
        for row in (round(y) for y, _ in picture.levels[box.pane.id])
        if row < box.bottom
    ]
    painter.setPen(Qt.PenStyle.NoPen)
    fill_rects(painter, np.array(across, np.int32).reshape(-1, 4), picture.theme.grid)


def _paint_sessions(painter: QPainter, picture: Picture) -> None:
    """Draw dashed lines where a session begins."""
    frame = picture.frame
    dash = max(2, round(4 * frame.dpr)), max(1, int(frame.dpr))
    painter.setPen(Qt.PenStyle.NoPen)
    for slot in picture.session_slots:
        x = round(frame.device_x(frame.placed.axis.start_of(slot) - 0.5))
        if 0 <= x < frame.panes.plot_w:
            draw_dashed(painter, x, 0, frame.panes.time_top, dash, picture.theme.separator, is_down=True)


GROUND = Layer("ground", 0, _paint_ground, hit=_hit_ground)
LEVELS = Layer("levels", 10, _paint_levels)
SESSIONS = Layer("sessions", 20, _paint_sessions)

"""Draws charts into files without a window, for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from candledesk.ui.chart.core.options import ChartOptions, ChartType
from candledesk.ui.chart.paint.snapshot import Shot, scene_of, with_studies, write_shot
from candledesk.ui.theme.themes import THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from candledesk.cache.messages import BarsReply
    from candledesk.ui.chart.core.studies.study_values import StudyValues

_TYPES = {str(member): member for member in ChartType}


def draw_file(
    path: Path,
    reply: BarsReply,
    size: tuple[int, int],
    *,
    theme: str,
    chart_type: str = "candles",
    is_log: bool = False,
    scale: float = 1.0,
    source: str,
    studies: Sequence[StudyValues] = (),
) -> None:
    """Draw the bars of a reply into ``path``, ``size`` logical pixels, with the values of indicators; errors as of ``write_shot``."""
    application = QGuiApplication.instance() or QGuiApplication([])  # fonts need one until the file is written
    options = ChartOptions(chart_type=_TYPES[chart_type])
    scene = with_studies(scene_of(reply, size[0], options, is_log=is_log), studies)
    write_shot(path, Shot(scene, THEMES[theme], *size, scale, f"Data: {source}"))
    del application

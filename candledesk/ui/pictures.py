"""Draws charts into files without a window, for the command line."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from candledesk.drawings.drawing import DrawingSet
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.options import ChartOptions, ChartType
from candledesk.ui.chart.paint.snapshot import Shot, scene_of, with_compares, with_studies, write_shot
from candledesk.ui.chart.widget.drawings.stored_values import with_stored_values
from candledesk.ui.theme.fonts import load_font
from candledesk.ui.theme.themes import THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtCore import QCoreApplication

    from candledesk.cache.api import DrawingBarsApi
    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.cache.messages import BarsReply
    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.chart.core.studies.study_values import StudyValues

_TYPES = {str(member): member for member in ChartType}


@dataclass(frozen=True, slots=True)
class FileLook:
    """How a chart is drawn into a file; ``scale``: device pixels of a PNG per logical pixel."""

    theme: str
    chart_type: str = "candles"
    is_log: bool = False
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class FileContents:
    """What is drawn with the bars: indicators, compared series, the events and the drawings of the symbol.

    ``drawing_bars``: what the drawings show of bars; ``None``: nothing.
    """

    studies: Sequence[StudyValues] = ()
    compares: Sequence[CompareValues] = ()
    events: tuple[CorporateEvent, ...] = ()
    drawings: Sequence[Drawing] = ()
    drawing_bars: DrawingBarsApi | None = None


def picture_application() -> QCoreApplication:
    """Return the application that fonts need until a file is written, with our font loaded.

    Python's automatic passes over unreachable objects end with it, as in the window (``candledesk.ui.garbage``).
    """
    gc.disable()
    application = QGuiApplication.instance() or QGuiApplication([])
    load_font()
    return application


def draw_file(
    path: Path, reply: BarsReply, size: tuple[int, int], look: FileLook, *, source: str, contents: FileContents
) -> None:
    """Draw the bars of a reply into ``path``, ``size`` logical pixels; errors as of ``write_shot``."""
    application = picture_application()
    scene = scene_of_file(reply, size[0], look, contents)
    write_shot(path, Shot(scene, THEMES[look.theme], *size, look.scale, f"Data: {source}"))
    del application


def scene_of_file(reply: BarsReply, width: int, look: FileLook, contents: FileContents) -> ChartScene:
    """Return what is drawn of the bars of a reply on ``width`` logical pixels; an application is needed for fonts."""
    options = ChartOptions(chart_type=_TYPES[look.chart_type])
    scene = with_studies(scene_of(reply, width, options, is_log=look.is_log), contents.studies)
    scene = with_compares(scene, contents.compares)
    events = SeriesEvents(reply.request.symbol, reply.request.interval, contents.events)
    scene = replace(scene, events=events, drawings=DrawingSet(tuple(contents.drawings)))
    return scene if contents.drawing_bars is None else with_stored_values(scene, contents.drawing_bars)

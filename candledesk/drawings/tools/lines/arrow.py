"""Arrow: a trend line whose second end is an arrow."""

from __future__ import annotations

from candledesk.drawings.figures import DrawingTool
from candledesk.drawings.tools.lines.trend_line import STYLE, segment_figures

TOOL = DrawingTool("arrow", "Arrow", 2, segment_figures, {**STYLE, "end": "arrow"})

"""Extended line: a trend line that goes on at both ends."""

from __future__ import annotations

from candledesk.drawings.figures import DrawingTool
from candledesk.drawings.tools.lines.trend_line import STYLE, segment_figures

TOOL = DrawingTool("extended_line", "Extended line", 2, segment_figures, {**STYLE, "extend": "both"})

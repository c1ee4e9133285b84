"""Ray: a trend line that goes on behind its second point."""

from __future__ import annotations

from candledesk.drawings.figures import DrawingTool
from candledesk.drawings.tools.lines.trend_line import STYLE, segment_figures

TOOL = DrawingTool("ray", "Ray", 2, segment_figures, {**STYLE, "extend": "right"})

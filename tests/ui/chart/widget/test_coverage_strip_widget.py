"""The marks under the time axis, under the pointer."""

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from candledesk.domain.coverage import CoverageMark, MarkState
from candledesk.domain.span import Span
from candledesk.ui.chart.core.coverage_strip import Segment
from candledesk.ui.chart.widget.coverage_strip_widget import CoverageStrip
from candledesk.ui.theme.themes import DARK


def test_a_mark_says_why_under_a_pointer_that_rests(chart, qapp, qtbot, cache):
    chart.open()
    strip = CoverageStrip(cache, chart.bridge, chart.model, DARK)
    qtbot.addWidget(strip)
    strip.resize(200, 8)
    strip.show()
    strip.segments = [Segment(10, 40, CoverageMark(Span(0, 86_400), MarkState.FAILED, "the network is down"))]

    def rest_at(x):
        at = QPoint(x, 4)
        qapp.sendEvent(strip, QHelpEvent(QEvent.Type.ToolTip, at, strip.mapToGlobal(at)))

    rest_at(20)
    assert QToolTip.isVisible()
    assert "the network is down" in QToolTip.text()
    rest_at(100)
    qtbot.waitUntil(lambda: not QToolTip.isVisible())

"""What the mouse does to the marks of corporate events: words under it, and the list of all events at a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF
from PySide6.QtWidgets import QToolTip

from candledesk.ui.chart.core.events.event_marks import mark_at
from candledesk.ui.chart.core.events.event_words import mark_words
from candledesk.ui.chart.widget.events.event_list import EventList
from candledesk.ui.plain_text import plain_tip

if TYPE_CHECKING:
    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.ui.chart.core.events.event_marks import EventMark
    from candledesk.ui.chart.widget.chart_view import ChartView

_TIP_LIFT = 54  # logical pixels above a mark: Qt puts tooltips lower, and one under the mouse would hide itself
_LINE = 16


class MarkPointer(QObject):
    """Serves one chart."""

    def __init__(self, view: ChartView) -> None:
        """Listen to the mouse on ``view``."""
        super().__init__(view)
        self._view = view
        self._pointed: EventMark | None = None
        view.pointer_moved.connect(self._on_pointer_moved)
        view.event_clicked.connect(self._on_clicked)

    def _mark_at(self, at: QPointF) -> EventMark | None:
        frame = self._view.model.frame()
        return mark_at(frame.event_marks, at.x() * frame.dpr, at.y() * frame.dpr)

    def _currency(self) -> str | None:
        instrument = self._view.model.series.instrument
        return None if instrument is None else instrument.currency

    def _on_pointer_moved(self, at: QPointF | None) -> None:
        """Show the words of the mark at a position; ``None``: the mouse left the chart."""
        mark = None if at is None else self._mark_at(at)
        if mark == self._pointed:
            return
        self._pointed = mark
        if mark is None:
            QToolTip.hideText()
            return
        words = mark_words(mark.events, self._currency())
        lift = _TIP_LIFT + _LINE * words.count("\n")
        QToolTip.showText(self._above(mark) - QPoint(0, lift), plain_tip(words), self._view.viewport())

    def _above(self, mark: EventMark) -> QPoint:
        dpr = self._view.model.frame().dpr
        place: QPoint = self._view.viewport().mapToGlobal(QPoint(round(mark.x / dpr), round(mark.box[1] / dpr)))
        return place

    def _on_clicked(self, at: QPointF) -> None:
        mark = self._mark_at(at)
        if mark is not None:
            self.open_list(self._above(mark), mark.events[-1])

    def open_list(self, above: QPoint | None = None, marked: CorporateEvent | None = None) -> None:
        """Open the list of all events of the symbol, above a place on the screen, else at the foot of the chart."""
        QToolTip.hideText()
        model, viewport = self._view.model, self._view.viewport()
        if not model.series.symbol:
            return
        shown = model.scene.shown_events
        events = () if shown is None else shown.events
        popup = EventList(model.series.symbol, events, self._currency(), self._view.theme, self._view, marked)
        popup.chosen.connect(model.go_to)
        popup.popup(above or viewport.mapToGlobal(QPoint(viewport.width() // 2, viewport.height() - _TIP_LIFT)))

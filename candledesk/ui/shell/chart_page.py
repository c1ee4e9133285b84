"""One chart of a window: the view, its model and its feed, with a message shown over it for a few seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from candledesk.ui.chart.core.studies.legend_rows import LegendPart
from candledesk.ui.chart.widget.chart_feed import ChartFeed
from candledesk.ui.chart.widget.chart_model import ChartModel
from candledesk.ui.chart.widget.chart_studies import ChartStudies
from candledesk.ui.chart.widget.chart_view import ChartView
from candledesk.ui.chart.widget.compares.chart_compares import ChartCompares
from candledesk.ui.chart.widget.compares.compare_feed import CompareFeed
from candledesk.ui.chart.widget.coverage_strip_widget import CoverageStrip
from candledesk.ui.chart.widget.drawings.drawing_feed import DrawingFeed
from candledesk.ui.chart.widget.events.event_feed import EventFeed
from candledesk.ui.chart.widget.events.mark_pointer import MarkPointer
from candledesk.ui.chart.widget.study_feed import StudyFeed
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.page_state import PageState
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from PySide6.QtGui import QResizeEvent

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import Job
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.options import ChartOptions, ChartType
    from candledesk.ui.theme.themes import Theme

_TOAST_MS = 7_000


class ChartPage(QWidget):
    """A chart. ``changed`` when it shows another series or other bars; ``waiting_changed`` carries a text.

    ``study_settings_requested`` carries the key of an indicator or of a compared series. ``type_changed``: prices are
    drawn in another way.
    """

    changed = Signal()
    opened = Signal()
    waiting_changed = Signal(str)
    study_settings_requested = Signal(str)
    type_changed = Signal()

    def __init__(self, cache: CacheApi, bridge: Bridge, view_id: int, theme: Theme) -> None:
        """Build an empty chart that is view ``view_id`` of the cache."""
        super().__init__()
        self.model = ChartModel(self)
        self.view = ChartView(self.model, self, theme)
        self.feed = ChartFeed(cache, bridge, self.model, view_id)
        self.studies = ChartStudies(self.model)
        self.study_feed = StudyFeed(cache, bridge, self.model)
        self.compares = ChartCompares(self.model)
        self.compare_feed = CompareFeed(cache, bridge, self.model)
        self.event_feed = EventFeed(cache, bridge, self.model)
        self.drawing_feed = DrawingFeed(cache, bridge, self.model)
        self.event_marks = MarkPointer(self.view)
        self.strip = CoverageStrip(cache, bridge, self.model, theme)
        self.state = PageState(self.model, self.feed, self.studies)
        self.waiting = ""
        self._shown_type = self.chart_type
        self._cache = cache
        self._tasks = WidgetTasks(self, self.show_toast)
        self._toast = _new_toast(self)
        self._toast_timer = single_shot_timer(self, _TOAST_MS, self._toast.hide)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.view)
        box.addWidget(self.strip)
        self.setFocusProxy(self.view)
        self.feed.opened.connect(self.opened)
        self.feed.opened.connect(self._toast.hide)
        self.feed.failed.connect(self._on_failed)
        self.model.said.connect(self.show_toast)
        self.feed.waiting_changed.connect(self._on_waiting_changed)
        self.model.series_changed.connect(self.changed)
        self.model.changed.connect(self._on_model_changed)
        self.view.study_requested.connect(self._on_study_requested)
        self.view.pane_close_requested.connect(self._on_pane_close_requested)
        self.strip.fill_requested.connect(self._on_fill_requested)

    @property
    def target(self) -> tuple[str, Interval] | None:
        """The series that is shown or being loaded."""
        return self.feed.target

    @property
    def symbol(self) -> str:
        """The symbol that is shown or being loaded; empty for none."""
        return self.target[0] if self.target is not None else self.model.series.symbol

    @property
    def toast(self) -> str:
        """The message over the chart; empty when none is shown."""
        return self._toast.text() if self._toast.isVisibleTo(self) else ""

    @property
    def chart_type(self) -> ChartType:
        """How the prices are drawn."""
        return self.model.scene.options.chart_type

    def title(self) -> str:
        """Return ``AAPL 1d``: what is shown, and in a chart that has shown nothing yet what is wanted."""
        series = self.state.series
        return f"{series[0]} {series[1].name}" if series is not None else ""

    def set_options(self, options: ChartOptions) -> None:
        """Apply the options of the window; the chart type is the chart's own."""
        self.model.set_options(replace(options, chart_type=self.chart_type))

    def show_toast(self, text: str) -> None:
        """Show a message over the chart for a few seconds."""
        self._toast.setText(text)
        self._place_toast()
        self._toast.show()
        self._toast.raise_()
        self._toast_timer.start()

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.view.set_theme(theme)
        self.strip.set_theme(theme)

    def _on_failed(self, text: str) -> None:
        """Say why a series cannot be shown, unless the empty chart itself says it."""
        notice = self.model.scene.notice
        if notice is None or text not in notice.detail:
            self.show_toast(text)

    def _on_waiting_changed(self, text: str) -> None:
        self.waiting = text
        self.waiting_changed.emit(text)

    def _on_model_changed(self) -> None:
        if self.chart_type is not self._shown_type:
            self._shown_type = self.chart_type
            self.type_changed.emit()
        if self.model.scene.options.has_coverage is self.strip.isHidden():
            self.strip.setVisible(self.model.scene.options.has_coverage)

    def _on_study_requested(self, key: str, part: str) -> None:
        rows = self.studies if self.compares.find(key) is None else self.compares
        if part == LegendPart.EYE:
            rows.toggle(key)
        elif part == LegendPart.REMOVE:
            rows.remove(key)
        else:
            self.study_settings_requested.emit(key)

    def _on_pane_close_requested(self, pane: str) -> None:
        if self.compares.find(pane) is None:
            self.studies.remove_pane(pane)
        else:
            self.compares.remove(pane)

    def _on_fill_requested(self, span: Span) -> None:
        series = self.model.series
        self._tasks.start(self._show_started(self._cache.start_backfill(series.symbol, series.interval, span)))

    async def _show_started(self, started: Future[Job]) -> None:
        job = await result_of(started)
        self.show_toast(f"Fetching in job {job.job_id}")

    def _place_toast(self) -> None:
        self._toast.setFixedWidth(max(200, min(520, self.width() - 80)))
        self._toast.adjustSize()
        self._toast.move((self.width() - self._toast.width()) // 2, 64)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Centre the message."""
        super().resizeEvent(event)
        self._place_toast()

    def close_feed(self) -> None:
        """Stop asking the cache for bars."""
        self.feed.close()
        self.compare_feed.close()
        self.view.close()


def _new_toast(page: ChartPage) -> PlainLabel:
    toast = PlainLabel(parent=page)
    toast.setObjectName("toast")
    toast.setWordWrap(True)
    toast.setAlignment(Qt.AlignmentFlag.AlignCenter)
    toast.hide()
    return toast

"""Buttons in a chart without bars: the intervals of its symbol that are stored (WINDOW.md, rule 10)."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from candledesk.ui.features.interval_entry.stored_intervals import lacks_bars, offered_intervals
from candledesk.ui.interval_text import interval_text
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi
    from candledesk.domain.interval import Interval
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.widget.chart_view import ChartView

_log = logging.getLogger(__name__)
_BELOW_MIDDLE = 84  # below the words of the notice
_NONE: tuple[str, Interval | None] = ("", None)


class IntervalOffer(QWidget):
    """Lies over a chart while it has no bars and none are on their way; ``interval_chosen`` carries an interval."""

    interval_chosen = Signal(object)

    def __init__(self, cache: CacheApi, bridge: Bridge, view: ChartView) -> None:
        """Watch the chart of ``view``."""
        super().__init__(view)
        self._cache, self._view, self._model = cache, view, view.model
        self._tasks = WidgetTasks(self, partial(_log.info, "the stored intervals cannot be read: %s"))
        self._offered_for: tuple[str, Interval | None] = _NONE
        self.buttons: dict[str, QPushButton] = {}
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
        self._model.changed.connect(self._on_changed)
        self._model.viewport_changed.connect(self._on_viewport_changed)
        bridge.bars_stored.connect(self._on_stored)

    def _on_changed(self) -> None:
        scene = self._model.scene
        wanted = (scene.series.symbol, scene.series.interval) if lacks_bars(scene) else _NONE
        if wanted == self._offered_for:
            return
        self._offered_for = wanted
        self._tasks.cancel()
        self.hide()
        if wanted[1] is not None:
            self._tasks.start(self._offer(wanted[0], wanted[1]))

    def _on_viewport_changed(self) -> None:
        if self.isVisibleTo(self._view):
            self._place()

    def _on_stored(self) -> None:
        if self._offered_for[1] is not None:
            self._offered_for = _NONE
            self._on_changed()

    async def _offer(self, symbol: str, shown: Interval) -> None:
        stored = await result_of(self._cache.list_intervals(symbol))
        self._fill(offered_intervals(stored, shown))

    def _fill(self, intervals: list[Interval]) -> None:
        while self._box.count():
            item = self._box.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = {}
        self._box.addWidget(PlainLabel("Stored:"))
        for interval in intervals:
            button = QPushButton(interval.name)
            button.setToolTip(f"Show {interval_text(interval)}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._on_clicked, interval))
            self._box.addWidget(button)
            self.buttons[interval.name] = button
        self._place()
        self.setVisible(bool(intervals))
        self.raise_()

    def _on_clicked(self, interval: Interval, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        self.interval_chosen.emit(interval)

    def _place(self) -> None:
        frame = self._model.frame()
        width, middle = frame.panes.plot_w / frame.dpr, frame.panes.time_top / frame.dpr / 2
        self.adjustSize()
        self.move(max(0, round((width - self.width()) / 2)), round(middle + _BELOW_MIDDLE))

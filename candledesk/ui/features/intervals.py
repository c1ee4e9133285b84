"""The intervals as buttons of the toolbar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QToolButton

from candledesk.domain.interval import INTERVALS, Interval
from candledesk.ui.interval_text import interval_text
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QToolBar

    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.feature import WindowContext


class IntervalButtons(QButtonGroup):
    """A button per interval, and one more for a multiple that a person typed, shown while the chart shows it."""

    def __init__(self, charts: ChartController, toolbar: QToolBar) -> None:
        """Add the buttons to ``toolbar``; they follow the chart in front and change its interval."""
        super().__init__(toolbar)
        self._charts = charts
        self.by_name = {interval.name: self._button(interval) for interval in INTERVALS.values()}
        for button in self.by_name.values():
            toolbar.addWidget(button)
        self.other_button = self._button(None)
        self._other_action: QAction = toolbar.addWidget(self.other_button)
        self._other_action.setVisible(False)
        charts.front_changed.connect(self._on_front_changed)

    def _button(self, interval: Interval | None) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if interval is not None:
            _name(button, interval)
            button.clicked.connect(partial(self._on_clicked, interval))
        self.addButton(button)
        return button

    def _on_clicked(self, interval: Interval, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        self._charts.set_interval(interval)

    def _on_front_changed(self) -> None:
        target = self._charts.target
        interval = target[1] if target else INTERVALS["1d"]
        button = self.by_name.get(interval.name, self.other_button)
        if button is self.other_button:
            _name(button, interval)
        self._other_action.setVisible(button is self.other_button)
        button.setChecked(True)


def _name(button: QToolButton, interval: Interval) -> None:
    button.setText(interval.name)
    button.setToolTip(interval_text(interval))


def intervals_feature(context: WindowContext) -> Feature:
    """Return the buttons."""
    return Feature("intervals", toolbar=partial(IntervalButtons, context.charts))

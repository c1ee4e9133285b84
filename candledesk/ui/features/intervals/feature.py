"""The intervals in the top bar: a button for each favourite, and a menu of all of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton

from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, Interval, parse_interval
from candledesk.ui.features.intervals.menu import IntervalMenu
from candledesk.ui.interval_text import interval_label, interval_text
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QToolBar

    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.feature import WindowContext

USUAL = ("1m", "5m", "15m", "1h", "1d", "1wk")
MOST_FAVOURITES = 6  # WINDOW.md, top bar
_KEY = "favourite_intervals"


class FavouriteIntervals(QObject):
    """The intervals that have a button, in the order of their length; ``changed`` when there are others."""

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject) -> None:
        """Read what is remembered; at first and when that is not valid they are those of ``USUAL``."""
        super().__init__(parent)
        self._settings = settings
        self.intervals = self._read()

    def _read(self) -> tuple[Interval, ...]:
        stored = str(self._settings.value(_KEY, "")).split()
        try:
            found = {parse_interval(name) for name in stored[:MOST_FAVOURITES]}
        except InputError:
            found = set()
        return _in_order(found or {INTERVALS[name] for name in USUAL})

    def has_room(self) -> bool:
        """Return whether one more can have a button."""
        return len(self.intervals) < MOST_FAVOURITES

    def toggle(self, interval: Interval) -> None:
        """Give an interval a button, while there is room, or take it away; one always stays."""
        found = set(self.intervals) ^ {interval}
        if 0 < len(found) <= MOST_FAVOURITES:
            self.intervals = _in_order(found)
            self._settings.setValue(_KEY, " ".join(one.name for one in self.intervals))
            self.changed.emit()


def _in_order(intervals: set[Interval]) -> tuple[Interval, ...]:
    return tuple(sorted(intervals, key=lambda one: one.step_s))


class IntervalButtons(QButtonGroup):
    """A button per favourite, one more for another interval while the chart shows it, and the menu of all."""

    def __init__(self, charts: ChartController, favourites: FavouriteIntervals, toolbar: QToolBar) -> None:
        """Add the buttons to ``toolbar``; they follow the chart in front and change its interval."""
        super().__init__(toolbar)
        self._charts, self._favourites = charts, favourites
        self.by_name: dict[str, QToolButton] = {}
        self._slots: list[tuple[QToolButton, QAction]] = []
        for _ in range(MOST_FAVOURITES):
            button = self._button()
            self._slots.append((button, toolbar.addWidget(button)))
        self.other_button = self._button()
        self._other_action: QAction = toolbar.addWidget(self.other_button)
        self._add_menu(toolbar)
        charts.front_changed.connect(self._show_front)
        favourites.changed.connect(self._on_favourites_changed)
        self._on_favourites_changed()

    def _button(self) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(partial(self._on_clicked, button))
        self.addButton(button)
        return button

    def _add_menu(self, toolbar: QToolBar) -> None:
        self.menu = IntervalMenu(self._favourites, toolbar)
        self.menu.chosen.connect(self._charts.set_interval)
        self.menu.custom_requested.connect(partial(self._charts.typed.emit, "1"))
        self.menu_button = QToolButton()
        self.menu_button.setObjectName("all_intervals")
        self.menu_button.setText("▾")
        self.menu_button.setToolTip("All intervals (type a number on the chart)")
        self.menu_button.setAccessibleName("All intervals")
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(self.menu)
        toolbar.addWidget(self.menu_button)

    def _on_clicked(self, button: QToolButton, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        self._charts.set_interval(parse_interval(str(button.property("interval"))))

    def _on_favourites_changed(self) -> None:
        self.by_name.clear()
        for at, (button, action) in enumerate(self._slots):
            is_used = at < len(self._favourites.intervals)
            if is_used:
                interval = self._favourites.intervals[at]
                self.by_name[interval.name] = button
                _name(button, interval)
            action.setVisible(is_used)
        self._show_front()

    def _show_front(self) -> None:
        target = self._charts.target
        interval = target[1] if target else INTERVALS["1d"]
        button = self.by_name.get(interval.name, self.other_button)
        if button is self.other_button:
            _name(button, interval)
        self._other_action.setVisible(button is self.other_button)
        button.setChecked(True)
        self.menu.show_front(interval)


def _name(button: QToolButton, interval: Interval) -> None:
    button.setText(interval_label(interval))
    button.setToolTip(interval_text(interval))
    button.setProperty("interval", interval.name)


def intervals_feature(context: WindowContext) -> Feature:
    """Return the buttons."""
    favourites = FavouriteIntervals(context.settings, context.window)
    return Feature("intervals", toolbar=partial(IntervalButtons, context.charts, favourites))

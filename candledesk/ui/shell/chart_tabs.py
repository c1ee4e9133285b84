"""The charts of a window as tabs that can be moved and closed, and that are there again at the next start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTabBar, QTabWidget, QToolButton

from candledesk.domain.errors import InputError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import Interval, parse_interval
from candledesk.ui.shell.chart_page import ChartPage

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

_CHARTS, _FRONT = "charts/series", "charts/front"
_NEW = "New chart"
_REMEMBER_MS = 300  # what changes together is written once


class ChartTabs(QTabWidget):
    """One tab per chart; the bar hides while there is one only. ``close_requested`` carries the chart.

    ``stepped``: somebody went to a chart by its tab or by keys, and wants to use it.
    """

    close_requested = Signal(object)
    stepped = Signal()

    def __init__(self) -> None:
        """Start without a chart."""
        super().__init__()
        self.setDocumentMode(True)
        self.setTabBarAutoHide(True)
        self.setMovable(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().installEventFilter(self)
        self.tabBarClicked.connect(self._on_tab_clicked)
        self._settings: QSettings | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REMEMBER_MS)
        self._later.timeout.connect(self._remember)

    def pages(self) -> list[ChartPage]:
        """Return the charts in the order of their tabs."""
        widgets = [self.widget(at) for at in range(self.count())]
        return [widget for widget in widgets if isinstance(widget, ChartPage)]

    def add_page(self, page: ChartPage) -> None:
        """Add a chart at the end and bring it to the front."""
        at = self.addTab(page, _NEW)
        button = QToolButton()
        button.setObjectName("close_tab")
        button.setText("×")
        button.setToolTip("Close chart (Ctrl+W)")
        button.setAccessibleName("Close chart")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(self._on_close_clicked)
        self.tabBar().setTabButton(at, QTabBar.ButtonPosition.RightSide, button)
        self.setCurrentIndex(at)

    def show_titles(self) -> None:
        """Name every tab after what its chart shows."""
        for at, page in enumerate(self.pages()):
            self.setTabText(at, page.title().replace("&", "&&") or _NEW)
        self._remember_soon()

    def step(self, n_tabs: int) -> None:
        """Bring the chart that lies ``n_tabs`` to the right to the front, around the ends."""
        self.setCurrentIndex((self.currentIndex() + n_tabs) % self.count())
        self.stepped.emit()

    def _on_tab_clicked(self, at: int) -> None:
        if at >= 0:  # comes for any button, before the bar changes the chart in front, which takes the focus along
            self.stepped.emit()

    def _on_close_clicked(self) -> None:
        button = self.sender()
        for at in range(self.count()):
            if self.tabBar().tabButton(at, QTabBar.ButtonPosition.RightSide) is button:
                self.close_requested.emit(self.widget(at))
                return

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Close the tab that the middle button is pressed on."""
        if (
            event.type() == QEvent.Type.MouseButtonRelease
            and isinstance(event, QMouseEvent)
            and event.button() == Qt.MouseButton.MiddleButton
        ):
            at = self.tabBar().tabAt(event.position().toPoint())
            if at >= 0:
                self.close_requested.emit(self.widget(at))
                return True
        return False

    # -- what is remembered

    def keep(self, settings: QSettings) -> None:
        """Store from now on which charts there are whenever that changes: a process may end without a word."""
        self._settings = settings
        self.currentChanged.connect(self._remember_soon)
        self.tabBar().tabMoved.connect(self._remember_soon)

    def stop_keeping(self) -> None:
        """Store them a last time; what happens to the charts afterwards is the end of the window."""
        self._remember()
        self._later.stop()
        self._settings = None

    def tabRemoved(self, at: int) -> None:
        """Notice a chart that went."""
        super().tabRemoved(at)
        self._remember_soon()

    def _remember_soon(self) -> None:
        if self._settings is not None and not self._later.isActive():
            self._later.start()

    def _remember(self) -> None:
        """Store which series the charts show or wait for, and which chart is in front."""
        if self._settings is None:
            return
        shown = [(page, page.target) for page in self.pages()]
        series = [(page, target[0], target[1].name) for page, target in shown if target is not None]
        front = next((at for at, (page, *_) in enumerate(series) if page is self.currentWidget()), 0)
        values = {_CHARTS: json.dumps([names for _page, *names in series]), _FRONT: front}
        if any(str(self._settings.value(key)) != str(value) for key, value in values.items()):
            for key, value in values.items():
                self._settings.setValue(key, value)
            self._settings.sync()


def remembered_charts(settings: QSettings) -> tuple[list[tuple[str, Interval]], int]:
    """Return the series that ``ChartTabs`` stored and the place of the one in front.

    What cannot be read, as after an edit by hand, is left out.
    """
    charts: list[tuple[str, Interval]] = []
    try:
        for symbol, interval in json.loads(str(settings.value(_CHARTS, "[]"))):
            charts.append((parse_symbol(symbol), parse_interval(interval)))
        front = int(str(settings.value(_FRONT, 0)))
    except (ValueError, TypeError, AttributeError, InputError):
        front = 0
    return charts, front if 0 <= front < len(charts) else 0

"""The charts of a window as tabs that can be moved and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTabBar, QTabWidget, QToolButton

from candledesk.ui.shell.chart_page import ChartPage

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval

_NEW = "New chart"


class ChartTabs(QTabWidget):
    """One tab per chart; the bar hides while there is one only. ``close_requested`` carries the chart.

    ``stepped``: a chart was brought to the front by its tab or by keys, and needs the keyboard. ``arranged``: the
    answer of ``shown_series`` may have changed.
    """

    arranged = Signal()
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
        self.tabBar().tabMoved.connect(self.arranged)

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
        self.arranged.emit()

    def step(self, n_tabs: int) -> None:
        """Bring the chart ``n_tabs`` to the right to the front, wrapping around."""
        self.setCurrentIndex((self.currentIndex() + n_tabs) % self.count())
        self.stepped.emit()

    def _on_tab_clicked(self, at: int) -> None:
        if at >= 0:  # emitted before the front chart changes, which then takes the focus
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

    def shown_series(self) -> tuple[tuple[tuple[str, Interval], ...], int]:
        """Return which series the charts show or wait for, and the index of the one in front."""
        shown = [(page, page.target) for page in self.pages()]
        series = [(page, target) for page, target in shown if target is not None]
        front = next((at for at, (page, _) in enumerate(series) if page is self.currentWidget()), 0)
        return tuple(target for _, target in series), front

    def shown_contents(self) -> tuple[dict[str, object], ...]:
        """Return the document of what is drawn in each of the charts of ``shown_series``; empty when none has any."""
        contents = tuple(page.studies.document() for page in self.pages() if page.target is not None)
        return contents if any(contents) else ()

    def tabRemoved(self, at: int) -> None:
        """Emit ``arranged`` when a chart was removed."""
        super().tabRemoved(at)
        self.arranged.emit()

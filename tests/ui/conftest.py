import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from candledesk.domain.interval import INTERVALS
from candledesk.ui.bridge import Bridge
from candledesk.ui.chart.widget.chart_feed import ChartFeed
from candledesk.ui.chart.widget.chart_model import ChartModel
from candledesk.ui.chart.widget.chart_view import ChartView
from tests.fake_cache import FakeCache
from tests.fake_data import make_bars

MAX_ROUNDS = 1_000  # an animation alone needs about ten


def settle(qapp):
    """Handle queued signals, replies and paints until none is left; timers that are not due yet are not waited for."""
    dispatcher = QAbstractEventDispatcher.instance()
    for _ in range(MAX_ROUNDS):
        if not dispatcher.processEvents(QEventLoop.ProcessEventsFlag.AllEvents):
            return
    raise AssertionError("the event loop did not come to rest")


def discard(qapp, widget):
    """Destroy a widget now. Left to the collector, it may die while a style sheet goes round all widgets: a crash."""
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)
    settle(qapp)


def copied_areas(chart, monkeypatch):
    """Return a list that grows by the area of each copy of the chart under its overlay."""
    areas, copy = [], chart.view.canvas.copy

    def note(painter, picture, rect):
        areas.append(rect.width() * rect.height())
        copy(painter, picture, rect)

    monkeypatch.setattr(chart.view.canvas, "copy", note)
    return areas


@pytest.fixture(autouse=True)
def _mouse_is_released():
    """Release what an earlier test left pressed: Qt keeps the buttons of the process."""
    held = QGuiApplication.mouseButtons()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        if held & button:
            QTest.mouseRelease(QWidget(), button)


class Chart:
    """A real chart widget on a fake cache."""

    def __init__(self, qapp, cache):
        self.qapp, self.cache = qapp, cache
        self.bridge = Bridge(cache)
        self.model = ChartModel()
        self.view = ChartView(self.model)
        self.feed = ChartFeed(cache, self.bridge, self.model, 1)
        self.view.resize(1000, 600)
        self.view.show()
        self.settle()
        qapp.sendEvent(self.view, QEvent(QEvent.Type.Leave))  # wherever the platform keeps its mouse

    def settle(self):
        settle(self.qapp)

    def open(self, symbol="AAPL", interval="1d"):
        self.feed.open(symbol, INTERVALS[interval])
        self.settle()
        return self

    def positions(self):
        """Return the pixel of every bar on screen by its open time."""
        placed = self.model.placed
        lo, hi = placed.visible()
        return {int(placed.open_time[row]): placed.x_of(row) for row in range(lo, hi)}

    def close(self):
        self.feed.close()
        self.bridge.close()
        self.view.close()
        self.view.deleteLater()
        self.settle()


@pytest.fixture
def cache():
    fake = FakeCache()
    fake.add("AAPL", "1d", make_bars(3_000), n_stored=600)
    fake.add("MSFT", "1d", make_bars(3_000, seed=3))
    fake.add("AAPL", "5m", make_bars(2_000, INTERVALS["5m"]))
    return fake


@pytest.fixture
def chart(qapp, cache):
    made = Chart(qapp, cache)
    yield made
    made.close()

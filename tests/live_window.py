"""A real window on a real cache and the demo market, driven as a hand does."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from candledesk.cache.messages import EdgeState
from candledesk.cache.service import CacheService
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.settings import load_settings
from candledesk.store.market import bars as bar_store
from candledesk.store.market import instruments
from candledesk.store.market.database import connect_reader
from candledesk.ui.bridge import Bridge
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.shell.main_window import MainWindow

NOW = "2026-11-20T22:00:00Z"  # a Friday evening in New York: nothing forms, so stored bars and truth are both final
SLOW_MS = 60_000


class LiveWindow:
    """A window on a cache of its own; ``close`` takes both down."""

    def __init__(self, qtbot, home, yahoo_url, workspace=None):
        settings = load_settings({}, yahoo_url=yahoo_url, requests_per_minute="6000", request_burst="600")
        home.mkdir(exist_ok=True)
        self.database, self.now = home / "candles.db", parse_instant(NOW)
        self.service = CacheService(self.database, settings, home / "yfinance", now=lambda: self.now)
        self.bridge = Bridge(self.service.controller)
        self.window = MainWindow(
            self.service.controller, self.bridge, home=home, features=FEATURES, workspace=workspace
        )
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.window.finish_start()
        qtbot.waitExposed(self.window)
        self.qtbot = qtbot
        self.is_closed = False

    @property
    def model(self):
        return self.window.charts.page.model

    def open(self, symbol, interval):
        """Open a series, and wait until the chart shows it and no former one."""
        self.window.charts.open_chart(symbol, parse_interval(interval))
        self.qtbot.waitUntil(lambda: self.shows(symbol, interval), timeout=SLOW_MS)

    def shows(self, symbol, interval):
        series = self.model.series
        is_wanted = (series.symbol, series.interval) == (symbol, parse_interval(interval))
        return is_wanted and len(series.bars) > 0 and self.window.charts.page.feed.is_settled and self.is_quiet()

    def is_quiet(self):
        return self.model.series.edge is not EdgeState.LOADING and not self.window.charts.page.feed.is_loading

    def left_time(self):
        """The time of the bar at the left edge, and where on the screen it stands."""
        placed = self.model.placed
        index = max(0, int(np.ceil(placed.left_edge)))
        return int(placed.open_time[index]), placed.x_of(index)

    def x_of_time(self, open_time):
        placed = self.model.placed
        return placed.x_of(int(np.searchsorted(placed.open_time, open_time)))

    def drag(self, dx):
        """Drag with the left button in steps, as a hand does."""
        target = self.window.charts.page.view.viewport()
        start = QPoint(300, 250)
        QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=start)
        for step in range(1, 9):
            QTest.mouseMove(target, start + QPoint(dx * step // 8, 0))
            self.qtbot.wait(1)
        QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=start + QPoint(dx, 0))

    def stored(self, symbol, interval):
        connection = connect_reader(self.database)
        try:
            series = instruments.series_id(connection, symbol, parse_interval(interval))
            return bar_store.read_bars(connection, series, Span(HISTORY_START, 2**40))
        finally:
            connection.close()

    def close(self):
        if self.is_closed:
            return
        self.is_closed = True
        self.window.close()
        self.bridge.close()
        self.service.close()

"""A chart on a real cache of many bars: database, readers, feed and window, with a provider that has nothing to add."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from time import monotonic, sleep, thread_time

import numpy as np
from PySide6.QtWidgets import QApplication

from candledesk.cache.messages import ViewportRequest
from candledesk.cache.service import CacheService
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.providers.answers import BarsAnswer, FaultAnswer
from candledesk.settings import Settings
from candledesk.ui.bridge import Bridge
from candledesk.ui.chart.widget.chart_feed import ChartFeed
from candledesk.ui.chart.widget.chart_model import ChartModel
from candledesk.ui.chart.widget.chart_view import ChartView
from tests.bench.bench_store import BATCH, FIRST, STEP, Ours, make_bars

WIDTH, HEIGHT = 1600, 900
MINUTE = INTERVALS["1m"]
DAY_S = 86_400
MOST_ANSWERED = 30_000  # bars of one request's window, at most


class Market:
    """Stands in for the provider in this process: it knows the calendar, and bars once ``is_open``."""

    def __init__(self, n_bars):
        self.n_bars, self.is_open = n_bars, False
        self.n_answers = 0
        self.bars = make_bars(0, MOST_ANSWERED)

    def fetch(self, request):
        if not self.is_open:
            return FaultAnswer("the bench asks nobody")
        self.n_answers += 1
        step = request.interval.step_s
        first, behind = -(-request.span.start // step), -(-min(request.span.end, FIRST + STEP * self.n_bars) // step)
        bars = self.bars.take(slice(0, max(0, behind - first)))  # made before: the real ones come from another process
        times = np.arange(first, first + len(bars), dtype=np.int64) * step
        values = bars.open, bars.high, bars.low, bars.close, bars.volume
        instrument = Instrument(request.symbol, "CCC", "CRYPTOCURRENCY", "UTC", "USD", 2, FIRST)
        return BarsAnswer(Bars(times, *values), instrument)

    def load_calendar(self, _venue, _start):
        days = np.arange(FIRST // DAY_S - 400, (FIRST + STEP * self.n_bars) // DAY_S + 400, dtype=np.int64) * DAY_S
        none = np.zeros(len(days), np.int64)
        return SessionCalendar("24/7", "UTC", days, days, days + DAY_S, none, none, 0, True)

    def search(self, _provider, _query, _deadline_s):
        return ()

    def warm_up(self):
        pass

    def close(self):
        pass


def build_database(folder, n_bars):
    """Store ``n_bars`` minutes of BENCH, unless they are there already (seconds for each million)."""
    path = Path(folder) / "candles.db"
    if path.exists():
        return path
    Path(folder).mkdir(parents=True, exist_ok=True)
    ours = Ours(path)
    with closing(ours.writer), closing(ours.reader):
        for start in range(0, n_bars, BATCH):
            ours.write(make_bars(start, min(BATCH, n_bars - start)))
        ours.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    service = open_service(path, n_bars)  # once, so that the calendar is stored too
    request = ViewportRequest(1, 1, "BENCH", MINUTE, None, 10, 0)
    deadline = monotonic() + 60
    while not len(service.controller.load_viewport(request).result(60).bars):
        if monotonic() > deadline:
            raise TimeoutError
        sleep(0.05)
    service.close()
    return path


def open_service(path, n_bars):
    """Open the cache on a database whose clock stands at the end of its bars."""
    settings = Settings(requests_per_minute=60_000, request_burst=6_000)
    now = FIRST + STEP * n_bars
    return CacheService(path, settings, path.parent, now=lambda: now, child=Market(n_bars))


class CacheHarness:
    """The real cache on the database in ``folder`` and the real chart on it."""

    def __init__(self, folder, n_bars):
        self.app = QApplication.instance() or QApplication([])
        self.n_bars = n_bars
        self.service = open_service(build_database(folder, n_bars), n_bars)
        self.market = self.service.child
        self.cache = self.service.controller
        self.bridge = Bridge(self.cache)
        self.model = ChartModel()
        self.view = ChartView(self.model)
        self.feed = ChartFeed(self.cache, self.bridge, self.model, 1)
        self.view.resize(WIDTH, HEIGHT)
        self.view.show()
        self.settle()

    def settle(self):
        """Let everything that is under way arrive."""
        for _ in range(20):
            self.app.processEvents()

    def wait(self, is_done, timeout_s=60.0):
        """Run the event loop until ``is_done()``; return the CPU seconds that the window's thread took."""
        start, n_turns = thread_time(), 0
        while not is_done():
            self.app.processEvents()
            n_turns += 1
            if thread_time() - start > timeout_s:
                raise TimeoutError
        return thread_time() - start

    def open(self):
        """Show the series and wait for its first paint."""
        n_paints = self.view.canvas.n_paints
        self.feed.open("BENCH", MINUTE)
        self.wait(lambda: len(self.model.series.bars) > 0 and self.view.canvas.n_paints > n_paints)

    def look(self, first, n_visible):
        """Show ``n_visible`` bars from bar ``first`` of the whole series on, where the window reaches that far."""
        placed, series = self.model.placed, self.model.series
        self.model._set_view(placed.moved(first - series.axis.n_older + n_visible, placed.view.width / n_visible))

    def go(self, first, n_visible):
        """Show a place wherever it is, with all of its rows loaded."""
        self.look(self.model.series.axis.n_older + self.model.placed.right_edge - n_visible, n_visible)
        self.model.go_to(FIRST + STEP * int(first + n_visible // 2))
        self.wait_for_rows()

    def wait_for_rows(self):
        """Wait until the rows that suit the zoom are there."""
        feed, model = self.feed, self.model
        self.wait(lambda: feed.is_settled and model.series.axis.stride == model.stride_of(MINUTE))
        self.settle()

    def close(self):
        self.feed.close()
        self.bridge.close()
        self.view.hide()
        self.service.close()

"""Rows on screen with a real cache and the demo market, whose clock is set by hand: polite and fresh."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from candledesk.cache.runtime.writer import Writer
from candledesk.cache.service import CacheService
from candledesk.cache.upkeep.schedule import UpdateRate, UpdateScheduler
from candledesk.cache.upkeep.watched_prices import WatchedPrices
from candledesk.demo import DemoMarket
from candledesk.domain.interval import INTERVALS
from candledesk.settings import load_settings
from candledesk.ui.bridge import Bridge
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.panels.watchlist.rows.texts import Column
from candledesk.ui.shell.main_window import MainWindow
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.live_window import SLOW_MS
from tests.ui.conftest import discard
from tests.ui.panels.watchlist.conftest import make_list

NOW = "2026-11-20T16:00:00Z"  # a Friday, in the trading hours of New York
ROWS = ("AAPL", "MSFT", "NVDA", "IBM", "SPY", "KO")
RATE, STEP_S, MINUTES = 24, 5, 10


class LiveList:
    """A window with a list of ``ROWS`` of which the days are stored; time passes by ``pass_time`` only."""

    def __init__(self, qapp, qtbot, home, market):
        self.qapp, self.qtbot, self.market, self.elapsed_s = qapp, qtbot, market, 0.0
        home.mkdir()
        settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
        self.service = CacheService(
            home / "candles.db", settings, home / "yfinance", now=market.clock.now, elapsed=lambda: self.elapsed_s
        )
        self.user_data = UserData(home / "user.db", partial(Writer, name="candledesk-user-data"))
        workspace = Workspace(self.user_data, self.service.symbol_names)
        cache = self.service.controller
        for symbol in ROWS:
            job = cache.start_backfill(symbol, INTERVALS["1d"], None).result(60)
            cache.wait_job(job.job_id).result(60)
        workspace.add_watchlist(make_list("Live", ("", " ".join((*ROWS, "NEVER"))))).result(5)
        rate = UpdateRate(60.0, RATE)
        self.service.updater._scheduler, self.service.updater._watched = UpdateScheduler(rate), WatchedPrices(rate)
        self.elapsed_s += 3_600  # so that what was fetched above is active no more
        self.bridge = Bridge(cache)
        self.window = MainWindow(cache, self.bridge, home=home, features=FEATURES, workspace=workspace)
        self.window.resize(1280, 800)
        self.window.show()
        self.window.finish_start()
        qtbot.waitExposed(self.window)
        self.panel = self.window.features["watchlist"].panel.dock
        self.panel.show()

    def watched(self):
        return self.service._context.active.watched()

    def pass_time(self, seconds):
        """Let the clocks go on, and run a round of updates to its end."""
        self.market.clock.advance(seconds)
        self.elapsed_s += seconds
        updater = self.service.updater
        updater.run_round().result(20)
        histories = updater._scheduler.histories  # copied below, because other threads add to it meanwhile
        self.qtbot.waitUntil(lambda: not any(row.is_running for row in tuple(histories.values())))

    def close(self):
        self.window.close()
        self.bridge.close()
        discard(self.qapp, self.window)
        self.service.close()
        assert self.user_data.close(30)


@pytest.fixture
def live(qapp, qtbot, tmp_path):
    with DemoMarket(now=NOW) as market:
        made = LiveList(qapp, qtbot, tmp_path / "home", market)
        yield made
        made.close()


def test_ten_minutes_of_a_list_cost_at_most_half_the_rate_and_no_price_is_older_than_a_minute(live, qtbot):
    qtbot.waitUntil(lambda: live.watched() == ROWS, timeout=SLOW_MS)
    before = len(live.market.chart_log())
    for _ in range(MINUTES * 60 // STEP_S):
        live.pass_time(STEP_S)
    asked = Counter(entry.path.rpartition("/")[2] for entry in live.market.chart_log()[before:])
    assert set(asked) == set(ROWS)
    assert max(asked.values()) <= MINUTES
    assert min(asked.values()) >= MINUTES - 2
    assert asked.total() <= RATE / 2 * MINUTES
    model = live.panel.model

    def ages():
        return {model.index(model.row_of(row), list(Column).index(Column.AGE)).data() for row in ROWS}

    qtbot.waitUntil(lambda: ages() <= {"now", "1 min"}, timeout=SLOW_MS)
    assert model.index(model.row_of("NEVER"), list(Column).index(Column.LAST)).data() == "not stored"

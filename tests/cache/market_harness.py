"""A cache with the real fetch process and the real yfinance against the demo market."""

import itertools

import numpy as np

from candledesk.cache.context import RetryPauses
from candledesk.cache.messages import BarsRequest, ViewportRequest
from candledesk.cache.service import CacheService
from candledesk.domain.interval import INTERVALS
from candledesk.settings import Settings
from tests.cache.conftest import wait_until

WAIT_S = 50


class MarketHarness:
    """A service on a market; its clock is the market's. ``options`` of the service overrule that."""

    def __init__(self, market, folder, request_timeout_s=9, **options):
        self.market, self.database, self.events = market, folder / "candles.db", []
        settings = Settings(
            yahoo_url=market.url,
            requests_per_minute=6000,
            request_burst=600,
            breaker_pause_s=0.02,
            request_timeout_s=request_timeout_s,
        )
        self.service = CacheService(self.database, settings, folder, **{"now": market.clock.now, **options})
        self.cache = self.service.controller
        self.cache.subscribe(self.events.append)
        self._generations = itertools.count(1)

    def view(self, symbol, name, anchor=None, n_before=60, n_after=0):
        """Return what a chart is given at once, after what it asks for has come."""
        request = ViewportRequest(1, next(self._generations), symbol, INTERVALS[name], anchor, n_before, n_after)
        reply = self.cache.load_viewport(request).result(WAIT_S)
        wait_until(lambda: not self.service._fill_scheduler._live, WAIT_S)
        return reply

    def bars(self, symbol, name, span, **options):
        request = BarsRequest(symbol, INTERVALS[name], span, **{"timeout_s": WAIT_S, **options})
        return self.cache.load_bars(request).result(WAIT_S)

    def backfill(self, symbol, name, span):
        """Start a backfill and return the future of its end."""
        job = self.cache.start_backfill(symbol, INTERVALS[name], span).result(WAIT_S)
        return self.cache.wait_job(job.job_id)

    def n_asked(self, symbol):
        """Return how many requests for bars of a symbol have reached the market."""
        return len(self.market.chart_log(symbol))

    def assert_true(self, symbol, name, span):
        """The stored bars are the market's."""
        bars = self.bars(symbol, name, span, fill="none").bars
        truth = self.market.truth(symbol, name, span.start, span.end)
        np.testing.assert_array_equal(bars.open_time, truth.open_time)
        for field in ("open", "high", "low", "close", "volume"):
            np.testing.assert_allclose(getattr(bars, field), getattr(truth, field), rtol=1e-6)
        assert len(bars) > 0


class LiveHarness(MarketHarness):
    """Time passes, for the market and the updater alike, only in ``run``."""

    def __init__(self, market, folder):
        self.elapsed_s = 0.0
        super().__init__(market, folder, elapsed=lambda: self.elapsed_s, pauses=RetryPauses(retry_s=(0.01,)))

    def run_one_round(self):
        self.service.updater.run_round().result(WAIT_S)
        histories = self.service.updater._scheduler.histories.values()
        wait_until(lambda: not any(row.is_running for row in histories), WAIT_S)

    def run(self, seconds, step):
        for _ in range(seconds // step):
            self.market.clock.advance(step)
            self.elapsed_s += step
            self.run_one_round()

"""At awkward instants (a holiday, an early close, an opening, a clock change) the answers are whole."""

from datetime import UTC, datetime

import numpy as np
import pytest

from candledesk.cache.context import RetryPauses
from candledesk.cache.messages import BarsRequest
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.settings import Settings

WAIT_S = 50
SYMBOLS = ["AAPL", "VOD.L", "7203.T", "ES=F"]
INSTANTS = {
    "half day, just closed": "2026-11-27T18:30:00",
    "seconds after the opening": "2026-11-25T14:30:20",
    "first opening after a clock change": "2027-03-15T13:30:40",
}


@pytest.fixture(params=INSTANTS)
def harness(request, tmp_path):
    """A market and a cache that live at one instant."""
    now = int(datetime.fromisoformat(INSTANTS[request.param]).replace(tzinfo=UTC).timestamp())
    with DemoMarket(now=now) as market:
        market.clock.set(now)  # it stands still: no bar opens between an answer and the look at the market
        settings = Settings(yahoo_url=market.url, requests_per_minute=6000, request_burst=600, request_timeout_s=20)
        service = CacheService(
            tmp_path / "candles.db", settings, tmp_path, now=market.clock.now, pauses=RetryPauses(retry_s=(0.01,))
        )
        yield service.controller, market
        service.close()


def test_answers_are_whole_and_equal_the_market(harness):
    cache, market = harness
    now = market.clock.now()
    for symbol in SYMBOLS:
        for name, days in (("1m", 4), ("1d", 40)):
            span = Span((now // DAY_S - days) * DAY_S, now + (DAY_S if name == "1d" else 60))
            reply = cache.load_bars(BarsRequest(symbol, INTERVALS[name], span, timeout_s=WAIT_S)).result(WAIT_S)
            truth, where = market.truth(symbol, name, span.start, span.end), f"{symbol} {name}"
            n_forming = len(reply.bars) - len(truth)  # the market's truth ends with the last bar that is closed
            assert reply.complete, where
            assert n_forming in {0, 1}, where
            assert n_forming == 0 or not reply.is_final[-1], where
            np.testing.assert_array_equal(reply.bars.open_time[: len(truth)], truth.open_time, where)
            np.testing.assert_allclose(reply.bars.close[: len(truth)], truth.close, err_msg=where)

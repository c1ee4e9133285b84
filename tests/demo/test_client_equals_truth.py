"""The bars of every instrument through the real client equal ``make_truth``, at once and in parts."""

import numpy as np
import pytest

from candledesk.demo.instruments.profiles import PROFILES
from candledesk.domain.interval import DAY_S

SPANS = {"1m": 7 * DAY_S, "5m": 20 * DAY_S, "1h": 150 * DAY_S, "1d": 20 * 365 * DAY_S}


def assert_same(actual, expected):
    missing = np.setdiff1d(expected.open_time, actual.open_time)
    extra = np.setdiff1d(actual.open_time, expected.open_time)
    assert not len(missing), f"missing {len(missing)}: {missing[:5]}"
    assert not len(extra), f"extra {len(extra)}: {extra[:5]}"
    assert actual.equals(expected)


@pytest.mark.parametrize("symbol", [profile.symbol for profile in PROFILES])
def test_every_interval_equals_the_truth(market, client, symbol):
    end = market.clock.now() // DAY_S * DAY_S
    for interval, span in SPANS.items():
        expected = market.truth(symbol, interval, end - span, end)
        assert len(expected) > 20
        assert_same(client.bars(symbol, interval, end - span, end), expected)

"""A symbol that brings nothing costs few requests a day, and what comes after a silence is found all the same."""

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.domain.span import Span
from tests.cache.conftest import NOW

MOST_A_DAY = 30  # one an hour while something may come, and the doubts of former sessions


def silence(yahoo, start, end):
    """Nothing is traded in ``[start, end)``."""
    plain = yahoo.truth

    def truth(symbol, name, span):
        bars = plain(symbol, name, span)
        return bars.take((bars.open_time < start) | (bars.open_time >= end))

    yahoo.truth = truth


def look_for_a_day(harness, yahoo, name):
    """Look at the chart each 5 minutes; return the requests this took."""
    harness.view(name)
    harness.settle()
    n_before = len(yahoo.requests)
    for n_looks in range(1, 24 * 12 + 1):
        yahoo.now = NOW + n_looks * 5 * MINUTE_S
        harness.view(name)
        harness.settle()
    return len(yahoo.requests) - n_before


@pytest.mark.parametrize("name", ["1m", "1h", "1d"])
def test_a_symbol_without_data_costs_few_requests_a_day(harness, yahoo, name):
    silence(yahoo, NOW - 200 * DAY_S, NOW + 200 * DAY_S)
    assert look_for_a_day(harness, yahoo, name) <= MOST_A_DAY


def test_what_is_traded_after_a_halt_is_found_by_the_next_chart(harness, yahoo):
    resumed = NOW + HOUR_S
    silence(yahoo, NOW - HOUR_S, resumed)
    for minute in range(0, 100, 2):
        yahoo.now = NOW + minute * MINUTE_S
        harness.view("1m")
        harness.settle()
    span = Span(NOW - HOUR_S, resumed + 20 * MINUTE_S)
    np.testing.assert_array_equal(
        harness.bars("1m", span, fill="none").bars.open_time, yahoo.truth("AAA", "1m", span).open_time
    )

"""A real chart on a real cache: one scroll into history that is not stored costs two plans and two ledger reads."""

import threading
import time

import pytest

from candledesk.cache.messages import EdgeState
from tests.cache.conftest import CacheHarness, FakeYahoo, days_back
from tests.cache.queries.test_one_plan_per_scroll import ScrollCounter
from tests.ui.conftest import Chart

WAIT_S, N_CALM = 20, 5


@pytest.fixture
def counter(monkeypatch):
    return ScrollCounter(monkeypatch)


@pytest.fixture
def harness(counter, tmp_path):
    harness = CacheHarness(tmp_path, FakeYahoo())
    yield harness
    harness.service.close()


@pytest.fixture
def chart(qapp, harness):
    made = Chart(qapp, harness.cache)
    yield made
    made.close()


def come_to_rest(chart, harness):
    """Wait until no request or fill is under way and nothing has changed in the chart for some rounds of its events."""
    deadline, n_calm, seen = time.monotonic() + WAIT_S, 0, None
    while n_calm < N_CALM:
        assert time.monotonic() < deadline, "the chart did not come to rest"
        chart.settle()
        time.sleep(0.02)
        now = (chart.model.series, len(harness.yahoo.requests), len(harness.events))
        is_waiting = chart.feed.is_loading or chart.model.series.edge is EdgeState.LOADING
        is_calm = now == seen and not is_waiting and not harness.service._fill_scheduler._live
        n_calm, seen = (n_calm + 1 if is_calm else 0), now


def oldest_stored(harness):
    return int(harness.bars("1m", days_back(40), fill="none").bars.open_time[0])


def test_a_scroll_of_a_real_chart_takes_two_plans_and_two_reads(chart, harness, counter):
    chart.open("AAA", "1m")
    come_to_rest(chart, harness)
    oldest, n_requests = oldest_stored(harness), len(harness.yahoo.requests)
    while len(harness.yahoo.requests) == n_requests:  # the last step reaches beyond what is stored
        with counter.counting():
            counter.clear()
            chart.model.pan(400.0)
            come_to_rest(chart, harness)
    assert oldest_stored(harness) < oldest
    assert chart.model.series.edge is EdgeState.MORE
    assert len(harness.yahoo.requests) == n_requests + 1
    assert len(counter.plans) <= 2, counter.plans
    assert len(counter.reads) <= 2
    assert threading.current_thread().name not in counter.plans

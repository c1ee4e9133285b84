"""Bars that the cache stores while the page is open arrive by themselves."""

import time
from datetime import UTC, datetime

import pytest

from tests.e2e.conftest import MovedClock
from tests.e2e.page_actions import WAIT_MS, compare_with_truth, drag, read_bars, read_range, wait_until_settled

LAST = "() => candledesk.bars().at(-1).time"


@pytest.fixture
def clock(tmp_path, market):
    return MovedClock(tmp_path / "clock", market)


def update(server, symbol, interval):
    """Ask for the latest bars as a script does, and wait until they are stored."""
    job = server.call("/api/v1/candles/update-latest", {"symbols": [symbol], "intervals": [interval]})["job_id"]
    deadline = time.monotonic() + WAIT_MS / 1000
    while server.call(f"/api/v1/jobs/{job}")["state"] in {"queued", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return time.monotonic()


def test_new_bars_arrive_and_the_right_edge_follows(start_server, open_page, clock, figures):
    server = start_server(clock=clock)
    page = open_page(server.chart_url("BTC-USD", "1m"))
    wait_until_settled(page)
    delays = []
    for _ in range(2):
        last = page.evaluate(LAST)
        clock.advance(180)
        stored = update(server, "BTC-USD", "1m")
        page.wait_for_function(f"() => candledesk.bars().at(-1).time >= {last + 180}", timeout=WAIT_MS)
        delays.append(time.monotonic() - stored)
        assert read_range(page)["isLatest"]
    figures.append(f"new bars: on the page {max(delays):.2f} s after they were stored")
    assert max(delays) < 5
    drag(page, 600)
    wait_until_settled(page)
    seen = read_range(page)
    last = page.evaluate(LAST)
    clock.advance(120)
    update(server, "BTC-USD", "1m")
    page.wait_for_function(f"() => candledesk.bars().at(-1).time > {last}", timeout=WAIT_MS)
    shown = read_range(page)
    assert (shown["firstTime"], shown["lastTime"]) == (seen["firstTime"], seen["lastTime"])
    assert not shown["isLatest"]


def test_what_one_page_fetches_every_page_shows(start_server, open_page, market):
    server = start_server()
    first, second = (open_page(server.chart_url("SPY", "1m")) for _ in range(2))
    wait_until_settled(first)
    wait_until_settled(second)
    market.faults.add("status", status=500, symbol="SPY", interval="1m")
    for _ in range(30):
        drag(first, 1000)
    first.locator("#status.warn").wait_for(timeout=WAIT_MS)
    n_before = len(read_bars(first))
    market.faults.clear()
    since = datetime.fromtimestamp(time.time() - 20 * 86_400, UTC).date()
    server.call(f"/api/v1/candles?symbol=SPY&interval=1m&from={since}&fill=wait&timeout=30")
    first.wait_for_function(f"() => candledesk.bars().length > {n_before}", timeout=WAIT_MS)
    wait_until_settled(first)
    compare_with_truth(first, market, "SPY", "1m")

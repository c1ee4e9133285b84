"""To the start of history by dragging only: nothing doubled, nothing missing, and no request too many."""

import pytest

from tests.e2e.page_actions import (
    WAIT_MS,
    compare_with_truth,
    drag,
    interval_button,
    read_bars,
    read_state,
    wait_until_settled,
    zoom_out,
)

MAX_DRAGS = 120
# From the click to the second frame after it, when the bars are on the screen.
CLICK = """async (name) => {
    const frame = () => new Promise(requestAnimationFrame);
    const button = [...document.querySelectorAll("#intervals button")].find((each) => each.textContent === name);
    const start = performance.now();
    button.click();
    while (candledesk.state().interval !== name || candledesk.bars().length === 0) await frame();
    await frame();
    return performance.now() - start;
}"""


def drag_to_the_start(page):
    zoom_out(page, 12)
    for n_drags in range(MAX_DRAGS):
        if read_state(page)["isDone"]:
            return n_drags
        drag(page, 1000, steps=5)
        page.wait_for_function("() => !candledesk.state().isLoading", timeout=WAIT_MS)
    raise AssertionError(f"the start was not reached: {read_state(page)}")


@pytest.mark.parametrize(("symbol", "interval", "n_bars"), [("^GSPC", "1d", 11_500), ("MSFT", "1h", 3_300)])
def test_dragging_reaches_the_start_of_history(start_server, open_page, market, figures, symbol, interval, n_bars):
    page = open_page(start_server().chart_url(symbol.replace("^", "%5E"), interval))
    wait_until_settled(page)
    n_drags = drag_to_the_start(page)
    bars = compare_with_truth(page, market, symbol, interval)
    assert len(bars) > n_bars
    start = read_state(page)["start"]["time"]
    assert bars[0]["time"] - start < 5 * 86_400
    asked = [row for row in market.chart_log(symbol) if row.query["interval"] == interval and row.status == 200]
    figures.append(f"{symbol} {interval}: {len(bars)} bars, {n_drags} drags, {len(asked)} requests")
    assert len(asked) <= 2  # one brings all of it; a bar that forms may be asked for once more


def test_a_cached_chart_of_5000_bars_is_there_at_once(start_server, open_page, figures):
    server = start_server()
    page = open_page(server.chart_url("MSFT", "1h"))
    wait_until_settled(page)
    job = server.call("/api/v1/candles/backfill", {"symbol": "MSFT", "interval": "1d", "from": "2005-01-01"})["job_id"]
    page.wait_for_function(f"() => document.querySelector(\"[data-job-id='{job}'] .succeeded\")", timeout=WAIT_MS)
    times = []
    for _ in range(3):
        times.append(page.evaluate(CLICK, "1d"))
        assert len(read_bars(page)) > 4_900
        wait_until_settled(page)
        interval_button(page, "1h").click()
        wait_until_settled(page)
    page.close()
    cold = open_page(server.chart_url("MSFT", "1d"))
    cold.wait_for_function("() => window.candledesk && candledesk.bars().length > 4900", timeout=WAIT_MS)
    first = cold.evaluate("() => performance.now()")
    figures.append(f"5,000 bars: {min(times):.0f} ms after the click, {first:.0f} ms on a cold page")
    assert min(times) < 1_500
    assert first < 4_000

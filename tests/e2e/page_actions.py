"""What a hand does to the page, and what an eye checks on it."""

import time

import pytest

WAIT_MS = 30_000
SETTLED = "() => candledesk.bars().length > 0 && !candledesk.state().isLoading"
ADDRESSED = """() => {
    const address = new URLSearchParams(location.hash.slice(1));
    const seen = candledesk.visibleRange();
    const names = (key, time) => Date.parse(address.get(key)) === 1000 * time;
    return names("from", seen.firstTime) && (seen.isLatest ? !address.get("to") : names("to", seen.lastTime));
}"""
CHART = {"x": 620, "y": 300}  # inside the price pane of 1280 × 800
FIELDS = ("time", "open", "high", "low", "close", "volume")


def wait_until_settled(page):
    page.wait_for_function(SETTLED, timeout=WAIT_MS)
    page.wait_for_timeout(300)  # what the event stream still sends
    page.wait_for_function(SETTLED, timeout=WAIT_MS)


def wait_until_addressed(page):
    """Until the address names what is on screen now, as it does a moment after the last move."""
    page.wait_for_function(ADDRESSED, timeout=WAIT_MS)


def drag(page, pixels, steps=12):
    """Drag the chart with the real mouse; to the right older bars come in from the left."""
    page.mouse.move(CHART["x"] - pixels / 2, CHART["y"])
    page.mouse.down()
    page.mouse.move(CHART["x"] + pixels / 2, CHART["y"], steps=steps)
    page.mouse.up()


def zoom_out(page, n_notches):
    page.mouse.move(CHART["x"], CHART["y"])
    for _ in range(n_notches):
        page.mouse.wheel(0, 100)
    page.wait_for_timeout(100)


def read_bars(page):
    return page.evaluate("() => candledesk.bars()")


def read_state(page):
    return page.evaluate("() => candledesk.state()")


def read_range(page):
    return page.evaluate("() => candledesk.visibleRange()")


def interval_button(page, name):
    return page.locator("#intervals").get_by_role("button", name=name, exact=True)


def compare_with_truth(page, market, symbol, interval):
    """Every final bar from the oldest to the newest on the page, against the market's own bars."""
    bars = read_bars(page)
    times = [bar["time"] for bar in bars]
    assert times == sorted(set(times))
    final = [bar for bar in bars if bar["final"]]
    truth = market.truth(symbol, interval, times[0], final[-1]["time"] + 1)
    shown = {bar["time"]: tuple(bar[field] for field in FIELDS) for bar in final}
    columns = (truth.open_time, truth.open, truth.high, truth.low, truth.close, truth.volume)
    expected = {row[0]: row for row in zip(*(column.tolist() for column in columns), strict=True)}
    assert sorted(expected.keys() - shown.keys()) == []
    assert sorted(shown.keys() - expected.keys()) == []
    different = {at: (shown[at], row) for at, row in expected.items() if shown[at] != pytest.approx(row, rel=1e-6)}
    assert different == {}
    assert all(bar["time"] < time.time() for bar in bars)
    return bars


def check_nothing_moved(page, n_screens, pixels=600):
    """Drag ``n_screens`` times; after each drag the bars at both edges of the screen stay while older ones arrive."""
    for _ in range(n_screens):
        drag(page, pixels)
        seen, n_before = page.evaluate("() => [candledesk.visibleRange(), candledesk.bars().length]")
        wait_until_settled(page)
        shown, n_after = page.evaluate("() => [candledesk.visibleRange(), candledesk.bars().length]")
        assert shown["lastTime"] == seen["lastTime"]
        if seen["from"] >= 0:
            assert shown["firstTime"] == seen["firstTime"]
        assert shown["from"] - seen["from"] == pytest.approx(n_after - n_before, abs=0.01)
        assert shown["to"] - seen["to"] == pytest.approx(n_after - n_before, abs=0.01)

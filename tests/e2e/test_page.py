"""The page in a real browser over the real process: every bar is the market's, and nothing on screen moves."""

import time

import pytest

SETTLED = "() => candledesk.bars().length > 0 && !candledesk.state().isLoading"
CHART = {"x": 620, "y": 300}  # inside the price pane of 1280 × 800
WAIT_MS = 30_000


def wait_until_settled(page):
    page.wait_for_function(SETTLED, timeout=WAIT_MS)
    page.wait_for_timeout(300)  # what the event stream still tells
    page.wait_for_function(SETTLED, timeout=WAIT_MS)


def drag_right(page, pixels=600):
    """Drag with the real mouse, so that older bars come in from the left."""
    page.mouse.move(CHART["x"] - pixels / 2, CHART["y"])
    page.mouse.down()
    page.mouse.move(CHART["x"] + pixels / 2, CHART["y"], steps=12)
    page.mouse.up()


def zoom_out(page, n_notches):
    page.mouse.move(CHART["x"], CHART["y"])
    for _ in range(n_notches):
        page.mouse.wheel(0, 100)
    page.wait_for_timeout(100)


def read_bars(page):
    return page.evaluate("() => candledesk.bars()")


def compare_with_truth(page, market, symbol, interval):
    """Every final bar from the oldest to the newest on the page, against the market's own bars."""
    bars = read_bars(page)
    times = [bar["time"] for bar in bars]
    assert times == sorted(set(times))
    final = [bar for bar in bars if bar["final"]]
    now = int(time.time())
    truth = market.truth(symbol, interval, times[0], final[-1]["time"] + 1)
    fields = ("time", "open", "high", "low", "close", "volume")
    shown = {bar["time"]: tuple(bar[field] for field in fields) for bar in final}
    columns = (truth.open_time, truth.open, truth.high, truth.low, truth.close, truth.volume)
    expected = {row[0]: row for row in zip(*(column.tolist() for column in columns), strict=True)}
    assert sorted(expected.keys() - shown.keys()) == []
    assert sorted(shown.keys() - expected.keys()) == []
    different = {at: (shown[at], row) for at, row in expected.items() if shown[at] != pytest.approx(row, rel=1e-6)}
    assert different == {}
    assert all(bar["time"] < now for bar in bars)
    return bars


def check_nothing_moved(page, n_screens):
    """Drag ``n_screens`` times; after each drag the bars at both edges of the screen stay while older ones arrive."""
    for _ in range(n_screens):
        drag_right(page)
        before = page.evaluate("() => [candledesk.visibleRange(), candledesk.bars().length]")
        wait_until_settled(page)
        after = page.evaluate("() => [candledesk.visibleRange(), candledesk.bars().length]")
        seen, n_before = before
        shown, n_after = after
        assert shown["lastTime"] == seen["lastTime"]
        if seen["from"] >= 0:
            assert shown["firstTime"] == seen["firstTime"]
        assert shown["from"] - seen["from"] == pytest.approx(n_after - n_before, abs=0.01)
        assert shown["to"] - seen["to"] == pytest.approx(n_after - n_before, abs=0.01)


@pytest.mark.parametrize(
    ("symbol", "interval", "n_screens"),
    [("AAPL", "1d", 10), ("MSFT", "1h", 8), ("BTC-USD", "5m", 14), ("7203.T", "1d", 5), ("VOD.L", "1wk", 4)],
)
def test_dragging_left_shows_every_bar_of_the_market(start_desk, open_page, market, symbol, interval, n_screens):
    page = open_page(start_desk().chart_url(symbol, interval))
    wait_until_settled(page)
    n_first = len(compare_with_truth(page, market, symbol, interval))
    zoom_out(page, 10)
    check_nothing_moved(page, n_screens)
    bars = compare_with_truth(page, market, symbol, interval)
    assert len(bars) > n_first
    page.reload()
    wait_until_settled(page)
    assert page.evaluate("() => [candledesk.state().symbol, candledesk.state().interval]") == [symbol, interval]


def test_bars_that_arrive_while_the_mouse_holds_the_chart_do_not_move_it(start_desk, open_page, market):
    page = open_page(start_desk().chart_url("MSFT", "1d"))
    wait_until_settled(page)
    for _ in range(6):
        n_before = len(read_bars(page))
        page.mouse.move(300, 300)
        page.mouse.down()
        page.mouse.move(1000, 300, steps=20)
        seen = page.evaluate("() => candledesk.visibleRange()")
        wait_until_settled(page)
        shown = page.evaluate("() => candledesk.visibleRange()")
        n_new = len(read_bars(page)) - n_before
        page.mouse.move(1001, 300)
        page.mouse.up()
        assert shown["lastTime"] == seen["lastTime"]
        if n_new:
            break
    assert n_new > 0
    assert page.evaluate("() => candledesk.visibleRange().lastTime") in {seen["lastTime"], shown["lastTime"]}
    compare_with_truth(page, market, "MSFT", "1d")


def test_the_start_of_history_is_reached_said_and_not_asked_again(start_desk, open_page, market):
    page = open_page(start_desk().chart_url("AAPL", "1wk"))
    wait_until_settled(page)
    for _ in range(12):
        if page.evaluate("() => candledesk.state().isDone"):
            break
        drag_right(page)
        wait_until_settled(page)
    assert page.evaluate("() => candledesk.state().isDone")
    assert "Start of history" in page.locator("#status").inner_text()
    compare_with_truth(page, market, "AAPL", "1wk")
    n_requests = page.evaluate("() => candledesk.state().requests")
    for _ in range(3):
        drag_right(page)
    page.wait_for_timeout(300)
    assert page.evaluate("() => candledesk.state().requests") == n_requests


def test_a_second_start_without_the_network_shows_the_same_chart(start_desk, open_page, market):
    desk = start_desk()
    page = open_page(desk.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    check_nothing_moved(page, 3)
    oldest = read_bars(page)[0]["time"]
    online = [bar for bar in read_bars(page) if bar["final"]]
    page.context.close()
    assert desk.stop() == 0
    again = start_desk(yahoo_url="http://127.0.0.1:9")
    page = open_page(again.chart_url("AAPL", "1d"))
    page.wait_for_function("() => candledesk.bars().length > 0", timeout=WAIT_MS)
    for _ in range(8):
        if read_bars(page)[0]["time"] <= oldest:
            break
        drag_right(page)
        page.wait_for_timeout(800)
    offline = {bar["time"]: bar for bar in read_bars(page)}
    assert [bar["time"] for bar in online if offline.get(bar["time"]) != bar] == []


def test_an_unknown_symbol_is_said_in_words(start_desk, open_page, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(start_desk().chart_url("NOSUCH", "1d"))
    page.get_by_role("heading", name="There is no NOSUCH").wait_for(timeout=WAIT_MS)
    context.close()


def test_the_token_is_gone_from_the_address(start_desk, open_page):
    desk = start_desk()
    page = open_page(desk.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    token = desk.endpoint["token"]
    assert token not in page.url
    assert page.evaluate("() => sessionStorage.length") == 1
    assert page.url == f"{desk.endpoint['url']}/#symbol=AAPL&interval=1d"

"""The page in a real browser over the real process: every bar is the market's, and nothing on screen moves."""

import pytest

from tests.e2e.page_actions import (
    WAIT_MS,
    check_nothing_moved,
    compare_with_truth,
    drag,
    read_bars,
    read_range,
    read_state,
    wait_until_addressed,
    wait_until_settled,
    zoom_out,
)


@pytest.mark.parametrize(
    ("symbol", "interval", "n_screens", "n_notches"),
    [("AAPL", "1d", 5, 10), ("BTC-USD", "5m", 12, 25), ("7203.T", "1d", 3, 10), ("VOD.L", "1wk", 3, 10)],
)
def test_dragging_left_shows_every_bar_of_the_market(
    start_server, open_page, market, symbol, interval, n_screens, n_notches
):
    page = open_page(start_server().chart_url(symbol, interval))
    wait_until_settled(page)
    n_first = len(compare_with_truth(page, market, symbol, interval))
    zoom_out(page, n_notches)
    check_nothing_moved(page, n_screens)
    bars = compare_with_truth(page, market, symbol, interval)
    assert len(bars) > n_first
    wait_until_addressed(page)
    seen = read_range(page)
    page.reload()
    wait_until_settled(page)
    shown, state = read_range(page), read_state(page)
    assert (state["symbol"], state["interval"]) == (symbol, interval)
    assert (shown["firstTime"], shown["lastTime"]) == (seen["firstTime"], seen["lastTime"])
    compare_with_truth(page, market, symbol, interval)


def test_bars_that_arrive_while_the_mouse_holds_the_chart_do_not_move_it(start_server, open_page, market):
    page = open_page(start_server().chart_url("MSFT", "1d"))
    wait_until_settled(page)
    for _ in range(6):
        n_before = len(read_bars(page))
        page.mouse.move(300, 300)
        page.mouse.down()
        page.mouse.move(1000, 300, steps=20)
        seen = read_range(page)
        wait_until_settled(page)
        shown = read_range(page)
        n_new = len(read_bars(page)) - n_before
        page.mouse.move(1001, 300)
        page.mouse.up()
        assert shown["lastTime"] == seen["lastTime"]
        if n_new:
            break
    assert n_new > 0
    assert read_range(page)["lastTime"] in {seen["lastTime"], shown["lastTime"]}
    compare_with_truth(page, market, "MSFT", "1d")


def test_the_start_of_history_is_reached_said_and_not_asked_again(start_server, open_page, market):
    page = open_page(start_server().chart_url("AAPL", "1wk"))
    wait_until_settled(page)
    for _ in range(12):
        if read_state(page)["isDone"]:
            break
        drag(page, 600)
        wait_until_settled(page)
    assert read_state(page)["isDone"]
    assert "Start of history" in page.locator("#status").inner_text()
    compare_with_truth(page, market, "AAPL", "1wk")
    n_requests = read_state(page)["requests"]
    for _ in range(3):
        drag(page, 600)
    page.wait_for_timeout(300)
    assert read_state(page)["requests"] == n_requests


def test_a_second_start_without_the_network_shows_the_same_chart(start_server, open_page, market):
    server = start_server()
    page = open_page(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    check_nothing_moved(page, 3)
    oldest = read_bars(page)[0]["time"]
    online = [bar for bar in read_bars(page) if bar["final"]]
    page.context.close()
    assert server.stop() == 0
    again = start_server(yahoo_url="http://127.0.0.1:9")
    page = open_page(again.chart_url("AAPL", "1d"))
    page.wait_for_function("() => candledesk.bars().length > 0", timeout=WAIT_MS)
    for _ in range(8):
        if read_bars(page)[0]["time"] <= oldest:
            break
        drag(page, 600)
        page.wait_for_timeout(800)
    offline = {bar["time"]: bar for bar in read_bars(page)}
    assert [bar["time"] for bar in online if offline.get(bar["time"]) != bar] == []


def test_an_unknown_symbol_is_said_in_words(start_server, open_page, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(start_server().chart_url("NOSUCH", "1d"))
    page.get_by_role("heading", name="There is no NOSUCH").wait_for(timeout=WAIT_MS)
    context.close()


def test_the_token_is_gone_from_the_address(start_server, open_page):
    server = start_server()
    page = open_page(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    token = server.endpoint["token"]
    assert token not in page.url
    assert page.evaluate("() => localStorage.getItem('candledesk.token')") == token
    assert page.url == f"{server.endpoint['url']}/#symbol=AAPL&interval=1d"


def test_a_phone_spends_two_lines_on_the_foot(start_server, open_page):
    page = open_page(start_server().chart_url("AAPL", "1d"), width=390, height=844)
    wait_until_settled(page)
    middles = {
        name: box["y"] + box["height"] / 2
        for name in ("status", "link", "zone", "credit")
        for box in [page.locator(f"#{name}").bounding_box()]
    }
    assert middles["link"] == pytest.approx(middles["status"], abs=4)
    assert middles["zone"] == pytest.approx(middles["credit"], abs=4)
    assert middles["credit"] > middles["link"]

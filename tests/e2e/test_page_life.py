"""The page beyond scrolling: time zones, quick switches, jobs, and what it says when things go wrong."""

from tests.e2e.page_actions import WAIT_MS, interval_button, wait_until_settled

AXIS = """async ([zone, times]) => {
    const { Zone } = await import("/assets/time.js");
    const axis = new Zone(zone, false).axisTimes(times.map((time) => ({ time })));
    return axis.map((seconds) => new Date(seconds * 1000).toISOString().slice(5, 19));
}"""
HOUR = 3600


def test_the_axis_shows_the_exchange_clock_and_never_runs_backwards(start_server, open_page):
    page = open_page(start_server().url)
    tokyo = page.evaluate(AXIS, ["Asia/Tokyo", [1_795_392_000]])
    assert tokyo == ["11-23T09:00:00"]
    # New York: 8 March 2026 springs forward, 1 November falls back
    spring = page.evaluate(AXIS, ["America/New_York", [1_772_951_400 + HOUR * i for i in range(3)]])
    assert spring == ["03-08T01:30:00", "03-08T03:30:00", "03-08T04:30:00"]
    autumn = page.evaluate(AXIS, ["America/New_York", [1_793_509_200 + HOUR * i for i in range(4)]])
    assert autumn == ["11-01T01:00:00", "11-01T01:00:01", "11-01T02:00:00", "11-01T03:00:00"]


def test_quick_switches_leave_only_the_last_series(start_server, open_page, market):
    page = open_page(start_server().chart_url("AAPL", "1d"))
    wait_until_settled(page)
    for interval in ("1h", "5m", "1d", "15m"):
        interval_button(page, interval).click()
        page.wait_for_timeout(60)
    page.fill("#symbol", "msft")
    page.press("#symbol", "Enter")
    page.wait_for_function("() => candledesk.state().symbol === 'MSFT'")
    wait_until_settled(page)
    state = page.evaluate("() => candledesk.state()")
    assert (state["symbol"], state["interval"]) == ("MSFT", "15m")
    bars = page.evaluate("() => candledesk.bars()")
    truth = market.truth("MSFT", "15m", bars[0]["time"], bars[-1]["time"])
    assert [bar["time"] for bar in bars[:-1]] == truth.open_time.tolist()
    page.go_back()
    page.wait_for_function("() => candledesk.state().symbol === 'AAPL'")
    wait_until_settled(page)
    assert page.evaluate("() => candledesk.state().interval") == "15m"


def test_a_refusing_provider_is_said_in_words_and_got_over(start_server, open_page, market):
    page = open_page(start_server().chart_url("AAPL", "1d"))
    wait_until_settled(page)
    market.faults.add("status", status=429)
    interval_button(page, "1h").click()
    page.locator("#status.warn").wait_for(timeout=WAIT_MS)
    market.faults.clear()
    page.wait_for_function("() => candledesk.bars().length > 0 && candledesk.state().interval === '1h'", timeout=60_000)


NEEDS_ADDRESS = "This page needs a new address"


def test_a_page_with_an_old_token_says_what_to_do_and_signs_in_with_a_new_address(start_server, browser):
    server = start_server()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.endpoint['url']}/#token=of-yesterday&symbol=AAPL")
    page.get_by_text(NEEDS_ADDRESS).wait_for(timeout=WAIT_MS)
    page.goto(server.chart_url("AAPL", "1d"))  # in the same tab only the fragment changes
    page.wait_for_function("() => window.candledesk?.bars().length > 0", timeout=60_000)
    context.close()


def test_an_address_signs_in_once_and_a_wrong_one_signs_nobody_out(start_server, browser):
    server = start_server()
    first, second = browser.new_context(), browser.new_context()
    page, other = first.new_page(), second.new_page()
    page.goto(f"{server.url}&symbol=AAPL&interval=1d")
    page.wait_for_function("() => window.candledesk?.bars().length > 0", timeout=60_000)
    other.goto(f"{server.url}&symbol=AAPL&interval=1d")
    other.get_by_text(NEEDS_ADDRESS).wait_for(timeout=WAIT_MS)
    again = first.new_page()
    again.goto(f"{server.url}&symbol=AAPL&interval=1wk")
    again.wait_for_function("() => window.candledesk?.bars().length > 0", timeout=60_000)
    page.goto(f"{server.endpoint['url']}/#token=wrong&symbol=MSFT&interval=1d")
    page.wait_for_function("() => candledesk.state().symbol === 'MSFT' && candledesk.bars().length > 0", timeout=60_000)
    assert server.endpoint["token"] not in page.url
    first.close()
    second.close()


def test_the_new_address_after_a_restart_signs_the_same_tab_in(start_server, browser):
    server, context = start_server(), browser.new_context()
    page = context.new_page()
    page.goto(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    port = int(server.endpoint["url"].rpartition(":")[2])
    server.stop()
    page.get_by_text("reconnecting…").wait_for(timeout=WAIT_MS)
    page.goto(start_server(port=port).chart_url("MSFT", "1d"))
    is_shown = "() => window.candledesk?.state().symbol === 'MSFT' && candledesk.bars().length > 0"
    page.wait_for_function(is_shown, timeout=60_000)
    page.get_by_text("live", exact=True).wait_for(timeout=WAIT_MS)
    context.close()

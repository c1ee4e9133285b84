"""Many visible pages of one browser: all work, one of them reads the events for all, and another takes its place."""

import pytest

from tests.e2e.page_actions import WAIT_MS, read_state, wait_until_settled

SYMBOLS = ("AAPL", "MSFT", "SPY", "VOD.L", "7203.T", "BTC-USD", "EURUSD=X", "^GSPC")
LEADS = "() => candledesk.state().isLeader"
CONNECTED = "() => candledesk.state().link === 'connected'"
STREAM = "/api/v1/events"


@pytest.fixture
def tabs(start_server, browser):
    """Opens pages of one browser, each on a symbol; the consoles must stay empty."""
    server = start_server()
    context, noise, streams = browser.new_context(), [], []
    context.on("request", lambda request: streams.append(request) if STREAM in request.url else None)

    def open_tab(symbol):
        page = context.new_page()
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.goto(server.chart_url(symbol, "1d"), timeout=WAIT_MS)
        return page

    open_tab.server, open_tab.streams = server, streams
    yield open_tab
    context.close()
    assert noise == []


def leaders(pages):
    return [page for page in pages if page.evaluate(LEADS)]


def wait_for_leader(pages):
    for _ in range(WAIT_MS // 100):
        if found := leaders(pages):
            return found
        pages[0].wait_for_timeout(100)
    raise AssertionError("no page reads the events")


def store_bars(server, symbol):
    """Have bars stored that no page shows: every page gets the event, and lists the job."""
    server.call("/api/v1/jobs", {"symbols": [symbol], "intervals": ["1d"]})


def wait_for_job(page, symbol):
    page.locator("#job-list li .what", has_text=symbol).first.wait_for(state="attached", timeout=WAIT_MS)


def test_eight_visible_pages_all_work_with_one_event_stream(tabs):
    pages = [tabs(symbol) for symbol in SYMBOLS]
    for page, symbol in zip(pages, SYMBOLS, strict=True):
        wait_until_settled(page)
        page.wait_for_function(CONNECTED, timeout=WAIT_MS)
        assert read_state(page)["symbol"] == symbol
    assert len(leaders(pages)) == 1
    assert len(tabs.streams) == 1
    store_bars(tabs.server, "NVDA")
    for page in pages:
        wait_for_job(page, "NVDA")


@pytest.mark.parametrize("end", ["closed", "frozen"])
def test_another_page_reads_the_events_when_the_leader_is_gone(tabs, end):
    pages = [tabs(symbol) for symbol in SYMBOLS[:3]]
    for page in pages:
        page.wait_for_function(CONNECTED, timeout=WAIT_MS)
    (leader,) = leaders(pages)
    others = [page for page in pages if page is not leader]
    if end == "closed":
        leader.close()
    else:
        leader.evaluate("() => document.dispatchEvent(new Event('freeze'))")  # a browser freezes hidden pages only
    store_bars(tabs.server, "NVDA")
    assert len(wait_for_leader(others)) == 1
    for page in others:
        wait_for_job(page, "NVDA")
    assert "last-event-id" in tabs.streams[-1].headers
    if end == "frozen":
        leader.evaluate("() => document.dispatchEvent(new Event('resume'))")
        wait_for_job(leader, "NVDA")  # it was not there when the job began
        assert len(leaders(pages)) == 1


def test_a_leader_that_does_not_respond_is_replaced(tabs):
    pages = [tabs(symbol) for symbol in SYMBOLS[:2]]
    for page in pages:
        page.wait_for_function(CONNECTED, timeout=WAIT_MS)
    (leader,) = leaders(pages)
    (other,) = [page for page in pages if page is not leader]
    devtools = leader.context.new_cdp_session(leader)
    devtools.send("Debugger.enable")
    devtools.send("Debugger.pause")  # stops at its next timer
    assert wait_for_leader([other]) == [other]
    store_bars(tabs.server, "NVDA")
    wait_for_job(other, "NVDA")
    devtools.send("Debugger.disable")
    wait_for_job(leader, "NVDA")
    assert len(leaders(pages)) == 1

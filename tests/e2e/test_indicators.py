"""Indicators on the page in a real browser: values are the API's, digit by digit; no bars are fetched for them."""

import json
from datetime import UTC, datetime

import pytest

from candledesk.ui.chart.core.scales import format_price, format_volume
from tests.e2e.conftest import MovedClock
from tests.e2e.page_actions import WAIT_MS, drag, interval_button, read_bars, read_range, read_state, wait_until_settled
from tests.e2e.test_live import update

STATE = "() => candledesk.studies()"
READY = "() => candledesk.studies().every((one) => !one.isLoading && (!one.isShown || one.n > 0))"
SYNCED = "() => candledesk.studies().every((one) => !one.isLoading && one.n === candledesk.bars().length)"
VALUES = "(spans) => spans.map((span) => [span.dataset.output, span.textContent])"
REMEMBERED = "() => JSON.parse(localStorage.getItem('candledesk.indicators'))"
FIVE = {  # what is typed, and the parameters that a new one has
    "bollinger": {"length": 20, "source": "close", "mult": 2},
    "relative strength": {"length": 14, "source": "close"},
    "macd": {"fast": 12, "slow": 26, "signal": 9, "source": "close", "average": "ema", "signal_average": "ema"},
    "ichimoku": {"conversion": 9, "base": 26, "span_b": 52, "displacement": 26},
    "balance": {"source": "close"},
}
IDS = ["bollinger", "rsi", "macd", "ichimoku", "obv"]


def add_indicators(page, *searches):
    page.keyboard.press("/")
    for text in searches:
        page.locator("#indicators-search").fill(text)
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.wait_for_function(READY, timeout=WAIT_MS)


def row_of(page, key):
    return page.locator(f'.study[data-key="{key}"]')


def shown_values(page, key):
    """Return the legend's values by output."""
    return dict(row_of(page, key).locator(".values span").evaluate_all(VALUES))


def point_at(page, bars, fraction):
    """Point at a bar by its part of the screen; return its index."""
    seen = read_range(page)
    first, last = max(seen["from"], 0), min(seen["to"], len(bars) - 1)
    width = page.locator("#strip").bounding_box()["width"] - 70  # the price axis
    index = round(first + fraction * (last - first))
    page.mouse.move(width * (index - seen["from"]) / (seen["to"] - seen["from"]), 300)
    page.wait_for_timeout(100)
    shown = page.locator("#legend-values span").first.inner_text().strip()
    day = datetime.strptime(shown, "%a, %d %b %Y").replace(tzinfo=UTC)
    return next(at for at, bar in enumerate(bars) if bar["time"] == day.timestamp())


def read_answer(server, page, bars, name, params):
    state = read_state(page)
    query = {"symbol": state["symbol"], "interval": state["interval"], "from": bars[0]["time"], **params}
    answer = server.call(f"/api/v1/indicators/{name}?" + "&".join(f"{key}={value}" for key, value in query.items()))
    assert answer["time"] == [bar["time"] for bar in bars]
    return answer


def as_shown(value, text):
    """Return a value as the window writes it, with as many digits as ``text`` has."""
    if value is None:
        return "∅"
    if text[-1] in "KMBT":
        return format_volume(value)
    return format_price(value, len(text.partition(".")[2]))


def compare_with_api(server, page, fractions):
    bars = read_bars(page)
    answers = {
        name: read_answer(server, page, bars, name, params) for name, params in zip(IDS, FIVE.values(), strict=True)
    }
    for fraction in fractions:
        index = point_at(page, bars, fraction)
        for name, answer in answers.items():
            shown = shown_values(page, f"{name}-1")
            assert shown.keys() == answer["values"].keys()
            for output, text in shown.items():
                at = index - answer["shifts"].get(output, 0)
                value = answer["values"][output][at] if 0 <= at < len(answer["time"]) else None
                assert (name, output, index, text) == (name, output, index, as_shown(value, text))


def test_the_legend_has_the_values_of_the_api_wherever_the_chart_is(start_server, open_page, market):
    server = start_server()
    page = open_page(server.chart_url("AAPL", "1d"), width=1440, height=900)
    wait_until_settled(page)
    n_requests = len(market.chart_log())
    add_indicators(page, *FIVE)
    assert [(one["id"], one["pane"]) for one in page.evaluate(STATE)] == list(zip(IDS, (0, 2, 3, 0, 4), strict=True))
    compare_with_api(server, page, (0.1, 0.5, 0.98))
    assert len(market.chart_log()) == n_requests
    n_first = len(read_bars(page))
    asked = []
    page.on("request", lambda request: "/indicators/rsi" in request.url and asked.append(request.url))
    for _ in range(2):
        drag(page, 700)
        wait_until_settled(page)
    page.wait_for_function(SYNCED, timeout=WAIT_MS)
    assert len(read_bars(page)) > n_first
    assert asked
    assert all("&to=" in url for url in asked)  # only what is older than the loaded values
    compare_with_api(server, page, (0.1, 0.6))
    interval_button(page, "1wk").click()
    wait_until_settled(page)
    page.reload()
    wait_until_settled(page)
    page.wait_for_function(SYNCED, timeout=WAIT_MS)
    assert [one["id"] for one in page.evaluate(STATE)] == IDS
    compare_with_api(server, page, (0.5,))


def test_values_of_new_bars_arrive_with_them(tmp_path, market, start_server, open_page):
    clock = MovedClock(tmp_path / "clock", market)
    server = start_server(clock=clock)
    page = open_page(server.chart_url("BTC-USD", "1m"))
    wait_until_settled(page)
    add_indicators(page, "relative strength")
    last = page.evaluate("() => candledesk.bars().at(-1).time")
    clock.advance(180)
    update(server, "BTC-USD", "1m")
    page.wait_for_function(f"() => candledesk.bars().at(-1).time >= {last + 180}", timeout=WAIT_MS)
    page.wait_for_function(SYNCED, timeout=WAIT_MS)
    page.wait_for_timeout(100)
    answer = read_answer(server, page, read_bars(page), "rsi", FIVE["relative strength"])
    text = shown_values(page, "rsi-1")["value"]
    assert text == as_shown(answer["values"]["value"][-1], text)


@pytest.fixture
def noisy_page(browser, start_server):
    """A page on which refused requests, which a browser reports by itself, are no fault."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(start_server().chart_url("AAPL", "1d"))
    wait_until_settled(page)
    yield page
    context.close()


def test_the_list_adds_the_rows_set_hide_and_remove_and_all_is_remembered(noisy_page):
    check_settings(noisy_page)
    check_list(noisy_page)


def check_settings(page):
    """Settings are seen at once, refused in the words of the API, and taken back."""
    add_indicators(page, "simple")
    before = shown_values(page, "sma-1")["value"]
    row_of(page, "sma-1").hover()
    page.get_by_label("Settings of SMA 9 close").click()
    page.get_by_label("Length").fill("0")
    note = page.locator("#study-note")
    note.wait_for(timeout=WAIT_MS)
    assert "length" in note.inner_text()
    page.get_by_label("Length").fill("50")
    note.wait_for(state="hidden", timeout=WAIT_MS)
    title = row_of(page, "sma-1").locator(".title")
    page.wait_for_function("(old) => document.querySelector('.study .values').textContent !== old", arg=before)
    assert title.inner_text() == "SMA 50 close"
    page.keyboard.press("Escape")
    page.wait_for_function("(old) => document.querySelector('.study .values').textContent === old", arg=before)
    assert (title.inner_text(), page.evaluate(REMEMBERED)[0]["params"]["length"]) == ("SMA 9 close", 9)
    title.dblclick()
    page.get_by_label("Colour of Value").fill("#00ff00")
    page.get_by_label("Length").fill("21")
    page.wait_for_function("() => document.querySelector('.study .title').textContent === 'SMA 21 close'")
    page.get_by_role("button", name="OK").click()
    page.wait_for_function(f"() => ({REMEMBERED})()[0].params.length === 21")
    kept = page.evaluate(REMEMBERED)[0]
    assert (kept["params"]["length"], kept["colours"]) == (21, {"value": "#00ff00"})


def check_list(page):
    """The list counts, and the rows hide and remove."""
    page.get_by_role("button", name="Indicators").click()
    assert page.locator("#indicators-list .option").count() == 30
    page.locator("#indicator-rsi").click()
    page.locator("#indicator-rsi").click()
    assert page.locator("#indicator-rsi .count").inner_text() == "✓ 2×"
    page.locator("#indicators-search").fill("nothing like it")
    assert "No indicator is called" in page.locator("#indicators-list").inner_text()
    page.keyboard.press("Escape")
    page.wait_for_function(READY, timeout=WAIT_MS)
    row_of(page, "rsi-2").hover()
    page.get_by_label("Hide RSI 14 close").nth(1).click()
    assert [one["isShown"] for one in page.evaluate(STATE)] == [True, True, False]
    assert shown_values(page, "rsi-2") == {}
    row_of(page, "rsi-1").hover()
    page.get_by_label("Remove RSI 14 close").nth(0).click()
    assert [(one["key"], one["pane"]) for one in page.evaluate(STATE)] == [
        ("sma-1", 0),
        ("rsi-2", 2),
    ]
    assert json.dumps(page.evaluate(REMEMBERED)).count('"id"') == 2

"""Everything on the page that a hand can reach: search, dates, keys, themes, the address, the coverage strip."""

import time
from contextlib import closing

import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import connect_writer, transaction
from candledesk.store.market.instruments import series_id
from tests.e2e.page_actions import (
    WAIT_MS,
    compare_with_truth,
    drag,
    interval_button,
    read_bars,
    read_range,
    read_state,
    wait_until_addressed,
    wait_until_settled,
)

DAY = 86_400
HOLE = """() => candledesk.coverage().find(
    ({ state, left }) => left > 0 && (state === "missing" || state === "failed")
) ?? null"""


@pytest.fixture
def symbol():
    return "MSFT"


def is_pressed(page, name):
    return page.locator(f"#{name}").get_attribute("aria-pressed") == "true"


def go_to_date(page, date):
    page.keyboard.press("Alt+KeyG")
    page.fill("#goto-date", date)
    page.press("#goto-date", "Enter")


def test_the_venue_is_called_as_people_call_it(chart):
    assert "NASDAQ" in chart.locator("#legend").inner_text()
    chart.keyboard.press("Control+KeyK")
    chart.keyboard.type("MSFT")
    chart.get_by_role("option").filter(has_text="NASDAQ").first.wait_for(timeout=WAIT_MS)


def test_a_symbol_is_found_by_its_name_and_chosen_with_the_arrows(start_server, open_page):
    page = open_page(start_server().chart_url("AAPL", "1d"))
    wait_until_settled(page)
    page.locator("#chart").focus()
    page.keyboard.type("toyota")
    row = page.locator("#symbols .option", has_text="7203.T")
    row.wait_for(timeout=WAIT_MS)
    assert "Toyota Motor Corporation" in row.inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator("#symbol").get_attribute("aria-activedescendant") == row.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_function("() => candledesk.state().symbol === '7203.T'")
    wait_until_settled(page)
    assert page.input_value("#symbol") == "7203.T"
    page.focus("#symbol")
    page.keyboard.type("zzz")
    page.get_by_text("Press Enter to look up ZZZ").wait_for(timeout=WAIT_MS)
    page.keyboard.press("Escape")
    assert page.input_value("#symbol") == "7203.T"
    assert page.locator("#symbols").is_hidden()


def test_a_date_is_loaded_directly_and_joins_at_both_ends(chart, market):
    market.log.clear()
    go_to_date(chart, "2001-09-11")
    chart.wait_for_function("() => candledesk.state().isLatest === false")
    wait_until_settled(chart)
    seen = read_range(chart)
    date = 1_000_166_400
    assert seen["firstTime"] < date < seen["lastTime"]
    assert len(market.chart_log("MSFT")) <= 2  # those years alone, not the 25 between
    for _ in range(3):
        drag(chart, -1000)
        wait_until_settled(chart)
    bars = compare_with_truth(chart, market, "MSFT", "1d")
    assert bars[0]["time"] < date < bars[-1]["time"] < date + 20 * 366 * DAY
    chart.get_by_role("button", name="Latest").click()
    chart.wait_for_function("() => candledesk.state().isLatest")
    wait_until_settled(chart)
    assert read_range(chart)["isLatest"]
    chart.go_back()
    chart.wait_for_function("() => candledesk.state().isLatest === false")


def test_the_address_keeps_the_view_and_back_undoes_a_step(chart):
    for _ in range(3):
        drag(chart, 500)
        wait_until_settled(chart)
    wait_until_addressed(chart)
    first, seen = chart.url, read_range(chart)
    interval_button(chart, "1wk").click()
    wait_until_settled(chart)
    assert read_state(chart)["interval"] == "1wk"
    chart.go_back()
    chart.wait_for_function("() => candledesk.state().interval === '1d'")
    wait_until_settled(chart)
    assert chart.url == first
    shown = read_range(chart)
    assert (shown["firstTime"], shown["lastTime"]) == (seen["firstTime"], seen["lastTime"])
    chart.go_forward()
    chart.wait_for_function("() => candledesk.state().interval === '1wk'")
    wait_until_settled(chart)
    assert read_range(chart)["isLatest"]


def test_the_keys_move_the_chart(chart):
    chart.locator("#chart").focus()
    steps = {"ArrowLeft": -1, "ArrowRight": 1}
    for key, step in steps.items():
        seen = read_range(chart)
        chart.keyboard.press(key)
        chart.wait_for_function(f"() => Math.abs(candledesk.visibleRange().to - {seen['to'] + step}) < 0.01")
    seen = read_range(chart)
    chart.keyboard.press("Control+ArrowLeft")
    chart.wait_for_function(f"() => candledesk.visibleRange().lastTime < {seen['lastTime']}")
    wait_until_settled(chart)
    seen = read_range(chart)
    chart.keyboard.press("+")
    chart.wait_for_function(f"() => candledesk.visibleRange().from > {seen['from'] + 5}")
    chart.keyboard.press("End")
    chart.wait_for_function("() => candledesk.visibleRange().isLatest")
    chart.keyboard.press("Home")
    chart.wait_for_function("() => candledesk.bars()[0]?.time === 511056000", timeout=WAIT_MS)  # 1986-03-13
    chart.keyboard.press("1")
    chart.fill("#interval-text", "1w")
    chart.keyboard.press("Enter")
    chart.wait_for_function("() => candledesk.state().interval === '1wk'")
    wait_until_settled(chart)


@pytest.mark.parametrize(("typed", "name", "words"), [("45", "45m", "45m bars"), ("3D", "3d", "3d bars")])
def test_any_multiple_can_be_typed(chart, market, typed, name, words):
    chart.locator("#chart").focus()
    chart.keyboard.press(typed[0])
    chart.fill("#interval-text", typed)
    assert words in chart.locator("#interval-hint").inner_text()
    chart.keyboard.press("Enter")
    chart.wait_for_function(f"() => candledesk.state().interval === '{name}'")
    wait_until_settled(chart)
    compare_with_truth(chart, market, "MSFT", name)
    assert chart.locator("#other-interval").inner_text() == name
    chart.reload()
    wait_until_settled(chart)
    assert read_state(chart)["interval"] == name
    interval_button(chart, "1wk").click()
    wait_until_settled(chart)
    assert chart.locator("#other-interval").is_hidden()


def test_scales_sheet_jobs_and_full_screen_answer_to_keys(chart):
    chart.locator("#chart").focus()
    for key, name in (("KeyL", "log"), ("KeyP", "percent")):
        chart.keyboard.press(f"Alt+{key}")
        assert is_pressed(chart, name)
    assert not is_pressed(chart, "log")
    chart.keyboard.press("Alt+KeyJ")
    assert chart.locator("#jobs").is_visible()
    chart.keyboard.press("?")
    assert "go to date" in chart.locator("#sheet").inner_text()
    chart.keyboard.press("Escape")
    chart.keyboard.press("Alt+Enter")
    chart.wait_for_function("() => document.fullscreenElement !== null")
    with chart.expect_download() as download:
        chart.keyboard.press("Alt+KeyS")
    assert download.value.suggested_filename == "MSFT-1d.png"


def test_the_colours_follow_the_system_until_they_are_chosen(start_server, open_page):
    server = start_server()
    page = open_page(server.url, scheme="light")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.emulate_media(color_scheme="light")
    page.locator("#theme").click()  # from "as the system" to dark
    assert page.evaluate(ground) == dark
    page.reload()
    assert page.evaluate(ground) == dark
    page.locator("#theme").click()
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) == light


def lose_a_month(home, symbol, interval):
    """Note in the ledger of a running instance that a month of what is stored could not be fetched."""
    now = int(time.time())
    lost = Span(now - 60 * 86_400, now - 30 * 86_400)
    with closing(connect_writer(home / "candles.db")) as connection, transaction(connection):
        series = series_id(connection, symbol, INTERVALS[interval])
        row = Coverage(lost, CoverageState.FAILED, now, now + 3_600, "Yahoo answered HTTP 500")
        write_coverage(connection, series, [row])


def test_the_strip_says_what_is_missing_and_a_click_fetches_it(start_server, open_page):
    server = start_server()
    server.call("/api/v1/candles?symbol=SPY&interval=1h&from=2026-05-01&fill=wait&timeout=30")
    lose_a_month(server.home, "SPY", "1h")
    page = open_page(server.chart_url("SPY", "1h"))
    wait_until_settled(page)
    page.wait_for_function("() => candledesk.coverage().length > 0", timeout=WAIT_MS)
    for _ in range(10):
        hole = page.evaluate(HOLE)
        if hole:
            break
        drag(page, 1000)
        wait_until_settled(page)
    place = {"x": (hole["left"] + hole["right"]) / 2, "y": 4}
    page.hover("#strip", position=place)
    assert page.locator("#strip-title").inner_text() in {"Not fetched yet", "Failed"}
    page.click("#strip", position=place)
    page.get_by_role("button", name="Fetch these bars").click()
    page.wait_for_function(f"() => ({HOLE})() === null", timeout=WAIT_MS)
    assert read_bars(page)

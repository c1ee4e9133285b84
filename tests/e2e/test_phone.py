"""The page on a phone: everything is in reach of a thumb, and what is shown is named."""

import pytest

from tests.e2e.page_actions import WAIT_MS, interval_button, read_state, wait_until_settled

TARGETS = """() => [...document.querySelectorAll("button, input, select, summary, [role=menuitem]")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 0)
    .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
    .map(([name, box]) => [name, Math.min(box.width, box.height), box.left >= 0 && box.right <= innerWidth])"""
SMALLEST = 40


@pytest.fixture
def phone(start_server, open_page):
    page = open_page(start_server().chart_url("AAPL", "1d"), width=390, height=844)
    wait_until_settled(page)
    return page


def check_targets(page):
    targets = page.evaluate(TARGETS)
    assert [row for row in targets if row[1] < SMALLEST] == []
    assert [row for row in targets if not row[2]] == []
    return {row[0] for row in targets}


@pytest.mark.parametrize("name", ["1wk", "1mo", "3mo", "1m"])
def test_every_interval_is_on_the_screen_and_opens(phone, name):
    button = interval_button(phone, name)
    box = button.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    button.click()
    phone.wait_for_function(f"() => candledesk.state().interval === '{name}'")
    wait_until_settled(phone)


def test_targets_are_large_enough_and_on_the_screen(phone):
    assert {"symbol", "type-open", "indicators-open", "jobs-toggle", "more-open", "log", "zone"} <= check_targets(phone)
    phone.click("#jobs-toggle")
    check_targets(phone)
    phone.click("#jobs-close")
    for opener in ("#more-open", "#type-open", "#zone", "#adjust"):
        phone.click(opener)
        check_targets(phone)
        phone.keyboard.press("Escape")
    phone.click("#indicators-open")
    phone.locator("#indicators .option", has_text="RSI").first.click()
    phone.keyboard.press("Escape")
    phone.locator(".study").wait_for(timeout=WAIT_MS)
    check_targets(phone)


def test_name_and_exchange_are_shown(phone):
    for part, text in (("#legend-name", "Apple Inc."), ("#legend-where", "NASDAQ")):
        element = phone.locator(part)
        assert text in element.inner_text()
        box = element.bounding_box()
        assert box["x"] + box["width"] <= 390


def test_the_page_does_not_scroll_and_the_chart_has_most_of_the_screen(phone):
    assert phone.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        390,
        844,
    ]
    assert phone.locator("#chart").bounding_box()["height"] > 844 / 2


def test_the_other_buttons_are_in_a_menu(phone):
    phone.click("#more-open")
    phone.get_by_role("menuitem", name="Go to date").click()
    phone.fill("#goto-date", "2020-05-18")
    phone.press("#goto-date", "Enter")
    phone.wait_for_function("() => candledesk.state().isLatest === false", timeout=WAIT_MS)
    wait_until_settled(phone)
    phone.click("#more-open")
    phone.get_by_role("menuitem", name="Colours").click()
    assert phone.evaluate("() => document.documentElement.dataset.theme") == "dark"
    assert read_state(phone)["symbol"] == "AAPL"

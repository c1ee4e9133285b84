"""Log, percent and upside down belong to the pane of prices alone, also after a jump to a date."""

import pytest

from tests.e2e.page_actions import WAIT_MS, wait_until_settled

NORMAL, LOG, PERCENT = 0, 1, 2
PLAIN = {"mode": NORMAL, "invertScale": False}


@pytest.fixture
def symbol():
    return "MSFT"


def axes(page):
    return page.evaluate("() => candledesk.axes()")


@pytest.mark.parametrize(
    ("key", "prices"),
    [
        ("Alt+KeyL", {"mode": LOG, "invertScale": False}),
        ("Alt+KeyP", {"mode": PERCENT, "invertScale": False}),
        ("Alt+KeyI", {"mode": NORMAL, "invertScale": True}),
    ],
)
def test_a_jump_to_a_date_leaves_the_axis_of_volumes_alone(chart, key, prices):
    chart.keyboard.press(key)
    assert axes(chart) == [prices, PLAIN]
    for date in ("2001-09-11", "2012-05-18"):
        chart.keyboard.press("Alt+KeyG")
        chart.fill("#goto-date", date)
        chart.press("#goto-date", "Enter")
        chart.wait_for_function("() => candledesk.state().isLatest === false", timeout=WAIT_MS)
        wait_until_settled(chart)
        assert axes(chart) == [prices, PLAIN]
    chart.keyboard.press("Alt+KeyK")  # another chart type keeps it too
    chart.get_by_role("menuitemradio", name="Area").click()
    assert axes(chart) == [prices, PLAIN]
    chart.fill("#symbol", "AAPL")
    chart.press("#symbol", "Enter")
    chart.wait_for_function("() => candledesk.state().symbol === 'AAPL'")
    wait_until_settled(chart)
    assert axes(chart) == [prices, PLAIN]

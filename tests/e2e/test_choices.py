"""What a person chooses on the page: chart type, zone, adjustment, a span of dates, and files of what is shown."""

from pathlib import Path

import pytest

from tests.e2e.page_actions import WAIT_MS, drag, read_bars, read_range, read_state, wait_until_settled

DAY = 86_400
TYPES = ("Hollow candles", "Bars", "Heikin-Ashi", "Line", "Area", "Baseline", "Candles")
PICTURE = "() => candledesk.picture()"


def choose(page, opener, name):
    page.click(opener)
    page.get_by_role("menuitemradio", name=name, exact=False).first.click()


def test_each_chart_type_draws_the_same_bars_at_the_same_place_in_its_own_way(chart):
    seen, bars, looks = read_range(chart), read_bars(chart), set()
    for name in TYPES:
        choose(chart, "#type-open", name)
        chart.wait_for_timeout(150)
        looks.add(chart.evaluate(PICTURE))
        assert read_range(chart) == seen
        assert read_bars(chart) == bars
    assert len(looks) == len(TYPES)


def test_a_type_is_kept_over_symbols_and_another_visit(chart):
    choose(chart, "#type-open", "Line")
    chart.fill("#symbol", "MSFT")
    chart.press("#symbol", "Enter")
    chart.wait_for_function("() => candledesk.state().symbol === 'MSFT'")
    wait_until_settled(chart)
    drag(chart, 300)
    assert read_state(chart)["type"] == "line"
    chart.reload()
    wait_until_settled(chart)
    assert read_state(chart)["type"] == "line"
    assert chart.get_by_role("button", name="Chart type: Line").is_visible()


def test_another_zone_moves_the_axis_and_not_the_bars(server, open_page):
    page = open_page(server.chart_url("7203.T", "1h"))
    wait_until_settled(page)
    seen, bars = read_range(page), read_bars(page)
    assert read_state(page)["zone"] == "Asia/Tokyo"
    local = page.locator("#legend-values").inner_text()
    choose(page, "#zone", "UTC")
    assert (read_state(page)["zone"], page.locator("#zone").inner_text()) == ("UTC", "UTC")
    assert page.locator("#legend-values").inner_text() != local
    assert read_bars(page) == bars
    assert read_range(page) == pytest.approx(seen)


def test_prices_can_be_adjusted_for_dividends_or_not_at_all(server, open_page):
    page = open_page(server.chart_url("SPY", "1d") + "&from=2022-02-01&to=2022-11-30")
    wait_until_settled(page)
    seen = read_range(page)
    split = {bar["time"]: bar["close"] for bar in read_bars(page)}
    for name, value in (("Splits and dividends", "all"), ("Nothing", "none")):
        choose(page, "#adjust", name)
        page.wait_for_function(f"() => candledesk.state().adjust === '{value}'")
        wait_until_settled(page)
        shown = {bar["time"]: bar["close"] for bar in read_bars(page)}
        query = f"symbol=SPY&interval=1d&fill=none&adjust={value}&from=2022-02-01&to=2022-11-30"
        truth = {row["time"]: row["close"] for row in server.call(f"/api/v1/candles?{query}")["candles"]}
        assert len(truth) > 150
        assert {at: shown[at] for at in truth} == truth
        assert (read_range(page)["firstTime"], read_range(page)["lastTime"]) == (seen["firstTime"], seen["lastTime"])
        if value == "all":
            august = 1_659_312_000  # later dividends were fetched too
            assert all(shown[at] < split[at] for at in truth if at < august)
            assert "dividends" in page.locator("#legend-where").inner_text()


@pytest.mark.parametrize(
    ("words", "interval", "days"),
    [
        ("1 day", "1m", (0.1, 1)),
        ("5 days", "5m", (4, 8)),
        ("3 months", "1h", (85, 95)),
        ("1 year", "1d", (355, 367)),
        ("5 years", "1wk", (5 * 358, 5 * 367)),
    ],
)
def test_a_span_of_dates_is_shown_in_its_interval_up_to_the_latest_bar(chart, words, interval, days):
    chart.get_by_role("button", name=words, exact=True).click()
    chart.wait_for_function(f"() => candledesk.state().interval === '{interval}'")
    wait_until_settled(chart)
    chart.wait_for_timeout(300)
    wait_until_settled(chart)
    seen = read_range(chart)
    assert seen["isLatest"]
    shortest, longest = days
    assert shortest * DAY <= seen["lastTime"] - seen["firstTime"] <= longest * DAY


def test_all_of_the_history_fits_on_the_screen(chart):
    chart.get_by_role("button", name="The whole history").click()
    chart.wait_for_function("() => candledesk.state().interval === '1mo' && candledesk.state().isDone", timeout=WAIT_MS)
    wait_until_settled(chart)
    chart.wait_for_timeout(300)
    assert read_range(chart)["firstTime"] == read_bars(chart)[0]["time"]


def save(page, key):
    with page.expect_download() as started:
        page.keyboard.press(key)
    return started.value


def test_the_candles_on_screen_are_saved_as_the_api_writes_them(chart, server, tmp_path):
    seen = read_range(chart)
    download = save(chart, "Alt+KeyC")
    assert download.suggested_filename.startswith("AAPL-1d-2026-")
    file = tmp_path / "candles.csv"
    download.save_as(file)
    head, *rows = file.read_text().splitlines()
    assert head == "timestamp,open,high,low,close,volume,final,odd"
    query = f"symbol=AAPL&interval=1d&fill=none&from={seen['firstTime']}&to={seen['lastTime'] + DAY}"
    truth = server.call(f"/api/v1/candles?{query}")["candles"]
    assert [row.split(",")[0] for row in rows] == [row["timestamp"] for row in truth]
    assert [float(row.split(",")[4]) for row in rows] == [row["close"] for row in truth]


def test_a_picture_is_saved_with_the_legend(chart, tmp_path):
    download = save(chart, "Alt+KeyS")
    assert download.suggested_filename.endswith(".png")
    file = tmp_path / "chart.png"
    download.save_as(file)
    assert Path(file).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_bar_that_forms_has_a_countdown(server, open_page):
    page = open_page(server.chart_url("BTC-USD", "1h"))
    wait_until_settled(page)
    page.wait_for_function(r"() => /^\d\d:\d\d$|^1:00:00$/.test(candledesk.state().countdown)", timeout=WAIT_MS)
    first = page.evaluate("() => candledesk.state().countdown")
    page.wait_for_timeout(1500)
    assert page.evaluate("() => candledesk.state().countdown") != first


def test_menus_work_without_a_mouse(chart):
    chart.keyboard.press("Alt+KeyK")
    chart.keyboard.press("ArrowDown")
    chart.keyboard.press("l")
    chart.keyboard.press("Enter")
    assert read_state(chart)["type"] == "line"
    assert chart.evaluate("() => document.activeElement.id") == "type-open"
    chart.keyboard.press("Enter")
    assert chart.get_by_role("menu").is_visible()
    chart.keyboard.press("Escape")
    assert chart.get_by_role("menu").count() == 0


def test_points_of_drawings_lie_by_their_time_within_a_longer_bar_when_that_is_chosen(server, open_page):
    page = open_page(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    bar = read_bars(page)[-20]
    point = {"t": bar["time"] + 20 * 3_600, "p": bar["close"], "interval": "15m"}  # the afternoon in New York
    line = {"type": "trend_line", "symbol": "AAPL", "points": [point, {**point, "p": bar["high"]}]}
    server.call("/api/v1/drawings", line)
    place = "() => candledesk.drawings()[0]?.points[0][0]"
    page.wait_for_function(place)
    centre = page.evaluate(place)
    choose(page, "#zone", "By their time")
    page.wait_for_function("([before]) => candledesk.drawings()[0].points[0][0] > before + 1", arg=[centre])
    choose(page, "#zone", "At the centre")
    page.wait_for_function(
        "([before]) => Math.abs(candledesk.drawings()[0].points[0][0] - before) < 0.01", arg=[centre]
    )

"""What drawings of the web chart show of candles, and in which panes and when they are shown: as in the window."""

from urllib.parse import urlencode

import pytest

from tests.e2e.page_actions import WAIT_MS, drag, interval_button, read_bars, wait_until_settled
from tests.e2e.test_indicators import add_indicators, row_of

DRAWINGS = "/api/v1/drawings"
NOTED = (
    "([id, text]) => candledesk.drawings().some((one) => one.id === id && JSON.stringify(one.figures).includes(text))"
)
SMALL = {"font_size": 10}  # so that the labels have room in their box
COLOURS = """async ([x, y]) => {
    const image = new Image();
    image.src = candledesk.picture();
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return [...context.getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data];
}"""


def draw(server, bars, tool, *points, **fields):
    """Add a drawing at bars, each ``(row, price)``; return its id."""
    rows = [{"t": bars[row]["time"], "p": price, "interval": "1d"} for row, price in points]
    return server.call(DRAWINGS, {"type": tool, "symbol": "AAPL", "points": rows, **fields})["id"]


def noted(page, drawing_id, text):
    """Wait until a drawing has a text that holds another one, and return all that was drawn, by pane and id."""
    page.wait_for_function(NOTED, arg=[drawing_id, text], timeout=WAIT_MS)
    return shown(page)


def shown(page):
    return {(one["pane"], one["id"]): one for one in page.evaluate("() => candledesk.drawings()")}


def values(server, bars, **query):
    asked = urlencode({"symbol": "AAPL", "interval": "1d", "from": bars[0]["time"], **query})
    return server.call(f"{DRAWINGS}?{asked}")["values"]


def curves(drawing):
    return [figure["curve"] for figure in drawing["figures"] if "curve" in figure]


def texts(drawing):
    return [figure["text"] for figure in drawing["figures"] if "text" in figure]


def test_a_vwap_goes_through_the_values_of_the_server_from_its_anchor_to_the_last_bar(server, chart):
    bars = read_bars(chart)
    line = draw(server, bars, "anchored_vwap", (-60, None))
    answer = values(server, bars)[line]
    assert answer["time"] == [bar["time"] for bar in bars[-60:]]
    level = draw(server, bars, "horizontal_line", (-1, answer["vwap"][-1]))
    start = draw(server, bars, "horizontal_line", (-1, answer["upper"][-60]))
    noted(chart, line, answer["note"])
    chart.wait_for_function("() => candledesk.drawings().length === 3")
    seen = shown(chart)
    upper, lower, middle = curves(seen["price", line])
    assert (len(upper), len(lower), len(middle)) == (60, 60, 60)
    assert middle[-1][1] == pytest.approx(seen["price", level]["points"][0][1])
    assert upper[0][1] == pytest.approx(seen["price", start]["points"][0][1])
    assert middle[0][0] == pytest.approx(seen["price", line]["points"][0][0])
    assert texts(seen["price", line]) == ["VWAP from 1d"]


def test_values_follow_finer_bars_and_older_ones_without_a_reload(server, chart):
    bars = read_bars(chart)
    line = draw(server, bars, "anchored_vwap", (-10, None))
    old = draw(server, bars, "anchored_vwap", (0, None))
    noted(chart, line, "VWAP from 1d")
    server.call(f"/api/v1/candles?symbol=AAPL&interval=15m&limit=1&from={bars[-11]['time']}")
    noted(chart, line, "VWAP from 15m")
    before = server.call(f"{DRAWINGS}?symbol=AAPL&interval=1d&from={bars[0]['time']}")["values"][old]["time"]
    drag(chart, 900)
    wait_until_settled(chart)
    longer = read_bars(chart)
    assert longer[0]["time"] < bars[0]["time"] == before[0]
    older = draw(server, longer, "anchored_vwap", (3, None), style={"bands": []})
    noted(chart, older, "VWAP from")
    assert len(values(server, longer)[older]["time"]) == len(longer) - 3


def test_a_profile_and_a_position_show_what_the_server_found(server, chart):
    bars = read_bars(chart)
    profile = draw(server, bars, "volume_profile", (-40, None), (-10, None), style={"rows": 12, "share": 1.0})
    entry = bars[-40]["close"]
    place = draw(server, bars, "long_position", (-75, entry), (-2, entry * 1.02), (-2, entry * 0.98), style=SMALL)
    span = draw(server, bars, "date_price_range", (-40, entry), (-20, entry * 1.02))
    answer = values(server, bars)
    noted(chart, profile, "Volume from 1d")
    seen = shown(chart)
    areas = [figure for figure in seen["price", profile]["figures"] if "area" in figure]
    assert len(areas) == 12
    lengths = [area["area"][1][0] - area["area"][0][0] for area in areas]
    most = seen["price", profile]["points"][1][0] - seen["price", profile]["points"][0][0]
    assert max(lengths) == pytest.approx(most)
    assert lengths == pytest.approx([row["share"] * most for row in answer[profile]["rows"]])
    assert {area["fill"] for area in areas} == {"#2962ff", "#787b86"}
    assert answer[place]["outcome"] in {"target", "stop", "unknown"}
    assert texts(seen["price", place])[-1].startswith(f"{answer[place]['note']}, quantity ")
    assert f"Volume {answer[span]['volume']:,.0f}" in texts(seen["price", span])[0]


def test_a_position_in_a_narrow_box_shows_its_labels_while_the_pointer_is_there(server, chart):
    bars = read_bars(chart)
    entry = bars[-20]["close"]
    place = draw(server, bars, "long_position", (-20, entry), (-15, entry * 1.05), (-15, entry * 0.95))
    chart.wait_for_function("() => candledesk.drawings().length === 1", timeout=WAIT_MS)
    (left, level), (right, target), _ = shown(chart)["price", place]["points"]
    assert texts(shown(chart)["price", place]) == []
    box = chart.locator("#chart").bounding_box()
    chart.mouse.move(box["x"] + (left + right) / 2, box["y"] + (level + target) / 2)
    noted(chart, place, "Target: ")
    chart.mouse.move(box["x"] + left - 60, box["y"] + level)
    chart.wait_for_function("() => !JSON.stringify(candledesk.drawings()).includes('Target: ')", timeout=WAIT_MS)


def test_drawings_of_an_indicator_are_in_its_pane_and_gone_with_it(server, chart):
    add_indicators(chart, "relative strength")
    bars = read_bars(chart)
    box = draw(server, bars, "rectangle", (-30, 60.0), (-10, 40.0), pane="rsi-1", style={"fill_opacity": 1.0})
    level = draw(server, bars, "horizontal_line", (-5, 55.0), pane="rsi-1", text="half")
    upright = draw(server, bars, "vertical_line", (-3, None), text="day")
    lone = draw(server, bars, "vertical_line", (-8, None), style={"panes": False})
    draw(server, bars, "rectangle", (-30, 60.0), (-10, 40.0), pane="macd-1")
    noted(chart, upright, "day")
    chart.wait_for_function("() => candledesk.drawings().length === 6", timeout=WAIT_MS)
    seen = shown(chart)
    assert set(seen) == {
        ("rsi-1", box), ("rsi-1", level), ("price", lone), ("price", upright), ("volume", upright), ("rsi-1", upright),
    }  # fmt: skip
    assert (texts(seen["price", upright]), texts(seen["rsi-1", upright])) == (["day"], [])
    (top, left), bottom = seen["rsi-1", box]["points"][0][::-1], seen["rsi-1", box]["points"][1][1]
    assert top < seen["rsi-1", level]["points"][0][1] < bottom, "its axis counts values of the indicator"
    chart.wait_for_timeout(200)
    pane = chart.evaluate("() => document.querySelector('#chart table').rows[4].getBoundingClientRect().top")
    assert chart.evaluate(COLOURS, [left + 5, pane - chart_top(chart) + top + 5]) == [41, 98, 255, 255]
    row_of(chart, "rsi-1").hover()
    row_of(chart, "rsi-1").get_by_role("button", name="Remove").click()
    chart.wait_for_function("() => candledesk.drawings().length === 3")


def chart_top(page):
    return page.locator("#chart").bounding_box()["y"]


def test_what_is_hidden_or_of_other_intervals_is_not_drawn_and_the_last_one_is_on_top(server, chart):
    bars = read_bars(chart)
    high, low = bars[-20]["high"], bars[-20]["low"]
    solid = {"fill_opacity": 1.0, "width": 1}
    below = draw(server, bars, "rectangle", (-40, high), (-10, low), style={**solid, "fill_color": "#ff0000"})
    above = draw(server, bars, "rectangle", (-40, high), (-10, low), style={**solid, "fill_color": "#00ff00"})
    weekly = draw(server, bars, "horizontal_line", (-10, high), intervals=["weeks"])
    draw(server, bars, "rectangle", (-40, high), (-10, low), visible=False)
    chart.wait_for_function("() => candledesk.drawings().length === 2", timeout=WAIT_MS)
    assert [name for _, name in shown(chart)] == [below, above]
    (x1, y1), (x2, y2) = shown(chart)["price", above]["points"]
    assert chart.evaluate(COLOURS, [(x1 + x2) / 2, (y1 + y2) / 2]) == [0, 255, 0, 255], "in saved pictures too"
    interval_button(chart, "1wk").click()
    wait_until_settled(chart)
    chart.wait_for_function("() => candledesk.drawings().length === 3", timeout=WAIT_MS)
    assert ("price", weekly) in shown(chart)


def test_prices_and_values_are_those_of_the_adjusted_candles(server, open_page):
    page = open_page(server.chart_url("SPY", "1d") + "&from=2022-02-01&to=2022-11-30")
    wait_until_settled(page)
    bars = read_bars(page)
    at = next(row for row, bar in enumerate(bars) if bar["time"] >= 1_651_363_200)
    points = [{"t": bars[at]["time"], "p": bars[at]["high"], "interval": "1d"}]
    made = {"type": "trend_line", "symbol": "SPY", "points": points * 2}
    line = server.call(DRAWINGS, made)["id"]
    vwap = server.call(DRAWINGS, {"type": "anchored_vwap", "symbol": "SPY", "points": points})["id"]
    noted(page, vwap, "VWAP from 1d")
    page.click("#adjust")
    page.get_by_role("menuitemradio", name="Splits and dividends", exact=False).first.click()
    page.wait_for_function("() => candledesk.state().adjust === 'all'")
    wait_until_settled(page)
    noted(page, vwap, "VWAP from 1d")
    query = urlencode({"symbol": "SPY", "interval": "1d", "from": bars[0]["time"], "adjust": "all"})
    answer = server.call(f"{DRAWINGS}?{query}")
    bar = next(bar for bar in read_bars(page) if bar["time"] == bars[at]["time"])
    assert answer["places"][line]["points"][0]["p"] == pytest.approx(bar["high"], rel=1e-4)
    assert bar["high"] < bars[at]["high"]
    mean = (bar["high"] + bar["low"] + bar["close"]) / 3
    assert answer["values"][vwap]["vwap"][0] == pytest.approx(mean, rel=1e-4)


def test_a_page_without_such_drawings_asks_for_no_values(server, open_page):
    page = open_page("about:blank")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if DRAWINGS in request.url else None)
    page.goto(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    page.wait_for_timeout(800)
    bars = read_bars(page)
    line = draw(server, bars, "trend_line", (-20, bars[-20]["high"]), (-10, bars[-10]["low"]), text="here")
    noted(page, line, "here")
    page.wait_for_timeout(800)
    assert [url for url in asked if "from=" in url] == []
    vwap = draw(server, bars, "anchored_vwap", (-20, None))
    noted(page, vwap, "VWAP from 1d")
    assert len([url for url in asked if "from=" in url]) == 1

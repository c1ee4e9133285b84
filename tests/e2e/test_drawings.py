"""Drawings in the web chart: read only, on their bars and prices, and live."""

from tests.e2e.page_actions import WAIT_MS, drag, interval_button, read_bars, wait_until_settled

DRAWINGS = "/api/v1/drawings"
DRAWN = "() => candledesk.drawings()"


def drawn(page, n_drawings):
    """Return the drawings of the pane of prices with the pixels of their points, once there are so many."""
    for _ in range(WAIT_MS // 50):
        found = [one for one in page.evaluate(DRAWN) if one["pane"] == "price"]
        if len(found) == n_drawings:
            break
        page.wait_for_timeout(50)
    assert len(found) == n_drawings
    return {one["id"]: one for one in found}


def line(bars, *rows, **fields):
    points = [{"t": bars[row]["time"], "p": bars[row]["high"], "interval": "1d"} for row in rows]
    return {"type": "trend_line", "symbol": "AAPL", "points": points, **fields}


def test_what_a_script_draws_is_on_its_bars_at_once_and_gone_with_it(start_server, open_page):
    server = start_server()
    page = open_page(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    bars = read_bars(page)
    made = server.call(DRAWINGS, line(bars, -30, -5, text="<img src=x onerror=alert(1)>"))
    (first, second) = drawn(page, 1)[made["id"]]["points"]
    spacing = (second[0] - first[0]) / 25
    assert 1 < spacing < 50
    assert (second[1] < first[1]) is (bars[-5]["high"] > bars[-30]["high"])
    drag(page, 120)
    page.wait_for_timeout(600)
    ((moved, _),) = [one["points"] for one in drawn(page, 1).values()]
    assert 60 < moved[0] - first[0] < 250, "it moves with its bars"
    server.call(DRAWINGS, {**line(bars, -20, -10, style={"extend": "both"}), "type": "of_later"})
    server.call(DRAWINGS, {**line(bars, -20, -10), "type": "rectangle", "symbol": "MSFT"})
    everything = ("horizontal_line", "vertical_line", "fib_retracement", "long_position", "parallel_channel", "text")
    for tool in everything:
        rows = {"horizontal_line": 1, "vertical_line": 1, "text": 1, "fib_retracement": 2}.get(tool, 3)
        server.call(DRAWINGS, {**line(bars, *range(-20, -20 + rows)), "type": tool})
    assert {one["type"] for one in drawn(page, 7).values()} == {"trend_line", *everything}
    interval_button(page, "1wk").click()
    wait_until_settled(page)
    assert len(drawn(page, 7)) == 7


def test_a_page_asks_for_drawings_once_and_only_after_its_bars(start_server, open_page):
    server = start_server()
    page = open_page("about:blank")
    asked = []
    page.on("request", lambda request: asked.append(request.url.split("?")[0].split("#")[0]))
    with page.expect_request(lambda request: DRAWINGS in request.url, timeout=WAIT_MS):
        page.goto(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    places = [at for at, url in enumerate(asked) if url.endswith(DRAWINGS)]
    assert len(places) == 1
    assert places[0] > min(at for at, url in enumerate(asked) if url.endswith("/api/v1/candles"))


def test_a_text_that_is_fixed_on_screen_stays_while_the_chart_moves(start_server, open_page):
    server = start_server()
    page = open_page(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    style = {"fixed": True, "fixed_x": 0.25, "fixed_y": 0.5}
    text = line(read_bars(page), -30, style=style, text="fixed")
    text["points"][0]["t"] = 0  # a day that the page does not load
    made = server.call(DRAWINGS, {**text, "type": "text"})
    (figure,) = drawn(page, 1)[made["id"]]["figures"]
    assert 0.2 < figure["at"][0] / page.viewport_size["width"] < 0.25
    drag(page, 120)
    page.wait_for_timeout(600)
    (moved,) = drawn(page, 1)[made["id"]]["figures"]
    assert moved["at"] == figure["at"]
    interval_button(page, "1wk").click()
    wait_until_settled(page)
    (weekly,) = drawn(page, 1)[made["id"]]["figures"]
    assert weekly["at"][1] == figure["at"][1]

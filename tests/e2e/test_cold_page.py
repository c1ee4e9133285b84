"""A page that a browser opens for the first time: few requests, and bars are asked for before the chart is built."""

from tests.e2e.page_actions import WAIT_MS, wait_until_settled

MOST_REQUESTS = 12
DRAWN = "() => performance.getEntriesByName('first-bars').length > 0"
STARTS = """() => Object.fromEntries(performance.getEntriesByType("resource").reverse()
    .map((one) => [new URL(one.name).pathname, one.startTime]))"""


def test_a_cold_page_needs_at_most_twelve_requests_until_its_first_bars(start_server, open_page, browser):
    server = start_server()
    wait_until_settled(open_page(server.chart_url("AAPL", "1d")))  # the bars are stored
    context = browser.new_context()
    page, paths = context.new_page(), []
    page.on("request", lambda request: paths.append(request.url))
    page.goto(server.chart_url("AAPL", "1d"))
    page.wait_for_function(DRAWN, timeout=WAIT_MS)
    n_requests = len(paths)
    assert n_requests <= MOST_REQUESTS, paths
    assert sum(path.split("?")[0].endswith(".js") for path in paths) == 3  # the theme, the library, all others
    starts = page.evaluate(STARTS)
    assert starts["/api/v1/candles"] < page.evaluate("() => performance.getEntriesByName('chart-built')[0].startTime")
    context.close()

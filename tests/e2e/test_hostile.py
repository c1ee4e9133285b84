"""A hostile page in the user's own browser: of another local port, or behind a name that was made to lead here."""

import pytest

from tests.e2e.page_actions import WAIT_MS, wait_until_settled

FETCHES = """async ([url, token]) => {
    const outcomes = [];
    const authorized = { Authorization: `Bearer ${token}` };
    const body = '{"symbol":"SPY","interval":"1d"}';
    const simple = { method: "POST", mode: "no-cors", headers: { "Content-Type": "text/plain" }, body };
    for (const [path, options] of [
        ["/api/v1/limiter", {}],
        ["/api/v1/limiter", { headers: authorized }],
        ["/api/v1/candles?symbol=AAPL&interval=1d", { headers: authorized }],
        ["/api/v1/candles/backfill", { ...simple, mode: "cors", headers: authorized }],
        ["/api/v1/limiter", { mode: "no-cors" }],
        ["/api/v1/candles/backfill", simple],
    ]) {
        outcomes.push(await fetch(url + path, options).then((answer) => answer.text(), () => ""));
    }
    return outcomes;
}"""
EMBEDS = """async (url) => {
    const load = (tag, place) => new Promise((resolve) => {
        const made = document.createElement(tag);
        made.onload = () => resolve("loaded");
        made.onerror = () => resolve("refused");
        place(made);
        document.documentElement.append(made);
        setTimeout(() => resolve("refused"), 3000);
    });
    return Promise.all([
        load("script", (made) => (made.src = `${url}/assets/app.js`)),
        load("img", (made) => (made.src = `${url}/assets/icon.svg`)),
        load("link", (made) => Object.assign(made, { rel: "stylesheet", href: `${url}/assets/style.css` })),
    ]);
}"""
FRAME = """(url) => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.onload = () => resolve(frame.contentWindow.length);
    document.documentElement.append(frame);
})"""


@pytest.fixture
def stranger(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_page_of_another_port_gets_nothing(start_server, open_page, stranger, market):
    server = start_server()
    ours = open_page(server.chart_url("AAPL", "1d"))
    wait_until_settled(ours)
    n_jobs = len(server.call("/api/v1/jobs")["jobs"])
    stranger.goto(f"{market.url}/_demo/state")
    url, token = server.endpoint["url"], server.endpoint["token"]
    assert stranger.evaluate(FETCHES, [url, token]) == [""] * 6
    assert stranger.evaluate(EMBEDS, url) == ["refused"] * 3
    stranger.evaluate(FRAME, url)
    framed = [frame for frame in stranger.frames if frame is not stranger.main_frame]
    assert [frame.evaluate("() => document.querySelectorAll('#chart').length") for frame in framed] == [0]
    assert len(server.call("/api/v1/jobs")["jobs"]) == n_jobs


def test_a_name_that_was_made_to_lead_here_gets_nothing(start_server, stranger):
    server = start_server()
    port = server.endpoint["url"].rpartition(":")[2]
    answer = stranger.goto(f"http://rebound.test:{port}/#token={server.endpoint['token']}")
    assert answer.status == 421
    assert stranger.locator("#chart").count() == 0
    statuses = stranger.evaluate(
        """async (token) => {
            const paths = ["/", "/assets/app.js", "/healthz", "/api/v1/limiter", "/api/v1/events"];
            const headers = { Authorization: `Bearer ${token}` };
            return Promise.all(paths.map((path) => fetch(path, { headers }).then((answer) => answer.status)));
        }""",
        server.endpoint["token"],
    )
    assert statuses == [421] * 5


def test_the_page_follows_its_own_policy(start_server, open_page):
    page = open_page("about:blank")
    answer = page.goto(start_server().chart_url("AAPL", "1d"))
    policy = answer.headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; frame-ancestors 'none'"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    wait_until_settled(page)
    page.get_by_text("live", exact=True).wait_for(timeout=WAIT_MS)
    inline = "() => [...document.querySelectorAll('script:not([src]), style, [onclick], [onload]')].length"
    assert page.evaluate(inline) == 0
    assert "AAPL" in page.locator("#legend").inner_text()

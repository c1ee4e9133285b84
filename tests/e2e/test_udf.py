"""The UDF datafeed from pages of other sites, in a real browser: a named site reads all bars, another one nothing."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

READ_ALL = """
async (base) => {
  const ask = async (route) => JSON.parse(await (await fetch(`${base}/${route}`)).text());
  const config = await ask("config");
  const symbol = await ask("symbols?symbol=AAPL");
  let end = Math.floor(Date.now() / 1000), bars = 0, pages = 0;
  for (;;) {
    const page = await ask(`history?symbol=${symbol.ticker}&resolution=1D&from=0&to=${end}&countback=300`);
    if (page.s !== "ok") return {search: config.supports_search, session: symbol.session, bars, pages, last: page};
    bars += page.t.length;
    pages += 1;
    end = page.t[0];
  }
}
"""
FETCH = """
async ([url, options]) => {
  try { const answer = await fetch(url, options); return [answer.status, await answer.text()]; }
  catch (error) { return [0, String(error)]; }
}
"""
LOAD_PICTURE = """
(url) => new Promise((done) => { const image = new Image(); image.onload = image.onerror = (event) => done(event.type);
  image.src = url; })
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A chart</title><link rel=icon href=data:,>")

    def log_message(self, *_):
        """Log nothing."""


@pytest.fixture
def start_site():
    """Serve an empty page on a port of its own; return its origin."""
    sites = []

    def start():
        site = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
        sites.append(site)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        return f"http://localhost:{site.server_port}"

    yield start
    for site in sites:
        site.shutdown()
        site.server_close()


def test_a_named_site_reads_every_bar_and_another_one_nothing(browser, start_server, start_site, monkeypatch):
    named, other = start_site(), start_site()
    monkeypatch.setenv("CANDLEDESK_UDF", "on")
    monkeypatch.setenv("CANDLEDESK_UDF_ORIGINS", named)
    server = start_server()
    base = server.endpoint["udf_url"]
    stored = server.call("/api/v1/candles?symbol=AAPL&interval=1d&from=2000-01-01&limit=5000&format=columns")
    context = browser.new_context()
    page = context.new_page()

    page.goto(named)
    found = page.evaluate(READ_ALL, base)
    assert found["search"] is True
    assert found["session"] == "0930-1600:23456"
    assert found["bars"] == len(stored["candles"]["time"]) > 1_500
    assert found["last"] == {"s": "no_data"}
    status, text = page.evaluate(FETCH, [f"{base}/symbols?symbol=NOSUCH", {}])
    assert (status, '"errmsg":"unknown_symbol"' in text) == (404, True)
    assert page.evaluate(FETCH, [f"{base[:-1]}/config", {}])[0] == 401
    secret = {"headers": {"Authorization": f"Bearer {base.rpartition('/')[2]}"}}  # a header is asked for before
    status, text = page.evaluate(FETCH, [f"{server.endpoint['url']}/widgets.json", secret])
    assert (status, base.removeprefix(server.endpoint["url"]) in text) == (200, True)
    token = {"headers": {"Authorization": f"Bearer {server.endpoint['token']}"}}
    assert page.evaluate(FETCH, [f"{server.endpoint['url']}/api/v1/limiter", token])[0] == 0

    page.goto(other)
    for url in (f"{base}/config", f"{base}/time", f"{base}/history?symbol=AAPL&resolution=1D&countback=5"):
        assert page.evaluate(FETCH, [url, {}])[0] == 0
        status, text = page.evaluate(FETCH, [url, {"mode": "no-cors"}])
        assert (status, text.startswith("TypeError") or text == "") == (0, True)
        assert page.evaluate(LOAD_PICTURE, url) == "error"
    context.close()

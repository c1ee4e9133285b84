"""The server: controls over HTTP, the client's cold start, the process."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yfinance
from yfinance.data import YfData

from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S

NOW = 1_795_499_040
ROOT = Path(__file__).parents[2]


def call(market, path, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(market.url + path, data=data, headers=headers)
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def test_each_control_changes_the_state_over_http(market):
    call(market, "/_demo/faults", {"kind": "status", "status": 502, "count": 1})
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(market, "/v8/finance/chart/MSFT?range=5d&interval=1d", **{"X-Forwarded-Host": "query2.finance.yahoo.com"})
    with caught.value as error:
        assert error.code == 502
    (entry,) = call(market, "/_demo/log")
    assert (entry["host"], entry["path"]) == ("query2.finance.yahoo.com", "/v8/finance/chart/MSFT")
    assert (entry["status"], entry["fault"], entry["query"]["range"]) == (502, "status", "5d")
    assert call(market, "/_demo/clock", {"now": "2026-11-20T15:00:00Z"})["now"] == 1_795_186_800
    call(market, "/_demo/reset", {})
    assert call(market, "/_demo/log") == []
    assert call(market, "/_demo")["faults"] == []


@pytest.mark.parametrize("body", [{"kind": "earthquake"}, {"status": 1}, 7])
def test_bad_controls_are_refused(market, body):
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(market, "/_demo/faults", body)
    with caught.value as error:
        assert error.code == 400


def test_pages_of_other_sites_cannot_control_the_market(market):
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(market, "/_demo/reset", {}, Origin="https://example.com")
    with caught.value as error:
        assert error.code == 403


def test_truth_over_http(market):
    rows = call(market, "/_demo/truth?symbol=MSFT&interval=1d&start=2026-11-02&end=2026-11-07")
    assert [row[0] for row in rows] == [1_793_577_600 + day * DAY_S for day in range(5)]
    bars = market.truth("MSFT", "1d", 1_793_577_600, 1_794_009_600)
    assert rows[2][1:] == [bars.open[2], bars.high[2], bars.low[2], bars.close[2], bars.volume[2]]


def test_the_client_starts_cold(market, client):
    data = YfData()
    data._cookie = data._crumb = None
    history = yfinance.Ticker("VOD.L").history(period="5d", interval="1d", auto_adjust=False)
    assert len(history) == 5
    hosts = {row.host for row in market.log}
    assert {"fc.yahoo.com", "query1.finance.yahoo.com", "query2.finance.yahoo.com"} <= hosts
    assert all(row.status == 200 or row.host == "fc.yahoo.com" for row in market.log)


def test_search_and_lookup(client):
    found = yfinance.Search("appl", max_results=5, news_count=0).quotes
    assert [row["symbol"] for row in found] == ["AAPL"]
    assert "synthetic" in found[0]["longname"]
    assert "BTC-USD" in yfinance.Lookup("bitcoin").get_all(5).index


def test_stop_ends_hanging_requests(market):
    market.faults.add("hang")
    ended = threading.Event()

    def wait():
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            call(market, "/v8/finance/chart/MSFT")
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    while not market.log:
        time.sleep(0.01)
    other = DemoMarket(now=NOW)
    with other:
        pass
    market._server.end_connections()
    assert ended.wait(20)
    thread.join()


def test_the_process_dies_with_its_parent(tmp_path):
    log = tmp_path / "log.jsonl"
    command = [
        sys.executable,
        "-m",
        "candledesk.demo",
        "--die-with-parent",
        "--now",
        "2026-11-20T15:00:00Z",
        "--log",
        log,
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        url = process.stdout.readline().decode().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}/_demo") as reply:
            assert abs(json.load(reply)["now"] - 1_795_186_800) < 30
        with urllib.request.urlopen(f"{url}/v1/test/getcrumb") as reply:
            assert reply.read() == b"demo.crumb"
        process.stdin.close()
        assert process.wait(30) == 0
    assert json.loads(log.read_text())["path"] == "/v1/test/getcrumb"

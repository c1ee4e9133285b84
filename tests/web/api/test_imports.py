"""Bars that another process hands over: from files of one folder only, and nothing that is not bars."""

import asyncio

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from candledesk.cache.messages import Listing
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer, build_app
from candledesk.web.import_files import write_bars
from tests.fake_data import make_bars
from tests.web.conftest import PORT, RESOURCES, TOKEN
from tests.web.market import NOW

PATH = "/api/v1/imports"
BARS = make_bars(20)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "imports"


@pytest.fixture
def client(cache, folder):
    app = build_app(RequestContext(cache, asyncio.Event(), lambda: NOW, imports=folder), {}, port=PORT, token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers=headers) as opened:
        yield opened


def ask(client, file, **others):
    return client.post(PATH, json={"file": file, "symbol": "acme", "interval": "1d"} | others)


def test_the_bars_of_a_file_reach_the_cache(client, cache, folder):
    path = write_bars(folder, BARS)
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    answer = ask(client, path.name, exchange="xnys", currency="USD", name="Acme")
    assert answer.json() == {"read": 20, "stored": 20, "changed": 20, "refused": {}, "symbol": "ACME"}
    ((symbol, interval, bars, listing),) = cache.imported
    assert (symbol, interval, listing) == ("ACME", "1d", Listing("XNYS", "USD", "Acme"))
    assert bars.equals(BARS)


@pytest.mark.parametrize(
    "name", ["../candles.parquet", "/etc/passwd", "a/b.parquet", "a.csv", ".parquet", "none.parquet"]
)
def test_nothing_outside_the_folder_is_read(client, cache, folder, name):
    write_bars(folder, BARS).rename(folder.parent / "candles.parquet")
    answer = ask(client, name)
    assert (answer.status_code, answer.json()["field"]) == (400, "file")
    assert cache.imported == []


def test_a_link_out_of_the_folder_is_not_followed(client, cache, folder):
    path = write_bars(folder, BARS)
    path.rename(folder.parent / "elsewhere.parquet")
    path.symlink_to(folder.parent / "elsewhere.parquet")
    assert ask(client, path.name).status_code == 400
    assert cache.imported == []


@pytest.mark.parametrize("content", ["text", "columns", "zone"])
def test_a_file_of_something_else_is_refused_without_its_content(client, folder, content):
    folder.mkdir()
    path = folder / "a.parquet"
    if content == "text":
        path.write_text("secret words")
    else:
        columns = {name: np.ones(1) for name in ("open", "high", "low", "close", "volume")}
        times = {"timestamp": ["secret"]} if content == "zone" else {"time": [1]}
        pq.write_table(pa.table(times | columns), path)
    answer = ask(client, "a.parquet")
    assert answer.status_code == 400
    assert "secret" not in answer.text


def test_an_instance_without_a_home_says_so(cache):
    app = build_app(RequestContext(cache, asyncio.Event(), lambda: NOW), {}, port=PORT, token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers=headers) as client:
        assert ask(client, "a.parquet").status_code == 503


def test_another_process_hands_bars_over_and_leaves_no_file(cache, folder):
    server = WebServer(cache, resources=RESOURCES, token=TOKEN, clock=lambda: NOW, imports=folder)
    server.start()
    try:
        report = RemoteCache(server.url, TOKEN, folder).import_bars("ACME", INTERVALS["1d"], BARS).result()
        refused = RemoteCache(server.url, TOKEN, folder.parent / "other").import_bars("ACME", INTERVALS["1d"], BARS)
        with pytest.raises(InputError, match="There is no file"):
            refused.result()
    finally:
        server.stop(3)
    assert (report.n_read, report.n_stored, dict(report.refused), report.symbol) == (20, 20, {}, "ACME")
    assert list(folder.iterdir()) == list((folder.parent / "other").iterdir()) == []

"""The archive over HTTP and through the client, and streams that keep what they show up to date."""

import time

import httpx2 as httpx
import pytest

from candledesk.commands.archive import run_archive
from candledesk.domain.errors import InputError, UnknownSymbolError
from candledesk.domain.interval import INTERVALS
from candledesk.web.client import RemoteCache
from tests.web.conftest import TOKEN

PATH = "/api/v1/harvest"
AAPL = {
    "symbol": "AAPL",
    "interval": "15m",
    "on": True,
    "unbroken_since": "1980-12-12T14:30:00Z",
    "last_run_at": "2026-11-23T15:00:00Z",
    "next_run_at": "2026-11-24T15:00:00Z",
    "note": "",
}


def test_a_series_is_put_on_the_list_and_taken_off(client):
    assert client.get(PATH).json() == []
    assert client.post(PATH, json={"symbol": "aapl", "interval": "30m"}).json() == AAPL
    assert client.get(PATH).json() == [AAPL]
    assert client.post(PATH, json={"symbol": "AAPL", "interval": "15m", "on": False}).json() == {**AAPL, "on": False}
    assert client.get(PATH).json() == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"symbol": "AAPL"}, 400, "interval"),
        ({"interval": "1m"}, 400, "symbol"),
        ({"symbol": "AAPL", "interval": "1m", "on": "yes"}, 400, "on"),
        ({"symbol": "AAPL", "interval": "1m", "on": 1}, 400, "on"),
        ({"symbol": "AAPL", "interval": "0m"}, 400, "interval"),
        ({"symbol": "NOPE", "interval": "1m"}, 404, "symbol"),
    ],
)
def test_what_cannot_be_archived_is_refused(client, body, status, field):
    answer = client.post(PATH, json=body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_the_client_gives_what_the_running_instance_has(server, cache):
    remote = RemoteCache(server.url, TOKEN)
    entry = remote.set_archived("AAPL", INTERVALS["1m"], is_on=True).result()
    assert entry == cache.archive["AAPL", "1m"]
    assert remote.list_archive().result() == [entry]
    with pytest.raises(UnknownSymbolError):
        remote.set_archived("NOPE", INTERVALS["1m"], is_on=True).result()


def test_the_command_lists_adds_and_removes(cache, capsys):
    add = {"symbols": ("aapl", "BTC-USD"), "interval": "1m", "as_json": False}
    assert run_archive(cache, action="add", **add) == 0
    assert capsys.readouterr().out.split("\n")[1].split() == [
        "AAPL", "1m", "True", "1980-12-12T14:30:00Z", "2026-11-23T15:00:00Z", "2026-11-24T15:00:00Z",
    ]  # fmt: skip
    assert run_archive(cache, action="remove", symbols=("AAPL",), interval="1m", as_json=True) == 0
    assert '"on": false' in capsys.readouterr().out
    assert run_archive(cache, action="list", symbols=(), interval=None, as_json=True) == 0
    assert "BTC-USD" in (text := capsys.readouterr().out)
    assert "AAPL" not in text
    with pytest.raises(InputError, match="--interval"):
        run_archive(cache, action="add", symbols=("AAPL",), interval=None, as_json=False)


def test_a_stream_of_one_series_keeps_it_up_to_date_while_it_is_read(server, cache):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{server.url}/api/v1/events?symbol=AAPL&interval=30m"
    with httpx.stream("GET", url, headers=headers, timeout=5) as answer:
        lines = answer.iter_lines()
        next(lines)
        assert cache.followed == [("AAPL", "30m")]
    deadline = time.monotonic() + 5
    while cache.followed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert cache.followed == []

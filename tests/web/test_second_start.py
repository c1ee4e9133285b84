"""A second start: what it finds on a home, and what it never mistakes for a running instance."""

import json
import socket
import threading
import time

import pytest

from candledesk.cache.events import WindowRequested
from candledesk.domain.interval import INTERVALS
from candledesk.web.http_server import WebServer
from candledesk.web.second_start import RaiseOutcome, await_window, describe_holder, raise_window
from tests.web.conftest import RESOURCES
from tests.web.market import make_cache


class Instance:
    """A running instance on a home; with a window its wishes are kept."""

    def __init__(self, home, *, has_window=True):
        self.requests = []
        on_window = self.requests.append if has_window else None
        self.server = WebServer(make_cache(), resources=RESOURCES, on_window=on_window)
        self.server.start()
        self.endpoint = home / "endpoint.json"
        self.endpoint.write_text(json.dumps({"url": self.server.url, "token": self.server.token, "pid": 4711}))


@pytest.fixture
def make_instance(tmp_path):
    made = []

    def make(**options):
        made.append(Instance(tmp_path, **options))
        return made[-1]

    yield make
    for instance in made:
        instance.server.stop(3)


def test_the_window_receives_what_was_requested(make_instance):
    first = make_instance()
    assert raise_window(first.endpoint).outcome is RaiseOutcome.RAISED
    assert raise_window(first.endpoint, ("AAPL", "MSFT"), "60m").outcome is RaiseOutcome.RAISED
    hour = INTERVALS["1h"]
    assert first.requests == [WindowRequested(), WindowRequested("AAPL", hour), WindowRequested("MSFT", hour)]


def test_an_instance_without_a_window_is_named(make_instance):
    found = raise_window(make_instance(has_window=False).endpoint)
    assert (found.outcome, found.pid) == (RaiseOutcome.NO_WINDOW, 4711)
    assert "Process 4711" in str(describe_holder(found))
    assert "kill 4711" in str(describe_holder(found))


def _closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"url": 7}', '{"url": "http://127.0.0.1:{port}"}'])
def test_a_stale_or_broken_file_is_nobody(tmp_path, text):
    endpoint = tmp_path / "endpoint.json"
    if text is not None:
        endpoint.write_text(text.replace("{port}", str(_closed_port())))
    assert raise_window(endpoint).outcome is RaiseOutcome.NOBODY


def test_another_program_behind_the_port_is_nobody(make_instance):
    first = make_instance()
    written = json.loads(first.endpoint.read_text())
    first.endpoint.write_text(json.dumps(written | {"token": "of another run"}))
    assert raise_window(first.endpoint).outcome is RaiseOutcome.NOBODY
    assert first.requests == []


def test_an_instance_that_hangs_is_nobody_in_time(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "endpoint.json").write_text(json.dumps({"url": url, "token": "t", "pid": 1}))
        assert await_window(tmp_path / "endpoint.json", patience_s=0.3).outcome is RaiseOutcome.NOBODY


def test_an_instance_that_is_just_starting_is_awaited(make_instance, tmp_path):
    endpoint = tmp_path / "endpoint.json"
    found = []
    second = threading.Thread(target=lambda: found.append(await_window(endpoint, ("AAPL",), patience_s=20)))
    second.start()
    time.sleep(0.1)  # only makes it likely that the second start looks before the first is up
    first = make_instance()
    second.join(20)
    assert found[0].outcome is RaiseOutcome.RAISED
    assert first.requests == [WindowRequested("AAPL", None)]

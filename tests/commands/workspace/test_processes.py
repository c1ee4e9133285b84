"""Watchlists and layouts with real processes: through `serve`, in its stream of events, and after kill -9."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UNREACHABLE = "http://127.0.0.1:9"
LAYOUT = {"format": "candledesk.layout/1", "name": "Day", "charts": [{"symbol": "AAPL", "interval": "1d"}]}
pytestmark = pytest.mark.timeout(150)


def _call(home, *arguments):
    return [sys.executable, "-m", "candledesk", "--home", str(home), "--yahoo-url", UNREACHABLE, *arguments]


def _run(home, *arguments, code=0):
    done = subprocess.run(_call(home, *arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout or done.stderr


def _follow(home):
    """Return the lines of the event stream of the instance that holds the home."""
    endpoint = json.loads((home / "endpoint.json").read_text())
    headers = {"Authorization": f"Bearer {endpoint['token']}"}
    stream = urllib.request.urlopen(
        urllib.request.Request(f"{endpoint['url']}/api/v1/events", headers=headers), timeout=60
    )
    assert stream.readline().startswith(b"retry:")
    return stream


def _next_event(stream, name):
    for line in stream:
        if line == f"event: {name}\n".encode():
            return json.loads(stream.readline().removeprefix(b"data: "))
    raise AssertionError("the stream ended")


def test_a_running_instance_stores_reports_and_loses_nothing(tmp_path):
    home = tmp_path / "home"
    (tmp_path / "Mine.txt").write_text("###Tech,NASDAQ:AAPL,TSE:7203")
    (tmp_path / "day.json").write_text(json.dumps(LAYOUT))
    _run(home, "watchlist", "import", str(tmp_path / "Mine.txt"))  # nothing runs yet
    serving = subprocess.Popen(_call(home, "serve"), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        serving.stdout.readline()
        with _follow(home) as stream:
            assert json.loads(_run(home, "watchlist", "list", "--json"))[0]["name"] == "Mine"
            _run(home, "watchlist", "rename", "Mine", "Yours")
            assert _next_event(stream, "watchlist") == {"name": "Yours", "change": "renamed", "former_name": "Mine"}
            _run(home, "layout", "import", str(tmp_path / "day.json"))
            assert _next_event(stream, "layout") == {"name": "Day", "change": "added"}
    finally:
        serving.kill()
        serving.communicate()
    assert _run(home, "watchlist", "export", "Yours", "-") == "###Tech,NASDAQ:AAPL,TSE:7203\n"
    assert json.loads(_run(home, "layout", "export", "Day", "-"))["charts"] == LAYOUT["charts"]
    _run(home, "watchlist", "show", "Mine", code=2)
    _run(home, "watchlist", "show", code=2)


def test_a_damaged_file_is_named_by_the_command_that_opens_it(tmp_path):
    (tmp_path / "user.db").write_bytes(b"no database" * 1_000)
    said = _run(tmp_path, "watchlist")
    assert "user.db" in said
    assert "damaged" in said
    assert _run(tmp_path, "watchlist") == "nothing yet\n"


def test_serve_opens_the_file_at_its_start(tmp_path):
    (tmp_path / "user.db").write_bytes(b"no database" * 1_000)
    serving = subprocess.Popen(
        _call(tmp_path, "serve"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert "damaged" in serving.stderr.readline()
    finally:
        serving.kill()
        serving.communicate()

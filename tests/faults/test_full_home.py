"""A disk without room: stored bars are read, what cannot be stored says why, and all goes on with room (S6, S7)."""

import subprocess

import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.process import PROBE, report, wait_until

KIB = 8_192
FULL = "The disk is full, so nothing new is stored in"


@pytest.fixture
def home(start, market, tmp_path):
    """A home with daily bars of AAPL on a small disk of its own, after an orderly end."""
    home = tmp_path / "home"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={KIB}k", "tmpfs", home]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    instance = start(home).ready()
    now = market.clock.now()
    instance.backfill("AAPL", "1d", now - 3_000 * DAY_S, now)
    wait_until(lambda: not instance.live_jobs(), what="the backfill")
    assert instance.quit()[0] == 0
    (home / "candledesk.log").unlink()
    yield home
    subprocess.run(["umount", "-l", home], check=True)


def fill_disk(home, n_free=0):
    """Leave so many bytes free."""
    ballast = home / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4_096))
        except OSError:
            file.truncate(max(0, file.tell() - n_free))
    return ballast


def run(start, home, *arguments):
    """Run a command to its end; return its exit code, its output and what it said."""
    instance = start(home, *arguments)
    n_said = len(instance.stderr())
    out = instance.process.stdout.read().decode()
    return instance.wait(), out, instance.stderr()[n_said:]


@pytest.mark.timeout(300)
def test_without_a_free_byte_everything_stored_is_read(start, market, home, figures):
    fill_disk(home)
    now = market.clock.now()
    code, out, _ = run(start, home, "candles", "AAPL", "1d", "--offline")
    assert (code, out.count("\n") > 1_500) == (0, True)
    assert run(start, home, "coverage")[0] == 0
    code, out, errors = run(start, home, "candles", "AAPL", "1h", "--from", "2026-11-02")
    assert (code, out) == (5, "")
    assert FULL in errors
    instance = start(home)
    instance.use_endpoint(instance.process.stdout.readline().decode().strip())
    span = (now - 3_000 * DAY_S, now - 3 * DAY_S)
    seen = instance.candles("AAPL", "1d", *span)["candles"]
    assert seen["close"] == market.truth("AAPL", "1d", *span).close.tolist()
    status, problem = instance.ask("POST", "candles/backfill", body={"symbol": "AAPL", "interval": "1h"})
    assert status == 503
    assert FULL in problem["detail"]
    assert instance.quit()[0] == 0
    window = start(home, "AAPL", program=PROBE)
    wait_until(lambda: report(window)["n_bars"] > 100, what="the chart", pause_s=0.2)
    assert window.quit()[0] == 0
    said = instance.stderr()
    assert "Traceback" not in said
    assert "Internal error" not in said
    figures(f"{len(seen['close']):,} bars read by commands, server and window with 0 bytes free")


@pytest.mark.timeout(300)
def test_with_little_room_the_cause_is_named_and_it_goes_on_with_more(start, market, home, figures):
    ballast = fill_disk(home, 100_000)
    code, _, errors = run(start, home, "candles", "AAPL", "5m", "--from", "2026-11-02")
    assert code == 5
    assert FULL in errors
    instance = start(home).ready()
    instance.listen()
    now = market.clock.now()
    span = (now - 40 * DAY_S, now - DAY_S)
    query = {"symbol": "AAPL", "interval": "5m", "from": "2026-10-20", "timeout": 20}
    status, problem = instance.ask("GET", "candles", query)
    assert status == 503
    assert FULL in problem["detail"]
    status, begun = instance.ask("POST", "candles/backfill", body={"symbol": "AAPL", "interval": "5m"})
    if status == 202:  # its row found room
        wait_until(lambda: FULL in instance.get(f"jobs/{begun['job_id']}")["error"], 30, "the job to say why it waits")
        code, _, errors = run(start, home, "backfill", "AAPL", "--interval", "5m")
        assert code == 5
        assert FULL in errors
    ballast.unlink()
    instance.backfill("AAPL", "5m", *span)
    wait_until(lambda: not instance.live_jobs(), 120, "the jobs to go on", 0.2)
    assert instance.candles("AAPL", "5m", *span)["complete"]
    assert [row["text"] for name, row in instance.events if name == "fault"][-1] == ""
    assert instance.quit()[0] == 0
    figures("503 and exit code 5 with 100 kB free, resumed by itself with more")

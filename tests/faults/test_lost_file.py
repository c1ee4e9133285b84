"""The database or the whole home is lost under a running instance: every answer says so within seconds (S4, S5)."""

import contextlib
import http.client
import shutil
import signal
import sqlite3
import time

import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.evidence import Evidence
from tests.faults.process import PROBE, report, span_text, wait_until

SECONDS = 3.0  # within which it is noticed


def overwrite(home, backup):
    shutil.copyfile(backup, home / "candles.db")


def replace(home, backup):
    shutil.copyfile(backup, home / "new.db")
    (home / "new.db").rename(home / "candles.db")


def remove(home, _backup):
    (home / "candles.db").unlink()


def truncate(home, _backup):
    (home / "candles.db").write_bytes(b"")


def put_foreign(home, _backup):
    other = home.parent / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (a)")
    shutil.copyfile(other, home / "candles.db")


def remove_home(home, _backup):
    shutil.rmtree(home)


WAYS = (overwrite, replace, remove, truncate, put_foreign, remove_home)


@pytest.fixture
def backup(start, market, tmp_path):
    """A database with AAPL alone, after an orderly end."""
    home = tmp_path / "former"
    instance = start(home).ready()
    instance.get("candles", symbol="AAPL", interval="1d", limit=5, timeout=30)
    assert instance.quit()[0] == 0
    return home / "candles.db"


def begin(start, home, backup, **options):
    home.mkdir()
    shutil.copyfile(backup, home / "candles.db")
    instance = start(home, *options.pop("arguments", ()), **options).ready()
    instance.listen()
    return instance


@pytest.mark.timeout(300)
@pytest.mark.parametrize("change", WAYS, ids=lambda one: one.__name__)
def test_a_served_home_says_that_its_file_is_lost(start, market, backup, tmp_path, figures, change):
    home = tmp_path / "home"
    instance = begin(start, home, backup)
    now = market.clock.now()
    instance.get("candles", symbol="MSFT", interval="1h", timeout=30, **span_text(now - 30 * DAY_S, now - DAY_S))
    market.faults.add("delay", delay_s=2.0)
    job_id = instance.backfill("MSFT", "5m", now - 50 * DAY_S, now - DAY_S)  # under way while the file is lost
    wait_until((home / "candles.db-stamp").exists, what="a moment without a write")
    change(home, backup)
    lost_at = time.monotonic()
    wait_until(lambda: [row for name, row in instance.events if name == "fault"], 10, "the banner")
    noticed_s = time.monotonic() - lost_at
    wait_until(lambda: time.monotonic() > lost_at + 4.0, what="answers that were on their way", pause_s=0.2)
    span = span_text(now - 60 * DAY_S, now - DAY_S)
    for path, query in (
        ("candles", {"symbol": "AAPL", "interval": "1h", "fill": "wait", **span}),
        ("candles", {"symbol": "MSFT", "interval": "1h", "fill": "none", **span}),
        ("coverage", {"symbol": "MSFT", "interval": "1h"}),
        ("jobs", {}),
    ):
        status, problem = instance.ask("GET", path, query)
        assert (status, problem["code"]) == (503, "environment_fault"), (path, problem)
        assert str(home) in problem["detail"]
    status, _ = instance.ask("POST", "candles/backfill", body={"symbol": "MSFT", "interval": "1d"})
    assert status == 503
    states = [row["state"] for name, row in instance.events if name == "job" and row["job_id"] == job_id]
    assert "succeeded" not in states
    text = next(row["text"] for name, row in instance.events if name == "fault")
    assert instance.quit()[0] == 0
    assert "Traceback" not in instance.stderr()
    assert noticed_s < SECONDS
    figures(f"noticed after {noticed_s:.1f} s: {text}")


@pytest.mark.timeout(300)
def test_a_window_says_so_and_goes_on_when_the_file_is_back(start, market, backup, tmp_path, figures):
    home = tmp_path / "home"
    instance = begin(start, home, backup, arguments=("AAPL", "--interval", "1d"), program=PROBE)
    wait_until(lambda: report(instance)["n_bars"] > 100, what="the chart", pause_s=0.2)
    (home / "candles.db").rename(home / "elsewhere.db")
    wait_until(lambda: "was removed or moved" in report(instance)["banner"], 10, "the banner", 0.1)
    assert report(instance)["n_bars"] > 100  # what is on the screen stays
    (home / "elsewhere.db").rename(home / "candles.db")
    wait_until(lambda: "removed" not in report(instance)["banner"], 10, "the end of the banner", 0.1)
    now = market.clock.now()
    instance.backfill("AAPL", "1h", now - 60 * DAY_S, now)
    wait_until(lambda: not instance.live_jobs(), 60, "a backfill after that", 0.1)
    assert instance.quit()[0] == 0
    with Evidence(home, tmp_path / "copy") as evidence:
        evidence.check_sound()
    figures("banner while the file was away, no restart needed")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("change", [overwrite, replace], ids=lambda one: one.__name__)
def test_a_backup_beside_the_log_of_a_killed_instance(start, market, backup, tmp_path, figures, change):
    home = tmp_path / "home"
    instance = begin(start, home, backup)
    now = market.clock.now()
    instance.get("candles", symbol="MSFT", interval="1h", timeout=30, **span_text(now - 60 * DAY_S, now - DAY_S))
    wait_until((home / "candles.db-stamp").exists, what="the end of writing")
    instance.kill()
    change(home, backup)
    again = start(home)
    assert again.wait() == 5
    assert "candledesk restore" in again.stderr()
    assert "Traceback" not in again.stderr()
    for suffix in ("-wal", "-shm"):
        (home / f"candles.db{suffix}").unlink(missing_ok=True)
    instance = start(home).ready()
    span = (now - 3_000 * DAY_S, now - 3 * DAY_S)
    seen = instance.candles("AAPL", "1d", *span)["candles"]
    assert seen["close"] == market.truth("AAPL", "1d", *span).close.tolist()[-len(seen["close"]) :]
    assert instance.quit()[0] == 0
    figures(f"refused with exit code 5; without the log {len(seen['close']):,} bars as in the backup")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["serve", "window", "candles"])
def test_a_closed_terminal_ends_in_order(start, market, tmp_path, kind):
    home = tmp_path / "home"
    market.faults.add("hang")
    arguments = {"serve": ("serve",), "window": ("AAPL",), "candles": ("candles", "AAPL", "1d")}[kind]
    instance = start(home, *arguments)
    if kind == "candles":
        wait_until(market.chart_log, what="the request")
    else:
        instance.ready()
    code, took_s = instance.quit(signal.SIGHUP)
    assert code == (130 if kind == "candles" else 0)
    assert took_s < SECONDS
    assert not (home / "endpoint.json").exists()
    assert not (home / "candles.db-wal").exists()


@pytest.mark.timeout(120)
def test_few_descriptors_and_many_idle_connections(start, market, tmp_path, figures):
    home = tmp_path / "home"
    instance = start(home, before=("sh", "-c", 'ulimit -n 64; exec "$@"', "sh")).ready()
    end = http.client.HTTPConnection(*instance._end["url"].removeprefix("http://").split(":"))
    idle = []
    for _ in range(104):
        idle.append(http.client.HTTPConnection(end.host, end.port, timeout=10))
        idle[-1].connect()
    begun = time.monotonic()
    for interval in ("1d", "1h", "5m"):
        assert instance.get("candles", symbol="AAPL", interval=interval, limit=50, timeout=20)["candles"]
    took_s = time.monotonic() - begun
    for connection in idle:
        connection.close()
    assert instance.quit()[0] == 0
    log = (home / "candledesk.log").read_text()
    assert "Traceback" not in log + instance.stderr()
    figures(
        f"3 series fetched in {took_s:.1f} s beside 104 idle connections with 64 descriptors; {len(log):,} bytes of log"
    )

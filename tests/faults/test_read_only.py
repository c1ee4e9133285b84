"""A read-only home: charts open with what is stored, and it is said why nothing new comes."""

import os
import subprocess

import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.process import PROBE, report, wait_until


@pytest.fixture
def filled(start, market, tmp_path):
    """A home with bars, after an orderly end."""
    home = tmp_path / "filled"
    instance = start(home).ready()
    now = market.clock.now()
    instance.backfill("AAPL", "1d", now - 3_000 * DAY_S, now)
    wait_until(lambda: not instance.live_jobs(), what="the backfill")
    assert instance.quit()[0] == 0
    assert not (home / "candles.db-wal").exists()  # an orderly end leaves one file that any medium can carry
    return home


@pytest.fixture
def read_only(filled, tmp_path):
    """The same home on a read-only medium."""
    home = tmp_path / "read-only"
    home.mkdir()
    for command in (["mount", "--bind", filled, home], ["mount", "-o", "remount,bind,ro", home]):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"nothing can be mounted here: {made.stderr.strip()}")
    yield home
    subprocess.run(["umount", "-l", home], check=True)


@pytest.fixture
def forbidden(filled):
    """The same home with permission to read only, and the command prefix that applies it to root as well."""
    for path in [filled, *filled.iterdir()]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    powers = "-dac_override,-dac_read_search,-fowner"
    yield filled, (("setpriv", "--bounding-set", powers) if os.getuid() == 0 else ())
    filled.chmod(0o755)


def check_served(instance, market):
    """The server shows what is stored, refuses what would have to be stored, and asks the market nothing."""
    n_asked = len(market.log)
    instance.use_endpoint(instance.process.stdout.readline().decode().strip())
    now = market.clock.now()
    span = (now - 3_000 * DAY_S, now - 3 * DAY_S)
    seen = instance.candles("AAPL", "1d", *span)["candles"]
    truth = market.truth("AAPL", "1d", *span)
    assert seen["close"] == truth.close.tolist()
    older = instance.candles("AAPL", "1h", now - 30 * DAY_S, now, fill="wait", timeout=20)
    assert not older["complete"]
    status, problem = instance.ask("POST", "candles/backfill", body={"symbol": "AAPL", "interval": "1h"})
    assert status == 503
    assert "is read-only: stored bars are shown" in problem["detail"]
    assert instance.quit()[0] == 0
    assert len(market.log) == n_asked
    return len(seen["close"])


def check_window(instance):
    """The window opens with the stored bars and says why nothing new comes."""
    wait_until(lambda: report(instance)["n_bars"] > 100, what="the stored bars on the chart", pause_s=0.2)
    wait_until(lambda: "read-only" in report(instance)["banner"], what="the banner", pause_s=0.2)
    banner = report(instance)["banner"]
    assert instance.quit()[0] == 0
    return banner


@pytest.mark.timeout(300)
def test_a_read_only_medium(start, market, read_only, figures):
    before = {path.name: path.stat().st_mtime for path in read_only.iterdir()}
    n_bars = check_served(start(read_only), market)
    banner = check_window(start(read_only, "AAPL", program=PROBE))
    assert {path.name: path.stat().st_mtime for path in read_only.iterdir()} == before
    figures(f"{n_bars:,} bars served and charted from a read-only medium, 0 requests sent; banner: {banner}")


@pytest.mark.timeout(300)
def test_a_home_without_write_permission(start, market, forbidden, figures, tmp_path):
    home, before = forbidden
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    n_bars = check_served(start(home, before=before, TMPDIR=str(scratch)), market)
    check_window(start(home, "AAPL", program=PROBE, before=before, TMPDIR=str(scratch)))
    assert [path.name for path in scratch.iterdir() if path.name.startswith("candledesk-")] == []
    figures(f"{n_bars:,} bars served and charted without permission to write, 0 requests sent")


def test_a_home_that_cannot_be_written_and_holds_nothing(start, tmp_path):
    home = tmp_path / "file"
    home.write_text("not a folder")
    instance = start(home)
    assert instance.wait() == 5
    assert "Cannot create the home directory" in instance.stderr()
    assert "Traceback" not in instance.stderr()

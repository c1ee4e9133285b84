"""Backups of a real process at work: consistent, killed in the middle, on a full disk, and of a read-only home."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.process import ENVIRONMENT, ROOT, wait_until
from tests.faults.test_storage_faults import fill_up

SERIES = (("MSFT", "1m", 20), ("BTC-USD", "1m", 20), ("ES=F", "1h", 700))


def command(home, *arguments):
    """Run a command on a home; return its exit code, its output and its messages."""
    ended = subprocess.run(
        [sys.executable, "-m", "candledesk", *map(str, arguments), "--home", str(home)],
        cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout, ended.stderr


def begin(instance, market, delay_s=0.0):
    """Start backfills, whose requests take ``delay_s`` each; return their spans."""
    now = market.clock.now()
    spans = {(symbol, interval): (now - days * DAY_S, now - DAY_S) for symbol, interval, days in SERIES}
    instance.ready()
    for symbol, _ in spans:  # else the look-ups take until most bars are stored
        instance.get("candles", symbol=symbol, interval="1d", limit=5)
    if delay_s:
        market.faults.add("delay", delay_s=delay_s)
    for key, span in spans.items():
        instance.backfill(*key, *span)
    return spans


def check_copy(path):
    """The copy is sound, and what its coverage claims to have is there; return the number of its bars."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        sums = "SELECT series_id, sum(n) FROM chunk_checksum WHERE level = 1 GROUP BY series_id"
        rows = "SELECT series_id, count(*) FROM candle GROUP BY series_id"
        assert dict(copy.execute(sums)) == dict(copy.execute(rows))
        return copy.execute("SELECT count(*) FROM candle").fetchone()[0]


@pytest.mark.timeout(300)
def test_copies_that_are_made_while_bars_are_stored_are_sound(start, market, tmp_path, figures):
    home = tmp_path / "home"
    instance = start(home)
    begin(instance, market, delay_s=2.0)
    numbers = []
    target = tmp_path / "copy.db"
    while instance.live_jobs() or len(numbers) < 2:
        code, out, err = command(home, "backup", target)
        assert (code, out.startswith(f"{target}: ")) == (0, True), err
        numbers.append(check_copy(target))
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]
    assert instance.quit()[0] == 0
    figures(f"{len(numbers)} copies beside a backfill, with {numbers[0]:,} to {numbers[-1]:,} bars, all of them sound")


@pytest.mark.timeout(300)
def test_a_kill_in_the_middle_leaves_the_former_backup_and_the_database(start, market, tmp_path, dice, figures, count):
    home, target = tmp_path / "home", tmp_path / "copy.db"
    instance = start(home)
    begin(instance, market)
    wait_until(lambda: not instance.live_jobs(), 120, "the backfills")
    assert command(home, "backup", target)[0] == 0
    n_bars = check_copy(target)
    n_left = 0
    for _ in range(count(4, 20)):
        assert instance.ask("POST", "backups", body={"path": str(target)})[0] == 202
        time.sleep(dice.uniform(0.0, 0.06))
        instance.kill()
        assert check_copy(target) == n_bars
        n_left += target.with_name(".copy.db.unfinished").exists()
        instance = start(home).ready()
    assert command(home, "backup", target)[0] == 0
    assert not target.with_name(".copy.db.unfinished").exists()
    assert check_copy(target) == n_bars
    assert instance.quit()[0] == 0
    figures(f"{count(4, 20)} kills during a backup, {n_left} of them in the middle of it: the former one was whole")


@pytest.mark.timeout(300)
def test_a_restore_is_refused_while_it_runs_and_works_after_its_end(start, market, tmp_path):
    home, target = tmp_path / "home", tmp_path / "copy.db"
    instance = start(home)
    spans = begin(instance, market)
    wait_until(lambda: not instance.live_jobs(), 120, "the backfills")
    assert command(home, "backup", target)[0] == 0
    code, out, err = command(home, "forget", "MSFT", "--yes", "--without-backup")
    assert (code, out) == (0, "MSFT 1m deleted.\n"), err
    code, _, err = command(home, "restore", target)
    assert code == 5
    assert f"Process {instance.pid} uses" in err
    instance.kill()  # its log is left behind
    code, out, err = command(home, "restore", target)
    assert code == 0, err
    assert "The former file is kept as" in out
    instance = start(home).ready()
    span = spans["MSFT", "1m"]
    seen, truth = instance.candles("MSFT", "1m", *span)["candles"], market.truth("MSFT", "1m", *span)
    assert seen["close"] == truth.close.tolist()[: len(seen["close"])]
    assert len(seen["close"])
    assert instance.quit()[0] == 0


@pytest.mark.timeout(300)
def test_a_full_disk_is_named_and_the_former_backup_stays(start, market, tmpfs, tmp_path):
    home, target = tmp_path / "home", tmpfs / "copy.db"
    instance = start(home)
    begin(instance, market)
    wait_until(lambda: not instance.live_jobs(), 120, "the backfills")
    assert command(home, "backup", target)[0] == 0
    before = target.read_bytes()
    fill_up(tmpfs / "ballast")
    code, _, err = command(home, "backup", target)
    assert code == 5
    assert f"There is no room in {tmpfs} for a backup" in err
    assert target.read_bytes() == before
    assert not target.with_name(".copy.db.unfinished").exists()
    assert instance.quit()[0] == 0

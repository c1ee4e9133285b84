"""A full disk or a locked database in the middle of a backfill: reported once, nothing lost, continued afterwards."""

import resource
import sqlite3
import time
from contextlib import closing, suppress

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.conftest import IS_FULL
from tests.faults.evidence import Evidence
from tests.faults.process import PROBE, report, wait_until

SERIES = (("MSFT", "1m", 28), ("BTC-USD", "1m", 28), ("EURUSD=X", "5m", 57), ("ES=F", "1h", 720))
FILE_BYTES = 65_536
TRYING_S = 30.0 if IS_FULL else 10.0  # it tries again every 8 s or so
GUI_STALL_S = 0.25  # generous: the machine may be busy; the figure is printed


def spans(market):
    now = market.clock.now()
    return {(s, i): (now - days * DAY_S, now - DAY_S) for s, i, days in SERIES}


def begin(instance, market, wanted):
    instance.ready().listen()
    for symbol in {symbol for symbol, _ in wanted}:  # else the look-ups below take until most bars are stored
        instance.get("candles", symbol=symbol, interval="1d", limit=5)
    market.faults.add("delay", delay_s=4.0)  # so that there is a middle, though few requests bring all of it
    for key, span in wanted.items():
        instance.backfill(*key, *span)


def fault_texts(instance):
    return [row["text"] for name, row in instance.events if name == "fault"]


def see_through(instance, market, wanted, home, copy):
    """After the trouble everything must come to its end by itself; return how many bars there are."""
    wait_until(lambda: not instance.live_jobs(), 180, "the jobs to go on to their end", 0.1)
    assert {job["state"] for job in instance.jobs() if job["kind"] == "backfill"} == {"succeeded"}, instance.jobs()
    wait_until(lambda: fault_texts(instance)[-1:] == [""], 20, "the end of the banner")
    assert instance.quit()[0] == 0
    n_bars = 0
    with Evidence(home, copy) as evidence:
        evidence.check_sound()
        assert "running" not in evidence.states()
        for key, span in wanted.items():
            bars = evidence.bars(*key, *span)
            assert bars.equals(market.truth(*key, *span)), key
            n_bars += len(bars)
    return n_bars


def check_seen(instance, market, wanted):
    """What can be seen over HTTP in the middle of it is the truth; return how many bars that is."""
    n_seen = 0
    for key, span in wanted.items():
        seen = instance.candles(*key, *span)["candles"]
        truth = market.truth(*key, *span)
        at = np.searchsorted(truth.open_time, seen["time"])
        assert truth.open_time[at].tolist() == seen["time"]
        assert truth.close[at].tolist() == seen["close"]
        n_seen += len(seen["time"])
    return n_seen


def fill_up(ballast):
    """Write until the disk takes no more."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))


@pytest.mark.timeout(600)
def test_a_full_disk_in_the_middle(start, market, tmpfs, figures, tmp_path):
    wanted = spans(market)
    instance = start(tmpfs / "home")
    begin(instance, market, wanted)
    ballast = tmpfs / "ballast"
    fill_up(ballast)
    wait_until(lambda: fault_texts(instance), 60, "the banner")
    n_before = check_seen(instance, market, wanted)
    time.sleep(TRYING_S)
    assert len(fault_texts(instance)) == 1, fault_texts(instance)
    assert "disk is full" in fault_texts(instance)[0]
    assert instance.live_jobs()
    assert check_seen(instance, market, wanted) >= n_before
    ballast.unlink()
    n_bars = see_through(instance, market, wanted, tmpfs / "home", tmp_path / "copy")
    figures(
        f"the disk was full at {n_before:,} bars for {TRYING_S:g} s: 1 banner, 0 bars lost; with room again"
        f" {n_bars:,} bars equal to the truth, every job succeeded by itself"
    )


@pytest.mark.timeout(600)
def test_a_file_that_may_not_grow(start, market, figures, tmp_path):
    """The way that needs no mount: the system refuses every byte past a limit, as a quota would."""
    wanted = spans(market)
    home = tmp_path / "home"
    instance = start(home)
    begin(instance, market, wanted)
    _, hard = resource.prlimit(instance.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(instance.pid, resource.RLIMIT_FSIZE, (FILE_BYTES, hard))
    wait_until(lambda: fault_texts(instance), 120, "the limit to be reached")
    n_before = check_seen(instance, market, wanted)
    time.sleep(TRYING_S)
    # small windows still fit into the log from time to time: then the banner ends, and comes again with the next one
    # (and a wide window fails while it is written, not when it is committed: then the words do not name the file)
    kinds = {text.split(" while ")[0] for text in fault_texts(instance) if text}
    assert kinds == {"The disk reported an error"}, fault_texts(instance)
    assert check_seen(instance, market, wanted) >= n_before
    resource.prlimit(instance.pid, resource.RLIMIT_FSIZE, (hard, hard))
    n_bars = see_through(instance, market, wanted, home, tmp_path / "copy")
    figures(
        f"no file might grow past {FILE_BYTES:,} bytes, at {n_before:,} bars: one banner's text, 0 bars lost;"
        f" without the limit {n_bars:,} bars equal to the truth"
    )


@pytest.mark.timeout(600)
def test_a_locked_database_while_the_window_is_open(start, market, figures, tmp_path):
    lock_s = 60.0 if IS_FULL else 14.0
    wanted = spans(market)
    home = tmp_path / "home"
    instance = start(home, "AAPL", "--interval", "1d", program=PROBE)
    begin(instance, market, wanted)
    wait_until(lambda: instance.get("coverage", symbol="ES=F", interval="1h")["bars"] > 0, 60, "the first bars", 0.1)
    report(instance)
    with closing(sqlite3.connect(home / "candles.db", isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        n_before = other.execute("SELECT count(*) FROM candle").fetchone()[0]
        locked_at = time.monotonic()
        wait_until(lambda: fault_texts(instance), 40, "the banner")
        n_asked = len(market.chart_log())
        time.sleep(max(0.0, lock_s - (time.monotonic() - locked_at)))
        ticks = report(instance)
        n_asked = len(market.chart_log()) - n_asked
        assert other.execute("SELECT count(*) FROM candle").fetchone()[0] == n_before
        other.execute("ROLLBACK")
    assert len(fault_texts(instance)) == 1, fault_texts(instance)
    assert "locked" in fault_texts(instance)[0]
    assert ticks["banner"] == fault_texts(instance)[0]
    assert ticks["longest_s"] < GUI_STALL_S, ticks
    n_bars = see_through(instance, market, wanted, home, tmp_path / "copy")
    figures(
        f"the database was locked for {lock_s:g} s: 1 banner, longest pause of the GUI thread"
        f" {1000 * ticks['longest_s']:.0f} ms (99 %: {1000 * ticks['p99_s']:.0f} ms) in {ticks['n_ticks']:,} ticks,"
        f" {n_asked} requests in that time; afterwards {n_bars:,} bars equal to the truth"
    )

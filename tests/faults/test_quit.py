"""Quitting while Yahoo hangs: within 3 s, with exit code 0, and no job left as running."""

import contextlib
import http.client
import shutil
import signal
import threading

import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.evidence import Evidence
from tests.faults.process import PROBE, is_alive, span_text, wait_until

SYMBOLS = ("AAPL", "MSFT", "VOD.L", "BTC-USD")
MAX_S = 3.0
WAYS = (
    ("serve", signal.SIGTERM),
    ("serve", signal.SIGINT),
    ("window", signal.SIGTERM),
    ("window", signal.SIGINT),
    ("window", "close"),
)


@pytest.fixture
def primed_home(start, tmp_path):
    """A home that knows the instruments, so that jobs on them can be queued while nothing answers any more."""
    home = tmp_path / "primed"
    instance = start(home).ready()
    for symbol in SYMBOLS:
        instance.get("candles", symbol=symbol, interval="1d", timeout=30)
    assert instance.quit()[0] == 0
    return home


def begin_to_hang(instance, market):
    """Have every kind of thing under way: a hanging fetch, queued jobs, a waiting request and an open stream."""
    instance.ready().listen()
    now = market.clock.now()
    for symbol in SYMBOLS:
        instance.backfill(symbol, "1m", now - 20 * DAY_S, now - DAY_S)
    waiting = threading.Thread(target=wait_for_candles, args=(instance, now), daemon=True)
    waiting.start()
    n_hanging = lambda: sum(entry.fault == "hang" for entry in market.chart_log())  # noqa: E731
    wait_until(lambda: n_hanging() >= 2, what="hanging fetches")
    assert any(job["state"] == "running" for job in instance.jobs())
    return waiting


def wait_for_candles(instance, now):
    span = span_text(now - 90 * DAY_S, now - DAY_S)
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        instance.ask("GET", "candles", {"symbol": "MSFT", "interval": "1h", "timeout": 30, **span})


def quit_by(instance, way):
    if way != "close":
        return instance.quit(way)
    instance.say("close_window")
    return instance.quit(0)  # signal 0 only measures: it is the window that ends the process


@pytest.mark.timeout(3_600)
def test_quits_with_hanging_fetches(start, market, primed_home, count, figures, dice, tmp_path):
    n_quits = count(5, 100)
    seconds, orphans = [], []
    for number in range(n_quits):
        kind, way = WAYS[number % len(WAYS)]
        home = tmp_path / "home"
        shutil.copytree(primed_home, home)
        market.reset()
        market.faults.add("hang")
        options = {} if kind == "serve" else {"program": PROBE}
        instance = start(home, *(("serve",) if kind == "serve" else ("AAPL", "--interval", "5m")), **options)
        waiting = begin_to_hang(instance, market)
        orphans += instance.children()
        code, took_s = quit_by(instance, way)
        seconds.append(took_s)
        assert code == 0, (kind, way, instance.stderr())
        assert took_s <= MAX_S, (kind, way, took_s)
        with Evidence(home, tmp_path / "copy") as evidence:
            evidence.check_sound()
            assert "running" not in evidence.states(), (kind, way, evidence.states())
            assert {row[3] for row in evidence.jobs()} == {"queued"}
        waiting.join(10)
        assert not waiting.is_alive()
        shutil.rmtree(home)
    wait_until(lambda: not any(is_alive(pid) for pid in orphans), 10, "the fetch processes to end")
    ordered = sorted(seconds)
    figures(
        f"{n_quits} quits (signals and closing, server and window) with hanging fetches: median"
        f" {ordered[len(ordered) // 2]:.2f} s, longest {ordered[-1]:.2f} s (at most {MAX_S:g} s), every exit code 0,"
        " no running row, no fetch process left"
    )

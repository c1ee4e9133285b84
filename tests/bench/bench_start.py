"""Start and rest of the window: ``python -m tests.bench.bench_start [--runs 7] [--rest-s 20]``.

Starts are timed from the making of the process to the paint of the first cached candles, in turn with an interpreter
that only imports numpy, PySide6.QtWidgets, pyqtgraph and qasync: both beside each other, so that a busy machine slows
both. Then a window with one chart is left alone, and one with four charts of an exchange that never closes, the
watchlist beside them and the web server: their processor time and the memory of the fetch process are read. Exit code 1
when the start takes more than 1.5 times as long as the imports, or rest costs more than 0.5 % of a core (WINDOW.md).
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from candledesk.demo import DemoMarket
from tests.bench.command import temporary_folder

NOW = "2026-11-20T22:00:00Z"  # New York is closed: nothing forms, and nothing is to be updated
SYMBOL = "AAPL"
MOST_RATIO, MOST_REST = 1.5, 0.005
SETTLE_S = 15.0
TICKS = os.sysconf("SC_CLK_TCK")
IMPORTS = "import numpy, PySide6.QtWidgets, pyqtgraph, qasync; print(0, flush=True)"
# The window's own start; what it does after the first chart is painted is replaced by a line to this process.
SHOWN = """
import gc, sys
gc.disable()
from candledesk import app
app.Application.start_web_aside = lambda application: print(0, flush=True)
from candledesk.commands.entry import main
sys.exit(main())
"""
# Four charts whose countdowns tick and the list of watched symbols beside them, all brought up to date.
WORKBENCH = """
import gc, sys
gc.disable()
from candledesk import app
start_web = app.Application.start_web_aside

def shown(application):
    start_web(application)
    print(0, flush=True)
    from PySide6.QtCore import QTimer
    QTimer.singleShot(1_000, arrange)

def arrange():
    from PySide6.QtWidgets import QApplication, QMainWindow
    from candledesk.domain.interval import INTERVALS
    window = next(one for one in QApplication.topLevelWidgets() if isinstance(one, QMainWindow))
    window.charts.set_grid("4")
    for page, interval in zip(window.charts.pages(), ("5m", "15m", "1h", "1d"), strict=True):
        page.feed.open("BTC-USD", INTERVALS[interval])
    window.table.actions["watchlist"].trigger()
    for symbol in ("BTC-USD", "ETH-USD", "AAPL", "MSFT", "SPY"):
        window._requests.watchlist_requested.emit(symbol)

app.Application.start_web_aside = shown
from candledesk.commands.entry import main
sys.exit(main())
"""


def start(code, environment, *arguments):
    """Start a process; return it and the seconds until its first line, by the clock."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE)
    if not process.stdout.readline():
        raise SystemExit(f"the process ended with exit code {process.wait()} before it showed anything")
    return process, time.monotonic() - began


def end(process):
    """End a process and wait for it."""
    process.send_signal(signal.SIGTERM)
    process.wait()
    process.stdout.close()


def processor_s(pid):
    """Return the seconds of processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def child_mb(pid):
    """Return the resident megabytes of the only child of a process."""
    child = next(found for found in Path("/proc").iterdir() if found.name.isdigit() and _parent(found) == pid)
    pages = (child / "statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _parent(process):
    try:
        return int((process / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def measure_starts(environment, n_runs):
    shown, imports = [], []
    end(start(SHOWN, environment, SYMBOL)[0])  # not counted: it compiles
    for _ in range(n_runs):
        for code, arguments, found in ((SHOWN, (SYMBOL,), shown), (IMPORTS, (), imports)):
            process, seconds = start(code, environment, *arguments)
            found.append((seconds, processor_s(process.pid)))
            end(process)
    for title, runs in (("start to the first candles", shown), ("the imports alone", imports)):
        wall, cpu = (median(run[at] for run in runs) for at in (0, 1))
        sys.stdout.write(f"{title:<32}{wall:6.2f} s by the clock{cpu:8.2f} s of a processor\n")
    wall, cpu = (median(one[at] / other[at] for one, other in zip(shown, imports, strict=True)) for at in (0, 1))
    sys.stdout.write(f"{'start / imports':<32}{wall:6.2f}{cpu:21.2f}    (goal: at most {MOST_RATIO} by the clock)\n")
    return wall


def measure_rest(title, code, environment, rest_s):
    """Start a window, leave it alone, and return its share of a core; print that and the size of its fetch process."""
    process, _ = start(code, environment, SYMBOL)
    time.sleep(SETTLE_S)
    before = processor_s(process.pid)
    time.sleep(rest_s)
    share, resident = (processor_s(process.pid) - before) / rest_s, child_mb(process.pid)
    end(process)
    sys.stdout.write(f"{title:<32}{share:7.2%} of a core over {rest_s:g} s (goal: at most {MOST_REST:.1%})\n")
    sys.stdout.write(f"{'its fetch process holds':<32}{resident:6.0f} MB, given back after 10 minutes at rest\n")
    return share


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_start", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rest-s", type=float, default=20.0)
    arguments = parser.parse_args()
    with temporary_folder() as folder, DemoMarket(now=NOW) as market:
        home = {"CANDLEDESK_HOME": str(Path(folder, "home")), "CANDLEDESK_YAHOO_URL": market.url}
        environment = os.environ | home | {"QT_QPA_PLATFORM": "offscreen"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        fill = [sys.executable, "-m", "candledesk", "backfill", SYMBOL, "--interval", "1d"]
        subprocess.run(fill, env=environment, check=True, stdout=subprocess.DEVNULL)
        ratio = measure_starts(environment, arguments.runs)
        shares = [measure_rest("at rest, one chart", SHOWN, environment, arguments.rest_s)]
    with temporary_folder() as folder, DemoMarket() as market:  # of now, so that bars form and are fetched
        environment |= {"CANDLEDESK_HOME": str(Path(folder, "home")), "CANDLEDESK_YAHOO_URL": market.url}
        shares.append(measure_rest("at rest, four live charts", WORKBENCH, environment, 3 * arguments.rest_s))
    return int(ratio > MOST_RATIO or max(shares) > MOST_REST)


if __name__ == "__main__":
    sys.exit(main())

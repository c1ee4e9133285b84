"""Commands that ask nobody, from the making of the process to its end: ``python -m tests.bench.bench_commands``.

Each is timed in turn with an interpreter that only imports numpy and click, so that a busy machine slows both; in a
home of its own with a year of minutes, with compiled bytecode, as an installed program has. Exit code 1 when the median
of one is above 0.4 s and four times the imports, or that of ``import candledesk`` above 60 ms more than an empty
interpreter (issue 17).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from candledesk.cache.service import CacheService
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.settings import load_settings

MOST_S, MOST_IMPORT_S = 0.4, 0.06
MOST_RATIO = 4  # to the imports beside it, which take 0.1 s: on a machine that other work slows
SATURDAY = 5
SYMBOL = "local:YEAR"
IMPORTS = ("-c", "import click, numpy")
EMPTY = ("-c", "pass")
PACKAGE = ("-c", "import candledesk")
COMMANDS = (
    ("candles", SYMBOL, "1m", "--limit", "500", "--offline"),
    ("coverage",),
    ("jobs",),
    ("indicators", "sma", SYMBOL, "1m"),
    ("storage",),
    ("watchlist",),
    ("drawings",),
)


def fill(home):
    """Store a year of minutes of New York's hours."""
    days = np.arange(1_767_571_200, 1_767_571_200 + 350 * DAY_S, DAY_S)  # from Monday 2026-01-05 on
    days = days[np.arange(len(days)) % 7 < SATURDAY]
    times = (days[:, None] + 14 * 3_600 + 1_800 + 60 * np.arange(390)).ravel()
    close = 100 + np.round(np.sin(np.arange(len(times)) / 50), 2)
    service = CacheService(home / "candles.db", load_settings({}), home / "yfinance")
    bars = Bars(times.astype(np.int64), close, close + 1, close - 1, close, np.ones(len(times)))
    service.controller.import_bars(SYMBOL, INTERVALS["1m"], bars).result(60)
    service.close()


def seconds(environment, arguments):
    began = time.monotonic()
    call = [sys.executable, *arguments]
    subprocess.run(call, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def measure(title, environment, arguments, beside, n_runs):
    """Return the median of a call, and that of what is timed beside it, in seconds; print both."""
    seconds(environment, arguments)  # not counted: it compiles
    pairs = [(seconds(environment, arguments), seconds(environment, beside)) for _ in range(n_runs)]
    own, other = (median(pair[at] for pair in pairs) for at in (0, 1))
    sys.stdout.write(f"{title:<52}{own:7.3f} s  {other:7.3f} s beside it\n")
    return own, other


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_commands", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    n_runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home)
        environment = os.environ | {"CANDLEDESK_HOME": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        found = [measure(" ".join(one), environment, ("-m", "candledesk", *one), IMPORTS, n_runs) for one in COMMANDS]
        package, empty = measure("import candledesk", environment, PACKAGE, EMPTY, n_runs)
    is_slow = [own > max(MOST_S, MOST_RATIO * beside) for own, beside in found]
    is_missed = any(is_slow) or package - empty > MOST_IMPORT_S
    sys.stdout.write(f"goals: {MOST_S} s a command or {MOST_RATIO} times the imports; import candledesk: ")
    sys.stdout.write(f"{1000 * MOST_IMPORT_S:.0f} ms more than an empty interpreter")
    sys.stdout.write(": missed\n" if is_missed else ": reached\n")
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main())

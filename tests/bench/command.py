"""What the benches have in common as commands: their lines, their options, and how they end."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path


def say(text):
    """Print a line at once: a bench takes minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="candledesk-bench-")


def frame_parser(doc, n_bars=None, *, n_frames=300, n_rounds=None):
    """Return the options of a bench of frames; without ``n_bars`` and ``n_rounds`` it does not have theirs."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    if n_bars is not None:
        parser.add_argument("--bars", type=int, default=n_bars)
        parser.add_argument("--quick", action="store_const", const=100_000, dest="bars", help="100,000 bars")
    if n_rounds is not None:
        parser.add_argument("--rounds", type=int, default=n_rounds)
    parser.add_argument("--frames", type=int, default=n_frames, help="of each kind, in each round")
    parser.add_argument("--folder", default="", help="keep the databases here and use them again")
    return parser


def run_in_folder(run, arguments):
    """Call ``run`` with the options and their folder, else a temporary one; end with 1 when it returns ``False``."""
    with temporary_folder() as folder:
        is_good = run(arguments, arguments.folder or folder)
    sys.stdout.flush()
    os._exit(0 if is_good else 1)  # Qt's and Python's teardown do not agree on an order


def run_on_bars(run, doc, n_bars):
    """Call ``run`` with as many bars as the option says, 10,000 at the least, and a folder; return the exit code."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--bars", type=int, default=n_bars)
    arguments = parser.parse_args()
    with temporary_folder() as folder:
        return 0 if run(max(arguments.bars, 10_000), Path(folder)) else 1

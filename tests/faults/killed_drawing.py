"""A window that draws in a process of its own and is killed, and how much of what it drew is lost."""

import json
import os
import subprocess
import sys
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

from candledesk.cache.runtime.writer import Writer
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace

ROOT = Path(__file__).parents[2]
N_RECENT = 40  # states; of the last second
STEP_S, STALL_S = 0.05, 0.3  # between two states, and what a busy machine may add to the time of a save


def run_until_killed(home, seconds):
    """Return the states that the process reported, each with its time, and when it was killed."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.faults.drawing_process", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT) as process:
        try:
            first = process.stdout.readline()
            time.sleep(seconds)
            killed = time.monotonic()
        finally:
            process.kill()  # also when the test runs out of time, or it would be waited for without end
        lines = [first, *process.stdout.read().splitlines(keepends=True)]
    states = [json.loads(line) for line in lines if line.endswith(b"\n")]
    return [[states[0][0] - STEP_S, []], *states], killed


def stored_state(home):
    user_data = UserData(home / "user.db", partial(Writer, name="candledesk-user-data"))
    drawings = Workspace(user_data).list_drawings("MSFT").result(10)
    assert user_data.close(5)
    return [[one.id, one.points[0].price] for one in drawings]


def lost_seconds(home, seconds):
    """Return how long before its end the process showed what is stored, without what it stood still itself."""
    states, killed = run_until_killed(home, seconds)
    stored = stored_state(home)
    shown_at = [at for at, state in states if state == stored]
    assert shown_at, "what is stored was shown at one moment"
    gaps = [after[0] - before[0] for before, after in pairwise(states)]
    stall = max(0.0, max(gaps[-N_RECENT:], default=0.0) - STEP_S)
    later = [at for at, _ in states if at > shown_at[-1]]
    return max(0.0, killed - later[0] - min(stall, STALL_S)) if later else 0.0
